//! What wiping costs: the same calls with the library as it is, and with one whose heap, stack and registers stay as they are.

use std::error::Error;
use std::time::Duration;

use crate::program::Program;
use crate::times::Times;

/// Calls of one process; the program is told.
pub(crate) const CALLS: usize = 100;

pub(crate) struct Cost {
    pub(crate) with: Times,
    pub(crate) without: Times,
}

/// Runs both by turns, every second round backwards. The first call of a process is left out: it fills the caches of the
/// process, which says nothing of wiping.
pub(crate) fn measure(with: &Program, without: &Program, rounds: usize) -> Result<Cost, Box<dyn Error>> {
    let (mut times_with, mut times_without) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut turns = [(with, &mut times_with), (without, &mut times_without)];
        if round % 2 == 1 {
            turns.reverse();
        }
        for (program, times) in turns {
            let (output, _) = program.run()?;
            let calls: Vec<Duration> = String::from_utf8_lossy(&output.stdout)
                .lines()
                .map(|line| line.parse().map(Duration::from_nanos))
                .collect::<Result<_, _>>()?;
            if !output.status.success() || calls.len() != CALLS {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                return Err(format!("{}: {} of {CALLS} calls: {said}", program.path.display(), calls.len()).into());
            }
            times.extend(calls.into_iter().skip(1));
        }
    }
    Ok(Cost { with: Times::of(times_with), without: Times::of(times_without) })
}
