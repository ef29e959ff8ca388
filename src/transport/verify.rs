//! Whether a server's certificate is believed, and if not, what exactly is wrong with its chain.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::certificate::{Names, parse};
use super::explain::{Presented, fault_of_key};
use crate::cause::Cause;

/// The verifier for given roots, or the system's. It decides alone; of what it refuses this one finds out why.
#[derive(Debug)]
pub(super) struct Verifier(pub(super) Arc<dyn ServerCertVerifier>);

/// Why a certificate is not trusted, and whom it names.
#[derive(Debug)]
pub(super) struct Doubted {
    pub(super) cause: Cause,
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

/// The reason for `error`, if it is the server's key: with some, every signature is a bad one.
fn unfit_key(certificate: &CertificateDer<'_>, error: Error) -> Error {
    match parse(certificate).as_ref().and_then(fault_of_key) {
        Some((cause, what)) => doubted(cause, Names::of(certificate), Some(format!("it has {what}"))),
        None => error,
    }
}

/// One of the issuers of `leaf` must not sign it, for this reason.
pub(super) fn issuer_unfit(leaf: &CertificateDer<'_>, reason: String) -> Error {
    doubted(Cause::CertificateIssuerUnfit, Names::of(leaf), Some(reason))
}

pub(super) fn doubted(cause: Cause, names: Names, said: Option<String>) -> Error {
    CertificateError::Other(OtherError(Arc::new(Doubted { cause, names, said }))).into()
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.0.verify_server_cert(leaf, chain, host, ocsp, now).map_err(|error| {
            // One that knows the roots has explained it already.
            Presented { leaf, chain, trusted: &[], now }.explain(error)
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signature).map_err(|error| unfit_key(certificate, error))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signature).map_err(|error| unfit_key(certificate, error))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
