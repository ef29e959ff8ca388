//! Verifies a server's certificate with root certificates that are given: webpki finds the path to a root, and what webpki does
//! not check is checked here.

use std::cell::Cell;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use webpki::{EndEntityCert, KeyUsage, VerifiedPath};

use super::authority::{self, Role};
use super::certificate::{Names, check_validity, name_of};
use super::verify::issuer_unfit;

/// Root certificates.
#[derive(Debug)]
pub(super) struct Roots {
    authorities: RootCertStore,
    /// How many intermediates each of them allows: webpki does not keep it.
    path_lens: Vec<Option<u8>>,
    /// Certificates of servers: each is trusted byte for byte, for the hosts and the time in it, and none signs another.
    pins: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Roots {
    /// Of the system's, what cannot be parsed or must not sign is left out; those that a caller gave have been tried.
    pub(super) fn new(certificates: Vec<CertificateDer<'static>>, provider: &Arc<CryptoProvider>) -> Roots {
        let mut roots = Roots {
            authorities: RootCertStore::empty(),
            path_lens: Vec::new(),
            pins: Vec::new(),
            algorithms: provider.signature_verification_algorithms,
        };
        for certificate in certificates {
            match authority::role(&certificate) {
                Ok(Role::Authority { path_len }) => {
                    if roots.authorities.add(certificate).is_ok() {
                        roots.path_lens.push(path_len);
                    }
                }
                Ok(Role::Server) => roots.pins.push(certificate),
                Err(_) => {}
            }
        }
        roots
    }

    /// Finds a path from a server's certificate to a root that everyone on it allows.
    fn find_path(&self, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Error> {
        let reason = Cell::new(None);
        let verify = |path: &VerifiedPath<'_>| match self.objection(path) {
            None => Ok(()),
            // webpki goes on and looks for another path.
            objection => {
                reason.set(objection);
                Err(webpki::Error::UnknownIssuer)
            }
        };
        let (algorithms, roots) = (self.algorithms.all, &self.authorities.roots);
        let found = EndEntityCert::try_from(leaf).and_then(|leaf| {
            leaf.verify_for_usage(algorithms, roots, chain, now, KeyUsage::server_auth(), None, Some(&verify)).map(drop)
        });
        let Err(error) = found else { return Ok(()) };
        let reason = reason.take().or_else(|| self.reason(&error, leaf));
        Err(reason.map_or_else(|| self.in_rustls_words(leaf, chain, now), |reason| issuer_unfit(leaf, reason)))
    }

    /// Why somebody on this path must not sign the next one, if so.
    fn objection(&self, path: &VerifiedPath<'_>) -> Option<String> {
        let root = path.anchor();
        let number = self.authorities.roots.iter().position(|other| std::ptr::eq(other, root));
        let path_len = number.and_then(|number| self.path_lens.get(number).copied().flatten());
        // RFC 5280, 4.2.1.9: those that have issued themselves do not count.
        let length = path.intermediate_certificates().filter(|issuer| issuer.subject() != issuer.issuer()).count();
        if let Some(path_len) = path_len.map(usize::from).filter(|&path_len| length > path_len) {
            let root = name_of(root);
            return Some(format!("the root \"{root}\" has pathLen {path_len}, and there are {length} intermediates"));
        }
        path.intermediate_certificates().find_map(|issuer| {
            let objection = authority::objection(&issuer.der())?;
            Some(format!("the issuer \"{}\": {objection}", Names::of(&issuer.der()).subject()))
        })
    }

    /// Why an issuer must not sign, where webpki has refused it.
    fn reason(&self, error: &webpki::Error, leaf: &CertificateDer<'_>) -> Option<String> {
        match error {
            webpki::Error::EndEntityUsedAsCa => {
                Some("an issuer in its chain is not an authority (CA:FALSE)".to_owned())
            }
            webpki::Error::PathLenConstraintViolated => Some("its chain exceeds an issuer's pathLen".to_owned()),
            webpki::Error::UnknownIssuer => {
                let names = Names::of(leaf);
                let is_issuer = |pin: &&CertificateDer<'_>| Names::of(pin).subject() == names.issuer();
                let pin = self.pins.iter().find(is_issuer).filter(|_| !names.is_self_signed)?;
                let issuer = Names::of(pin);
                Some(format!("\"{}\" is trusted only as a server's certificate (CA:FALSE)", issuer.subject()))
            }
            _ => None,
        }
    }

    /// The error as rustls has it, whose types tell one from the other.
    fn in_rustls_words(&self, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>], now: UnixTime) -> Error {
        let verified = ParsedCertificate::try_from(leaf).and_then(|leaf| {
            verify_server_cert_signed_by_trust_anchor(&leaf, &self.authorities, chain, now, self.algorithms.all)
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
        if self.pins.iter().any(|pin| pin == leaf) {
            check_validity(leaf, now)?;
        } else {
            self.find_path(leaf, chain, now)?;
        }
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
