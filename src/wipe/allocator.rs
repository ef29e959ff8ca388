//! The library's own heap: every block is zero when it is freed.
//!
//! Only an allocator reaches the buffers inside the TLS, HTTP, XML and JSON libraries. The heap of the calling program
//! is not changed: this allocator serves only the Rust code in the library.

use std::alloc::{GlobalAlloc, Layout, System};
use std::{ptr, slice};

use zeroize::optimization_barrier;

/// The system's allocator, with each block zeroed before it is freed.
///
/// `realloc` is the trait's default on purpose: a new block, a copy, and `dealloc` of the old one. The system's
/// `realloc` would not wipe the old block when it moves one.
struct ZeroOnFree;

#[global_allocator]
static HEAP: ZeroOnFree = ZeroOnFree;

// SAFETY: all blocks are from the system allocator, with the same layout.
unsafe impl GlobalAlloc for ZeroOnFree {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        #[cfg(test)]
        // SAFETY: the caller returns a block of this size.
        unsafe {
            unwiped::look(block, layout.size());
        }
        // SAFETY: the caller returns a block of this size that is not used any more. It is written before it is read,
        // so it does not matter whether it was ever initialized.
        unsafe {
            ptr::write_bytes(block, 0, layout.size());
            // The compiler may remove a write before a free, because nothing reads it. The barrier counts as a read.
            optimization_barrier(slice::from_raw_parts(block, layout.size()));
            System.dealloc(block, layout);
        }
    }
}

#[cfg(test)]
pub(super) use unwiped::unwiped_blocks;

/// Checks which blocks their owner has wiped, before this allocator wipes them.
#[cfg(test)]
mod unwiped {
    use std::cell::Cell;

    thread_local! {
        static SEEN: Cell<usize> = const { Cell::new(0) };
    }

    /// Returns the number of blocks with nonzero bytes that `work` frees.
    pub(in crate::wipe) fn unwiped_blocks(work: impl FnOnce()) -> usize {
        let before = SEEN.get();
        work();
        SEEN.get() - before
    }

    /// # Safety
    /// The block has this size.
    pub(super) unsafe fn look(block: *const u8, size: usize) {
        // SAFETY: within the block. Volatile, because some bytes may never have been written.
        let is_unwiped = (0..size).any(|index| unsafe { block.add(index).read_volatile() } != 0);
        // A thread that is ending does not count any more.
        let _ = SEEN.try_with(|seen| seen.set(seen.get() + usize::from(is_unwiped)));
    }
}
