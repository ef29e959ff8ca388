//! How a TLS connection came about.

use rustls::{HandshakeKind, ServerConnection};

/// What client and stub agreed on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handshake {
    /// As rustls spells it: `TLSv1_3`.
    pub version: &'static str,
    /// As rustls spells it: `TLS13_AES_256_GCM_SHA384`.
    pub suite: &'static str,
    /// The client showed a ticket of an earlier session, and no certificate was sent.
    pub resumed: bool,
}

impl Handshake {
    /// `None` before it is done.
    pub(crate) fn of(connection: &ServerConnection) -> Option<Handshake> {
        Some(Handshake {
            version: connection.protocol_version()?.as_str()?,
            suite: connection.negotiated_cipher_suite()?.suite().as_str()?,
            resumed: connection.handshake_kind()? == HandshakeKind::Resumed,
        })
    }
}
