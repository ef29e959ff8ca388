//! What a running call carries through all layers: its time limit, how it is cancelled, where it stands, who is told.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, Timespec, poll};
use rustix::io::Errno;

use super::cancel::Bell;
use super::event::longest_wait;
use super::failure;
use super::phase::{Peer, Phase};
use crate::error::Error;
use crate::log::{Level, Log};

/// No call takes longer; keeps the sums of times within what the clock can hold.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// From here on a wait is cut in two.
const LONG: Duration = Duration::from_millis(500);

/// After the deadline, what has come already is still read, but for no longer than this.
const GRACE: Duration = Duration::from_millis(5);

/// One call while it runs.
pub(super) struct Call<'a> {
    bell: &'a Arc<Bell>,
    log: Option<&'a Log>,
    /// Host and port of both, as messages name them.
    server: &'a str,
    proxy: Option<String>,
    timeout: Duration,
    deadline: Instant,
    phase: Cell<Phase>,
    peer: Cell<Peer>,
    /// When the phase began.
    since: Cell<Instant>,
    /// An end of this phase that comes before the deadline.
    patience: Cell<Option<Instant>>,
    /// Whether the other end has said anything since the phase began.
    heard: Cell<bool>,
    /// Whether a byte of the request has been handed to the system.
    sent: Cell<bool>,
    /// When a wait was entered after the deadline for the first time.
    overdue: Cell<Option<Instant>>,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        bell: &'a Arc<Bell>,
        log: Option<&'a Log>,
        server: &'a str,
        proxy: Option<String>,
        timeout: Duration,
    ) -> Call<'a> {
        let start = Instant::now();
        Call {
            bell,
            log,
            server,
            proxy,
            timeout,
            deadline: start + timeout.min(LONGEST),
            phase: Cell::new(Phase::Lookup),
            peer: Cell::new(Peer::Server),
            since: Cell::new(start),
            patience: Cell::new(None),
            heard: Cell::new(false),
            sent: Cell::new(false),
            overdue: Cell::new(None),
        }
    }

    /// Says that `phase` begins, with the server or the proxy at the other end.
    pub(super) fn enter(&self, phase: Phase, peer: Peer) {
        self.phase.set(phase);
        self.peer.set(peer);
        self.since.set(Instant::now());
        self.patience.set(None);
        self.heard.set(false);
    }

    /// Ends the rest of this phase after `limit`, as the deadline would.
    pub(super) fn hurry(&self, limit: Duration) {
        self.patience.set(Some(Instant::now() + limit));
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    pub(super) fn peer(&self) -> Peer {
        self.peer.get()
    }

    /// Host and port at the other end.
    pub(super) fn peer_name(&self) -> &str {
        match self.peer.get() {
            Peer::Server => self.server,
            Peer::Proxy => self.proxy.as_deref().unwrap_or_default(),
        }
    }

    /// The same for the log, which tells of both.
    pub(super) fn peer_title(&self) -> String {
        match self.peer.get() {
            Peer::Server => self.server.to_owned(),
            Peer::Proxy => format!("proxy {}", self.peer_name()),
        }
    }

    /// The proxy that the server is reached by, for messages: it may be at fault as well.
    pub(super) fn by_way_of(&self) -> String {
        match (self.peer.get(), &self.proxy) {
            (Peer::Server, Some(proxy)) => format!(" by way of proxy {proxy}"),
            _ => String::new(),
        }
    }

    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Notes that bytes have been handed to the system.
    pub(super) fn bytes_left(&self, amount: usize) {
        if amount > 0 && self.phase.get() == Phase::Sending {
            self.sent.set(true);
        }
    }

    /// Notes that bytes have come.
    pub(super) fn bytes_came(&self) {
        self.heard.set(true);
    }

    /// Whether more is waited for after something has come.
    pub(super) fn waits_for_the_rest(&self) -> bool {
        self.heard.get()
    }

    /// Whether the server may have received any byte of the request. Every claim that nothing was sent is made from this.
    pub(super) fn any_byte_sent(&self) -> bool {
        self.sent.get()
    }

    pub(super) fn bell(&self) -> &Arc<Bell> {
        self.bell
    }

    /// What every wait watches beside its socket.
    pub(super) fn watched_bell(&self) -> PollFd<'_> {
        self.bell.watched()
    }

    /// Whether the call may go on: asked where nothing is waited for.
    ///
    /// # Errors
    /// The limit of the call has run out, or it was cancelled.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.bell.is_cancelled() {
            return Err(failure::cancelled(self));
        }
        if Instant::now() >= self.end() {
            return Err(failure::timed_out(self));
        }
        Ok(())
    }

    fn end(&self) -> Instant {
        self.patience.get().map_or(self.deadline, |patience| patience.min(self.deadline))
    }

    /// Waits until one of `watched` is ready; `false` when `until` came first. The first of them is the
    /// [bell](Call::watched_bell), which counts only where there is nothing else to wait for.
    ///
    /// Where only the bell is watched, the wait may end early with `true`.
    ///
    /// A wait that begins after the deadline looks once: an answer that has come already is not lost.
    ///
    /// # Errors
    /// The limit of the call has run out, or it was cancelled.
    pub(super) fn wait(&self, watched: &mut [PollFd<'_>], until: Option<Instant>) -> Result<bool, Error> {
        let deadline = self.end();
        let end = until.map_or(deadline, |until| until.min(deadline));
        loop {
            if self.bell.is_cancelled() {
                return Err(failure::cancelled(self));
            }
            let now = Instant::now();
            if now >= deadline && self.is_grace_over(now) {
                return Err(failure::timed_out(self));
            }
            let left = end.saturating_duration_since(now);
            // Linux wakes poll up to a thousandth of its limit late (select_estimate_accuracy), and five times as much in a
            // process of low priority: 60 ms of a minute. Woken before the end, the loop waits for the rest.
            let nap = longest_wait(if left > LONG { left - left / 100 } else { left });
            let limit = Timespec { tv_sec: nap.as_secs().min(3600) as _, tv_nsec: nap.subsec_nanos() as _ };
            match poll(watched, Some(&limit)) {
                Ok(0) if left.is_zero() => {
                    return if end < deadline { Ok(false) } else { Err(failure::timed_out(self)) };
                }
                // A ring can be lost (`event`): who waits for the bell alone looks at what it rings for.
                Ok(0) if watched.len() == 1 => return Ok(true),
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) if self.bell.is_cancelled() => {}
                Ok(_) => {
                    let (bell, sockets) = watched.split_first().unzip();
                    if bell.is_some_and(is_ready) {
                        // An answer of the resolver may ring after it has been read.
                        self.bell.hush();
                    }
                    if sockets.is_none_or(|sockets| sockets.is_empty() || sockets.iter().any(is_ready)) {
                        return Ok(true);
                    }
                }
                Err(error) => return Err(self.failed(error.into())),
            }
        }
    }

    /// Whether reading what had come by the deadline takes too long. A peer that never stops sending must not keep the call.
    fn is_grace_over(&self, now: Instant) -> bool {
        let since = self.overdue.get().unwrap_or(now);
        self.overdue.set(Some(since));
        now.saturating_duration_since(since) >= GRACE
    }

    /// What an error of the system means here.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        failure::of_io(&error, self)
    }

    /// Tells the log that the phase is done. `what` must not hold a secret.
    pub(super) fn done(&self, what: fmt::Arguments<'_>) {
        if let Some(log) = self.log {
            let ms = self.since.get().elapsed().as_secs_f64() * 1e3;
            log.write(Level::Info, format_args!("{what}; {ms:.1} ms"));
        }
    }

    /// Tells the log of something that is not as it should be.
    pub(super) fn warn(&self, what: fmt::Arguments<'_>) {
        if let Some(log) = self.log {
            log.write(Level::Warning, what);
        }
    }

    /// Whether anybody wants to know what only costs time to find out.
    pub(super) fn is_logged(&self) -> bool {
        self.log.is_some()
    }
}

