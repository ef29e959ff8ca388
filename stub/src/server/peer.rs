//! The other end of a connection, over TLS or TCP, and the three kinds of closing it.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;

use crate::server::handshake::Handshake;
use crate::service::script::Ending;

/// Time for the peer to close after everything is sent. Closing earlier with unread bytes of the peer would turn FIN
/// into RST, and the end of the response may be lost.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A socket that the stub can shut down while a thread waits on it.
pub(crate) struct Socket(pub(crate) Arc<TcpStream>);

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.0).read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&*self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.0).flush()
    }
}

pub(crate) enum Peer {
    Tls(Box<StreamOwned<ServerConnection, Socket>>),
    Plain(Socket),
}

impl Peer {
    pub(crate) fn new(socket: Arc<TcpStream>, tls: Option<&Arc<ServerConfig>>) -> io::Result<Peer> {
        let socket = Socket(socket);
        Ok(match tls {
            None => Peer::Plain(socket),
            Some(config) => {
                let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
                Peer::Tls(Box::new(StreamOwned::new(connection, socket)))
            }
        })
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Peer::Tls(stream) => &stream.sock.0,
            Peer::Plain(socket) => &socket.0,
        }
    }

    /// Makes the next read end at the deadline at the latest.
    fn read_no_longer_than(&self, deadline: Instant) -> io::Result<()> {
        match deadline.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(io::ErrorKind::TimedOut.into()),
            left => self.tcp().set_read_timeout(Some(left)),
        }
    }

    /// Completes the handshake before the deadline. Returns `None` without TLS.
    pub(crate) fn shake_hands(&mut self, deadline: Instant) -> io::Result<Option<Handshake>> {
        loop {
            self.read_no_longer_than(deadline)?;
            let Peer::Tls(stream) = self else { return Ok(None) };
            match stream.conn.complete_io(&mut stream.sock) {
                Err(error) if is_temporary(&error) => {}
                Err(error) => return Err(error),
                Ok(_) => return Ok(Handshake::of(&stream.conn)),
            }
        }
    }

    /// Reads once; fails with `TimedOut` at the deadline.
    pub(crate) fn read_until(&mut self, deadline: Instant, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.read_no_longer_than(deadline)?;
            let read = match self {
                Peer::Tls(stream) => stream.read(buffer),
                Peer::Plain(socket) => socket.read(buffer),
            };
            match read {
                Err(error) if is_temporary(&error) => {}
                read => return read,
            }
        }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Peer::Tls(stream) => {
                stream.write_all(bytes)?;
                stream.flush()
            }
            Peer::Plain(socket) => socket.write_all(bytes),
        }
    }

    /// Discards received bytes until the deadline. Returns whether the peer is still connected.
    pub(crate) fn stays_connected_until(&mut self, deadline: Instant) -> bool {
        let mut ignored = [0; 1024];
        loop {
            match self.read_until(deadline, &mut ignored) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(error) => return error.kind() == io::ErrorKind::TimedOut,
            }
        }
    }

    pub(crate) fn close(&mut self, ending: Ending) {
        match ending {
            Ending::Close => {
                if let Peer::Tls(stream) = self {
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                }
                let _ = self.tcp().shutdown(Shutdown::Write);
                self.stays_connected_until(Instant::now() + CLOSE_TIMEOUT);
            }
            Ending::CutOff => {
                let _ = self.tcp().shutdown(Shutdown::Write);
                self.stays_connected_until(Instant::now() + CLOSE_TIMEOUT);
            }
            Ending::Reset => {
                // A lingering time of zero makes the kernel send RST on close (SO_LINGER, socket(7)).
                let _ = SockRef::from(self.tcp()).set_linger(Some(Duration::ZERO));
            }
        }
    }
}

/// Temporary errors: the read timeout under either name, or a signal.
fn is_temporary(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
