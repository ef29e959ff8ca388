//! Connections that are kept open for the next call.

use std::mem;
use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

use http::HeaderMap;

use super::exchange::Connection;

/// More than that would be needed at once only by as many threads.
const MOST: usize = 8;
/// No connection is used for longer: a host that moves, or a certificate that is withdrawn, is noticed by then. A handshake
/// every five minutes costs nothing.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);
/// A request must arrive before the server's own limit is over.
const MARGIN: Duration = Duration::from_secs(1);

/// Idle connections, the one that was used last at the end, each with the time until which it may be used.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<(Connection, Instant)>>);

impl Kept {
    /// The connection that was used last. Those whose time is over are closed.
    pub(super) fn take(&self) -> Option<Connection> {
        let now = Instant::now();
        let (taken, over) = self.with(|kept| {
            let (usable, over): (Vec<_>, Vec<_>) = mem::take(kept).into_iter().partition(|(_, until)| now < *until);
            *kept = usable;
            (kept.pop(), over)
        })?;
        // Not under the lock, for it asks the system.
        drop(over);
        taken.map(|(connection, _)| connection)
    }

    /// Keeps a connection for the next call. With more than eight the one that was idle longest is closed.
    pub(super) fn put(&self, connection: Connection, until: Instant) {
        let oldest = self.with(|kept| {
            kept.push((connection, until));
            (kept.len() > MOST).then(|| kept.remove(0))
        });
        drop(oldest);
    }

    /// Closes them all, unless the lock is taken: in a child of fork it may never come free. What then stays is not used.
    pub(super) fn close_all(&self) {
        drop(self.with(mem::take));
    }

    /// Nobody does more under the lock than to add or to remove. Where it is taken all the same, nothing is kept.
    fn with<T>(&self, change: impl FnOnce(&mut Vec<(Connection, Instant)>) -> T) -> Option<T> {
        match self.0.try_lock() {
            Ok(mut kept) => Some(change(&mut kept)),
            Err(TryLockError::Poisoned(kept)) => Some(change(&mut kept.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Until when a connection that is idle from `now` on may be used: as long as this side wants, and no longer than the server
/// has announced. `None`: it is not worth keeping. `since`: when it was made.
pub(super) fn usable_until(now: Instant, since: Instant, wanted: Duration, headers: &HeaderMap) -> Option<Instant> {
    let longest = announced(headers).map_or(wanted, |announced| wanted.min(announced.saturating_sub(MARGIN)));
    let until = (now + longest).min(since + MAX_AGE);
    (until > now).then_some(until)
}

/// How long the server keeps an idle connection open: `Keep-Alive: timeout=5, max=100` (RFC 2068, section 19.7.1.1).
fn announced(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all("keep-alive").iter().filter_map(|value| value.to_str().ok());
    let parameters = values.flat_map(|value| value.split(',')).filter_map(|parameter| parameter.split_once('='));
    parameters
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("timeout"))
        .filter_map(|(_, seconds)| seconds.trim().trim_matches('"').parse().ok())
        .min()
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use http::HeaderMap;

    use super::{MAX_AGE, usable_until};

    #[test]
    fn the_shortest_of_three_limits_counts() {
        let since = Instant::now();
        let seconds = Duration::from_secs;
        for (header, age, wanted, left) in [
            (None, 0, 60, Some(60)),
            (Some("timeout=5"), 0, 60, Some(4)),
            (Some("timeout=5, max=100"), 0, 60, Some(4)),
            (Some("max=100 , Timeout = \"5\""), 0, 60, Some(4)),
            (Some("timeout=5"), 0, 2, Some(2)),
            (Some("timeout=1"), 0, 60, None),
            (Some("timeout=0"), 0, 60, None),
            (Some("timeout=99999999999999999999999"), 0, 60, Some(60)),
            (Some("timeout=18446744073709551615"), 0, 60, Some(60)),
            (Some("timeout=soon, 5, timeout"), 0, 60, Some(60)),
            (None, 290, 60, Some(10)),
            (None, 300, 60, None),
            (None, 3000, 60, None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert("keep-alive", header.parse().unwrap());
            }
            let now = since + seconds(age);
            let until = usable_until(now, since, seconds(wanted), &headers);
            assert_eq!(until.map(|until| until - now), left.map(seconds), "{header:?}, {age} s old");
        }
        assert_eq!(MAX_AGE, seconds(300));
    }
}
