//! The operating system's root certificates.

#[cfg(all(unix, not(target_vendor = "apple")))]
pub(in crate::transport) use files::verifier;
#[cfg(not(all(unix, not(target_vendor = "apple"))))]
pub(in crate::transport) use platform::verifier;

#[cfg(all(unix, not(target_vendor = "apple")))]
mod files {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;

    use rustls::client::danger::ServerCertVerifier;
    use rustls::crypto::CryptoProvider;
    use rustls::pki_types::CertificateDer;

    use crate::error::Cause;
    use crate::error::Error;
    use crate::transport::tls::file::read_file;
    use crate::transport::tls::pem;
    use crate::transport::tls::roots::Roots;

    /// The files and directories of root certificates in Linux distributions. The first that exists is used. These
    /// paths are fixed: the usual probing reads `SSL_CERT_FILE`, and reading the environment races with a calling
    /// program that writes it.
    const PLACES: &[&str] = &[
        "/etc/ssl/certs/ca-certificates.crt",                // Debian, Ubuntu, Arch
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Red Hat 7 and later
        "/etc/pki/tls/certs/ca-bundle.crt",                  // Fedora, Red Hat 6
        "/etc/ssl/ca-bundle.pem",                            // SUSE
        "/etc/ssl/cert.pem",                                 // Alpine
        "/etc/ssl/certs",
        "/etc/pki/tls/certs",
    ];

    pub(in crate::transport) fn verifier(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        Ok(Arc::new(Roots::new(roots(PLACES)?, provider)))
    }

    fn roots(places: &[impl AsRef<Path>]) -> Result<Vec<CertificateDer<'static>>, Error> {
        // A missing place is not an error; an unreadable one is.
        let mut unreadable = None;
        for place in places.iter().map(AsRef::as_ref).filter(|place| !matches!(place.try_exists(), Ok(false))) {
            let mut found = Found::default();
            match place.is_dir() {
                true => found.read_directory(place),
                false => found.read(place),
            }
            if !found.roots.is_empty() {
                return Ok(found.roots);
            }
            unreadable.get_or_insert_with(|| {
                let reason = found.fault.map(|fault| format!(": {fault}")).unwrap_or_default();
                format!("\"{}\" holds no certificate that can be read{reason}", place.display())
            });
        }
        let error = Error::new(Cause::NoSystemRoots);
        Err(match unreadable {
            Some(reason) => error.detail(reason),
            None => error,
        })
    }

    /// The content of a place.
    #[derive(Default)]
    struct Found {
        roots: Vec<CertificateDer<'static>>,
        /// The fault of the first ignored certificate.
        fault: Option<String>,
    }

    impl Found {
        fn read(&mut self, file: &Path) {
            match read_file(file) {
                Ok(file) => pem::each_certificate(&file).for_each(|certificate| match certificate {
                    Ok(root) if self.roots.contains(&root) => {}
                    Ok(root) if webpki::anchor_from_trusted_cert(&root).is_ok() => self.roots.push(root),
                    Ok(_) => self.note("it is not an X.509 certificate in DER (damaged or truncated)"),
                    Err(reason) => self.note(reason),
                }),
                Err(error) => self.note(error),
            }
        }

        /// Links may point to the same file, or to none.
        fn read_directory(&mut self, directory: &Path) {
            match fs::read_dir(directory) {
                Ok(entries) => {
                    let paths = entries.flatten().map(|entry| entry.path());
                    paths.filter(|path| path.is_file()).for_each(|file| self.read(&file));
                }
                Err(error) => self.note(error),
            }
        }

        fn note(&mut self, fault: impl ToString) {
            self.fault.get_or_insert_with(|| fault.to_string());
        }
    }

    #[cfg(test)]
    mod tests {
        use std::fs;
        use std::path::PathBuf;

        use crate::transport::tls::authority::{Role, role};

        #[test]
        fn system_has_root_certificates() {
            let roots = super::roots(super::PLACES).unwrap();
            let fit = roots.iter().filter(|root| matches!(role(root), Ok(Role::Authority { .. })));
            assert!(fit.count() > 10);
        }

        #[test]
        fn first_place_with_root_certificates_is_used() {
            let directory = std::env::temp_dir().join(format!("nativeflow-roots-{}", std::process::id()));
            let place = |name: &str| directory.join(name);
            let pem = || nativeflow_stub::Stub::start(nativeflow_stub::Options::default()).unwrap().ca_pem().to_owned();
            let (one, other, third) = (pem(), pem(), pem());
            fs::create_dir_all(place("certs/directory")).unwrap();
            let damaged = one.replacen("MII", "MIM", 1);
            fs::write(place("bundle"), format!("# comment\n{one}{damaged}\n{other}{one}")).unwrap();
            fs::write(place("damaged"), damaged).unwrap();
            fs::write(place("certs/third.pem"), &third).unwrap();
            fs::write(place("certs/README"), "no certificate").unwrap();
            for (name, target) in [("3.0", "third.pem"), ("1.0", "../bundle"), ("gone.0", "gone.pem"), ("self", ".")] {
                std::os::unix::fs::symlink(target, place("certs").join(name)).unwrap();
            }
            let count = |names: &[&str]| {
                let places: Vec<PathBuf> = names.iter().map(|name| place(name)).collect();
                super::roots(&places).map(|roots| roots.len()).map_err(|error| error.message())
            };
            assert_eq!(
                count(&["gone", "bundle", "certs"]),
                Ok(2),
                "the damaged one and the second of two are left out"
            );
            assert_eq!(count(&["damaged", "certs"]), Ok(3), "of a directory, each once");
            let damaged = count(&["gone", "damaged", "gone"]).unwrap_err();
            assert!(damaged.contains("/damaged\" holds no certificate that can be read: it is not"), "{damaged}");
            assert!(!count(&["gone"]).unwrap_err().contains("gone"));
            fs::remove_dir_all(directory).unwrap();
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

    /// Passes each chain to the system, which applies its own rules: its certificate store, certificates that an
    /// administrator distrusts, revocation.
    pub(in crate::transport) fn verifier(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(provider));
        Ok(Arc::new(verifier.map_err(|error| Error::new(Cause::NoSystemRoots).detail(error))?))
    }
}
