//! Texts that C reads.

use std::ffi::{CString, c_char};

/// The result if there is no object or no text.
pub(super) const EMPTY: *const c_char = c"".as_ptr();

/// Makes a text for C. A text with a NUL inside would become empty, but the library makes none.
pub(super) fn c_text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

/// Reads a text of an object; NULL gives an empty text.
///
/// # Safety
/// `object` is NULL or came from this library and has not been freed.
pub(super) unsafe fn text_of<T>(object: *const T, text: impl FnOnce(&T) -> *const c_char) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe { object.as_ref() }.map_or(EMPTY, text)
}
