//! A byte stream to the other end: TCP, or TLS over such a stream.

use super::buffer::Buffer;
use super::call::Call;
use super::net::socket::Socket;
use super::tls::stream::Tls;
use crate::error::Error;

/// A byte stream in both directions.
pub(super) enum Stream {
    Tcp(Socket),
    /// Nested twice for a server behind an https proxy.
    Tls(Box<Tls>),
}

impl Stream {
    /// Reads at least one byte into `buffer`. Returns 0 if the other end has closed properly.
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

    /// Reads data that has already arrived, without waiting. `None`: nothing; 0: the other end has closed properly.
    pub(super) fn take_arrived(&mut self, buffer: &mut Buffer, call: &Call<'_>) -> Result<Option<usize>, Error> {
        match self {
            Stream::Tcp(socket) => socket.take_arrived(buffer, call),
            Stream::Tls(tls) => tls.take_arrived(buffer, call),
        }
    }

    /// Whether received data has not been read: plaintext, a part of a record or a part of a handshake message.
    pub(super) fn has_unread(&self) -> bool {
        match self {
            Stream::Tcp(_) => false,
            Stream::Tls(tls) => tls.has_unread(),
        }
    }

    /// Returns the socket below all layers.
    pub(super) fn socket(&self) -> &Socket {
        match self {
            Stream::Tcp(socket) => socket,
            Stream::Tls(tls) => tls.inner().socket(),
        }
    }
}
