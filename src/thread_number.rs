//! Numbers the threads, so that those which run at the same time use different copies of shared data. Threads that change
//! the same memory, even a lock, wait for each other's processor.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many copies are worth their memory.
pub(crate) const COPIES: usize = 4;

/// Returns the number of the copy for this thread, less than [`COPIES`].
pub(crate) fn own_copy() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static OWN: usize = NEXT.fetch_add(1, Ordering::Relaxed) % COPIES;
    }
    // Not there while a thread ends.
    OWN.try_with(|own| *own).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{COPIES, own_copy};
    use std::thread;

    #[test]
    fn thread_keeps_its_number_and_others_get_the_next_ones() {
        let numbers = || (own_copy(), own_copy());
        let all: Vec<_> = (0..2 * COPIES).map(|_| thread::spawn(numbers).join().unwrap()).collect();
        assert!(all.iter().all(|(first, second)| first == second && *first < COPIES));
        assert!(all.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
