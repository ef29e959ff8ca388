//! An idle connection is used again, and never causes a login to be sent twice.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use nativeflow_stub::{Options, Stub};

use crate::network::stalls::{TWO_LENGTHS, read_head};
use crate::support::{Call, Facts, scratch};

/// A stub that keeps connections open, with its CA in a file.
pub struct Server {
    pub stub: Stub,
    ca: String,
}

impl Server {
    pub fn start(name: &str) -> Server {
        let stub = Stub::start(Options { keep_alive: true, ..Options::default() }).unwrap();
        let ca = scratch("keep-alive").join(format!("{name}-{}.pem", std::process::id()));
        std::fs::write(&ca, stub.ca_pem()).unwrap();
        Server { ca: ca.to_str().unwrap().to_owned(), stub }
    }

    /// The same with the address of a relay that closes its first connection after one response.
    pub fn behind_closing_relay(name: &str) -> (Server, SocketAddr) {
        let server = Server::start(name);
        let (relay, _) = relay(server.address(), Then::Close);
        (server, relay)
    }

    /// Two calls.
    pub fn call(&self, url: &str) -> Call {
        Call::to(url).with("ca", &self.ca).with("keep_alive_ms", "60000").with("calls", "2")
    }

    fn address(&self) -> SocketAddr {
        self.stub.base_url().replace("https://localhost", "127.0.0.1").parse().unwrap()
    }
}

fn codes(facts: &Facts) -> Vec<&str> {
    assert!(facts.stderr.is_empty(), "{}", facts.stderr);
    facts.stdout.lines().filter_map(|line| line.strip_prefix("code=")).collect()
}

#[test]
fn calls_share_a_connection_if_keep_alive_is_set() {
    for (keep_alive_ms, connections) in [("60000", 1), ("0", 3)] {
        let server = Server::start("shared");
        let url = server.stub.base_url();
        let facts = server.call(&url).with("calls", "3").with("keep_alive_ms", keep_alive_ms).run();
        assert_eq!(codes(&facts), ["NF_OK"; 3]);
        assert_eq!(server.stub.connections(), connections);
        assert_eq!(server.stub.requests().len(), 3);
    }
}

#[test]
fn connection_idle_for_too_long_is_not_used() {
    let server = Server::start("idle");
    let url = server.stub.base_url();
    let facts = server.call(&url).with("keep_alive_ms", "50").with("pause_ms", "100").run();
    assert_eq!(codes(&facts), ["NF_OK"; 2]);
    assert_eq!(server.stub.connections(), 2);
}

#[test]
fn connection_is_closed_after_a_response_with_two_lengths() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    thread::spawn(move || {
        for client in listener.incoming() {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut client = client.unwrap();
            // Until the client closes the connection.
            thread::spawn(move || while read_head(&mut client).and_then(|()| client.write_all(TWO_LENGTHS)).is_ok() {});
        }
    });
    let facts = Call::to(&url).with("keep_alive_ms", "60000").with("calls", "2").run();
    assert_eq!(codes(&facts), ["NF_OK"; 2]);
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

/// Behavior of the relay at the second request over its first connection.
#[derive(Clone, Copy)]
enum Then {
    /// It has already closed the connection, shortly after the first response.
    Close,
    /// It reads the request, passes nothing on, and closes the connection.
    TakeAndClose,
}

/// Passes one request and its response on, and then ends its first connection. Later connections stay open. Counts them.
fn relay(stub: SocketAddr, then: Then) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    thread::spawn(move || {
        for client in listener.incoming() {
            let is_first = counted.fetch_add(1, Ordering::SeqCst) == 0;
            thread::spawn(move || pass(client?, TcpStream::connect(stub)?, is_first, then));
        }
        io::Result::Ok(())
    });
    (address, count)
}

fn pass(mut client: TcpStream, mut server: TcpStream, is_first: bool, then: Then) -> io::Result<()> {
    let (mut answers, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let answering = thread::spawn(move || io::copy(&mut answers, &mut to_client));
    if !is_first {
        io::copy(&mut client, &mut server)?;
        return Ok(());
    }
    // The client sends three times: its ClientHello, its Finished with or before the request, and then the next request.
    let mut buffer = [0; 16 * 1024];
    let mut received = 0;
    client.set_read_timeout(Some(std::time::Duration::from_millis(100)))?;
    loop {
        match client.read(&mut buffer) {
            Ok(0) => break,
            Ok(amount) => {
                server.write_all(&buffer[..amount])?;
                received += amount;
            }
            // The connection is idle, because the first response has arrived.
            Err(_) if received > 0 => break,
            Err(_) => {}
        }
    }
    if let Then::TakeAndClose = then {
        client.set_read_timeout(None)?;
        let _ = client.read(&mut buffer)?;
    }
    server.shutdown(Shutdown::Both)?;
    client.shutdown(Shutdown::Both)?;
    let _ = answering.join();
    Ok(())
}

#[test]
fn lost_idle_connection_is_replaced() {
    let server = Server::start("replaced");
    let (relay, connections) = relay(server.address(), Then::Close);
    let facts =
        server.call(&format!("https://localhost:{}", relay.port())).with("pause_ms", "400").with("log", "1").run();
    assert_eq!(codes(&facts), ["NF_OK"; 2], "{}", facts.stdout);
    assert!(facts.stdout.contains("] connect: idle connection lost, opening a new one: "), "{}", facts.stdout);
    assert_eq!(connections.load(Ordering::SeqCst), 2);
    assert_eq!(server.stub.requests().len(), 2, "each login is sent once");
}

#[test]
fn login_that_may_have_arrived_is_not_sent_again() {
    let server = Server::start("once");
    let (relay, connections) = relay(server.address(), Then::TakeAndClose);
    let facts = server.call(&format!("https://localhost:{}", relay.port())).with("pause_ms", "400").run();
    assert_eq!(codes(&facts), ["NF_OK", "NF_DISCONNECTED"], "{}", facts.stdout);
    assert_eq!(connections.load(Ordering::SeqCst), 1, "nothing was sent a second time");
    assert_eq!(server.stub.requests().len(), 1);
}
