//! Selects the processor for all measurements.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Binds this thread, and every thread and process that it starts, to one processor.
pub(crate) fn stay_on_one() -> io::Result<()> {
    let allowed = sched_getaffinity(None)?;
    let mut one = CpuSet::new();
    if let Some(last) = (0..CpuSet::MAX_CPU).rfind(|&number| allowed.is_set(number)) {
        one.set(last);
    }
    Ok(sched_setaffinity(None, &one)?)
}
