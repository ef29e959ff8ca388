//! Trusted root certificates: the operating system's or the caller's.

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;

use super::certificate::Names;
use super::client_certificate::{ClientCertificate, NoClientCertificate};
use super::file::read_file;
use super::pem::Unreadable;
use super::roots::Roots;
use super::verify::Verifier;
use super::{authority, pem, system_roots};
use crate::error::{Cause, Error};

/// The caller's root certificates; if there are none, the operating system's.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedRoots {
    file: Vec<CertificateDer<'static>>,
    added: Vec<CertificateDer<'static>>,
}

impl TrustedRoots {
    /// Sets the root certificates in the file `path`. Replaces those of an earlier file.
    pub(crate) fn set_file(&mut self, path: &str) -> Result<(), Error> {
        let pem = read_file(path)
            .map_err(|error| Error::new(Cause::CaFileUnreadable).detail(format_args!("\"{path}\": {error}")))?;
        self.file = roots(&pem, path)?;
        Ok(())
    }

    /// Adds the root certificates in `pem`.
    pub(crate) fn add_pem(&mut self, pem: &[u8]) -> Result<(), Error> {
        self.added.extend(roots(pem, "in memory")?);
        Ok(())
    }

    /// Makes a verifier that trusts the caller's root certificates, or else the operating system's.
    fn verifier(&self, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        match self.given() {
            none if none.is_empty() => system_roots::verifier(provider),
            given => Ok(Arc::new(Roots::new(given, provider))),
        }
    }

    fn given(&self) -> Vec<CertificateDer<'static>> {
        self.file.iter().chain(&self.added).cloned().collect()
    }

    /// Makes the configurations of TLS 1.2 and 1.3 that trust these root certificates: for the server, and for a
    /// proxy, which does not receive the client certificate.
    pub(in crate::transport) fn client_configs(
        &self,
        identity: Option<&ClientCertificate>,
    ) -> Result<(ClientConfig, ClientConfig), Error> {
        let unforeseen = |what: &dyn fmt::Display| Error::new(Cause::Unforeseen).detail(what);
        let provider = Arc::new(ring::default_provider());
        let verifier = self.verifier(&provider)?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unforeseen(&error))?
            // "Dangerous" because another verifier might be insecure: this one leaves the decision to rustls'.
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier(verifier)));
        let mut anonymous = config.clone().with_no_client_auth();
        let mut config = match identity {
            Some(identity) => config.with_client_cert_resolver(identity.resolver()),
            None => config.with_client_cert_resolver(Arc::new(NoClientCertificate)),
        };
        for config in [&mut config, &mut anonymous] {
            // The default store has room for 256 sessions. Each process makes its own store instead.
            config.resumption = Resumption::disabled();
        }
        Ok((config, anonymous))
    }
}

/// Parses PEM or DER. Each certificate is tried as a root now, because an invalid one would be ignored silently later.
fn roots(file: &[u8], origin: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = pem::certificates(file).map_err(|unreadable| {
        let cause = match unreadable {
            Unreadable::Format(_) => Cause::CertificateFormat,
            Unreadable::Nothing(_) => Cause::CaNoCertificate,
            _ => Cause::CaBadCertificate,
        };
        Error::new(cause).detail(format_args!("{origin}: {unreadable}"))
    })?;
    for (index, certificate) in certificates.iter().enumerate() {
        let reject = |cause, reason: &dyn fmt::Display| {
            Error::new(cause).detail(format_args!("{origin}: certificate {}: {reason}", index + 1))
        };
        webpki::anchor_from_trusted_cert(certificate)
            .map_err(|error| reject(Cause::CaBadCertificate, &reason_for_rejection(&error)))?;
        authority::role(certificate).map_err(|reason| {
            let names = Names::of(certificate);
            reject(Cause::CaUnfit, &format_args!("\"{}\": {reason}", names.subject()))
        })?;
    }
    Ok(certificates)
}

/// Names the reason why webpki rejects a certificate as a root.
fn reason_for_rejection(error: &webpki::Error) -> &'static str {
    match error {
        webpki::Error::SignatureAlgorithmMismatch => "it names two different signature algorithms",
        webpki::Error::ExtensionValueInvalid | webpki::Error::MalformedExtensions => "its extensions cannot be read",
        _ => "it is not an X.509 certificate in DER (damaged or truncated)",
    }
}

#[cfg(test)]
mod tests {
    use super::TrustedRoots;
    use crate::error::Code;

    const NOT_DER: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    #[test]
    fn invalid_root_is_rejected_at_once_and_named() {
        let mut trust = TrustedRoots::default();
        for (pem, part) in [
            ("", "in memory"),
            ("no PEM at all", "in memory"),
            (NOT_DER, "certificate 1"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n", "certificate 1"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "in memory"),
        ] {
            let error = trust.add_pem(pem.as_bytes()).unwrap_err();
            assert_eq!(error.code(), Code::InvalidOption);
            assert!(error.message().contains(part), "{error}");
        }
        for (path, part) in [("/nowhere/ca.pem", "No such file"), ("/", "not a file"), ("/dev/zero", "not a file")] {
            let error = trust.set_file(path).unwrap_err();
            assert_eq!(error.code(), Code::InvalidOption);
            assert!(error.message().contains(path) && error.message().contains(part), "{error}");
        }
    }

    #[test]
    fn callers_roots_replace_those_of_the_system() {
        let pem = || nativeflow_stub::Stub::start(nativeflow_stub::Options::default()).unwrap().ca_pem().to_owned();
        let count = |trust: &TrustedRoots| trust.given().len();
        let mut trust = TrustedRoots::default();
        assert_eq!(count(&trust), 0, "the system's");
        trust.add_pem(pem().as_bytes()).unwrap();
        assert_eq!(count(&trust), 1);
        trust.add_pem(format!("text before\n{}between\n{}", pem(), pem()).as_bytes()).unwrap();
        assert_eq!(count(&trust), 3, "added to those before");

        let file = std::env::temp_dir().join(format!("nativeflow-trust-{}.pem", std::process::id()));
        for _ in 0..2 {
            std::fs::write(&file, pem()).unwrap();
            trust.set_file(file.to_str().unwrap()).unwrap();
            assert_eq!(count(&trust), 4, "a file takes the place of the one before");
        }
        std::fs::remove_file(&file).unwrap();
    }
}
