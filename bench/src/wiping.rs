//! The cost of wiping: the same calls with the library, and with one that does not wipe heap, stack and registers.

use std::error::Error;

use crate::calls::{self, Connection};
use crate::program::Program;
use crate::times::Times;

pub(crate) struct Cost {
    pub(crate) with: Times,
    pub(crate) without: Times,
}

/// Alternates both programs. Every second round runs in reverse order.
pub(crate) fn measure(
    with: &Program,
    without: &Program,
    base_url: &str,
    rounds: usize,
) -> Result<Cost, Box<dyn Error>> {
    let (mut times_with, mut times_without) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut turns = [(with, &mut times_with), (without, &mut times_without)];
        if round % 2 == 1 {
            turns.reverse();
        }
        for (program, times) in turns {
            times.extend(calls::time(program, Connection::Resumed, base_url)?);
        }
    }
    Ok(Cost { with: Times::of(times_with), without: Times::of(times_without) })
}
