//! Facts about one call, which programs can monitor.

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
/// The time of a part that was not reached, or was not necessary.
const NONE: i64 = -1;

/// The times of the parts of a call in microseconds. As small as possible, because they are moved with the call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times([i64; TIMINGS]);

impl Default for Times {
    fn default() -> Times {
        Times([NONE; TIMINGS])
    }
}

impl Times {
    /// Adds a time to a part, which may have several steps.
    pub(crate) fn add(&mut self, part: Timing, us: i64) {
        if let Some(sum) = self.0.get_mut(part as usize) {
            *sum = us.saturating_add((*sum).max(0));
        }
    }
}

/// Converts a time to microseconds.
pub(crate) fn microseconds(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

/// The facts of one call. The default: nothing was called.
#[derive(Clone, Copy, Debug, Default)]
pub struct CallFacts {
    /// The ID of the call.
    pub(crate) id: Option<CallId>,
    pub(crate) times: Times,
    /// The other end of the TCP connection: the proxy's address if there is one. `None`: none was reached.
    pub(crate) remote_address: Option<SocketAddr>,
}

impl CallFacts {
    /// Returns these facts with the times of an earlier request of the same call added.
    pub(crate) fn following(mut self, earlier: &CallFacts) -> CallFacts {
        for (sum, us) in self.times.0.iter_mut().zip(earlier.times.0).filter(|(_, us)| *us != NONE) {
            *sum = us.saturating_add((*sum).max(0));
        }
        self
    }

    /// Returns the time of a part in microseconds, by its number; -1: not reached, not necessary, or no such number.
    pub fn time_us(&self, number: i32) -> i64 {
        usize::try_from(number).ok().and_then(|number| self.times.0.get(number)).map_or(NONE, |us| *us)
    }
}

#[cfg(test)]
mod tests {
    use super::{CallFacts, TIMINGS, Timing};

    #[test]
    fn steps_of_a_part_are_added_and_other_parts_stay_unknown() {
        let mut facts = CallFacts::default();
        for us in [2000, 0, 1] {
            facts.times.add(Timing::Connect, us);
        }
        facts.times.add(Timing::Tls, 0);
        let times: Vec<_> = (-1..=5).map(|number| facts.time_us(number)).collect();
        assert_eq!(times, [-1, -1, 2001, 0, -1, -1, -1]);
        assert_eq!(Timing::Total as usize + 1, TIMINGS);
        assert_eq!((facts.time_us(i32::MIN), facts.time_us(i32::MAX)), (-1, -1));
    }
}
