//! Whether a server's certificate is believed, and if not, what exactly is wrong with its chain.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::certificate::Names;

/// The verifier for given roots, or the system's. It decides alone; of what it refuses for lack of a root this one finds out why.
#[derive(Debug)]
pub(super) struct Verifier(pub(super) Arc<dyn ServerCertVerifier>);

/// Why no trusted root vouches for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It is its own issuer.
    SelfSigned,
    /// It came alone, and its issuer is no root that is trusted here.
    ChainIncomplete,
    /// It came with its issuers, and none of them is trusted here.
    UnknownRoot,
    /// Its RSA key is too short for a signature to be worth anything.
    WeakKey,
    /// An issuer must not sign this certificate.
    IssuerUnfit,
    /// The system's verifier says something that no other of these stands for.
    Refused,
}

/// A doubt, and whom the certificate names.
#[derive(Debug)]
pub(super) struct Doubted {
    pub(super) doubt: Doubt,
    names: Names,
    /// What else there is to say, by the system for one.
    said: Option<String>,
}

impl fmt::Display for Doubted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "certificate {}", self.names)?;
        self.said.as_ref().map_or(Ok(()), |said| write!(f, "; {said}"))
    }
}

impl std::error::Error for Doubted {}

fn doubt(leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> Error {
    let names = Names::of(leaf);
    let doubt = match chain.iter().any(|certificate| certificate != leaf) {
        _ if names.is_self_signed => Doubt::SelfSigned,
        true => Doubt::UnknownRoot,
        false => Doubt::ChainIncomplete,
    };
    doubted(doubt, names, None)
}

/// With such a key every signature is a bad one.
fn weak_key(certificate: &CertificateDer<'_>, error: Error) -> Error {
    let names = Names::of(certificate);
    if names.has_weak_key { doubted(Doubt::WeakKey, names, None) } else { error }
}

/// One of the issuers of `leaf` must not sign it, for this reason.
pub(super) fn issuer_unfit(leaf: &CertificateDer<'_>, reason: String) -> Error {
    doubted(Doubt::IssuerUnfit, Names::of(leaf), Some(reason))
}

fn doubted(doubt: Doubt, names: Names, said: Option<String>) -> Error {
    CertificateError::Other(OtherError(Arc::new(Doubted { doubt, names, said }))).into()
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
        self.0.verify_server_cert(leaf, chain, host, ocsp, now).map_err(|error| match error {
            // A bad signature: issued by another authority of the same name, such as one that was made anew.
            Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
                doubt(leaf, chain)
            }
            // Most that people make by hand are an authority's too, which no server's may be.
            Error::InvalidCertificate(CertificateError::Other(said)) if !said.0.is::<Doubted>() => {
                match Names::of(leaf) {
                    names if names.is_self_signed => doubted(Doubt::SelfSigned, names, None),
                    names => doubted(Doubt::Refused, names, Some(said.to_string())),
                }
            }
            error => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signature).map_err(|error| weak_key(certificate, error))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signature).map_err(|error| weak_key(certificate, error))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
