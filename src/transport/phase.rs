//! Where a call stands: it decides what a failure means, and what an administrator does about it.

use std::fmt;

/// What a call is busy with.
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
    /// Whether a credential has left this machine is not a question of the phase: see `Call::any_byte_sent`.
    Sending,
    Waiting,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Lookup => "looking up the host name",
            Phase::Connecting => "connecting",
            Phase::Handshake => "in the TLS handshake",
            Phase::Tunnel => "asking the proxy for the way to the server",
            Phase::Checking => "before sending the request",
            Phase::Sending => "sending the request",
            Phase::Waiting => "waiting for the answer",
        })
    }
}

/// Who is at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    Server,
    Proxy,
}
