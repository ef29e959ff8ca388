//! Arguments from C: texts, objects, secrets and outputs.

use std::ffi::{CStr, c_char};
use std::ptr;
use std::slice;

use zeroize::Zeroize as _;

use crate::error::{Cause, Error};
use crate::secret::Secret;
use crate::wipe::WipedVec;

/// Reads a text that must not be NULL. `name` is the name of the parameter.
///
/// # Safety
/// `text` is NULL or points to a NUL-terminated string that does not change while the result is in use.
pub(super) unsafe fn text<'a>(text: *const c_char, name: &str) -> Result<&'a str, Error> {
    if text.is_null() {
        return Err(Error::new(Cause::NullPointer).detail(name));
    }
    // SAFETY: not NULL, and the caller promises the rest.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map_err(|_| Error::new(Cause::NotUtf8).detail(name))
}

/// Reads an object that must not be NULL.
///
/// # Safety
/// `object` is NULL or came from this library and has not been freed; it does not change while the result is in use.
pub(super) unsafe fn object<'a, T>(object: *const T, name: &str) -> Result<&'a T, Error> {
    // SAFETY: the caller's promise.
    unsafe { object.as_ref() }.ok_or_else(|| Error::new(Cause::NullPointer).detail(name))
}

/// Reads an object that must not be NULL, to change it.
///
/// # Safety
/// As for [`object`], and no other code uses it while the result is in use.
pub(super) unsafe fn object_mut<'a, T>(object: *mut T, name: &str) -> Result<&'a mut T, Error> {
    // SAFETY: the caller's promise.
    unsafe { object.as_mut() }.ok_or_else(|| Error::new(Cause::NullPointer).detail(name))
}

/// A copy of the caller's text, wiped when it is dropped. NULL has no copy.
pub(super) struct TextCopy(Option<WipedVec<u8>>);

impl TextCopy {
    /// # Safety
    /// `text` is NULL or points to a NUL-terminated string that no other thread changes during the call.
    pub(super) unsafe fn of(text: *const c_char) -> TextCopy {
        // SAFETY: not NULL, and the caller promises the rest. The copy is one block of the right size.
        let copy = || unsafe { CStr::from_ptr(text) }.to_bytes().to_vec();
        TextCopy((!text.is_null()).then(|| WipedVec::from(copy())))
    }

    /// Copies a text of `length` bytes without a NUL.
    ///
    /// # Safety
    /// `text` is NULL or points to so many bytes that no other thread changes during the call.
    pub(super) unsafe fn of_length(text: *const c_char, length: usize) -> TextCopy {
        if text.is_null() || isize::try_from(length).is_err() {
            return TextCopy(None);
        }
        // SAFETY: not NULL, no longer than the address space, and the caller promises the rest.
        TextCopy(Some(WipedVec::from(unsafe { slice::from_raw_parts(text.cast::<u8>(), length) }.to_vec())))
    }

    /// Returns the text, which must not be NULL. `name` is the name of the parameter.
    pub(super) fn required(self, name: &str) -> Result<Secret, Error> {
        let bytes = self.0.ok_or_else(|| Error::new(Cause::NullPointer).detail(name))?;
        Secret::from_utf8(bytes).ok_or_else(|| Error::new(Cause::NotUtf8).detail(name))
    }

    /// Returns the text; NULL gives an empty text.
    pub(super) fn optional(self, name: &str) -> Result<Secret, Error> {
        match self.0 {
            None => Ok(Secret::default()),
            some => TextCopy(some).required(name),
        }
    }
}

/// Copies the caller's texts and overwrites each with zeros, up to its NUL. They may overlap.
///
/// # Safety
/// Each is NULL or points to a NUL-terminated string that may be written and that no other thread uses during the call.
pub(super) unsafe fn copy_and_wipe<const N: usize>(texts: [*mut c_char; N]) -> [TextCopy; N] {
    // SAFETY: the caller's promise. All are copied before the first is overwritten.
    let copies = texts.map(|text| unsafe { TextCopy::of(text) });
    for (text, copy) in texts.into_iter().zip(&copies) {
        if let Some(copy) = &copy.0 {
            // SAFETY: so many bytes were read there, and no reference to them is left.
            unsafe { slice::from_raw_parts_mut(text.cast::<u8>(), copy.len()) }.zeroize();
        }
    }
    copies
}

/// The caller's place for a result.
pub(super) struct Output<T>(*mut *mut T);

impl<T> Output<T> {
    /// Sets the output to NULL, before anything is checked.
    ///
    /// # Safety
    /// `place` is NULL or may be written.
    pub(super) unsafe fn cleared(place: *mut *mut T) -> Output<T> {
        if !place.is_null() {
            // SAFETY: not NULL, and the caller promises the rest. `write`, because the place may be uninitialized.
            unsafe { place.write(ptr::null_mut()) };
        }
        Output(place)
    }

    /// Rejects a NULL place. A function checks this first.
    pub(super) fn required(self, name: &str) -> Result<Output<T>, Error> {
        match self.0.is_null() {
            true => Err(Error::new(Cause::NullPointer).detail(name)),
            false => Ok(self),
        }
    }

    /// Gives `value` to the caller, who then owns it.
    pub(super) fn set(self, value: T) {
        if !self.0.is_null() {
            // SAFETY: not NULL, and the caller of `cleared` promised that it may be written.
            unsafe { self.0.write(Box::into_raw(Box::new(value))) };
        }
    }
}

/// Sets the caller's place for a number to 0, before anything else is checked, and returns it.
///
/// # Safety
/// `place` is NULL or may be written, and no other code uses it while the result is in use.
pub(super) unsafe fn cleared_number<'a>(place: *mut usize, name: &str) -> Result<&'a mut usize, Error> {
    if place.is_null() {
        return Err(Error::new(Cause::NullPointer).detail(name));
    }
    // SAFETY: not NULL, and the caller promises the rest. `write`, because the place may be uninitialized.
    unsafe {
        place.write(0);
        Ok(&mut *place)
    }
}

/// Frees an object from [`Output::set`] or `Box::into_raw`. NULL is allowed.
///
/// # Safety
/// `object` is NULL, or came from this library and is not used again.
pub(super) unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        // SAFETY: not NULL, and the caller promises the rest.
        drop(unsafe { Box::from_raw(object) });
    }
}
