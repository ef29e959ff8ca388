//! One call of a public function that may wait: its deadline, its cancellation and its log. They apply to everything inside
//! the call, including every wait.
//!
//! | question | module |
//! |---|---|
//! | wakes and cancels an operation from another thread | `cancel` |
//! | the event that wakes a poll | `event` |

mod cancel;
mod event;

pub(crate) use cancel::{ActiveOperations, Handle, Waker};
pub(crate) use event::Event;

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, Timespec, poll};
use rustix::io::Errno;

use crate::call_facts::{CallFacts, Timing, microseconds};
use crate::call_id::CallId;
use crate::log::{Level, Log};
use cancel::ActiveOperation;
use event::longest_wait;

/// The maximum timeout; keeps sums of times within the range of the clock.
const MAX_TIMEOUT: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Longer waits are divided into two.
const LONG_WAIT: Duration = Duration::from_millis(500);

/// After the deadline, data that has already arrived is read, but at most for this time.
const READ_AFTER_DEADLINE: Duration = Duration::from_millis(5);

/// A running operation, on one thread.
pub(crate) struct Operation<'a> {
    id: CallId,
    entry: ActiveOperation<'a>,
    log: Option<&'a Log>,
    timeout: Duration,
    start: Instant,
    /// The time at which a wait began after the deadline for the first time.
    overdue: Cell<Option<Instant>>,
}

/// The reason why an operation ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The timeout expired.
    TimedOut,
    /// The program cancelled it.
    Cancelled,
    /// The system cannot wait.
    Failed(io::Error),
}

impl<'a> Operation<'a> {
    /// Begins an operation of `handle`. Called before anything else, so that the operation can be cancelled. `keeps`:
    /// more operations are expected.
    pub(crate) fn begin(
        running: &'a ActiveOperations,
        handle: &Arc<Handle>,
        keeps: bool,
        timeout: Duration,
        log: Option<&'a Log>,
    ) -> Operation<'a> {
        let entry = running.enter(handle, keeps);
        let id = CallId::next();
        Operation { id, entry, log, timeout, start: Instant::now(), overdue: Cell::new(None) }
    }

    /// Returns the waker of this operation.
    ///
    /// # Errors
    /// The system has no free descriptor.
    pub(crate) fn waker(&self) -> io::Result<Arc<Waker>> {
        self.entry.waker()
    }

    /// Returns the timeout, measured from the beginning.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    fn deadline(&self) -> Instant {
        self.start + self.timeout.min(MAX_TIMEOUT)
    }

    /// Returns the rest of the timeout.
    pub(crate) fn left(&self) -> Duration {
        self.deadline().saturating_duration_since(Instant::now())
    }

    /// Whether the timeout has expired or the operation was cancelled.
    pub(crate) fn is_over(&self) -> bool {
        self.left().is_zero() || self.entry.is_cancelled()
    }

    /// Completes the facts about this call, which ends now, unless they are complete: a failure that several calls share
    /// is one of the call that has asked. Returns the time that it took, in microseconds.
    pub(crate) fn complete(&self, call: &mut CallFacts) -> i64 {
        let us = microseconds(self.start.elapsed());
        if call.id.is_none() {
            call.id = Some(self.id);
            call.times.add(Timing::Total, us);
        }
        us
    }

    /// Checks whether the operation may continue, at places without a wait. `phase_deadline`: the end of the
    /// current phase. The earlier of it and the deadline counts.
    pub(crate) fn check(&self, waker: &Waker, phase_deadline: Option<Instant>) -> Result<(), Ended> {
        if waker.is_cancelled() {
            return Err(Ended::Cancelled);
        }
        if Instant::now() >= self.end(phase_deadline) {
            return Err(Ended::TimedOut);
        }
        Ok(())
    }

    fn end(&self, phase_deadline: Option<Instant>) -> Instant {
        phase_deadline.map_or(self.deadline(), |phase_deadline| phase_deadline.min(self.deadline()))
    }

    /// Waits until one of `watched` is ready. Returns `false` if `until` came first. The first item must be `waker`,
    /// the operation's own. It counts only if nothing else is watched.
    ///
    /// If only the waker is watched, the wait may end early with `true`.
    ///
    /// A wait that begins after the deadline, or after `phase_deadline` (an earlier deadline), polls once: a response
    /// that has already arrived is not lost.
    pub(crate) fn wait(
        &self,
        waker: &Waker,
        watched: &mut [PollFd<'_>],
        until: Option<Instant>,
        phase_deadline: Option<Instant>,
    ) -> Result<bool, Ended> {
        let deadline = self.end(phase_deadline);
        let end = until.map_or(deadline, |until| until.min(deadline));
        loop {
            if waker.is_cancelled() {
                return Err(Ended::Cancelled);
            }
            let now = Instant::now();
            if now >= deadline && self.is_reading_too_long(now) {
                return Err(Ended::TimedOut);
            }
            let left = end.saturating_duration_since(now);
            // Linux may wake poll late by a thousandth of its timeout (select_estimate_accuracy), or by five times as
            // much in a process of low priority: 60 ms per minute. If woken before the end, the loop waits for the
            // rest.
            let poll_time = longest_wait(if left > LONG_WAIT { left - left / 100 } else { left });
            let limit = Timespec { tv_sec: poll_time.as_secs().min(3600) as _, tv_nsec: poll_time.subsec_nanos() as _ };
            match poll(watched, Some(&limit)) {
                Ok(0) if left.is_zero() => {
                    return if end < deadline { Ok(false) } else { Err(Ended::TimedOut) };
                }
                // A wake-up can be lost (`event`): if only the waker is watched, the caller checks its condition again.
                Ok(0) if watched.len() == 1 => return Ok(true),
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) if waker.is_cancelled() => {}
                Ok(_) => {
                    let (first, sockets) = watched.split_first().unzip();
                    if first.is_some_and(is_ready) {
                        // The resolver may wake the operation after its result has been read.
                        waker.reset();
                    }
                    if sockets.is_none_or(|sockets| sockets.is_empty() || sockets.iter().any(is_ready)) {
                        return Ok(true);
                    }
                }
                Err(error) => return Err(Ended::Failed(error.into())),
            }
        }
    }

    /// Whether reading after the deadline takes too long. A peer that never stops sending must not delay the call.
    fn is_reading_too_long(&self, now: Instant) -> bool {
        let since = self.overdue.get().unwrap_or(now);
        self.overdue.set(Some(since));
        now.saturating_duration_since(since) >= READ_AFTER_DEADLINE
    }

    /// Logs the end of a step that took this time, in microseconds. `what` must not contain a secret.
    pub(crate) fn log_phase_done(&self, what: fmt::Arguments<'_>, us: i64) {
        self.log(Level::Info, format_args!("{what}; {:.1} ms", us as f64 / 1e3));
    }

    /// Writes a line to the log, if there is one. `what` must not contain a secret.
    pub(crate) fn log(&self, level: Level, what: fmt::Arguments<'_>) {
        if let Some(log) = self.log {
            log.write(level, self.id, what);
        }
    }

    /// Whether details for the log are needed that take time to find.
    pub(crate) fn is_logged(&self) -> bool {
        self.log.is_some()
    }
}

