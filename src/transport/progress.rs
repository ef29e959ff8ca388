//! The progress of an exchange. It determines the cause of a failure, and so the administrator's next step.

use std::cell::Cell;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::proxy::Proxy;
use crate::call_facts::{CallFacts, Times, Timing, microseconds};
use crate::error::Error;
use crate::message::Endpoint;

/// The current phase of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Lookup,
    Connecting,
    /// The TLS handshake.
    Handshake,
    /// Opening a tunnel through the proxy.
    Tunnel,
    /// Making sure that no data was received before the request is sent.
    Checking,
    /// The phase does not determine whether a credential has left this machine: see `Progress::any_byte_sent`.
    Sending,
    Waiting,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Lookup => "resolving the host name",
            Phase::Connecting => "connecting",
            Phase::Handshake => "in the TLS handshake",
            Phase::Tunnel => "opening the tunnel through the proxy",
            Phase::Checking => "before sending the request",
            Phase::Sending => "sending the request",
            Phase::Waiting => "waiting for the response",
        })
    }
}

/// The other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Server,
    Proxy,
}

/// The progress of an exchange. It belongs to the exchange and not to the waiting operation, because another operation
/// may continue the exchange.
pub(crate) struct Progress {
    /// Both ends that messages may name.
    server: Endpoint,
    proxy: Option<Arc<Proxy>>,
    phase: Cell<Phase>,
    peer: Cell<Peer>,
    /// The time at which the phase began; `None`: its time was added to the facts, or does not count.
    since: Cell<Option<Instant>>,
    times: Cell<Times>,
    /// The other end of the TCP connection.
    remote_address: Cell<Option<SocketAddr>>,
    /// A deadline of this phase that is earlier than that of the call.
    phase_deadline: Cell<Option<Instant>>,
    /// Whether data was received since the phase began.
    received: Cell<bool>,
    /// Whether a byte of the request was passed to the system.
    sent: Cell<bool>,
    /// The number of bytes of the response that were received, decrypted.
    response_bytes: Cell<usize>,
}

impl Progress {
    pub(super) fn new(server: Endpoint, proxy: Option<Arc<Proxy>>) -> Progress {
        Progress {
            server,
            proxy,
            phase: Cell::new(Phase::Lookup),
            peer: Cell::new(Peer::Server),
            since: Cell::new(None),
            times: Cell::default(),
            remote_address: Cell::new(None),
            phase_deadline: Cell::new(None),
            received: Cell::new(false),
            sent: Cell::new(false),
            response_bytes: Cell::new(0),
        }
    }

    /// Begins `phase`, with the server or the proxy at the other end.
    pub(super) fn enter(&self, phase: Phase, peer: Peer) {
        let now = Instant::now();
        self.end_phase_at(now);
        self.phase.set(phase);
        self.peer.set(peer);
        self.since.set(Some(now));
        self.phase_deadline.set(None);
        self.received.set(false);
    }

    /// Begins to send: the check of the connection and the request are one step.
    pub(super) fn enter_sending(&self) {
        self.phase.set(Phase::Sending);
    }

    /// Ends the phase, and returns its time in microseconds. Time after it, such as that of the log function, does not count.
    pub(super) fn end_phase(&self) -> i64 {
        self.end_phase_at(Instant::now())
    }

    fn end_phase_at(&self, now: Instant) -> i64 {
        let Some(since) = self.since.take() else { return 0 };
        let us = microseconds(now.saturating_duration_since(since));
        let mut times = self.times.get();
        times.add(self.part(), us);
        self.times.set(times);
        us
    }

    /// Returns the part of the call to which the phase belongs.
    fn part(&self) -> Timing {
        match (self.phase.get(), self.peer.get()) {
            (Phase::Lookup, _) => Timing::Lookup,
            (Phase::Handshake, Peer::Server) => Timing::Tls,
            (Phase::Connecting | Phase::Handshake | Phase::Tunnel, _) => Timing::Connect,
            (Phase::Checking | Phase::Sending | Phase::Waiting, _) => Timing::Server,
        }
    }

