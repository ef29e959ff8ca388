//! Binds a port, and accepts its connections on a thread.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::server::connection;
use crate::server::port::Port;

/// Binds a port on loopback. An error names the port.
pub(crate) fn bind(port: u16) -> io::Result<(TcpListener, u16)> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| io::Error::new(error.kind(), format!("port {port}: {error}")))?;
    let port = socket.local_addr()?.port();
    Ok((socket, port))
}

/// Accepts connections until the stub has stopped or the port is closed, and [`wake`] is called.
pub(crate) fn spawn(socket: TcpListener, port: Port) -> io::Result<JoinHandle<()>> {
    let port = Arc::new(port);
    thread::Builder::new().name(format!("stub-{:?}", port.role).to_lowercase()).spawn(move || accept(&socket, &port))
}

fn accept(socket: &TcpListener, port: &Arc<Port>) {
    loop {
        let accepted = socket.accept();
        if port.activity.stopped() || port.closed.load(Ordering::Relaxed) {
            return;
        }
        match accepted {
            Ok((stream, _)) => hand_over(stream, port),
            // Probably no free file descriptors: wait until other connections are closed.
            Err(error) => {
                port.log.note(&format!("accept: {error}"));
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn hand_over(stream: TcpStream, port: &Arc<Port>) {
    let socket = Arc::new(stream);
    let Some(open) = port.activity.open(&socket) else {
        return port.log.note("connection dropped: too many connections");
    };
    let serving = Arc::clone(port);
    let spawned = thread::Builder::new().name("stub-connection".to_owned()).spawn(move || {
        // The thread owns it, so that the connection counts as open until the thread ends.
        let _open = open;
        connection::serve(socket, &serving);
    });
    if let Err(error) = spawned {
        port.log.note(&format!("thread: {error}"));
    }
}

/// Wakes a thread that waits in accept.
pub(crate) fn wake(port: u16) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let _ = TcpStream::connect_timeout(&address, Duration::from_secs(1));
}
