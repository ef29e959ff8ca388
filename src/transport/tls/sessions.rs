//! TLS sessions that can be resumed: only those of TLS 1.3.

use rustls::NamedGroup;
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls12Resumption,
    Tls13ClientSessionValue,
};
use rustls::pki_types::ServerName;
use std::sync::Arc;

/// rustls' own store for TLS 1.3. A session of TLS 1.2 is dropped at once: its master secret decrypts a recording of
/// its connection, which contains the login, and rustls stores it even if it is not to be resumed.
#[derive(Debug)]
struct Sessions(ClientSessionMemoryCache);

/// Makes a new store for one process.
pub(in crate::transport) fn resumption() -> Resumption {
    // Eight tickets of one server.
    Resumption::store(Arc::new(Sessions(ClientSessionMemoryCache::new(8)))).tls12_resumption(Tls12Resumption::Disabled)
}

impl ClientSessionStore for Sessions {
    fn set_kx_hint(&self, server: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(server, group);
    }

    fn kx_hint(&self, server: &ServerName<'_>) -> Option<NamedGroup> {
        self.0.kx_hint(server)
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, server: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(server, ticket);
    }

    fn take_tls13_ticket(&self, server: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(server)
    }
}
