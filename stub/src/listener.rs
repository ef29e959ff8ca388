//! A port, and a thread that takes its connections.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::ServerConfig;

use crate::User;
use crate::activity::Activity;
use crate::connection;
use crate::log::Log;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// The look-alike itself.
    Service,
    /// Accepts and says nothing.
    Silent,
    /// Where redirects lead.
    Elsewhere,
}

/// What every connection of one port is served with.
pub(crate) struct Listener {
    pub(crate) role: Role,
    pub(crate) url: String,
    /// Names beside those of loopback under which a client may ask.
    pub(crate) host_names: Arc<[String]>,
    pub(crate) elsewhere_url: String,
    /// `None`: plain TCP.
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) users: Arc<[User]>,
    pub(crate) keep_alive: bool,
    pub(crate) activity: Arc<Activity>,
    pub(crate) log: Log,
}

/// A bound port, on the loopback only.
pub(crate) fn bind(port: u16) -> io::Result<(TcpListener, u16)> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let port = socket.local_addr()?.port();
    Ok((socket, port))
}

/// Takes connections until the stub has stopped and [`wake`] is called.
pub(crate) fn spawn(socket: TcpListener, listener: Listener) -> io::Result<JoinHandle<()>> {
    let listener = Arc::new(listener);
    thread::Builder::new()
        .name(format!("stub-{:?}", listener.role).to_lowercase())
        .spawn(move || accept(&socket, &listener))
}

fn accept(socket: &TcpListener, listener: &Arc<Listener>) {
    loop {
        let taken = socket.accept();
        if listener.activity.stopped() {
            return;
        }
        match taken {
            Ok((stream, _)) => hand_over(stream, listener),
            // Out of file descriptors, most likely: others must close first.
            Err(error) => {
                listener.log.note(&format!("accept: {error}"));
                thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

fn hand_over(stream: TcpStream, listener: &Arc<Listener>) {
    let socket = Arc::new(stream);
    let Some(open) = listener.activity.open(&socket) else {
        return listener.log.note("too many connections: one was dropped");
    };
    let serving = Arc::clone(listener);
    let spawned = thread::Builder::new().name("stub-connection".to_owned()).spawn(move || {
        // Owned by the thread: the connection counts as open until the thread is done with it.
        let _open = open;
        connection::serve(socket, &serving);
    });
    if let Err(error) = spawned {
        listener.log.note(&format!("thread: {error}"));
    }
}

/// Makes an accept that waits come back.
pub(crate) fn wake(port: u16) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let _ = TcpStream::connect_timeout(&address, Duration::from_secs(1));
}
