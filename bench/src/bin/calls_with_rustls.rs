//! The minimum cost of a call: the same request with rustls alone. It reads the response to its end and does not parse
//! it.
//!
//! ```text
//! calls_with_rustls BASE_URL CA_FILE COUNT kept|resumed|full
//! ```
//!
//! Prints the duration of each call in nanoseconds, one per line.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use rustls::client::Resumption;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// The stub's demo user.
const CREDENTIALS: &str = "Authorization: Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg==\r\n\
    X-ConsumerKey: kX3demoConsumerKey0123\r\n";

type Tls = StreamOwned<ClientConnection, TcpStream>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [base_url, ca_file, count, connection] = arguments.as_slice() else {
        return Err("usage: calls_with_rustls BASE_URL CA_FILE COUNT kept|resumed|full".into());
    };
    let authority = base_url.trim_start_matches("https://");
    let config = config(ca_file, connection == "resumed")?;
    let mut idle = None;
    for _ in 0..count.parse()? {
        let start = Instant::now();
        let mut stream = match idle.take() {
            Some(stream) => stream,
            None => connect(authority, &config)?,
        };
        call(authority, &mut stream)?;
        if connection == "kept" {
            idle = Some(stream);
        } else {
            drop(stream);
        }
        println!("{}", start.elapsed().as_nanos());
    }
    Ok(())
}

fn config(ca_file: &str, resumes: bool) -> Result<Arc<ClientConfig>, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca_file)?)?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.resumption = match resumes {
        true => Resumption::in_memory_sessions(8),
        false => Resumption::disabled(),
    };
    Ok(Arc::new(config))
}

/// Connects to the address, because a host name lookup is not part of TLS.
fn connect(authority: &str, config: &Arc<ClientConfig>) -> Result<Tls, Box<dyn Error>> {
    let tcp = TcpStream::connect(authority.replace("localhost", "127.0.0.1"))?;
    tcp.set_nodelay(true)?;
    let connection = ClientConnection::new(Arc::clone(config), ServerName::try_from("localhost")?)?;
    Ok(StreamOwned::new(connection, tcp))
}

fn call(authority: &str, stream: &mut Tls) -> Result<(), Box<dyn Error>> {
    let head = format!(
        "GET /net2/oauth2/accesstoken.ashx HTTP/1.1\r\nHost: {authority}\r\nAccept: application/xml\r\n{CREDENTIALS}\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.flush()?;
    let mut response = Vec::with_capacity(4096);
    while !response.ends_with(b"</Access_Token>\r\n") {
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes)? {
            0 => return Err("connection closed before the end of the token".into()),
            length => response.extend_from_slice(bytes.get(..length).unwrap_or_default()),
        }
    }
    Ok(())
}
