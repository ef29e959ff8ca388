//! A way for bytes to the other end: TCP, or TLS over such a way.

use super::buffer::Buffer;
use super::call::Call;
use super::net::socket::Socket;
use super::tls::stream::Tls;
use crate::error::Error;

/// A byte stream in both directions.
pub(super) enum Stream {
    Tcp(Socket),
    /// Twice over each other, to a server by way of an https proxy.
    Tls(Box<Tls>),
}

impl Stream {
    /// Reads at least one byte into `buffer`; 0: the other end has closed properly.
    pub(super) fn receive(&mut self, buffer: &mut Buffer, call: &Call<'_>) -> Result<usize, Error> {
        match self {
            Stream::Tcp(socket) => socket.receive(buffer, call),
            Stream::Tls(tls) => tls.receive(buffer, call),
        }
    }

    /// Sends all of `bytes`.
    pub(super) fn send(&mut self, bytes: &[u8], call: &Call<'_>) -> Result<(), Error> {
        match self {
            Stream::Tcp(socket) => socket.send(bytes, call),
            Stream::Tls(tls) => tls.send(bytes, call),
        }
    }

    /// Takes what has come already, without waiting; `None`: nothing, 0: the other end has closed properly.
    pub(super) fn take_arrived(&mut self, buffer: &mut Buffer, call: &Call<'_>) -> Result<Option<usize>, Error> {
        match self {
            Stream::Tcp(socket) => socket.take_arrived(buffer, call),
            Stream::Tls(tls) => tls.take_arrived(buffer, call),
        }
    }

    /// Whether something has come that is not read: plaintext, a part of a record or a part of a handshake message.
    pub(super) fn has_unread(&self) -> bool {
        match self {
            Stream::Tcp(_) => false,
            Stream::Tls(tls) => tls.has_unread(),
        }
    }

    /// The socket under it all.
    pub(super) fn socket(&self) -> &Socket {
        match self {
            Stream::Tcp(socket) => socket,
            Stream::Tls(tls) => tls.inner().socket(),
        }
    }
}
