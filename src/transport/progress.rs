//! Where an exchange stands: it decides what a failure means, and what an administrator does about it.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::proxy::Proxy;
use crate::origin::Origin;

/// What an exchange is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Lookup,
    Connecting,
    /// TLS.
    Handshake,
    /// Asking the proxy for a way to the server.
    Tunnel,
    /// Making sure that nothing has come before the request is sent.
    Checking,
    /// Whether a credential has left this machine is not a question of the phase: see `Progress::any_byte_sent`.
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

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Server,
    Proxy,
}

/// How far an exchange has come. It belongs to the exchange and not to the operation that waits for it: another operation may
/// take the exchange over.
pub(crate) struct Progress {
    /// Both ends that messages may name.
    server: Arc<Origin>,
    proxy: Option<Arc<Proxy>>,
    phase: Cell<Phase>,
    peer: Cell<Peer>,
    /// When the phase began.
    since: Cell<Instant>,
    /// An end of this phase that comes before the deadline.
    phase_deadline: Cell<Option<Instant>>,
    /// Whether the other end has said anything since the phase began.
    heard: Cell<bool>,
    /// Whether a byte of the request has been handed to the system.
    sent: Cell<bool>,
}

impl Progress {
    pub(super) fn new(server: Arc<Origin>, proxy: Option<Arc<Proxy>>) -> Progress {
        Progress {
            server,
            proxy,
            phase: Cell::new(Phase::Lookup),
            peer: Cell::new(Peer::Server),
            since: Cell::new(Instant::now()),
            phase_deadline: Cell::new(None),
            heard: Cell::new(false),
            sent: Cell::new(false),
        }
    }

    /// Says that `phase` begins, with the server or the proxy at the other end.
    pub(super) fn enter(&self, phase: Phase, peer: Peer) {
        self.phase.set(phase);
        self.peer.set(peer);
        self.since.set(Instant::now());
        self.phase_deadline.set(None);
        self.heard.set(false);
    }

    /// Ends the rest of this phase after `limit`, as the deadline would.
    pub(super) fn limit_phase(&self, limit: Duration) {
        self.phase_deadline.set(Some(Instant::now() + limit));
    }

    pub(super) fn phase_deadline(&self) -> Option<Instant> {
        self.phase_deadline.get()
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase.get()
    }

    pub(super) fn since(&self) -> Instant {
        self.since.get()
    }

    pub(super) fn peer(&self) -> Peer {
        self.peer.get()
    }

    /// Host and port at the other end.
    pub(super) fn peer_name(&self) -> String {
        match (self.peer.get(), &self.proxy) {
            (Peer::Proxy, Some(proxy)) => proxy.place.to_string(),
            _ => self.server.authority(),
        }
    }

    /// The same for the log, which tells of both.
    pub(super) fn peer_title(&self) -> String {
        match self.peer.get() {
            Peer::Server => self.peer_name(),
            Peer::Proxy => format!("proxy {}", self.peer_name()),
        }
    }

    /// The proxy that the server is reached by, for messages: it may be at fault as well.
    pub(super) fn via_proxy(&self) -> String {
        match (self.peer.get(), &self.proxy) {
            (Peer::Server, Some(proxy)) => format!(" via proxy {}", proxy.place),
            _ => String::new(),
        }
    }

    /// The server that a proxy is asked to connect to, for messages.
    pub(super) fn tunnel_target(&self) -> String {
        format!(" (tunnel to {})", self.server.authority())
    }

    /// Notes that bytes have been handed to the system.
    pub(super) fn add_bytes_sent(&self, amount: usize) {
        if amount > 0 && self.phase.get() == Phase::Sending {
            self.sent.set(true);
        }
    }

    /// Notes that bytes have come.
    pub(super) fn note_bytes_received(&self) {
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
}
