//! A client that returns the exact bytes of a connection, which HTTP libraries do not.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use nativeflow_stub::Stub;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

pub const KEY: &str = "X-ConsumerKey: kX3demoConsumerKey0123\r\n";
/// `john_developer@hotmail.com:Travel&Expense$2012`
pub const BASIC: &str = "Authorization: Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg==\r\n";

pub type Tls = StreamOwned<ClientConnection, TcpStream>;

pub struct Reply {
    pub bytes: Vec<u8>,
    /// How the connection ended.
    pub end: io::Result<()>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn status(&self) -> String {
        self.text().chars().skip(9).take(3).collect()
    }

    pub fn body(&self) -> String {
        match self.text().split_once("\r\n\r\n") {
            Some((_, body)) => body.to_owned(),
            None => String::new(),
        }
    }
}

pub fn head(url: &str, headers: &str) -> String {
    head_for("GET", url, headers)
}

pub fn head_for(method: &str, url: &str, headers: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let (host, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{method} {prefix}/net2/oauth2/accesstoken.ashx HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n")
}

/// A request to any path below a URL.
pub fn request(method: &str, url: &str, path: &str, headers: &str, body: &str) -> String {
    let (_, rest) = url.split_once("://").unwrap();
    let (host, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{method} {prefix}{path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n{body}")
}

/// Sends a request without TLS, or to the elsewhere listener with it.
pub fn call(stub: &Stub, method: &str, url: &str, path: &str, headers: &str, body: &str) -> Reply {
    let text = request(method, url, path, headers, body);
    match url.starts_with("https:") {
        true => exchange(connect(url, stub.ca_pem()), text.as_bytes()),
        false => exchange(tcp(host_and_port(url).1), text.as_bytes()),
    }
}

pub const CLIENT: &str = "client_id=kX3demoConsumerKey0123&client_secret=c5Gk%2Fdemo%2BClient%3DSecret";
pub const LOGIN: &str = "username=john_developer%40hotmail.com&password=Travel%26Expense%242012";

/// Posts a form to the token endpoint of the OAuth 2.0 service.
pub fn post_form(stub: &Stub, url: &str, form: &str) -> Reply {
    let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
    call(stub, "POST", url, "/oauth2/v0/token", &headers, form)
}

/// Asks for a token with the demo user's password.
pub fn password_grant(stub: &Stub, url: &str) -> Reply {
    post_form(stub, url, &format!("{CLIENT}&grant_type=password&{LOGIN}"))
}

/// Percent-encodes everything.
pub fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The value of a JSON member, as text; empty if it is missing.
pub fn member(body: &str, name: &str) -> String {
    let rest = body.split_once(&format!("\"{name}\":")).map_or("", |(_, rest)| rest);
    match rest.strip_prefix('"') {
        Some(text) => text.split('"').next().unwrap().to_owned(),
        None => rest.split([',', '}']).next().unwrap().to_owned(),
    }
}

pub fn connect(url: &str, ca_pem: &str) -> Tls {
    connect_with(&trusting(ca_pem), url)
}

/// Connects and resumes earlier sessions of this configuration.
pub fn connect_with(config: &Arc<ClientConfig>, url: &str) -> Tls {
    let (host, port) = host_and_port(url);
    let name = ServerName::try_from(host.to_owned()).unwrap();
    StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), tcp(port))
}

pub fn trusting(ca_pem: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

pub fn tcp(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    // A request after the handshake must not wait for an acknowledgment.
    stream.set_nodelay(true).unwrap();
    // No test waits forever.
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

pub fn host_and_port(url: &str) -> (&str, u16) {
    let (_, rest) = url.split_once("://").unwrap();
    let (host, port) = rest.split('/').next().unwrap().split_once(':').unwrap();
    (host, port.parse().unwrap())
}

/// Reads one response with a `Content-Length`, and no further byte.
pub fn next_reply(stream: &mut impl Read) -> Reply {
    let mut bytes = Vec::new();
    let mut length = None;
    let mut byte = [0];
    let end = loop {
        if let Err(error) = stream.read_exact(&mut byte) {
            break Err(error);
        }
        bytes.push(byte[0]);
        if bytes.ends_with(b"\r\n\r\n") && length.is_none() {
            let head = String::from_utf8_lossy(&bytes).into_owned();
            let content_length =
                head.split("Content-Length: ").nth(1).and_then(|it| it.split("\r\n").next()?.parse::<usize>().ok());
            length = Some(bytes.len() + content_length.unwrap_or_default());
        }
        if length == Some(bytes.len()) {
            break Ok(());
        }
    };
    Reply { bytes, end }
}

/// Sends the demo user's credentials and reads the response to the end of the connection.
pub fn ask(url: &str, ca_pem: &str) -> Reply {
    ask_with(url, ca_pem, &format!("{BASIC}{KEY}"))
}

pub fn ask_with(url: &str, ca_pem: &str, headers: &str) -> Reply {
    let head = head(url, headers);
    exchange(connect(url, ca_pem), head.as_bytes())
}

pub fn exchange(mut stream: impl Read + Write, head: &[u8]) -> Reply {
    stream.write_all(head).unwrap();
    stream.flush().unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(|_| ());
    Reply { bytes, end }
}
