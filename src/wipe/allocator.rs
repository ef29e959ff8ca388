//! The C library's own heap: every block is zero when it goes back.
//!
//! Nothing else reaches the buffers inside the TLS, HTTP, XML and JSON libraries. The host's heap is not touched: this is
//! the allocator of the Rust code in the library only.

use std::alloc::{GlobalAlloc, Layout, System};
use std::{ptr, slice};

use zeroize::optimization_barrier;

/// The system's allocator, with each block zeroed before it is freed.
///
/// `realloc` is the trait's own on purpose: a new block, a copy, and `dealloc` of the old one. The system's would leave
/// the old block as it was when it moves one.
struct ZeroOnFree;

#[global_allocator]
static HEAP: ZeroOnFree = ZeroOnFree;

// SAFETY: all blocks are the system allocator's, handed through with the same layout.
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
        // SAFETY: the caller hands back a block of this size.
        unsafe {
            unwiped::look(block, layout.size());
        }
        // SAFETY: the caller hands back a block of this size that nobody uses any more. It is written before it is looked
        // at, so that it does not matter whether it was ever initialised.
        unsafe {
            ptr::write_bytes(block, 0, layout.size());
            // A write before a free is dead to the compiler; somebody seems to read this one.
            optimization_barrier(slice::from_raw_parts(block, layout.size()));
            System.dealloc(block, layout);
        }
    }
}

#[cfg(test)]
pub(super) use unwiped::unwiped_blocks;

/// Sees what the owner of a block has wiped before this allocator does.
#[cfg(test)]
mod unwiped {
    use std::cell::Cell;

    thread_local! {
        static SEEN: Cell<usize> = const { Cell::new(0) };
    }

    /// How many blocks that are not zero `work` frees.
    pub(in crate::wipe) fn unwiped_blocks(work: impl FnOnce()) -> usize {
        let before = SEEN.get();
        work();
        SEEN.get() - before
    }

    /// # Safety
    /// The block has this size.
    pub(super) unsafe fn look(block: *const u8, size: usize) {
        // SAFETY: within the block. Volatile, for some of it may never have been written.
        let is_unwiped = (0..size).any(|index| unsafe { block.add(index).read_volatile() } != 0);
        // A thread that is ending sees nothing any more.
        let _ = SEEN.try_with(|seen| seen.set(seen.get() + usize::from(is_unwiped)));
    }
}
