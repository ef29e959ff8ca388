//! The kind of a TLS handshake.

use rustls::{HandshakeKind, ServerConnection};

/// The parameters that client and stub negotiated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handshake {
    /// In rustls' spelling: `TLSv1_3`.
    pub version: &'static str,
    /// In rustls' spelling: `TLS13_AES_256_GCM_SHA384`.
    pub suite: &'static str,
    /// The client presented a ticket of an earlier session, and the stub sent no certificate.
    pub resumed: bool,
}

impl Handshake {
    /// Returns `None` before the handshake is complete.
    pub(crate) fn of(connection: &ServerConnection) -> Option<Handshake> {
        Some(Handshake {
            version: connection.protocol_version()?.as_str()?,
            suite: connection.negotiated_cipher_suite()?.suite().as_str()?,
            resumed: connection.handshake_kind()? == HandshakeKind::Resumed,
        })
    }
}
