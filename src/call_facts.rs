//! Facts about one call, for programs that monitor their calls.

use std::net::SocketAddr;
use std::time::Duration;

use crate::call_id::CallId;

/// A part of a call whose time is measured. The numbers are those of the C constants `NF_TIMING_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Timing {
    /// The lookup of the first host name: the proxy's if there is one, otherwise the server's.
    Lookup = 0,
    /// From the first address to a connection to the server; a proxy's TLS handshake and tunnel are a part of it.
    Connect = 1,
    /// The TLS handshake with the server.
    Tls = 2,
    /// The request and its response.
    Server = 3,
    /// The whole call.
    Total = 4,
}

/// The number of timings.
const TIMINGS: usize = 5;

/// The facts of one call. The default: nothing was called.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallFacts {
    id: Option<CallId>,
    /// The time of each part; `None`: not reached, or not necessary.
    times: [Option<Duration>; TIMINGS],
    remote_address: Option<SocketAddr>,
}

impl CallFacts {
    /// Returns the ID of the call; `None`: there was no call.
    pub fn id(&self) -> Option<CallId> {
        self.id
    }

    /// Returns the time of a part, by its number; `None`: not reached, not necessary, or no such number.
    pub fn time(&self, number: i32) -> Option<Duration> {
        self.times.get(usize::try_from(number).ok()?).copied().flatten()
    }

    /// Returns the other end of the TCP connection: the proxy's address if there is one. `None`: none was reached.
    pub fn remote_address(&self) -> Option<SocketAddr> {
        self.remote_address
    }

    /// Adds a time to a part, which may have several steps.
    pub(crate) fn add_time(&mut self, part: Timing, time: Duration) {
        if let Some(sum) = self.times.get_mut(part as usize) {
            *sum = Some(sum.unwrap_or_default() + time);
        }
    }

    pub(crate) fn set_remote_address(&mut self, address: SocketAddr) {
        self.remote_address = Some(address);
    }

    /// Completes the facts at the end of the call.
    pub(crate) fn complete(&mut self, id: CallId, total: Duration) {
        self.id = Some(id);
        self.add_time(Timing::Total, total);
    }
}

#[cfg(test)]
mod tests {
    use super::{CallFacts, TIMINGS, Timing};
    use std::time::Duration;

    #[test]
    fn steps_of_a_part_are_added_and_other_parts_stay_unknown() {
        let mut facts = CallFacts::default();
        facts.add_time(Timing::Connect, Duration::from_millis(2));
        facts.add_time(Timing::Connect, Duration::ZERO);
        facts.add_time(Timing::Connect, Duration::from_micros(1));
        let times: Vec<_> = (-1..=5).map(|number| facts.time(number).map(|time| time.as_micros())).collect();
        assert_eq!(times, [None, None, Some(2001), None, None, None, None]);
        assert_eq!(Timing::Total as usize + 1, TIMINGS);
        assert_eq!((facts.time(i32::MIN), facts.time(i32::MAX)), (None, None));
    }
}
