//! A TLS server whose records the test itself sends, whole or in parts.

use std::fs;
use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::crypto::cipher::{OutboundChunks, OutboundPlainMessage};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{
    ConnectionTrafficSecrets, ContentType, ProtocolVersion, ServerConfig, ServerConnection, SupportedCipherSuite,
    SupportedProtocolVersion,
};

use super::certificates::Authority;
use crate::support::scratch;

/// TLS configuration of a server, with its CA in a file.
pub struct Config {
    pub tls: Arc<ServerConfig>,
    pub ca: String,
}

impl Config {
    /// A server uses TLS `version` and, if possible, sends records of at most `longest` bytes.
    pub fn new(name: &str, version: &'static SupportedProtocolVersion, longest: Option<usize>) -> Config {
        let authority = Authority::root("scripted");
        let leaf = authority.server(|_| ());
        let certificate = CertificateDer::from_pem_slice(leaf.pem.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
        let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        tls.max_fragment_size = longest;
        tls.enable_secret_extraction = true;
        let ca = scratch("tls-peer").join(format!("{name}-{}.pem", std::process::id()));
        fs::write(&ca, authority.pem).unwrap();
        Config { tls: Arc::new(tls), ca: ca.to_str().unwrap().to_owned() }
    }
}

/// The server's side of a connection over `under`.
pub struct TlsPeer<S> {
    tls: ServerConnection,
    pub under: S,
}

impl<S: Read + Write> TlsPeer<S> {
    /// Performs the handshake. The session tickets of TLS 1.3 are left for the next [`records`](TlsPeer::records).
    pub fn accept(tls: &Arc<ServerConfig>, under: S) -> io::Result<TlsPeer<S>> {
        let mut peer = TlsPeer { tls: ServerConnection::new(Arc::clone(tls)).unwrap(), under };
        while peer.tls.is_handshaking() {
            let records = peer.waiting();
            peer.under.write_all(&records)?;
            peer.receive()?;
        }
        // In TLS 1.2 the server sends the last message of the handshake.
        if peer.tls.protocol_version() == Some(ProtocolVersion::TLSv1_2) {
            let records = peer.waiting();
            peer.under.write_all(&records)?;
        }
        Ok(peer)
    }

    /// The waiting records, and the records of `text`.
    pub fn records(&mut self, text: &[u8]) -> Vec<u8> {
        self.tls.writer().write_all(text).unwrap();
        self.waiting()
    }

    /// The waiting records, and the alert close_notify.
    pub fn close_notify(&mut self) -> Vec<u8> {
        self.tls.send_close_notify();
        self.waiting()
    }

    /// In TLS 1.2: requests a second handshake, as IIS and SAP do for client certificates, and ends the connection with an alert
    /// after the client has declined. rustls itself cannot request one.
    pub fn renegotiate(self) -> io::Result<()> {
        const HELLO_REQUEST: &[u8] = &[0; 4];
        const FATAL_HANDSHAKE_FAILURE: &[u8] = &[2, 40];
        let TlsPeer { tls, mut under } = self;
        let Some(SupportedCipherSuite::Tls12(suite)) = tls.negotiated_cipher_suite() else { panic!("not TLS 1.2") };
        let (number, secrets) = tls.dangerous_extract_secrets().map_err(io::Error::other)?.tx;
        let (ConnectionTrafficSecrets::Aes128Gcm { key, iv } | ConnectionTrafficSecrets::Aes256Gcm { key, iv }) =
            secrets
        else {
            panic!("{:?}", suite.common.suite)
        };
        // RFC 5288, section 3.
        let (salt, explicit) = iv.as_ref().split_at(4);
        let mut encrypter = suite.aead_alg.encrypter(key, salt, explicit);
        let mut record = |typ, payload, number| {
            let message = OutboundPlainMessage {
                typ,
                version: ProtocolVersion::TLSv1_2,
                payload: OutboundChunks::Single(payload),
            };
            encrypter.encrypt(message, number).unwrap().encode()
        };
        under.write_all(&record(ContentType::Handshake, HELLO_REQUEST, number))?;
        let mut header = [0; 5];
        under.read_exact(&mut header)?;
        under.read_exact(&mut vec![0; u16::from_be_bytes([header[3], header[4]]).into()])?;
        under.write_all(&record(ContentType::Alert, FATAL_HANDSHAKE_FAILURE, number + 1))
    }

    fn waiting(&mut self) -> Vec<u8> {
        let mut records = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut records).unwrap();
        }
        records
    }

    fn receive(&mut self) -> io::Result<()> {
        if self.tls.read_tls(&mut self.under)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.tls.process_new_packets().map(drop).map_err(io::Error::other)
    }
}

impl<S: Read + Write> Read for TlsPeer<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.tls.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.receive()?,
                read => return read,
            }
        }
    }
}

impl<S: Read + Write> Write for TlsPeer<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let records = self.records(bytes);
        self.under.write_all(&records)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.under.flush()
    }
}
