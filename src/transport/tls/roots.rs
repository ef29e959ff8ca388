//! Verifies a server's certificate with the caller's root certificates: webpki finds the path to a root, and this
//! module checks the rest.

use std::cell::Cell;
use std::fmt;
use std::ptr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use super::authority;
use super::authority::Role;
use super::certificate::{Names, check_validity};
use super::explain::Presented;
use crate::error::Cause;
use crate::transport::chain_error::chain_error;

/// Trusted certificates: authorities, and servers' own.
#[derive(Debug)]
pub(super) struct Roots {
    anchors: RootCertStore,
    /// The sources of the anchors, in the same order: webpki keeps only parts of them.
    certificates: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Roots {
    /// Each must have been accepted as an anchor.
    pub(in crate::transport) fn new(
        mut certificates: Vec<CertificateDer<'static>>,
        provider: &Arc<CryptoProvider>,
    ) -> Roots {
        let mut anchors = RootCertStore::empty();
        certificates.retain(|certificate| anchors.add(CertificateDer::from_slice(certificate)).is_ok());
        Roots { anchors, certificates, algorithms: provider.signature_verification_algorithms }
    }

    /// Whether exactly this certificate is trusted as a server's own.
    fn is_pinned(&self, leaf: &CertificateDer<'_>) -> bool {
        self.certificates.iter().any(|certificate| certificate == leaf) && authority::role(leaf) == Ok(Role::Server)
    }

    /// Finds a path from a server's certificate to a root on which all issuers may sign.
    fn find_path(&self, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Error> {
        let reason = Cell::new(None);
        let verify = |path: &VerifiedPath<'_>| match self.objection(path) {
            None => Ok(()),
            // webpki continues and looks for another path.
            objection => {
                reason.set(objection);
                Err(webpki::Error::UnknownIssuer)
            }
        };
        let (algorithms, anchors) = (self.algorithms.all, &self.anchors.roots);
        let found = EndEntityCert::try_from(leaf).and_then(|leaf| {
            let (usage, verify) = (KeyUsage::server_auth(), Some(&verify as _));
            leaf.verify_for_usage(algorithms, anchors, chain, now, usage, None, verify).map(drop)
        });
        let Err(error) = found else { return Ok(()) };
        let reason = reason.take().or_else(|| match error {
            webpki::Error::EndEntityUsedAsCa => {
                Some("an issuer in its chain is not an authority (CA:FALSE)".to_owned())
            }
            webpki::Error::PathLenConstraintViolated => Some("its chain exceeds an issuer's pathLen".to_owned()),
            _ => None,
        });
        Err(match reason {
            Some(reason) => chain_error(Cause::CertificateIssuerUnfit, Names::of(leaf), Some(reason)),
            None => self.rustls_error(leaf, chain, now),
        })
    }

    /// Returns the reason why an issuer on this path must not sign the next certificate, if there is one.
    fn objection(&self, path: &VerifiedPath<'_>) -> Option<String> {
        let mut anchors = self.anchors.roots.iter().zip(&self.certificates);
        let root = anchors.find(|(anchor, _)| ptr::eq(*anchor, path.anchor())).map(|(_, certificate)| certificate);
        let unfit = |certificate: &CertificateDer<'_>, reason: &dyn fmt::Display| {
            Some(format!("issuer \"{}\": {reason}", Names::of(certificate).subject()))
        };
        // RFC 5280, 4.2.1.9: self-issued certificates do not count.
        let length = path.intermediate_certificates().filter(|issuer| issuer.subject() != issuer.issuer()).count();
        match root.map(|root| (root, authority::role(root))) {
            None => return Some("its root is not known".to_owned()),
            Some((root, Err(reason))) => return unfit(root, &reason),
            Some((root, Ok(Role::Server))) => return unfit(root, &"it is trusted only as a server's own (CA:FALSE)"),
            Some((root, Ok(Role::Authority { path_len: Some(path_len) }))) if length > path_len.into() => {
                return unfit(root, &format_args!("its pathLen is {path_len}, and there are {length} intermediates"));
            }
            Some((_, Ok(Role::Authority { .. }))) => {}
        }
        path.intermediate_certificates().map(|issuer| issuer.der()).find_map(|issuer| {
            let reason = authority::objection(&issuer)?;
            unfit(&issuer, &reason)
        })
    }

    /// Returns the error with rustls' types, which distinguish the reasons.
    fn rustls_error(&self, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>], now: UnixTime) -> Error {
        let verified = ParsedCertificate::try_from(leaf).and_then(|leaf| {
            verify_server_cert_signed_by_trust_anchor(&leaf, &self.anchors, chain, now, self.algorithms.all)
        });
        verified.err().unwrap_or_else(|| CertificateError::UnknownIssuer.into())
    }
}

impl ServerCertVerifier for Roots {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let trusted = match self.is_pinned(leaf) {
            true => check_validity(leaf, now).map_err(Error::from),
            false => self.find_path(leaf, chain, now),
        };
        trusted.map_err(|error| Presented { leaf, chain, trusted: &self.certificates, now }.explain(error))?;
        verify_server_name(&ParsedCertificate::try_from(leaf)?, host)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
