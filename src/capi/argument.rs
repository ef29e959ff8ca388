//! What C hands in.

use std::ffi::{CStr, c_char};
use std::ptr;
use std::slice;

use zeroize::Zeroize as _;

use crate::cause::Cause;
use crate::error::Error;

/// Reads a text that must not be NULL. `name` is that of the parameter.
///
/// # Safety
/// `text` is NULL or points to a NUL-terminated string that nobody changes while the result is in use.
pub(super) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str, Error> {
    if text.is_null() {
        return Err(Error::new(Cause::NullPointer).detail(name));
    }
    // SAFETY: not NULL, and the caller promises the rest.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map_err(|_| Error::new(Cause::NotUtf8).detail(name))
}

/// Reads a text for which NULL stands for an empty one.
///
/// # Safety
/// As for [`text`].
pub(super) unsafe fn optional_text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str, Error> {
    match pointer.is_null() {
        true => Ok(""),
        // SAFETY: the same promise.
        false => unsafe { text(pointer, name) },
    }
}

/// An object that must not be NULL.
///
/// # Safety
/// `object` is NULL or came from this library and has not been freed; nobody changes it meanwhile.
pub(super) unsafe fn object<'a, T>(object: *const T, name: &str) -> Result<&'a T, Error> {
    // SAFETY: the caller's promise.
    unsafe { object.as_ref() }.ok_or_else(|| Error::new(Cause::NullPointer).detail(name))
}

/// An object that must not be NULL and is changed.
///
/// # Safety
/// As for [`object`], and nobody else uses it meanwhile.
pub(super) unsafe fn object_mut<'a, T>(object: *mut T, name: &str) -> Result<&'a mut T, Error> {
    // SAFETY: the caller's promise.
    unsafe { object.as_mut() }.ok_or_else(|| Error::new(Cause::NullPointer).detail(name))
}

/// The caller's buffer with a login or a secret: overwritten with zeros when this is dropped, on every path.
pub(super) struct CallersSecret {
    buffer: *mut u8,
    length: usize,
}

impl CallersSecret {
    /// # Safety
    /// `buffer` is NULL or points to a NUL-terminated string that may be written and that nobody else uses until this is
    /// dropped. The same buffer may be given twice.
    pub(super) unsafe fn new(buffer: *mut c_char) -> CallersSecret {
        let length = match buffer.is_null() {
            true => 0,
            // SAFETY: not NULL, and the caller promises the rest. Measured now: another buffer may overlap this one and be
            // wiped first.
            false => unsafe { CStr::from_ptr(buffer) }.count_bytes(),
        };
        CallersSecret { buffer: buffer.cast(), length }
    }
}

impl Drop for CallersSecret {
    fn drop(&mut self) {
        if !self.buffer.is_null() {
            // SAFETY: `length` bytes were counted before the NUL, and all views of them have ended: this was made before
            // any and is dropped after them.
            unsafe { slice::from_raw_parts_mut(self.buffer, self.length) }.zeroize();
        }
    }
}

/// Where a result goes.
pub(super) struct Output<T>(*mut *mut T);

impl<T> Output<T> {
    /// Sets the output to NULL, before anything is checked.
    ///
    /// # Safety
    /// `place` is NULL or may be written.
    pub(super) unsafe fn cleared(place: *mut *mut T) -> Output<T> {
        if !place.is_null() {
            // SAFETY: not NULL, and the caller promises the rest. `write`, for what lies there may be no pointer yet.
            unsafe { place.write(ptr::null_mut()) };
        }
        Output(place)
    }

    /// Refuses a NULL place; the first thing that a function checks.
    pub(super) fn required(self, name: &str) -> Result<Output<T>, Error> {
        match self.0.is_null() {
            true => Err(Error::new(Cause::NullPointer).detail(name)),
            false => Ok(self),
        }
    }

    /// Hands `value` over to the caller.
    pub(super) fn give(self, value: T) {
        if !self.0.is_null() {
            // SAFETY: not NULL, and whoever made this promised that it may be written.
            unsafe { self.0.write(Box::into_raw(Box::new(value))) };
        }
    }
}

/// Frees an object that was given by [`Output::give`] or made by `Box::into_raw`; NULL is fine.
///
/// # Safety
/// `object` is NULL, or came from this library and is not used again.
pub(super) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        // SAFETY: not NULL, and the caller promises the rest.
        drop(unsafe { Box::from_raw(object) });
    }
}
