//! The reason why a server's certificate was rejected, in a form that passes through rustls.

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

/// Makes the rustls error that contains the reason. `certificate` is the names in the rejected certificate; `detail`
/// adds other facts.
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
