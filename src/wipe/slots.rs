//! Memory for a token, which is used longer than a call.

use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::slice;
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroize as _;

use super::fork::this_process;
use super::pages::Pages;
use super::per_process::PerProcess;
use super::slabs::{Run, SLOT, SLOTS, Slabs};
use crate::thread_number::{COPIES, own_copy};

/// A child of fork has its own slabs: the lock of its parent's may never be released, and the child has not locked
/// their memory. Threads use different ones.
static SLABS: PerProcess<[Mutex<Slabs>; COPIES]> = PerProcess::new();

/// Bytes in memory that is locked if the limit allows it and left out of core dumps; wiped when dropped.
pub(crate) struct Slots {
    start: NonNull<u8>,
    length: NonZeroUsize,
    home: Home,
}

/// The memory that the bytes are part of.
enum Home {
    Slab {
        run: Run,
        /// The slabs that the run is part of.
        copy: usize,
        /// The process that the slab belongs to.
        process: u64,
    },
    /// For more bytes than a slab has.
    Own(Pages),
}

// SAFETY: the bytes belong to this value alone, and are changed through `&mut` only.
unsafe impl Send for Slots {}
// SAFETY: as above.
unsafe impl Sync for Slots {}

impl Slots {
    /// Makes zeroed bytes; `None` if the system has no memory.
    pub(crate) fn new(length: NonZeroUsize) -> Option<Slots> {
        let (start, home) = match u32::try_from(length.get().div_ceil(SLOT)) {
            Ok(count) if count <= SLOTS => {
                let copy = own_copy();
                let run = in_slabs(copy, |slabs| slabs.take(count))??;
                (run.start, Home::Slab { run, copy, process: this_process() })
            }
            _ => {
                let pages = Pages::new(length.get())?;
                (pages.start(), Home::Own(pages))
            }
        };
        Some(Slots { start, length, home })
    }

    /// Whether the system keeps them out of swap.
    pub(crate) fn are_locked(&self) -> bool {
        match &self.home {
            Home::Slab { run, .. } => run.locked,
            Home::Own(pages) => pages.are_locked(),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: `length` is not more than its home has; mapped and zeroed, until this is dropped.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.length.get()) }
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and this is the only reference to them.
        unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), self.length.get()) }
    }
}

impl Drop for Slots {
    fn drop(&mut self) {
        self.bytes_mut().zeroize();
        if let Home::Slab { run, copy, process } = &self.home
            // Slots of a parent stay in use, wiped.
            && *process == this_process()
        {
            in_slabs(*copy, |slabs| slabs.give_back(run));
        }
    }
}

/// Holds the lock only for this time, only on threads of this process, and never while code of the calling program
/// runs.
fn in_slabs<R>(copy: usize, work: impl FnOnce(&mut Slabs) -> R) -> Option<R> {
    let slabs = SLABS.get(Default::default, |_| {}).get(copy)?;
    Some(work(&mut slabs.lock().unwrap_or_else(PoisonError::into_inner)))
}

/// Taken by three tests: two need memory that may be locked, and the third uses all of it.
#[cfg(all(test, target_os = "linux"))]
pub(super) static LOCKABLE: Mutex<()> = Mutex::new(());

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use super::LOCKABLE;
    use super::Slots;
    use std::num::NonZeroUsize;
    #[cfg(target_os = "linux")]
    use std::sync::PoisonError;

    fn of(length: usize) -> Slots {
        Slots::new(NonZeroUsize::new(length).unwrap()).unwrap()
    }

    #[test]
    fn slots_are_zero_and_keep_written_bytes() {
        for length in [1, 256, 257, 5000, 16384, 16385, 70000] {
            let mut slots = of(length);
            assert!(slots.bytes().iter().all(|&byte| byte == 0));
            slots.bytes_mut().fill(7);
            assert_eq!(slots.bytes().len(), length);
            assert!(slots.bytes().iter().all(|&byte| byte == 7));
        }
    }

    #[test]
    fn reused_slots_are_zero() {
        for _ in 0..20 {
            let mut together = [of(10), of(4096), of(1), of(4097), of(16385), of(5)];
            for slots in &mut together {
                assert!(slots.bytes().iter().all(|&byte| byte == 0));
                slots.bytes_mut().fill(7);
            }
        }
    }

    /// Checked with the system's own list: `lo` locked, `dd` not dumped.
    #[test]
    #[cfg(target_os = "linux")]
    fn slots_are_locked_and_left_out_of_dumps() {
        let _alone = LOCKABLE.lock().unwrap_or_else(PoisonError::into_inner);
        for slots in [of(100), of(20000)] {
            let address = slots.bytes().as_ptr() as usize;
            let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            let mut lines = maps.lines().skip_while(|line| {
                let range = line.split(' ').next().and_then(|range| range.split_once('-'));
                let range = range.map(|(from, to)| (usize::from_str_radix(from, 16), usize::from_str_radix(to, 16)));
                !matches!(range, Some((Ok(from), Ok(to))) if (from..to).contains(&address))
            });
            let flags = lines.find(|line| line.starts_with("VmFlags:")).expect("a mapping");
            assert!(flags.contains(" lo") && flags.contains(" dd"), "{flags}");
        }
    }

    /// The system allows 65,530 mappings.
    #[test]
    #[cfg(target_os = "linux")]
    fn mappings_stay_few_if_every_second_of_140_000_is_freed() {
        let _alone = LOCKABLE.lock().unwrap_or_else(PoisonError::into_inner);
        let mappings = || std::fs::read_to_string("/proc/self/maps").unwrap().lines().count();
        let before = mappings();
        let mut live: Vec<Slots> = (0..140_000).map(|_| of(150)).collect();
        let mut number = 0;
        live.retain(|_| {
            number += 1;
            number % 2 == 0
        });
        let more = mappings().saturating_sub(before);
        assert!(more < 3000, "{more} more mappings");
    }
}
