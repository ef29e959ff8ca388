//! The `user` pointer of a callback.

use std::ffi::c_void;

/// The caller's pointer, which its callback receives unchanged.
pub(super) struct UserPointer(*mut c_void);

// SAFETY: the library does not read the data behind it. The caller has promised that its functions may run on any thread
// (`nf_log_fn`, `nf_release_fn`).
unsafe impl Send for UserPointer {}
// SAFETY: as above.
unsafe impl Sync for UserPointer {}

impl UserPointer {
    pub(super) fn new(pointer: *mut c_void) -> UserPointer {
        UserPointer(pointer)
    }

    pub(super) fn pointer(&self) -> *mut c_void {
        self.0
    }
}
