//! Memory for what lives longer than a call: a token.

use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::slice;
use std::sync::Mutex;

use zeroize::Zeroize as _;

use super::{mapping, this_process};

/// Most tokens fit in one; more is asked for in multiples. A system with larger pages gives whole ones anyway.
const PAGE: usize = 4096;
/// As many freed pages are kept, locked and zero, for tokens to come: to ask the system for one takes longer than the rest
/// of a call over a kept connection.
const MOST_SPARE: usize = 4;

/// Never waited for: in a child of fork the lock may not come free.
static SPARE: Mutex<Vec<Mapping>> = Mutex::new(Vec::new());

/// Bytes in pages of their own: locked in memory as far as the limit allows, left out of core dumps, wiped when dropped.
pub(crate) struct Pages {
    /// Until this is dropped.
    mapping: Option<Mapping>,
    length: NonZeroUsize,
}

/// Whole pages of the system's.
struct Mapping {
    start: NonNull<u8>,
    size: usize,
    locked: bool,
    /// Whose lock it is: a child of fork has the pages, and has not locked them.
    process: u64,
}

// SAFETY: the pages belong to this value alone, and are changed through `&mut` only.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Zeroed pages; `None` when the system has no memory.
    fn new(size: usize) -> Option<Mapping> {
        let mut mapping = Mapping { start: mapping::map(size)?, size, locked: false, process: 0 };
        mapping.lock(this_process());
        Some(mapping)
    }

    /// Both may be refused, by RLIMIT_MEMLOCK or an old kernel. The token is of use all the same.
    fn lock(&mut self, process: u64) {
        self.process = process;
        // SAFETY: these are the pages from `new`, whole.
        self.locked = unsafe { mapping::lock(self.start, self.size) };
    }

    /// One that was used before, if there is one and nobody else is looking at this moment.
    fn spare() -> Option<Mapping> {
        let mut mapping = SPARE.try_lock().ok()?.pop()?;
        let process = this_process();
        if mapping.process != process {
            mapping.lock(process);
        }
        Some(mapping)
    }

    /// Keeps it for a next time, or gives it back. It must be zero.
    fn put_away(self) {
        if let Ok(mut spare) = SPARE.try_lock()
            && self.size == PAGE
            && self.locked
            && spare.len() < MOST_SPARE
        {
            spare.push(self);
        }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the pages from `new`, whole, and not used again.
        unsafe { mapping::unmap(self.start, self.size) };
    }
}

impl Pages {
    /// Zeroed bytes; `None` when the system has no memory.
    pub(crate) fn new(length: NonZeroUsize) -> Option<Pages> {
        let size = length.get().next_multiple_of(PAGE);
        let spare = if size == PAGE { Mapping::spare() } else { None };
        let mapping = spare.or_else(|| Mapping::new(size))?;
        Some(Pages { mapping: Some(mapping), length })
    }

    /// Whether the system keeps them out of swap.
    pub(crate) fn are_locked(&self) -> bool {
        self.mapping.as_ref().is_some_and(|mapping| mapping.locked)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.mapping {
            // SAFETY: `length` is not more than the mapping's size; mapped and zeroed, until this is dropped.
            Some(mapping) => unsafe { slice::from_raw_parts(mapping.start.as_ptr(), self.length.get()) },
            None => &[],
        }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.mapping {
            // SAFETY: as above, and nobody else has them.
            Some(mapping) => unsafe { slice::from_raw_parts_mut(mapping.start.as_ptr(), self.length.get()) },
            None => &mut [],
        }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        if let Some(mapping) = self.mapping.take() {
            mapping.put_away();
        }
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

    #[test]
    fn pages_that_were_used_before_are_zero() {
        for _ in 0..20 {
            let mut together = [of(10), of(4096), of(1), of(4097), of(100), of(5)];
            for pages in &mut together {
                assert!(pages.bytes().iter().all(|&byte| byte == 0));
                pages.bytes_mut().fill(7);
            }
        }
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
