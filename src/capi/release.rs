//! `nf_release_fn`: called when a callback's `user` is no longer needed.

use std::ffi::c_void;

use super::user_pointer::UserPointer;

/// Called once, when no callback can run any more. `user` is the pointer that
/// was given to `nf_options_on_release`.
///
/// The function runs on the thread that frees the last object or ends the last
/// call: inside `nf_options_free` or `nf_client_free`, or at the end of a call.
/// No lock is held. It may free memory, and must not call this library. Return
/// normally: no longjmp, no C++ exception. If the function forks, the child
/// must not return.
pub type nf_release_fn = Option<unsafe extern "C" fn(user: *mut c_void)>;

/// Makes a closure that calls `function`.
pub(super) fn from_callback(
    function: unsafe extern "C" fn(*mut c_void),
    user: *mut c_void,
) -> impl Fn() + Send + Sync + 'static {
    let user = UserPointer::new(user);
    // SAFETY: the caller's function and pointer are valid until this call (comment of `nf_options_on_release`).
    move || unsafe { function(user.pointer()) }
}
