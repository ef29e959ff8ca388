//! A cached token of a session: its duration on one thread and on two, its system calls, and the memory of a session.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::program::Program;
use crate::times::Times;

/// Calls of each thread in one process.
const CALLS: u32 = 200_000;
/// The same in Python, which takes longer for each.
const CALLS_OF_MSAL: u32 = 20_000;
const MARKED_CALLS: &str = "100000";
const SESSIONS: u32 = 100_000;

pub(crate) struct Results {
    /// One call on one thread.
    pub(crate) one: Times,
    /// One call on each of two threads at once.
    pub(crate) two: Times,
    /// The same in MSAL Python; `None` if it is not installed.
    pub(crate) msal: Option<Times>,
    /// System calls during [`MARKED_CALLS`]; `None` without strace.
    pub(crate) system_calls: Option<usize>,
    /// Bytes of a session with a token, of each service.
    pub(crate) session_bytes: [u64; 2],
}

/// Alternates one thread, two threads and MSAL. Every second round runs in reverse order.
pub(crate) fn measure(
    native: &Program,
    oauth2: &Program,
    msal: Option<&Path>,
    rounds: usize,
) -> Result<Results, Box<dyn Error>> {
    let on_threads = |threads: &str| -> Result<Duration, Box<dyn Error>> {
        let printed = printed(native, &["threads", threads, &CALLS.to_string()])?;
        Ok(Duration::from_nanos(printed / u64::from(CALLS)))
    };
    let (mut one, mut two, mut python) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut turns = [0, 1, 2];
        if round % 2 == 1 {
            turns.reverse();
        }
        for turn in turns {
            match (turn, msal) {
                (0, _) => one.push(on_threads("1")?),
                (1, _) => two.push(on_threads("2")?),
                (_, Some(msal)) => python.push(with_msal(msal)?),
                (_, None) => {}
            }
        }
    }
    let sessions = |program| -> Result<u64, Box<dyn Error>> {
        Ok(printed(program, &["sessions", "1", &SESSIONS.to_string()])? / u64::from(SESSIONS))
    };
    Ok(Results {
        one: Times::of(one),
        two: Times::of(two),
        msal: msal.map(|_| Times::of(python)),
        system_calls: system_calls(native)?,
        session_bytes: [sessions(native)?, sessions(oauth2)?],
    })
}

impl Results {
    /// Calls per second of two threads, divided by those of one.
    pub(crate) fn scaling(&self) -> f64 {
        2.0 * self.one.median.as_secs_f64() / self.two.median.as_secs_f64()
    }
}

fn printed(program: &Program, arguments: &[&str]) -> Result<u64, Box<dyn Error>> {
    let output = program.run_with(arguments)?;
    number(&output).ok_or_else(|| format!("{} failed: {}", program.path.display(), text(&output.stderr)).into())
}

fn with_msal(python: &Path) -> Result<Duration, Box<dyn Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/cached_with_msal.py");
    let output = Command::new(python).arg(script).arg(CALLS_OF_MSAL.to_string()).output()?;
    let nanoseconds = number(&output).ok_or_else(|| format!("cached_with_msal.py failed: {}", text(&output.stderr)))?;
    Ok(Duration::from_nanos(nanoseconds / u64::from(CALLS_OF_MSAL)))
}

fn number(output: &std::process::Output) -> Option<u64> {
    text(&output.stdout).trim().parse().ok().filter(|_| output.status.success())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The number of lines that strace writes between the two marks of the program.
fn system_calls(program: &Program) -> Result<Option<usize>, Box<dyn Error>> {
    let trace = program.path.with_extension("strace");
    let mut strace = Command::new("strace");
    strace.arg("-f").arg("-o").arg(&trace).arg(&program.path).args(&program.arguments);
    let Ok(output) = program.run_as(strace.args(["marked", "1", MARKED_CALLS])) else { return Ok(None) };
    if !output.status.success() {
        return Err(format!("strace failed: {}", text(&output.stderr)).into());
    }
    let trace = std::fs::read_to_string(&trace)?;
    let is = |line: &&str, mark: &str| line.contains(&format!("write(2, \"{mark}\\n\""));
    let between = trace.lines().skip_while(|line| !is(line, "begin")).skip(1);
    let count = between.clone().take_while(|line| !is(line, "end")).count();
    match between.clone().any(|line| is(&line, "end")) {
        true => Ok(Some(count)),
        false => Err("the marks are not in the trace".into()),
    }
}
