//! Why a server's certificate was rejected, as it travels through rustls.

use std::fmt;
use std::sync::Arc;

use rustls::{CertificateError, Error, OtherError};

use crate::error::Cause;

/// The cause, and a text that names the certificate.
#[derive(Debug)]
pub(super) struct ChainError {
    pub(super) cause: Cause,
    text: String,
}

/// Makes the error of rustls that carries it. `certificate` is the names of the one that is wrong; `detail`, what else is
/// known.
pub(super) fn chain_error(cause: Cause, certificate: impl fmt::Display, detail: Option<String>) -> Error {
    let text = match detail {
        Some(detail) => format!("certificate {certificate}; {detail}"),
        None => format!("certificate {certificate}"),
    };
    CertificateError::Other(OtherError(Arc::new(ChainError { cause, text }))).into()
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for ChainError {}
