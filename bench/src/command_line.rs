//! What the arguments ask for.

use std::path::PathBuf;

use lexopt::prelude::*;

pub(crate) const USAGE: &str = "\
usage: nativeflow-bench [--runs N] [--warm-ups N] PROGRAMS LIBRARY

    PROGRAMS    folder with the compiled programs of bench/c
    LIBRARY     the libnativeflow.so that with_nativeflow loads
    --runs      runs of each program that count (200); a tenth as many runs of a hundred calls each
    --warm-ups  runs of each program before those (20)

bench/run.sh builds all of it and then calls this.";

pub(crate) struct Arguments {
    pub(crate) programs: PathBuf,
    pub(crate) library: PathBuf,
    pub(crate) runs: usize,
    pub(crate) warm_ups: usize,
}

/// `None`: asked for help.
pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Option<Arguments>, lexopt::Error> {
    let (mut runs, mut warm_ups) = (200, 20);
    let mut paths = Vec::new();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("runs") => runs = arguments.value()?.parse()?,
            Long("warm-ups") => warm_ups = arguments.value()?.parse()?,
            Long("help") | Short('h') => return Ok(None),
            Value(path) => paths.push(PathBuf::from(path)),
            other => return Err(other.unexpected()),
        }
    }
    if runs == 0 {
        return Err("--runs: at least 1".into());
    }
    let [programs, library] = <[PathBuf; 2]>::try_from(paths).map_err(|_| "needs PROGRAMS and LIBRARY")?;
    Ok(Some(Arguments { programs, library, runs, warm_ups }))
}
