//! What a program wants handed back when its function is called.

use std::ffi::c_void;

/// The caller's own pointer, handed back as it came.
pub(super) struct User(*mut c_void);

// SAFETY: the library does not look at what it points to; the caller has promised that its functions may be called on any
// thread (`nf_log_fn`, `nf_release_fn`).
unsafe impl Send for User {}
// SAFETY: as above.
unsafe impl Sync for User {}

impl User {
    pub(super) fn new(pointer: *mut c_void) -> User {
        User(pointer)
    }

    pub(super) fn pointer(&self) -> *mut c_void {
        self.0
    }
}
