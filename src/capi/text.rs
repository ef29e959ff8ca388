//! Text that C reads.

use std::ffi::c_char;

use zeroize::Zeroizing;

/// A NUL-terminated text that is wiped when it is dropped.
pub(super) struct Text(Zeroizing<Vec<u8>>);

impl Text {
    pub(super) fn new(text: &str) -> Text {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 1));
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        Text(bytes)
    }

    /// Lives as long as this text.
    pub(super) fn as_ptr(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }
}

/// Reads a text of an object; NULL has an empty one.
///
/// # Safety
/// `object` is NULL or came from this library and has not been freed.
pub(super) unsafe fn text_of<T>(object: *const T, text: impl FnOnce(&T) -> *const c_char) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { object.as_ref() }.map_or(c"".as_ptr(), text)
}
