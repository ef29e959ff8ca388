//! `nf_error`: why a call failed, and how to fix it.

use std::ffi::{CString, c_char};

use super::argument::free;
use super::call_facts::remote_address;
use super::code::{NF_OK, code_name};
use super::guard;
use super::text::{EMPTY, c_text, text_of};
use crate::call_facts::CallFacts;
use crate::error::Error;

/// Why a call failed, and how to fix it. It never changes: several threads may
/// read it at the same time. One thread frees it, once.
pub struct nf_error {
    code: i32,
    message: CString,
    remedy: CString,
    http_status: i32,
    server_message: CString,
    correlation_id: CString,
    server_code: i32,
    retry_after_ms: i64,
    call: CallFacts,
    call_id: CString,
    remote_address: CString,
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
            server_code: error.server_code().unwrap_or(-1),
            retry_after_ms: error.pause().and_then(|pause| i64::try_from(pause.as_millis()).ok()).unwrap_or(-1),
            call: *error.call(),
            call_id: error.call().id.map_or_else(CString::default, |id| c_text(&id.to_string())),
            remote_address: remote_address(error.call()),
        }))
    }
}

/// # Safety
/// `error` is NULL or has not been freed.
unsafe fn code_of(error: *const nf_error) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { error.as_ref() }.map_or(NF_OK, |error| error.code)
}

/// Returns the error code, one of the `NF_*` constants. NULL gives `NF_OK`.
///
/// Handle an unknown code by its group. 1 to 19: invalid call; 20 to 39:
/// credentials rejected (do not retry); 40 to 59: server; 60 to 79: network; 80
/// to 99: response; from 100: internal error.
///
/// In every group, retry automatically only if `nf_error_retry_after_ms` is not
/// -1.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_code(error: *const nf_error) -> i32 {
    // SAFETY: NULL or an error that has not been freed (header, "Rules for calls").
    guard::read(NF_OK, || unsafe { code_of(error) })
}

/// Returns the name of the error code, such as "NF_DENIED". NULL gives "NF_OK".
///
/// The text is static.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_name(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || code_name(unsafe { code_of(error) }).as_ptr())
}

/// Returns a description of the failure, as one line in English. It contains no
/// secret.
///
/// After a request was sent, it names the host, port and path of the request.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_message(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.message.as_ptr()) })
}

/// Returns what an administrator should do next, as one line in English.
///
/// It names settings, such as "the CA file", with the function that sets each
/// in brackets: "(nf_options_set_ca_file)". If it asks for a pause, the pause is
/// that of `nf_error_retry_after_ms`, in seconds.
///
/// It ends with "No Concur credentials were sent." if a call failed before the
/// first byte of its request was sent.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_remedy(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.remedy.as_ptr()) })
}

/// Returns the HTTP status of the response, or 0 if there is none.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_http_status(error: *const nf_error) -> i32 {
    // SAFETY: as above.
    guard::read(0, || unsafe { error.as_ref() }.map_or(0, |error| error.http_status))
}

/// Returns the server's error text, or "" if there is none.
///
/// Do not trust this text; the server or a proxy wrote it. It is one line
/// without markup, at most 300 characters, plus an ellipsis (U+2026) if
/// truncated. If it repeats the key, login or secret, the value or the whole
/// text is replaced (see SECRETS).
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_server_message(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.server_message.as_ptr()) })
}

/// Returns the error number of the OAuth 2.0 service, or -1 if there is none.
///
/// The Native Flow has no error numbers.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_server_code(error: *const nf_error) -> i32 {
    // SAFETY: as above.
    guard::read(-1, || unsafe { error.as_ref() }.map_or(-1, |error| error.server_code))
}

/// Returns the server's correlation ID, or "" if there is none. Concur's
/// support asks for it.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_correlation_id(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.correlation_id.as_ptr()) })
}

/// Returns the time to wait before a retry, in milliseconds, or -1.
///
/// -1 means: do not retry until the cause is fixed. Other values are 5000 to
/// 86400000 (5 seconds to one day), even if the server asks for less or more.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_retry_after_ms(error: *const nf_error) -> i64 {
    // SAFETY: as above.
    guard::read(-1, || unsafe { error.as_ref() }.map_or(-1, |error| error.retry_after_ms))
}

/// Returns the ID of the call that failed, such as "5e1c-17", or "". The lines
/// of the call in the log begin with it, in brackets.
///
/// The part before the hyphen is a random number of the process; a child of
/// fork gets another one. The part after it counts the calls of the process.
///
/// It is "" if the function makes no calls to a server, if it failed before its
/// call began (an argument is NULL or not UTF-8), and for `NF_PANIC`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_call_id(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.call_id.as_ptr()) })
}

/// Returns a time of the call that failed, in microseconds, or -1. `timing` is
/// one of the `NF_TIMING_*` constants.
///
/// The time of a part that failed counts up to the failure. Otherwise as
/// `nf_token_timing_us`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_timing_us(error: *const nf_error, timing: i32) -> i64 {
    // SAFETY: as above.
    guard::read(-1, || unsafe { error.as_ref() }.map_or(-1, |error| error.call.time_us(timing)))
}

/// Returns IP address and port of the TCP connection of the call that failed,
/// or "" if the call reached none. The form is that of
/// `nf_token_remote_address`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_remote_address(error: *const nf_error) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(error, |error| error.remote_address.as_ptr()) })
}

/// Frees an error. NULL is allowed. Do not free the same error twice.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_error_free(error: *mut nf_error) {
    // SAFETY: NULL or an error that is not used again (header, "Rules for calls").
    guard::run((), || unsafe { free(error) })
}
