//! Text that C reads.

use std::ffi::{CString, c_char};

/// Where there is no object or no text.
pub(super) const EMPTY: *const c_char = c"".as_ptr();

/// A text for C. What cannot stand in one, a NUL, is in none of ours; such a text would come out empty.
pub(super) fn c_text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

/// Reads a text of an object; NULL has an empty one.
///
/// # Safety
/// `object` is NULL or came from this library and has not been freed.
pub(super) unsafe fn text_of<T>(object: *const T, text: impl FnOnce(&T) -> *const c_char) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { object.as_ref() }.map_or(EMPTY, text)
}