fn is_ready(watched: &PollFd<'_>) -> bool {
    !watched.revents().is_empty()
}

/// Makes an operation without a client.
#[cfg(test)]
pub(crate) fn alone(timeout: Duration) -> Operation<'static> {
    Operation::begin(Box::leak(Box::default()), &Arc::default(), false, timeout, None)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Ended, Event, LONG_WAIT, alone};

    #[test]
    fn wait_that_begins_after_the_deadline_polls_once_and_briefly() {
        let socket = Event::new().unwrap();
        let wait = || {
            let operation = alone(Duration::ZERO);
            let waker = operation.waker().unwrap();
            assert!(matches!(operation.check(&waker, None), Err(Ended::TimedOut)));
            operation.wait(&waker, &mut [waker.watched(), socket.watched()], None, None)
        };
        assert!(matches!(wait(), Err(Ended::TimedOut)), "nothing has come");
        socket.set();
        assert!(wait().unwrap(), "something has come");

        // A peer that never stops sending must not delay the call.
        let (operation, start) = (alone(Duration::ZERO), Instant::now());
        let waker = operation.waker().unwrap();
        while operation.wait(&waker, &mut [waker.watched(), socket.watched()], None, None).is_ok() {
            assert!(start.elapsed() < Duration::from_secs(5));
        }
    }

    #[test]
    fn wait_for_the_waker_alone_ends_early_for_another_check() {
        let operation = alone(LONG_WAIT + LONG_WAIT);
        let waker = operation.waker().unwrap();
        assert!(operation.wait(&waker, &mut [waker.watched()], None, None).unwrap());
    }

    #[test]
    fn phase_deadline_ends_a_wait_before_the_deadline() {
        let operation = alone(Duration::from_secs(60));
        let (waker, socket) = (operation.waker().unwrap(), Event::new().unwrap());
        let phase_deadline = Some(Instant::now());
        assert!(matches!(operation.check(&waker, phase_deadline), Err(Ended::TimedOut)));
        let waited = operation.wait(&waker, &mut [waker.watched(), socket.watched()], None, phase_deadline);
        assert!(matches!(waited, Err(Ended::TimedOut)));
    }
}
