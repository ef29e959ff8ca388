//! Whole pages that are locked in memory if the limit allows it, and left out of core dumps.

use std::ptr::NonNull;

use super::mapping;

/// Unmapped when dropped: the pages must be zero by then.
pub(super) struct Pages {
    start: NonNull<u8>,
    size: usize,
    locked: bool,
}

// SAFETY: the pages belong to this value alone. Their content is accessed through a pointer, under the rules of the
// owner.
unsafe impl Send for Pages {}
// SAFETY: as above.
unsafe impl Sync for Pages {}

impl Pages {
    /// Maps zeroed pages; `None` if the system has no memory.
    pub(super) fn new(size: usize) -> Option<Pages> {
        let start = mapping::map(size)?;
        // RLIMIT_MEMLOCK or an old kernel may refuse both. The memory is usable without them.
        // SAFETY: these are the pages from above, whole.
        let locked = unsafe { mapping::lock(start, size) };
        Some(Pages { start, size, locked })
    }

    pub(super) fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// Locks them in a child of fork, which inherits no locks, if the limit allows it.
    pub(super) fn lock_again(&self) {
        // SAFETY: the pages from `new`, whole.
        unsafe { mapping::lock(self.start, self.size) };
    }

    /// Whether the system keeps them out of swap, in the process that made them.
    pub(super) fn are_locked(&self) -> bool {
        self.locked
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: the pages from `new`, whole, and not used again.
        unsafe { mapping::unmap(self.start, self.size) };
    }
}
