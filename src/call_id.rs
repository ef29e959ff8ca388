//! Identifies a call in a log that several threads and processes share.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::num::NonZeroU64;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::wipe::PerProcess;

/// The ID of one call, such as `5e1c-17`: a random number of the process, and the number of the call in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallId {
    process: u16,
    number: NonZeroU64,
}

/// The IDs of one process.
struct Numbers {
    process: u16,
    last: AtomicU64,
}

/// A child of fork has its own number of the process.
static NUMBERS: PerProcess<Numbers> = PerProcess::new();

impl CallId {
    /// Returns the next ID of this process. Only the first one of a process needs system calls.
    pub(crate) fn next() -> CallId {
        let numbers = NUMBERS.get(|| Numbers { process: new_process(), last: AtomicU64::new(0) }, |_| {});
        let number = NonZeroU64::MIN.saturating_add(numbers.last.fetch_add(1, Ordering::Relaxed));
        CallId { process: numbers.process, number }
    }
}

/// Makes the number of a process. A child of fork has the random state of its parent, and in containers many processes
/// have the same process ID, so all of them and the time count.
fn new_process() -> u16 {
    let [first, second, ..] = RandomState::new().hash_one((process::id(), SystemTime::now())).to_ne_bytes();
    u16::from_ne_bytes([first, second])
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}-{}", self.process, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::CallId;
    use std::num::NonZeroU64;

    #[test]
    fn id_has_four_digits_of_the_process_and_a_number() {
        let number = NonZeroU64::new(17).unwrap();
        assert_eq!(CallId { process: 0x1c, number }.to_string(), "001c-17");
    }

    #[test]
    fn ids_of_a_process_differ_only_in_their_number() {
        let [first, second] = [CallId::next(), CallId::next()];
        assert_eq!(first.process, second.process);
        assert!(first.number < second.number, "{first} {second}");
    }
}
