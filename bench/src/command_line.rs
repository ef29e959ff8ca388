//! Command-line arguments.

use std::path::PathBuf;

use lexopt::prelude::*;

pub(crate) const USAGE: &str = "\
usage: nativeflow-bench [--runs N] [--warm-ups N] [--msal PYTHON] PROGRAMS LIBRARY

    PROGRAMS    directory with the compiled programs of bench/c
    LIBRARY     the libnativeflow.so that with_nativeflow loads
    --runs      measured runs of each program (200); a tenth of this number with a hundred calls each
    --warm-ups  unmeasured runs of each program before (20)
    --msal      a Python interpreter that has MSAL

bench/run.sh builds everything and then runs this program.";

pub(crate) struct Arguments {
    pub(crate) programs: PathBuf,
    pub(crate) library: PathBuf,
    pub(crate) runs: usize,
    pub(crate) warm_ups: usize,
    pub(crate) msal: Option<PathBuf>,
}

/// Returns `None` if the arguments request help.
pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Option<Arguments>, lexopt::Error> {
    let (mut runs, mut warm_ups) = (200, 20);
    let (mut paths, mut msal) = (Vec::new(), None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("runs") => runs = arguments.value()?.parse()?,
            Long("warm-ups") => warm_ups = arguments.value()?.parse()?,
            Long("msal") => msal = Some(PathBuf::from(arguments.value()?)),
            Long("help") | Short('h') => return Ok(None),
            Value(path) => paths.push(PathBuf::from(path)),
            other => return Err(other.unexpected()),
        }
    }
    if runs == 0 {
        return Err("--runs must be at least 1".into());
    }
    let [programs, library] = <[PathBuf; 2]>::try_from(paths).map_err(|_| "expected PROGRAMS and LIBRARY")?;
    Ok(Some(Arguments { programs, library, runs, warm_ups, msal }))
}
