//! A server that requests a client certificate on one connection. The request must not affect the error of the next one.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::certificates::Authority;
use super::process::{folder, write};
use super::tls_peer::TlsPeer;
use crate::support::Call;

/// The alert handshake_failure, fatal.
const HANDSHAKE_FAILURE: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

#[test]
fn certificate_request_does_not_affect_the_next_connection() {
    let root = Authority::root("The root");
    let leaf = root.server(|_| ());
    let provider = Arc::new(ring::default_provider());
    let mut clients = RootCertStore::empty();
    clients.add(CertificateDer::from_pem_slice(root.pem.as_bytes()).unwrap()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(clients), Arc::clone(&provider))
        .allow_unauthenticated()
        .build()
        .unwrap();
    let asking = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(leaf.pem.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let server = thread::spawn(move || {
        let (first, _) = listener.accept().unwrap();
        drop(TlsPeer::accept(&Arc::new(asking), first).unwrap());
        let (mut second, _) = listener.accept().unwrap();
        assert!(second.read(&mut [0; 4096]).unwrap() > 0);
        second.write_all(&HANDSHAKE_FAILURE).unwrap();
        // Until the client has read it.
        let _ = second.read(&mut [0; 4096]);
    });
    let folder = folder("asked");
    let facts = Call::to(&url).with("ca", &write(&folder, "ca.pem", &root.pem)).with("calls", "2").run();
    server.join().unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    let messages: Vec<&str> = facts.stdout.lines().filter_map(|line| line.strip_prefix("message=")).collect();
    assert_eq!(messages.len(), 2, "{}", facts.stdout);
    assert!(messages[1].contains("no common cipher suite"), "{}", facts.stdout);
}
