//! Alternates the programs, so that other load on the machine affects all of them equally.

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use crate::program::Program;
use crate::times::Times;
use crate::token;

pub(crate) struct Race<'a> {
    pub(crate) nativeflow: &'a Program,
    pub(crate) libcurl: &'a Program,
    /// Does nothing. Its duration is the cost of the harness.
    pub(crate) floor: &'a Program,
    pub(crate) base_url: &'a str,
}

pub(crate) struct Results {
    pub(crate) nativeflow: Times,
    pub(crate) libcurl: Times,
    pub(crate) floor: Times,
}

impl Race<'_> {
    /// Every second round runs in reverse order (ABBA), so that a machine that gets slower or faster favors no program.
    pub(crate) fn run(&self, warm_ups: usize, runs: usize) -> Result<Results, Box<dyn Error>> {
        let (mut nativeflow, mut libcurl, mut floor) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..warm_ups + runs {
            let mut turns =
                [(self.nativeflow, &mut nativeflow), (self.floor, &mut floor), (self.libcurl, &mut libcurl)];
            if round % 2 == 1 {
                turns.reverse();
            }
            for (program, times) in turns {
                let time = self.turn(program)?;
                if round >= warm_ups {
                    times.push(time);
                }
            }
        }
        Ok(Results { nativeflow: Times::of(nativeflow), libcurl: Times::of(libcurl), floor: Times::of(floor) })
    }

    fn turn(&self, program: &Program) -> Result<Duration, Box<dyn Error>> {
        let (output, time) = program.run()?;
        if !std::ptr::eq(program, self.floor) {
            let failed = |what: &dyn Display| format!("{}: {what}", program.path.display());
            let printed = token::printed(&output).map_err(|error| failed(&error))?;
            let lines: Vec<&str> = printed.lines().collect();
            let token = lines.try_into().map_err(|_| failed(&"expected three lines of output"))?;
            token::check(token, self.base_url, program.service).map_err(|error| failed(&error))?;
        }
        Ok(time)
    }
}
