//! Connections that are kept open for the next call.

use std::sync::{Mutex, TryLockError};
use std::time::{Duration, Instant};

use super::exchange::Connection;

/// More than that would be needed at once only by as many threads.
const MOST: usize = 8;

/// Idle connections, the one that was used last at the end.
#[derive(Default)]
pub(super) struct Kept(Mutex<Vec<(Connection, Instant)>>);

impl Kept {
    /// A connection that has been idle for less than `longest` and that the server has not closed. Others are closed.
    pub(super) fn take(&self, longest: Duration) -> Option<Connection> {
        loop {
            let (mut connection, idle_since) = self.with(Vec::pop).flatten()?;
            if idle_since.elapsed() >= longest {
                // The others have been idle for longer still.
                self.close_all();
                return None;
            }
            // Not under the lock, for it asks the system.
            if connection.is_idle() {
                return Some(connection);
            }
        }
    }

    /// Keeps a connection for the next call. With more than eight the one that was idle longest is closed.
    pub(super) fn put(&self, connection: Connection) {
        let oldest = self.with(|kept| {
            kept.push((connection, Instant::now()));
            (kept.len() > MOST).then(|| kept.remove(0))
        });
        drop(oldest);
    }

    /// Closes them all, unless the lock is taken: in a child of fork it may never come free. What then stays is not used.
    pub(super) fn close_all(&self) {
        drop(self.with(std::mem::take));
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
