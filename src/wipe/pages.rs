//! Memory for what lives longer than a call: a token.

use std::num::NonZeroUsize;
use std::ptr::{self, NonNull};
use std::slice;

use zeroize::Zeroize as _;

/// Bytes in pages of their own: locked in memory as far as the limit allows, left out of core dumps, wiped when dropped.
pub(crate) struct Pages {
    start: NonNull<u8>,
    length: NonZeroUsize,
    locked: bool,
}

// SAFETY: the pages belong to this value alone, and are changed through `&mut` only.
unsafe impl Send for Pages {}
// SAFETY: as above.
unsafe impl Sync for Pages {}

impl Pages {
    /// Zeroed pages with room for `length` bytes; `None` when the system has no memory.
    pub(crate) fn new(length: NonZeroUsize) -> Option<Pages> {
        // SAFETY: asks for new pages anywhere; nothing that exists is touched.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                length.get(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return None;
        }
        // Both may be refused, by RLIMIT_MEMLOCK or an old kernel. The token is of use all the same.
        // SAFETY: these are the pages from above, whole.
        let locked = unsafe {
            #[cfg(target_os = "linux")]
            libc::madvise(start, length.get(), libc::MADV_DONTDUMP);
            libc::mlock(start, length.get()) == 0
        };
        Some(Pages { start: NonNull::new(start.cast())?, length, locked })
    }

    /// Whether the system keeps them out of swap.
    pub(crate) fn are_locked(&self) -> bool {
        self.locked
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: `length` bytes that were mapped and zeroed, until this is dropped.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.length.get()) }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and nobody else has them.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.length.get()) }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        // SAFETY: the pages from `new`, whole, and not used again. Unmapping unlocks.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.length.get()) };
    }
}

#[cfg(test)]
mod tests {
    use super::Pages;
    use std::num::NonZeroUsize;

    fn of(length: usize) -> Pages {
        Pages::new(NonZeroUsize::new(length).unwrap()).unwrap()
    }

    #[test]
    fn pages_are_zero_and_hold_what_is_written() {
        let mut pages = of(5000);
        assert!(pages.bytes().iter().all(|&byte| byte == 0));
        pages.bytes_mut().fill(7);
        assert_eq!(pages.bytes().len(), 5000);
        assert!(pages.bytes().iter().all(|&byte| byte == 7));
    }

    /// From the system's own list: `lo` locked, `dd` not dumped.
    #[test]
    #[cfg(target_os = "linux")]
    fn pages_are_locked_and_left_out_of_dumps() {
        let pages = of(100);
        let start = format!("{:x}-", pages.bytes().as_ptr() as usize);
        let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
        let mapping = maps.split_once(&start).expect("a mapping of its own").1;
        let flags = mapping.lines().find(|line| line.starts_with("VmFlags:")).unwrap();
        assert!(flags.contains(" lo") && flags.contains(" dd"), "{flags}");
    }
}
