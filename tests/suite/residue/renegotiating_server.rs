//! A server of TLS 1.2 that reads the request and requests a second handshake, which the client declines.

use std::sync::{Arc, OnceLock};

use rustls::version::TLS12;

use crate::network::stalls::{listener, read_head};
use crate::network::tls_peer::{Config, TlsPeer};

/// Runs until the test process ends.
pub struct RenegotiatingServer {
    pub url: String,
    pub ca: String,
}

/// All stubs share one, which does not depend on them.
pub fn start() -> &'static RenegotiatingServer {
    static SERVER: OnceLock<RenegotiatingServer> = OnceLock::new();
    SERVER.get_or_init(|| {
        let Config { tls, ca } = Config::new("renegotiating", &TLS12, None);
        let tls: &'static Arc<_> = Box::leak(Box::new(tls));
        let address = listener(move |client| {
            let mut peer = TlsPeer::accept(tls, client)?;
            read_head(&mut peer)?;
            peer.renegotiate()
        });
        RenegotiatingServer { url: format!("https://localhost:{}", address.port()), ca }
    })
}
