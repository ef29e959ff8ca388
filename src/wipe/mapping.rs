//! Whole pages of memory, from the system.

#[cfg(unix)]
pub(super) use unix::*;
#[cfg(windows)]
pub(super) use windows::*;

#[cfg(unix)]
mod unix {
    use std::ptr::{self, NonNull};

    /// Maps `size` zeroed bytes; `None` if the system has no memory.
    pub(in crate::wipe) fn map(size: usize) -> Option<NonNull<u8>> {
        // SAFETY: asks for new pages anywhere; nothing that exists is touched.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                size,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED { None } else { NonNull::new(start.cast()) }
    }

    /// Keeps the pages out of core dumps and out of swap. Returns whether both succeeded: the system may refuse to lock
    /// them (RLIMIT_MEMLOCK).
    ///
    /// # Safety
    /// The pages are those of one call of [`map`], whole.
    pub(in crate::wipe) unsafe fn lock(start: NonNull<u8>, size: usize) -> bool {
        // SAFETY: the caller's promise.
        unsafe {
            #[cfg(target_os = "linux")]
            libc::madvise(start.as_ptr().cast(), size, libc::MADV_DONTDUMP);
            libc::mlock(start.as_ptr().cast(), size) == 0
        }
    }

    /// Unmaps the pages, which also unlocks them.
    ///
    /// # Safety
    /// As for [`lock`], and the pages are not used again.
    pub(in crate::wipe) unsafe fn unmap(start: NonNull<u8>, size: usize) {
        // SAFETY: the caller's promise.
        unsafe { libc::munmap(start.as_ptr().cast(), size) };
    }
}

#[cfg(windows)]
mod windows {
    use std::ptr::{self, NonNull};

    use windows_sys::Win32::System::Memory::{
        MEM_COMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE, VirtualAlloc, VirtualFree, VirtualLock,
    };

    /// Maps `size` zeroed bytes; `None` if the system has no memory.
    pub(in crate::wipe) fn map(size: usize) -> Option<NonNull<u8>> {
        // SAFETY: asks for new pages anywhere; nothing that exists is touched.
        NonNull::new(unsafe { VirtualAlloc(ptr::null(), size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) }.cast())
    }

    /// Keeps the pages out of the page file; the system may refuse it (the working set's minimum). A dump of the whole
    /// process still contains them.
    ///
    /// # Safety
    /// The pages are those of one call of [`map`], whole.
    pub(in crate::wipe) unsafe fn lock(start: NonNull<u8>, size: usize) -> bool {
        // SAFETY: the caller's promise.
        unsafe { VirtualLock(start.as_ptr().cast(), size) != 0 }
    }

    /// Unmaps the pages, which also unlocks them.
    ///
    /// # Safety
    /// As for [`lock`], and the pages are not used again.
    pub(in crate::wipe) unsafe fn unmap(start: NonNull<u8>, _size: usize) {
        // SAFETY: the caller's promise. Zero means all of them.
        unsafe { VirtualFree(start.as_ptr().cast(), 0, MEM_RELEASE) };
    }
}
