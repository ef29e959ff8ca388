//! One call of a public function that may wait: its deadline, how it is cancelled, who is told of its steps. All of it binds
//! everything that happens inside the call, and whatever the call waits for.

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

use crate::log::{Level, Log};
use cancel::ActiveOperation;
use event::longest_wait;

/// No operation takes longer; keeps the sums of times within what the clock can hold.
const MAX_TIMEOUT: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// From here on a wait is cut in two.
const LONG: Duration = Duration::from_millis(500);

/// After the deadline, what has come already is still read, but for no longer than this.
const GRACE: Duration = Duration::from_millis(5);

/// An operation while it runs, on one thread.
pub(crate) struct Operation<'a> {
    entry: ActiveOperation<'a>,
    log: Option<&'a Log>,
    timeout: Duration,
    start: Instant,
    /// When a wait was entered after the deadline for the first time.
    overdue: Cell<Option<Instant>>,
}

/// Why an operation does not go on.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Its limit has run out.
    TimedOut,
    /// The program has cancelled it.
    Cancelled,
    /// The system cannot wait.
    Failed(io::Error),
}

impl<'a> Operation<'a> {
    /// Begins an operation of `handle`: before anything else is done, so that it can be cancelled. `keeps`: there are more
    /// to come.
    pub(crate) fn begin(
        running: &'a ActiveOperations,
        handle: &Arc<Handle>,
        keeps: bool,
        timeout: Duration,
        log: Option<&'a Log>,
    ) -> Operation<'a> {
        let entry = running.enter(handle, keeps);
        Operation { entry, log, timeout, start: Instant::now(), overdue: Cell::new(None) }
    }

    /// What wakes its waits.
    ///
    /// # Errors
    /// The system has no descriptor left.
    pub(crate) fn waker(&self) -> io::Result<Arc<Waker>> {
        self.entry.waker()
    }

    /// The limit, from the beginning on.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    fn deadline(&self) -> Instant {
        self.start + self.timeout.min(MAX_TIMEOUT)
    }

    /// How long it has been running, in milliseconds.
    pub(crate) fn elapsed_ms(&self) -> f64 {
        milliseconds(self.start)
    }

    /// Whether it may go on: asked where nothing is waited for. `phase_deadline`: an earlier end than the deadline.
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

    /// Waits until one of `watched` is ready; `false` when `until` came first. The first of them is `waker`, the
    /// operation's, which counts only where there is nothing else to wait for.
    ///
    /// Where only the waker is watched, the wait may end early with `true`.
    ///
    /// A wait that begins after the deadline, or after `phase_deadline`, which stands for an earlier one, looks once: an answer
    /// that has come already is not lost.
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
            if now >= deadline && self.is_grace_over(now) {
                return Err(Ended::TimedOut);
            }
            let left = end.saturating_duration_since(now);
            // Linux wakes poll up to a thousandth of its limit late (select_estimate_accuracy), and five times as much in a
            // process of low priority: 60 ms of a minute. Woken before the end, the loop waits for the rest.
            let nap = longest_wait(if left > LONG { left - left / 100 } else { left });
            let limit = Timespec { tv_sec: nap.as_secs().min(3600) as _, tv_nsec: nap.subsec_nanos() as _ };
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
                        // The resolver may wake the operation after its answer has been read.
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

    /// Whether reading what had come by the deadline takes too long. A peer that never stops sending must not keep the call.
    fn is_grace_over(&self, now: Instant) -> bool {
        let since = self.overdue.get().unwrap_or(now);
        self.overdue.set(Some(since));
        now.saturating_duration_since(since) >= GRACE
    }

    /// Tells the log that something which began at `since` is done. `what` must not hold a secret.
    pub(crate) fn log_phase_done(&self, what: fmt::Arguments<'_>, since: Instant) {
        if let Some(log) = self.log {
            log.write(Level::Info, format_args!("{what}; {:.1} ms", milliseconds(since)));
        }
    }

    /// Tells the log of something that is not as it should be.
    pub(crate) fn log_warning(&self, what: fmt::Arguments<'_>) {
        if let Some(log) = self.log {
            log.write(Level::Warning, what);
        }
    }

    /// The log, where there is one.
    pub(crate) fn log(&self) -> Option<&'a Log> {
        self.log
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn is_ready(watched: &PollFd<'_>) -> bool {
    !watched.revents().is_empty()
}

/// An operation that nothing else knows of.
#[cfg(test)]
pub(crate) fn alone(timeout: Duration) -> Operation<'static> {
    Operation::begin(Box::leak(Box::default()), &Arc::default(), false, timeout, None)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Ended, Event, LONG, alone};

    #[test]
    fn wait_that_begins_after_the_deadline_looks_once_and_not_for_long() {
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

        // A peer that never stops sending must not keep the call.
        let (operation, start) = (alone(Duration::ZERO), Instant::now());
        let waker = operation.waker().unwrap();
        while operation.wait(&waker, &mut [waker.watched(), socket.watched()], None, None).is_ok() {
            assert!(start.elapsed() < Duration::from_secs(5));
        }
    }

    #[test]
    fn wait_for_the_bell_alone_ends_early_for_a_second_look() {
        let operation = alone(LONG + LONG);
        let waker = operation.waker().unwrap();
        assert!(operation.wait(&waker, &mut [waker.watched()], None, None).unwrap());
    }

    #[test]
    fn patience_ends_a_wait_before_the_deadline() {
        let operation = alone(Duration::from_secs(60));
        let (waker, socket) = (operation.waker().unwrap(), Event::new().unwrap());
        let phase_deadline = Some(Instant::now());
        assert!(matches!(operation.check(&waker, phase_deadline), Err(Ended::TimedOut)));
        let waited = operation.wait(&waker, &mut [waker.watched(), socket.watched()], None, phase_deadline);
        assert!(matches!(waited, Err(Ended::TimedOut)));
    }
}
