//! `nf_log_fn`: whom the log is told to.

use std::ffi::{c_char, c_void};

use super::text::c_text;
use super::user::User;
use crate::log::{Level, Log};

/// The call has failed.
pub const NF_LOG_ERROR: i32 = 1;
/// Something is not as it should be, and the call goes on.
pub const NF_LOG_WARNING: i32 = 2;
/// A step was done.
pub const NF_LOG_INFO: i32 = 3;

const _: () = assert!(
    NF_LOG_ERROR == Level::Error as i32 && NF_LOG_WARNING == Level::Warning as i32 && NF_LOG_INFO == Level::Info as i32
);

/// Takes one line of the log: `user` as it was given, one of the `NF_LOG_*`
/// levels, and the text, which lives until the function returns.
///
/// A line holds no secret and no line break. Its first word is the step
/// (lookup, connect, proxy, tls, request, response, token,
/// failed), its end how
/// long that took. Called on the thread of the call, which waits for it, with
/// no lock held; calls on several threads call it at the same time. It must
/// return, and in one process only: no longjmp, no C++ exception, no fork
/// whose child returns too, for both would send the login.
pub type nf_log_fn = Option<unsafe extern "C" fn(user: *mut c_void, level: i32, line: *const c_char)>;

/// A log that calls `function`.
pub(super) fn to(function: unsafe extern "C" fn(*mut c_void, i32, *const c_char), user: *mut c_void) -> Log {
    let user = User::new(user);
    Log::new(move |level: Level, line: &str| {
        // SAFETY: the caller's function and pointer, valid until the functions given to `nf_options_on_release` are called (`nf_options_set_log`).
        unsafe { function(user.pointer(), level as i32, c_text(line).as_ptr()) }
    })
}
