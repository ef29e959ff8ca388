//! A proxy that accepts all clients, or rejects all.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Runs until the test process ends.
pub struct Proxy(SocketAddr);

impl Proxy {
    /// Opens every tunnel.
    pub fn open() -> Proxy {
        Proxy::start(|client, place| {
            let mut server = TcpStream::connect(place)?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
            let answers = thread::spawn(move || io::copy(&mut from_server, &mut to_client));
            io::copy(client, &mut server)?;
            server.shutdown(std::net::Shutdown::Write)?;
            let _ = answers.join();
            Ok(())
        })
    }

    /// Sends this response to all clients.
    pub fn answering(answer: &'static str) -> Proxy {
        Proxy::start(|client, _| client.write_all(answer.as_bytes()))
    }

    /// `serve` gets the client, whose request has been read, and the host and port in it.
    fn start(serve: impl Fn(&mut TcpStream, &str) -> io::Result<()> + Copy + Send + 'static) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for client in listener.incoming() {
                let mut client = client.unwrap();
                thread::spawn(move || {
                    let request = head(&mut client)?;
                    serve(&mut client, request.split(' ').nth(1).unwrap_or_default())
                });
            }
        });
        Proxy(address)
    }

    pub fn address(&self) -> String {
        self.0.to_string()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.0)
    }
}

fn head(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
