//! The secrets of TLS sessions. Tests search a client's memory for them.

use std::fmt;
use std::mem;
use std::sync::{Mutex, PoisonError};

use rustls::KeyLog;
use zeroize::Zeroizing;

/// One secret of a TLS session.
pub struct TlsSecret {
    /// Label in the `SSLKEYLOGFILE` format. `CLIENT_RANDOM` is the master secret of TLS 1.2.
    pub label: String,
    /// The secret itself.
    pub secret: Zeroizing<Vec<u8>>,
}

/// The secrets that were not taken yet.
#[derive(Default)]
pub(crate) struct TlsSecrets(Mutex<Vec<TlsSecret>>);

impl TlsSecrets {
    pub(crate) fn take(&self) -> Vec<TlsSecret> {
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl KeyLog for TlsSecrets {
    fn log(&self, label: &str, _client_random: &[u8], secret: &[u8]) {
        let secret = TlsSecret { label: label.to_owned(), secret: Zeroizing::new(secret.to_vec()) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(secret);
    }
}

impl fmt::Debug for TlsSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsSecret").field("label", &self.label).finish_non_exhaustive()
    }
}

impl fmt::Debug for TlsSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsSecrets")
    }
}
