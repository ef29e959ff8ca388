//! Verifies a server's certificate. If it is rejected, finds the exact reason in its chain.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::certificate::{Names, parse};
use super::explain::{Presented, fault_of_key};
use crate::transport::chain_error::chain_error;

/// Wraps the verifier for the caller's root certificates or the system's. The inner verifier decides alone; this one
/// only finds the reason of a rejection.
#[derive(Debug)]
pub(super) struct Verifier(pub(in crate::transport) Arc<dyn ServerCertVerifier>);

/// Returns the reason for `error` if it is the server's key: with some keys, every signature is invalid.
fn unusable_key(certificate: &CertificateDer<'_>, error: Error) -> Error {
    match parse(certificate).as_ref().and_then(fault_of_key) {
        Some((cause, what)) => chain_error(cause, Names::of(certificate), Some(format!("it has {what}"))),
        None => error,
    }
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
            // A verifier that knows the roots has already explained it.
            Presented { leaf, chain, trusted: &[], now }.explain(error)
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signature).map_err(|error| unusable_key(certificate, error))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signature).map_err(|error| unusable_key(certificate, error))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
