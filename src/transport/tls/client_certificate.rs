//! The client certificate, which identifies this machine to servers that request it.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use super::file::read_file;
use super::pem;
use super::pem::Unreadable;
use crate::error::{Cause, Error};

/// A certificate chain and its private key.
#[derive(Clone)]
pub(crate) struct ClientCertificate(Arc<CertifiedKey>);

impl ClientCertificate {
    /// Reads two files, PEM or DER: the chain, with the client's own certificate first, and the key in PKCS#8, PKCS#1
    /// or SEC1.
    pub(crate) fn read(chain_file: &str, key_file: &str) -> Result<ClientCertificate, Error> {
        let reject = |path: &str, what: &dyn fmt::Display| {
            Error::new(Cause::ClientCertificateUnusable).detail(format_args!("\"{path}\": {what}"))
        };
        let unreadable = |path: &str, unreadable: Unreadable| {
            let cause = match unreadable {
                Unreadable::Format(_) => Cause::CertificateFormat,
                Unreadable::Encrypted(_) => Cause::ClientKeyEncrypted,
                _ => Cause::ClientCertificateUnusable,
            };
            Error::new(cause).detail(format_args!("\"{path}\": {unreadable}"))
        };
        let read = |path: &str| read_file(path).map_err(|error| reject(path, &error));
        let (chain, key) = (read(chain_file)?, read(key_file)?);
        let chain = pem::certificates(&chain).map_err(|error| unreadable(chain_file, error))?;
        let key = pem::private_key(&key).map_err(|error| unreadable(key_file, error))?;
        let key = ring::default_provider().key_provider.load_private_key(key).map_err(|_| {
            reject(
                key_file,
                &"the key is of a kind that is not supported (RSA of 2048 to 8192 bits, P-256, P-384, Ed25519 are)",
            )
        })?;
        // Parsed by webpki, because rustls accepts no X.509 certificate of version 1.
        let first = chain.first().and_then(|first| webpki::anchor_from_trusted_cert(first).ok());
        let Some(first) = first else { return Err(reject(chain_file, &"the first certificate cannot be read")) };
        if key.public_key().is_some_and(|public| public != webpki::spki_for_anchor(&first)) {
            let what = format_args!("the key does not belong to the first certificate in \"{chain_file}\"");
            return Err(reject(key_file, &what));
        }
        Ok(ClientCertificate(Arc::new(CertifiedKey::new(chain, key))))
    }

    /// Returns an address that is the same for all copies of one client certificate.
    pub(in crate::transport) fn as_ptr(&self) -> *const CertifiedKey {
        Arc::as_ptr(&self.0)
    }

    pub(in crate::transport) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::new(SingleCertAndKey::from(Arc::clone(&self.0)))
    }
}

thread_local! {
    /// Whether a server has requested a certificate, on this thread. One resolver serves all connections of a client,
    /// because rustls resumes a session only with the resolver that it was made with.
    static IS_REQUESTED: Cell<bool> = const { Cell::new(false) };
}

/// Used if no client certificate is set: records that the server has requested one. In TLS 1.2, the server then sends
/// an alert that does not mention certificates.
#[derive(Debug)]
pub(super) struct NoClientCertificate;

impl NoClientCertificate {
    /// Returns whether a server has requested a certificate on this thread since the last call: for the connection that
    /// has just processed records.
    pub(super) fn take_requested() -> bool {
        IS_REQUESTED.take()
    }
}

impl ResolvesClientCert for NoClientCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        IS_REQUESTED.set(true);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate")
    }
}

#[cfg(test)]
mod tests {
    use super::ClientCertificate;
    use crate::error::Code;

    const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";

    #[test]
    fn unusable_file_is_named() {
        let directory = std::env::temp_dir();
        let file = |name: &str, text: &str| {
            let path = directory.join(format!("nativeflow-identity-{name}-{}.pem", std::process::id()));
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let stub = nativeflow_stub::Stub::start(nativeflow_stub::Options::default()).unwrap();
        let (chain, empty, encrypted) = (file("ca", stub.ca_pem()), file("empty", ""), file("encrypted", ENCRYPTED));
        for (chain_file, key_file, part) in [
            ("/nowhere/chain.pem", empty.as_str(), "No such file"),
            (&empty, &empty, "no certificate"),
            (&chain, "/nowhere/key.pem", "No such file"),
            (&chain, &empty, "no private key"),
            (&chain, &chain, "no private key"),
            (&chain, &encrypted, "encrypted"),
        ] {
            let error = ClientCertificate::read(chain_file, key_file).unwrap_err();
            assert_eq!(error.code(), Code::InvalidOption);
            assert!(error.message().contains(part), "{error}");
        }
        [chain, empty, encrypted].iter().for_each(|path| std::fs::remove_file(path).unwrap());
    }
}