fn is_ready(watched: &PollFd<'_>) -> bool {
    !watched.revents().is_empty()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::super::cancel::Bell;
    use super::super::event::Event;
    use super::{Call, LONG};
    use crate::error::Code;

    #[test]
    fn a_wait_that_begins_after_the_deadline_looks_once_and_not_for_long() {
        let bell = Arc::new(Bell::new().unwrap());
        let socket = Event::new().unwrap();
        let call = || Call::new(&bell, None, "host:443", None, Duration::ZERO);
        let wait = |call: &Call<'_>| call.wait(&mut [call.watched_bell(), socket.watched()], None);
        assert_eq!(wait(&call()).unwrap_err().code(), Code::Timeout, "nothing has come");
        assert_eq!(call().check().unwrap_err().code(), Code::Timeout);

        socket.set();
        let call = call();
        assert!(wait(&call).unwrap(), "something has come");
        // A peer that never stops sending must not keep the call.
        let start = Instant::now();
        while wait(&call).is_ok() {
            assert!(start.elapsed() < Duration::from_secs(5));
        }
    }
    #[test]
    fn wait_for_the_bell_alone_ends_early_for_a_second_look() {
        let bell = Arc::new(Bell::new().unwrap());
        let call = Call::new(&bell, None, "host:443", None, LONG + LONG);
        assert!(call.wait(&mut [call.watched_bell()], None).unwrap());
    }
}
