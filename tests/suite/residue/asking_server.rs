//! A server that requests a client certificate, so that the client signs, and then sends a token for each request.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

use super::patterns::random_text;
use crate::network::certificates::Authority;

/// Runs until the test process ends.
pub struct AskingServer {
    tls12: SocketAddr,
    tls13: SocketAddr,
    pub ca: PathBuf,
}

const BODY: &str = "<Access_Token><Token>fdjhk2382kwkajsklwe8i3932kslswl</Token></Access_Token>\n";

impl AskingServer {
    /// Accepts certificates by `clients`. Writes its own root certificate to a file in `folder`.
    pub fn start(clients: &Authority, folder: &Path) -> AskingServer {
        let root = Authority::root("The asking server's root");
        let ca = folder.join(format!("asking-{}.pem", random_text(8)));
        fs::write(&ca, &root.pem).unwrap();
        AskingServer { tls12: listen(&TLS12, clients, &root), tls13: listen(&TLS13, clients, &root), ca }
    }

    pub fn tls12(&self) -> String {
        format!("https://localhost:{}", self.tls12.port())
    }

    pub fn tls13(&self) -> String {
        format!("https://localhost:{}", self.tls13.port())
    }
}

fn listen(version: &'static SupportedProtocolVersion, clients: &Authority, root: &Authority) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut trusted = RootCertStore::empty();
    trusted.add(CertificateDer::from_pem_slice(clients.pem.as_bytes()).unwrap()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(trusted), Arc::clone(&provider)).build();
    let own = root.server(|_| ());
    let chain = vec![CertificateDer::from_pem_slice(own.pem.as_bytes()).unwrap()];
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_client_cert_verifier(verifier.unwrap())
        .with_single_cert(chain, PrivateKeyDer::from_pem_slice(own.key.as_bytes()).unwrap())
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            let config = Arc::clone(&config);
            thread::spawn(move || {
                let mut client = StreamOwned::new(ServerConnection::new(config).unwrap(), client?);
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") {
                    client.read_exact(&mut byte)?;
                    head.push(byte[0]);
                }
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length:";
                write!(client, "{head} {}\r\n\r\n{BODY}", BODY.len())?;
                client.conn.send_close_notify();
                client.flush()
            });
        }
    });
    address
}