    /// The phase has nothing to do: its time does not count.
    pub(super) fn skip_phase(&self) {
        self.since.set(None);
    }

    /// Discards the facts about an idle connection that was lost, because a new one follows.
    pub(super) fn discard_facts(&self) {
        self.since.set(None);
        self.times.set(Times::default());
        self.remote_address.set(None);
    }

    /// Records the other end of the TCP connection that is used.
    pub(super) fn reached(&self, address: SocketAddr) {
        self.remote_address.set(Some(address));
    }

    /// Returns the facts so far, including those of a phase that may continue.
    pub(super) fn facts(&self) -> CallFacts {
        let mut times = self.times.get();
        if let Some(since) = self.since.get() {
            times.add(self.part(), microseconds(since.elapsed()));
        }
        CallFacts { id: None, times, remote_address: self.remote_address.get() }
    }

    /// Adds to the error of an exchange what is known about the exchange.
    pub(super) fn complete(&self, error: Error) -> Error {
        error.request_sent(self.any_byte_sent()).of_call(self.facts())
    }

    /// Limits the rest of this phase to `limit`.
    pub(super) fn limit_phase(&self, limit: Duration) {
        self.phase_deadline.set(Some(Instant::now() + limit));
    }

    pub(super) fn phase_deadline(&self) -> Option<Instant> {
        self.phase_deadline.get()
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    pub(super) fn peer(&self) -> Peer {
        self.peer.get()
    }

    /// Whether the other end is the server, without TLS.
    pub(super) fn is_plain(&self) -> bool {
        self.peer.get() == Peer::Server && !self.server.origin.is_https
    }

    /// Returns host and port of the other end.
    pub(super) fn peer_name(&self) -> String {
        match (self.peer.get(), &self.proxy) {
            (Peer::Proxy, Some(proxy)) => proxy.place.to_string(),
            _ => self.server.origin.authority().to_string(),
        }
    }

    /// Returns the other end for messages: host and port, after the request with its path. The proxy is added, because
    /// it may be at fault as well.
    pub(super) fn place(&self) -> impl fmt::Display {
        fmt::from_fn(|f| {
            match self.phase.get() {
                Phase::Sending | Phase::Waiting => write!(f, "{}", self.server.place())?,
                _ => f.write_str(&self.peer_name())?,
            }
            match (self.peer.get(), &self.proxy) {
                (Peer::Server, Some(proxy)) => write!(f, " via proxy {}", proxy.place),
                _ => Ok(()),
            }
        })
    }

    /// Returns the same for the log, which contains steps of both ends.
    pub(super) fn peer_title(&self) -> String {
        match self.peer.get() {
            Peer::Server => self.peer_name(),
            Peer::Proxy => format!("proxy {}", self.peer_name()),
        }
    }

    pub(super) fn has_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// Names the server of a tunnel in messages.
    pub(super) fn tunnel_target(&self) -> String {
        format!(" (tunnel to {})", self.server.origin.authority())
    }

    /// Records that bytes were passed to the system.
    pub(super) fn add_bytes_sent(&self, amount: usize) {
        if amount > 0 && self.phase.get() == Phase::Sending {
            self.sent.set(true);
        }
    }

    /// Records that bytes of a response were received.
    pub(super) fn add_response_bytes(&self, amount: usize) {
        if self.phase.get() == Phase::Waiting {
            self.response_bytes.set(self.response_bytes.get() + amount);
        }
    }

    /// Returns the number of bytes of the server's response that were received.
    pub(super) fn response_bytes(&self) -> usize {
        self.response_bytes.get()
    }

    /// Records that bytes were received.
    pub(super) fn note_bytes_received(&self) {
        self.received.set(true);
    }

    /// Whether the phase waits for more data after the first data was received.
    pub(super) fn waits_for_the_rest(&self) -> bool {
        self.received.get()
    }

    /// Whether the server may have received a byte of the request. Every claim that nothing was sent depends on this.
    pub(super) fn any_byte_sent(&self) -> bool {
        self.sent.get()
    }
}
