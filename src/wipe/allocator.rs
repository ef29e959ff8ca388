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
