//! The client certificate: who this machine is, for servers that want to know.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::SignatureScheme;
use rustls::client::ResolvesClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use zeroize::Zeroizing;

use super::trust::read_file;
use crate::cause::Cause;
use crate::error::Error;

/// A certificate chain and its private key.
#[derive(Clone)]
pub(crate) struct Identity(Arc<CertifiedKey>);

impl Identity {
    /// Reads PEM files: the chain with the client's own certificate first, and the key in PKCS#8, PKCS#1 or SEC1.
    pub(crate) fn read(chain_file: &str, key_file: &str) -> Result<Identity, Error> {
        let refuse = |path: &str, what: &dyn fmt::Display| {
            Error::new(Cause::ClientCertificateUnusable).detail(format_args!("\"{path}\": {what}"))
        };
        let read = |path: &str| read_file(path).map(Zeroizing::new).map_err(|error| refuse(path, &error));
        let (chain_pem, key_pem) = (read(chain_file)?, read(key_file)?);
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain_pem)
            .collect::<Result<_, _>>()
            .map_err(|error| refuse(chain_file, &error))?;
        if chain.is_empty() {
            return Err(refuse(chain_file, &"it holds no certificate in PEM"));
        }
        // What the parser says of a bad key may quote it.
        let key = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|error| match error {
            pem::Error::NoItemsFound if is_encrypted(&key_pem) => {
                refuse(key_file, &"the key is encrypted; write it without a passphrase (openssl pkey)")
            }
            pem::Error::NoItemsFound => refuse(key_file, &"it holds no private key in PEM"),
            _ => refuse(key_file, &"it is no proper PEM"),
        })?;
        match CertifiedKey::from_der(chain, key, &ring::default_provider()) {
            Ok(certified) => Ok(Identity(Arc::new(certified))),
            Err(rustls::Error::InconsistentKeys(_)) => Err(refuse(
                key_file,
                &format_args!("the key does not belong to the first certificate in \"{chain_file}\""),
            )),
            Err(rustls::Error::InvalidCertificate(_)) => {
                Err(refuse(chain_file, &"the first certificate cannot be read"))
            }
            Err(_) => {
                Err(refuse(key_file, &"the key is of a kind that is not supported (RSA, P-256, P-384, Ed25519 are)"))
            }
        }
    }

    pub(super) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::new(SingleCertAndKey::from(Arc::clone(&self.0)))
    }
}

/// In place of an identity: remembers that the server has asked for one. Of TLS 1.2, the server's answer to none is an
/// alert that says nothing of certificates.
#[derive(Debug, Default)]
pub(super) struct Nobody {
    asked: AtomicBool,
}

impl Nobody {
    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for Nobody {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// The two ways in which PEM says so.
fn is_encrypted(pem: &[u8]) -> bool {
    let says = |what: &[u8]| pem.windows(what.len()).any(|window| window == what);
    says(b"BEGIN ENCRYPTED PRIVATE KEY") || says(b"Proc-Type: 4,ENCRYPTED")
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

#[cfg(test)]
mod tests {
    use super::Identity;
    use crate::error::Code;

    const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = std::env::temp_dir();
        let file = |name: &str, text: &str| {
            let path = folder.join(format!("nativeflow-identity-{name}-{}.pem", std::process::id()));
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
            let error = Identity::read(chain_file, key_file).unwrap_err();
            assert_eq!(error.code(), Code::InvalidOption);
            assert!(error.message().contains(part), "{error}");
        }
        [chain, empty, encrypted].iter().for_each(|path| std::fs::remove_file(path).unwrap());
    }
}
