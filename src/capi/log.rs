//! `nf_log_fn`: the log callback and its levels.

use std::ffi::{c_char, c_void};

use super::text::c_text;
use super::user_pointer::UserPointer;
use crate::log::{Level, Log};

/// The call failed.
pub const NF_LOG_ERROR: i32 = 1;
/// A problem that does not stop the call.
pub const NF_LOG_WARNING: i32 = 2;
/// A step is finished.
pub const NF_LOG_INFO: i32 = 3;

const _: () = assert!(
    NF_LOG_ERROR == Level::Error as i32 && NF_LOG_WARNING == Level::Warning as i32 && NF_LOG_INFO == Level::Info as i32
);

/// Receives one line of the log. `user` is the pointer that was given to
/// `nf_options_set_log`. `level` is one of the `NF_LOG_*` levels. `line` is
/// valid until the function returns.
///
/// A line contains no secret and no line break. It begins with the ID of its
/// call, as in "[5e1c-17] connect"; see `nf_error_call_id`. The first word after
/// it is the step: lookup, connect, proxy, tls, request, response, token or
/// failed. A line of level `NF_LOG_INFO` ends with the duration in
/// milliseconds.
///
/// The function runs on the thread of the call, which waits for it and holds no
/// lock. Calls on several threads may run it at the same time. Return normally:
/// no longjmp, no C++ exception. If the function forks, the child must not
/// return, because both processes would send the login.
pub type nf_log_fn = Option<unsafe extern "C" fn(user: *mut c_void, level: i32, line: *const c_char)>;

/// Makes a log that calls `function`.
pub(super) fn from_callback(function: unsafe extern "C" fn(*mut c_void, i32, *const c_char), user: *mut c_void) -> Log {
    let user = UserPointer::new(user);
    Log::new(move |level: Level, line: &str| {
        // SAFETY: the caller's function and pointer are valid until the functions of `nf_options_on_release` run (comment of
        // `nf_options_set_log`).
        unsafe { function(user.pointer(), level as i32, c_text(line).as_ptr()) }
    })
}
