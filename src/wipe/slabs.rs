//! Slabs: pages that many tokens share. One mapping and one lock per token would soon reach the system's limits for a
//! process.

use std::ptr::NonNull;

use super::pages::Pages;

/// Most tokens fit in one slot, with their related values: 32,000 of them in 8 MiB, the amount that Linux lets a
/// process lock.
pub(super) const SLOT: usize = 256;
/// The slots of a slab, one bit each.
pub(super) const SLOTS: u32 = u64::BITS;
const SLAB: usize = SLOT * SLOTS as usize;

/// Adjacent slots in one slab.
pub(super) struct Run {
    pub(super) start: NonNull<u8>,
    pub(super) count: u32,
    pub(super) locked: bool,
}

/// Slabs sorted by address. Freed slots are zero, and used again before a new slab is made.
#[derive(Default)]
pub(super) struct Slabs(Vec<Slab>);

struct Slab {
    pages: Pages,
    /// A bit is set while its slot is in use.
    used: u64,
}

impl Slabs {
    /// Takes `count` zeroed slots, from 1 to [`SLOTS`]. `None` if the system has no memory.
    pub(super) fn take(&mut self, count: u32) -> Option<Run> {
        if let Some(run) = self.0.iter_mut().find_map(|slab| slab.take(count)) {
            return Some(run);
        }
        let mut slab = Slab { pages: Pages::new(SLAB)?, used: 0 };
        let run = slab.take(count);
        self.0.insert(self.number_up_to(slab.pages.start()), slab);
        run
    }

    /// Returns slots, which must be zero. One empty slab is kept for later tokens if it is locked, because getting one
    /// from the system takes longer than the rest of a call over an idle connection.
    pub(super) fn give_back(&mut self, run: &Run) {
        let Some(place) = self.number_up_to(run.start).checked_sub(1) else { return };
        let Some(slab) = self.0.get_mut(place) else { return };
        slab.give_back(run);
        let (is_empty, is_locked) = (slab.used == 0, slab.pages.are_locked());
        if is_empty && !(is_locked && self.0.iter().filter(|slab| slab.used == 0).count() == 1) {
            self.0.remove(place);
        }
    }

    /// Returns the number of slabs that start at this address or before it.
    fn number_up_to(&self, address: NonNull<u8>) -> usize {
        self.0.partition_point(|slab| slab.pages.start() <= address)
    }
}

impl Slab {
    fn take(&mut self, count: u32) -> Option<Run> {
        let first = first_free(self.used, count)?;
        self.used |= bits(first, count);
        // SAFETY: `first` is less than SLOTS, so this is within the slab.
        let start = unsafe { self.pages.start().add(first as usize * SLOT) };
        Some(Run { start, count, locked: self.pages.are_locked() })
    }

    fn give_back(&mut self, run: &Run) {
        let offset = run.start.addr().get() - self.pages.start().addr().get();
        let first = (offset / SLOT) as u32 % SLOTS;
        self.used &= !bits(first, run.count);
    }
}

/// Finds the first of `count` adjacent free slots.
fn first_free(used: u64, count: u32) -> Option<u32> {
    // Each step keeps the bits that are followed by one more free slot.
    let starts = (1..count).fold(!used, |starts, _| starts & starts >> 1);
    (starts != 0).then(|| starts.trailing_zeros())
}

fn bits(first: u32, count: u32) -> u64 {
    (u64::MAX >> (SLOTS - count)) << first
}

#[cfg(test)]
mod tests {
    use super::{SLOTS, Slabs, bits, first_free};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn first_free_run_is_free_and_first(used in any::<u64>(), count in 1..=SLOTS) {
            let is_free = |first: u32| first + count <= SLOTS && used & bits(first, count) == 0;
            prop_assert_eq!(first_free(used, count), (0..SLOTS).find(|&first| is_free(first)));
        }

        #[test]
        fn runs_never_overlap_and_one_slab_remains(steps in prop::collection::vec((any::<u8>(), 1..=SLOTS), 1..60)) {
            let mut slabs = Slabs::default();
            let mut live = Vec::new();
            for (choice, count) in steps {
                if choice % 3 == 0 && !live.is_empty() {
                    slabs.give_back(&live.swap_remove(usize::from(choice) % live.len()));
                } else {
                    live.push(slabs.take(count).unwrap());
                }
                let mut ranges: Vec<(usize, usize)> = live.iter()
                    .map(|run| (run.start.addr().get(), run.count as usize * super::SLOT))
                    .collect();
                ranges.sort_unstable();
                prop_assert!(ranges.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0));
            }
            live.iter().for_each(|run| slabs.give_back(run));
            prop_assert!(slabs.0.len() <= 1);
        }
    }
}
