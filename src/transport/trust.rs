//! Whose certificates are believed: the operating system's roots, or those that the caller gave.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::cause::Cause;
use crate::error::Error;

/// Where Linux distributions keep all roots in one file; the first that exists is taken.
const SYSTEM_BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Red Hat 7 and later
    "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, Red Hat 6
    "/etc/ssl/ca-bundle.pem",                            // SUSE
    "/etc/ssl/cert.pem",                                 // Alpine
];
/// Where they keep them one by one; read when there is no bundle.
const SYSTEM_FOLDERS: &[&str] = &["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// The roots that the caller gave; without any, the operating system's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    file: Vec<CertificateDer<'static>>,
    added: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// Takes the roots in the PEM file `path`, in place of those of an earlier file.
    pub(crate) fn set_file(&mut self, path: &str) -> Result<(), Error> {
        let pem = fs::read(path)
            .map_err(|error| Error::new(Cause::CaFileUnreadable).detail(format_args!("{path}: {error}")))?;
        self.file = roots(&pem, path)?;
        Ok(())
    }

    /// Adds the roots in `pem`.
    pub(crate) fn add_pem(&mut self, pem: &[u8]) -> Result<(), Error> {
        self.added.extend(roots(pem, "in memory")?);
        Ok(())
    }

    /// How TLS is spoken with servers that these roots vouch for: TLS 1.2 and 1.3, no client certificate. Reads the
    /// operating system's roots when the caller gave none.
    pub(super) fn client_config(&self) -> Result<Arc<ClientConfig>, Error> {
        let mut roots = RootCertStore::empty();
        let given = self.file.iter().chain(&self.added);
        // These have been tried one by one; of the system's, what cannot be parsed is left out.
        roots.add_parsable_certificates(given.cloned());
        if roots.is_empty() {
            roots.add_parsable_certificates(system_roots()?);
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::new(Cause::Unforeseen).detail(error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Arc::new(config))
    }
}

/// Reads PEM. Each certificate is tried as a root now, for later a bad one would be left out without a word.
fn roots(pem: &[u8], origin: &str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let number = certificates.len() + 1;
        let bad = |what: &dyn std::fmt::Display| {
            Error::new(Cause::CaBadCertificate).detail(format_args!("{origin}: certificate {number}: {what}"))
        };
        let certificate = certificate.map_err(|error| bad(&error))?;
        RootCertStore::empty().add(certificate.clone()).map_err(|error| bad(&error))?;
        certificates.push(certificate);
    }
    match certificates.is_empty() {
        true => Err(Error::new(Cause::CaNoCertificate).detail(origin)),
        false => Ok(certificates),
    }
}

/// The operating system's roots, by path: the usual probing reads `SSL_CERT_FILE`, and reading the environment races with
/// a host that writes it.
fn system_roots() -> Result<Vec<CertificateDer<'static>>, Error> {
    let bundles = SYSTEM_BUNDLES.iter().map(|path| (Some(Path::new(*path)), None));
    let folders = SYSTEM_FOLDERS.iter().map(|path| (None, Some(Path::new(*path))));
    // A file that is not there says nothing; one that cannot be read does.
    let mut unreadable = None;
    for (file, folder) in bundles.chain(folders) {
        if file.or(folder).is_some_and(|path| matches!(path.try_exists(), Ok(false))) {
            continue;
        }
        let found = rustls_native_certs::load_certs_from_paths(file, folder);
        if !found.certs.is_empty() {
            return Ok(found.certs);
        }
        unreadable = unreadable.or(found.errors.into_iter().next());
    }
    let error = Error::new(Cause::NoSystemRoots);
    Err(match unreadable {
        Some(reason) => error.detail(reason),
        None => error,
    })
}

#[cfg(test)]
mod tests {
    use super::Trust;
    use crate::error::Code;

    const NOT_DER: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

    #[test]
    fn a_bad_root_is_found_at_once_and_named() {
        let mut trust = Trust::default();
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
        let error = trust.set_file("/nowhere/ca.pem").unwrap_err();
        assert_eq!(error.code(), Code::InvalidOption);
        assert!(error.message().contains("/nowhere/ca.pem"), "{error}");
    }
}
