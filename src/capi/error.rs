//! `nf_error`: why a call failed.

use std::ffi::{CString, c_char};

use super::argument::free;
use super::code::{NF_OK, code_name};
use super::guard;
use super::text::{EMPTY, c_text, text_of};
use crate::error::Error;

/// Why a call failed, and what to do about it. Never changes: any number of
/// threads may read it, and any one thread frees it.
pub struct nf_error {
    code: i32,
    message: CString,
    remedy: CString,
    http_status: i32,
    server_message: CString,
    correlation_id: CString,
    retry_after_ms: i64,
}

impl guard::Export for nf_error {
    fn export(error: Error) -> *mut nf_error {
        Box::into_raw(Box::new(nf_error {
            code: error.code() as i32,
            message: c_text(&error.message()),
            remedy: c_text(&error.remedy()),
            http_status: error.http_status().map_or(0, i32::from),
            server_message: c_text(error.server_message()),
            correlation_id: c_text(error.correlation_id()),
            retry_after_ms: error.pause().and_then(|pause| i64::try_from(pause.as_millis()).ok()).unwrap_or(-1),
        }))
    }
}

/// # Safety
/// `error` is NULL or has not been freed.
unsafe fn code_of(error: *const nf_error) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { error.as_ref() }.map_or(NF_OK, |error| error.code)
}

/// Returns the code, one of the `NF_*` constants; `NF_OK` for NULL.
///
/// Treat a code that you do not know by its group: 1 to 19 the call is wrong,
/// 20 to 39 the credentials are refused (do not retry), 40 to 59 the server
/// (retry later), 60 to 79 the way there, 80 to 99 the answer, from 100
/// inside the library. Whatever the group, a program tries again by itself
/// only if `nf_error_retry_after_ms` is not -1.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_code(error: *const nf_error) -> i32 {
    // SAFETY: NULL or an error that has not been freed (header, "Calling convention").
    guard::read(NF_OK, || unsafe { code_of(error) })
}

/// Returns the name of the code, such as "NF_DENIED"; "NF_OK" for NULL.
///
/// The text is static.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_name(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || code_name(unsafe { code_of(error) }).as_ptr())
}

/// Returns what happened: one line, in English, without any secret.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_message(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.message.as_ptr()) })
}

/// Returns what an administrator does next: one line, in English.
///
/// It ends with "No Concur credentials were sent." if a call failed before
/// the first byte of its request was sent.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_remedy(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.remedy.as_ptr()) })
}

/// Returns the HTTP status of the answer; 0 when there was none.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_http_status(error: *const nf_error) -> i32 {
    // SAFETY: as above.
    guard::read(0, || unsafe { error.as_ref() }.map_or(0, |error| error.http_status))
}

/// Returns the server's own words; empty when there were none.
///
/// They are untrusted: whoever answered wrote them. One line of at most 301
/// characters without markup. If the text repeats the key, the login or the
/// secret, the value is redacted or the text is withheld (see SECRETS).
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_server_message(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.server_message.as_ptr()) })
}

/// Returns the modern service's error number; -1 when there was none.
///
/// The Native Flow sends none.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_server_code(error: *const nf_error) -> i32 {
    guard::read(-1, || {
        let _ = error;
        -1
    })
}

/// Returns the server's correlation ID, which Concur's support asks for;
/// empty when there was none.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_correlation_id(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.correlation_id.as_ptr()) })
}

/// Returns how many milliseconds to wait before the next try; -1: do not
/// retry before somebody has changed something.
///
/// From 5 seconds to a day, even when the server asks for less or more.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_retry_after_ms(error: *const nf_error) -> i64 {
    // SAFETY: as above.
    guard::read(-1, || unsafe { error.as_ref() }.map_or(-1, |error| error.retry_after_ms))
}

/// Frees an error. NULL is fine. Must not be called twice for the same one.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_free(error: *mut nf_error) {
    // SAFETY: NULL or an error that is not used again (header, "Calling convention").
    guard::run((), || unsafe { free(error) })
}
