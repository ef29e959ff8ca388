//! Durations of one call in a running process, by kind of connection. The programs use nativeflow, libcurl and, as the
//! minimum, rustls without HTTP and XML.

use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use nativeflow_stub::Stub;

use crate::calls::{self, CALLS, Connection};
use crate::program::Program;
use crate::times::Times;

/// Both sides of a comparison.
pub(crate) struct Pair<T> {
    pub(crate) nativeflow: T,
    pub(crate) libcurl: T,
}

/// The durations for one kind of connection.
pub(crate) struct Row {
    pub(crate) connection: Connection,
    pub(crate) native: Pair<Times>,
    pub(crate) oauth2: Pair<Times>,
    pub(crate) floor: Times,
}

impl Pair<Vec<Duration>> {
    fn times(self) -> Pair<Times> {
        Pair { nativeflow: Times::of(self.nativeflow), libcurl: Times::of(self.libcurl) }
    }
}

impl Pair<Times> {
    /// The median of nativeflow, divided by that of libcurl.
    pub(crate) fn ratio(&self) -> f64 {
        self.nativeflow.median.as_secs_f64() / self.libcurl.median.as_secs_f64()
    }
}

pub(crate) struct Results {
    pub(crate) rows: Vec<Row>,
    /// Number of calls of each side in a row.
    pub(crate) calls: usize,
    /// TLS version and cipher suite, the same in all calls.
    pub(crate) tls: String,
}

pub(crate) struct Course<'a> {
    pub(crate) native: Pair<&'a Program>,
    pub(crate) oauth2: Pair<&'a Program>,
    /// Prints no token.
    pub(crate) floor: &'a Program,
    pub(crate) stub: &'a Stub,
}

impl Course<'_> {
    /// Alternates the programs. Every second round runs in reverse order.
    pub(crate) fn measure(&self, rounds: usize) -> Result<Results, Box<dyn Error>> {
        let kinds = [Connection::Kept, Connection::Resumed, Connection::Full];
        let rows = kinds.map(|connection| self.row(connection, rounds));
        let rows = rows.into_iter().collect::<Result<_, _>>()?;
        Ok(Results { rows, calls: rounds * (CALLS as usize - 1), tls: self.tls()? })
    }

    fn row(&self, connection: Connection, rounds: usize) -> Result<Row, Box<dyn Error>> {
        let base_url = self.stub.base_url();
        let mut native = Pair { nativeflow: Vec::new(), libcurl: Vec::new() };
        let mut oauth2 = Pair { nativeflow: Vec::new(), libcurl: Vec::new() };
        let mut floor = Vec::new();
        for round in 0..rounds {
            let mut turns = [
                (self.native.nativeflow, &mut native.nativeflow),
                (self.oauth2.nativeflow, &mut oauth2.nativeflow),
                (self.floor, &mut floor),
                (self.oauth2.libcurl, &mut oauth2.libcurl),
                (self.native.libcurl, &mut native.libcurl),
            ];
            if round % 2 == 1 {
                turns.reverse();
            }
            for (program, times) in turns {
                let before = self.handshakes();
                times.extend(match std::ptr::eq(program, self.floor) {
                    true => calls::time_without_token(program, connection)?,
                    false => calls::time(program, connection, &base_url)?,
                });
                check(connection, before, self.handshakes())?;
            }
        }
        Ok(Row { connection, native: native.times(), oauth2: oauth2.times(), floor: Times::of(floor) })
    }

    fn handshakes(&self) -> Handshakes {
        let handshakes = self.stub.handshakes();
        let count =
            |resumed| handshakes.iter().filter(|(kind, _)| kind.resumed == resumed).map(|(_, count)| count).sum();
        Handshakes { full: count(false), resumed: count(true) }
    }

    /// Fails unless all sides have negotiated the same version and cipher suite.
    fn tls(&self) -> Result<String, Box<dyn Error>> {
        let kinds = self.stub.handshakes();
        let kinds: BTreeSet<String> = kinds.keys().map(|kind| format!("{}, {}", kind.version, kind.suite)).collect();
        match kinds.len() {
            1 => Ok(kinds.into_iter().collect()),
            _ => Err(format!("sides use different TLS parameters: {kinds:?}").into()),
        }
    }
}

/// Number of handshakes of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Handshakes {
    full: u64,
    resumed: u64,
}

/// Fails unless the server counted the expected handshakes. Fewer or more of them would be other work than the measured
/// one.
fn check(connection: Connection, before: Handshakes, after: Handshakes) -> Result<(), String> {
    let counted = Handshakes { full: after.full - before.full, resumed: after.resumed - before.resumed };
    let calls = u64::from(CALLS);
    let expected = match connection {
        Connection::Kept => Handshakes { full: 1, resumed: 0 },
        Connection::Resumed => Handshakes { full: 1, resumed: calls - 1 },
        Connection::Full => Handshakes { full: calls, resumed: 0 },
    };
    match counted == expected {
        true => Ok(()),
        false => Err(format!("{}: the server counted {counted:?} instead of {expected:?}", connection.word())),
    }
}
