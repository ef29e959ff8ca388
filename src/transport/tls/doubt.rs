//! The verdict on a certificate that is not trusted, as it travels through rustls.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::{CertificateError, Error, OtherError};

use super::certificate::Names;
use crate::error::Cause;

/// Why a certificate is not trusted, and whom it names.
#[derive(Debug)]
pub(in crate::transport) struct Doubted {
    pub(in crate::transport) cause: Cause,
    names: Names,
    /// What else there is to say.
    said: Option<String>,
}

impl fmt::Display for Doubted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {}", self.names)?;
        self.said.as_ref().map_or(Ok(()), |said| write!(f, "; {said}"))
    }
}

impl std::error::Error for Doubted {}

/// One of the issuers of `leaf` must not sign it, for this reason.
pub(super) fn issuer_unfit(leaf: &CertificateDer<'_>, reason: String) -> Error {
    doubted(Cause::CertificateIssuerUnfit, Names::of(leaf), Some(reason))
}

pub(in crate::transport) fn doubted(cause: Cause, names: Names, said: Option<String>) -> Error {
    CertificateError::Other(OtherError(Arc::new(Doubted { cause, names, said }))).into()
}
