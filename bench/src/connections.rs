//! Durations of one call in a running process, by kind of connection. The programs use nativeflow, libcurl and, as the
//! minimum, rustls without HTTP and XML.

use std::collections::BTreeSet;
use std::error::Error;

use nativeflow_stub::Stub;

use crate::calls::{self, CALLS, Connection};
use crate::program::Program;
use crate::times::Times;

/// The durations for one kind of connection.
pub(crate) struct Row {
    pub(crate) connection: Connection,
    pub(crate) nativeflow: Times,
    pub(crate) libcurl: Times,
    pub(crate) floor: Times,
}

pub(crate) struct Results {
    pub(crate) rows: Vec<Row>,
    /// Number of calls of each side in a row.
    pub(crate) calls: usize,
    /// TLS version and cipher suite, the same in all calls.
    pub(crate) tls: String,
}

pub(crate) struct Course<'a> {
    pub(crate) nativeflow: &'a Program,
    pub(crate) libcurl: &'a Program,
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
        let (mut nativeflow, mut libcurl, mut floor) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            let mut turns =
                [(self.nativeflow, &mut nativeflow), (self.floor, &mut floor), (self.libcurl, &mut libcurl)];
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
        let (nativeflow, libcurl, floor) = (Times::of(nativeflow), Times::of(libcurl), Times::of(floor));
        Ok(Row { connection, nativeflow, libcurl, floor })
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
