//! Many calls of one process: their durations, and a check of each result.

use std::error::Error;
use std::fmt::Display;
use std::time::Duration;

use crate::program::Program;
use crate::token;

/// Number of calls in one process.
pub(crate) const CALLS: u32 = 100;

/// The kind of connection that a call uses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connection {
    /// All calls of a process use one connection.
    Kept,
    /// A new connection, with the TLS session of an earlier one.
    Resumed,
    /// A new connection, with a full handshake.
    Full,
}

impl Connection {
    /// The argument of the programs.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Connection::Kept => "kept",
            Connection::Resumed => "resumed",
            Connection::Full => "full",
        }
    }
}

/// Runs a program that prints four lines per call: its duration in nanoseconds, and the token. Leaves out the first
/// call, which fills the caches of the process and creates the connection or session for the others.
pub(crate) fn time(program: &Program, connection: Connection, base_url: &str) -> Result<Vec<Duration>, Box<dyn Error>> {
    let calls = run::<4>(program, connection)?;
    for [_, token @ ..] in &calls {
        token::check(token.each_ref().map(String::as_str), base_url, program.service)
            .map_err(|error| failed(program, &error))?;
    }
    times(&calls)
}

/// Does the same for a program that prints only the duration.
pub(crate) fn time_without_token(program: &Program, connection: Connection) -> Result<Vec<Duration>, Box<dyn Error>> {
    times(&run::<1>(program, connection)?)
}

/// Returns the lines that the program prints for each call.
fn run<const LINES: usize>(program: &Program, connection: Connection) -> Result<Vec<[String; LINES]>, Box<dyn Error>> {
    let output = program.run_with(&[&CALLS.to_string(), connection.word()])?;
    let printed = token::printed(&output).map_err(|error| failed(program, &error))?;
    let lines: Vec<String> = printed.lines().map(str::to_owned).collect();
    match lines.as_chunks() {
        (calls, []) if calls.len() == CALLS as usize => Ok(calls.to_vec()),
        (calls, _) => Err(failed(program, &format_args!("{} of {CALLS} calls", calls.len())).into()),
    }
}

fn times<const LINES: usize>(calls: &[[String; LINES]]) -> Result<Vec<Duration>, Box<dyn Error>> {
    let nanoseconds = calls.iter().skip(1).flat_map(|call| call.first());
    Ok(nanoseconds.map(|text| text.parse().map(Duration::from_nanos)).collect::<Result<_, _>>()?)
}

fn failed(program: &Program, what: &dyn Display) -> String {
    format!("{}: {what}", program.path.display())
}
