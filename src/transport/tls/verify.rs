//! Whether a server's certificate is believed, and if not, what exactly is wrong with its chain.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use super::certificate::{Names, parse};
use super::explain::{Presented, fault_of_key};
use crate::transport::chain_error::chain_error;

/// The verifier for given roots, or the system's. It decides alone; of what it refuses this one finds out why.
#[derive(Debug)]
pub(super) struct Verifier(pub(in crate::transport) Arc<dyn ServerCertVerifier>);

/// The reason for `error`, if it is the server's key: with some, every signature is a bad one.
fn unfit_key(certificate: &CertificateDer<'_>, error: Error) -> Error {
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
