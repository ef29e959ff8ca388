//! Proxies that accept all clients, one user, or no client.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rustls::ServerConfig;

use crate::network::tls_peer::TlsPeer;

/// Runs until the test process ends.
pub struct Proxy(SocketAddr);

const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

impl Proxy {
    /// Opens every tunnel.
    pub fn open() -> Proxy {
        Proxy::open_for("")
    }

    /// Opens tunnels for requests that contain this text.
    pub fn open_for(text: &'static str) -> Proxy {
        Proxy::start(move |mut client| {
            let request = head(&mut client)?;
            if !request.contains(text) {
                return client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
            }
            let server = TcpStream::connect(place_in(&request))?;
            client.write_all(ESTABLISHED)?;
            relay(client, server)
        })
    }

    /// Opens every tunnel with SOCKS 5, to a host name, after it has received a user and a password.
    pub fn socks() -> Proxy {
        Proxy::start(|mut client| {
            let [5, methods] = read(&mut client)? else { return Ok(()) };
            read_text(&mut client, methods)?;
            client.write_all(&[5, 2])?;
            let [1, user] = read(&mut client)? else { return Ok(()) };
            read_text(&mut client, user)?;
            let [password] = read(&mut client)?;
            read_text(&mut client, password)?;
            client.write_all(&[1, 0])?;
            let [5, 1, 0, 3, name] = read(&mut client)? else { return Ok(()) };
            let name = read_text(&mut client, name)?;
            let server = TcpStream::connect((name.as_str(), u16::from_be_bytes(read(&mut client)?)))?;
            client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])?;
            relay(client, server)
        })
    }

    /// Uses TLS, and is itself the server that every tunnel leads to. It sends this response.
    pub fn within_tls(tls: &Arc<ServerConfig>, answer: &'static [u8]) -> Proxy {
        let tls = Arc::clone(tls);
        Proxy::start(move |client| {
            let mut outer = TlsPeer::accept(&tls, client)?;
            head(&mut outer)?;
            outer.write_all(ESTABLISHED)?;
            let mut inner = TlsPeer::accept(&tls, outer)?;
            head(&mut inner)?;
            inner.write_all(answer)
        })
    }

    /// Sends this response to all clients.
    pub fn answering(answer: &'static str) -> Proxy {
        Proxy::start(|mut client| {
            head(&mut client)?;
            client.write_all(answer.as_bytes())
        })
    }

    fn start(serve: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, serve) = (client.unwrap(), serve.clone());
                thread::spawn(move || serve(client));
            }
        });
        Proxy(address)
    }

    pub fn address(&self) -> SocketAddr {
        self.0
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.0)
    }
}

/// Copies in both directions until the client closes the connection.
fn relay(mut client: TcpStream, mut server: TcpStream) -> io::Result<()> {
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let answers = thread::spawn(move || io::copy(&mut from_server, &mut to_client));
    io::copy(&mut client, &mut server)?;
    server.shutdown(Shutdown::Write)?;
    let _ = answers.join();
    Ok(())
}

fn head(client: &mut impl Read) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let [byte] = read(client)?;
        head.push(byte);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Returns the host and port in a request for a tunnel.
fn place_in(request: &str) -> &str {
    request.split(' ').nth(1).unwrap_or_default()
}

fn read<const LENGTH: usize>(client: &mut impl Read) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    client.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn read_text(client: &mut impl Read, length: u8) -> io::Result<String> {
    let mut bytes = vec![0; length.into()];
    client.read_exact(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
