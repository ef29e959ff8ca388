//! The operating system's roots.

#[cfg(all(unix, not(target_vendor = "apple")))]
pub(in crate::transport) use files::verifier;
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
pub(in crate::transport) use platform::verifier;

#[cfg(all(unix, not(target_vendor = "apple")))]
mod files {
    use std::path::Path;
    use std::sync::Arc;

    use rustls::client::danger::ServerCertVerifier;
    use rustls::crypto::CryptoProvider;
    use rustls::pki_types::CertificateDer;

    use crate::error::Cause;
    use crate::error::Error;
    use crate::transport::tls::roots::Roots;

    /// Where Linux distributions keep all roots in one file; the first that exists is taken.
    const BUNDLES: &[&str] = &[
        "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Red Hat 7 and later
        "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, Red Hat 6
        "/etc/ssl/ca-bundle.pem",                            // SUSE
        "/etc/ssl/cert.pem",                                 // Alpine
    ];
    /// Where they keep them one by one; read when there is no bundle.
    const FOLDERS: &[&str] = &["/etc/ssl/certs", "/etc/pki/tls/certs"];

    pub(in crate::transport) fn verifier(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        Ok(Arc::new(Roots::new(roots()?, provider)))
    }

    /// By path: the usual probing reads `SSL_CERT_FILE`, and reading the environment races with a host that writes it.
    fn roots() -> Result<Vec<CertificateDer<'static>>, Error> {
        let bundles = BUNDLES.iter().map(|path| (Some(Path::new(*path)), None));
        let folders = FOLDERS.iter().map(|path| (None, Some(Path::new(*path))));
        // A file that is not there says nothing; one that cannot be read does.
        let mut unreadable = None;
        for (file, folder) in bundles.chain(folders) {
            let Some(path) = file.or(folder).filter(|path| !matches!(path.try_exists(), Ok(false))) else { continue };
            let mut found = rustls_native_certs::load_certs_from_paths(file, folder);
            found.certs.retain(|certificate| webpki::anchor_from_trusted_cert(certificate).is_ok());
            if !found.certs.is_empty() {
                return Ok(found.certs);
            }
            unreadable.get_or_insert_with(|| {
                let reason = found.errors.first().map(|error| format!(": {error}")).unwrap_or_default();
                format!("\"{}\" holds no certificate that can be read{reason}", path.display())
            });
        }
        let error = Error::new(Cause::NoSystemRoots);
        Err(match unreadable {
            Some(reason) => error.detail(reason),
            None => error,
        })
    }

    #[cfg(test)]
    mod tests {
        use crate::transport::tls::authority::{Role, role};

        #[test]
        fn the_system_has_some() {
            let roots = super::roots().unwrap();
            let fit = roots.iter().filter(|root| matches!(role(root), Ok(Role::Authority { .. })));
            assert!(fit.count() > 10);
        }
    }
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
mod platform {
    use std::sync::Arc;

    use rustls::client::danger::ServerCertVerifier;
    use rustls::crypto::CryptoProvider;

    use crate::error::Cause;
    use crate::error::Error;

    /// Asks the system about each chain, by its own rules: its store of roots, what an administrator distrusts, revocation.
    pub(in crate::transport) fn verifier(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(provider));
        Ok(Arc::new(verifier.map_err(|error| Error::new(Cause::NoSystemRoots).detail(error))?))
    }
}
