//! A listener in front of a peer that records all data of the client.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::support::Facts;

/// Passes everything on, and records the data that clients sent.
pub struct Relay {
    address: SocketAddr,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Relay {
    /// At an address of the same family. Runs until the test process ends.
    pub fn to(peer: SocketAddr) -> Relay {
        let listener = TcpListener::bind((peer.ip(), 0)).unwrap();
        let relay = Relay { address: listener.local_addr().unwrap(), sent: Arc::default() };
        let sent = Arc::clone(&relay.sent);
        thread::spawn(move || {
            for client in listener.incoming() {
                let sent = Arc::clone(&sent);
                thread::spawn(move || pass(client?, peer, &sent));
            }
        });
        relay
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Data from clients so far.
    pub fn sent(&self) -> Vec<u8> {
        self.sent.lock().unwrap().clone()
    }
}

/// Makes one call through `proxy`, and checks that the proxy was used: the call would also succeed without it.
pub fn through_proxy(proxy: SocketAddr, run: impl FnOnce(SocketAddr) -> Facts) -> Facts {
    let relay = Relay::to(proxy);
    let facts = run(relay.address());
    assert!(!relay.sent().is_empty(), "the proxy was not spoken to");
    facts
}

fn pass(mut client: TcpStream, peer: SocketAddr, sent: &Mutex<Vec<u8>>) -> io::Result<()> {
    let mut server = TcpStream::connect(peer)?;
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let answers = thread::spawn(move || {
        let _ = io::copy(&mut from_server, &mut to_client);
        to_client.shutdown(Shutdown::Write)
    });
    let mut buffer = [0; 4096];
    loop {
        let amount = client.read(&mut buffer)?;
        if amount == 0 {
            break;
        }
        sent.lock().unwrap().extend_from_slice(&buffer[..amount]);
        server.write_all(&buffer[..amount])?;
    }
    server.shutdown(Shutdown::Write)?;
    let _ = answers.join();
    Ok(())
}
