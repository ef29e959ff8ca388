//! `nf_release_fn`: the end of a callback's `user`.

use std::ffi::c_void;

use super::user::User;

/// Called once, when nothing can call back any more: `user` as it was given.
///
/// Called on the thread that lets go last, which may be inside
/// `nf_options_free`, `nf_client_free` or at the end of a call, with no lock
/// held. It may free memory. It must return, and must not call this library:
/// no longjmp, no C++ exception, no fork whose child returns too.
pub type nf_release_fn = Option<unsafe extern "C" fn(user: *mut c_void)>;

/// Calls `function`.
pub(super) fn to(function: unsafe extern "C" fn(*mut c_void), user: *mut c_void) -> impl Fn() + Send + Sync + 'static {
    let user = User::new(user);
    // SAFETY: the caller's function and pointer, which it keeps until this call.
    move || unsafe { function(user.pointer()) }
}
