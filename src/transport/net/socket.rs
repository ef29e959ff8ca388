//! A TCP connection that never blocks: the call's timeout limits every wait, and every wait can be cancelled.

use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use rustix::event::{PollFd, PollFlags};

use crate::error::{Cause, Error};
use crate::transport::buffer::Buffer;
use crate::transport::call::Call;

/// A connected socket, and the address of the other end.
pub(in crate::transport) struct Socket(TcpStream, SocketAddr);

impl Socket {
    /// Wraps an established connection that does not block.
    pub(super) fn new(connected: TcpStream, peer: SocketAddr) -> Socket {
        Socket(connected, peer)
    }

    /// Reads available data into `buffer` and waits for the first byte. Returns 0 if the other end has closed.
    pub(in crate::transport) fn receive(&self, buffer: &mut Buffer, call: &Call<'_>) -> Result<usize, Error> {
        if call.waits_for_the_rest() {
            acknowledge_at_once(&self.0);
        }
        let free = buffer.free();
        if free.is_empty() {
            return Err(Error::new(Cause::Unforeseen).detail("no space in the buffer"));
        }
        loop {
            self.wait_for_more(call)?;
            match (&self.0).read(free) {
                Ok(amount) => {
                    call.note_bytes_received();
                    buffer.arrived(amount);
                    return Ok(amount);
                }
                Err(error) if must_repeat(&error) => {}
                Err(error) => return Err(call.failed(error)),
            }
        }
    }

    /// Sends all of `bytes`.
    pub(in crate::transport) fn send(&self, mut bytes: &[u8], call: &Call<'_>) -> Result<(), Error> {
        while !bytes.is_empty() {
            // The standard library writes with MSG_NOSIGNAL: if the other end has closed, this is an error, not SIGPIPE.
            match (&self.0).write(bytes) {
                Ok(amount) => {
                    call.add_bytes_sent(amount);
                    bytes = bytes.get(amount..).unwrap_or_default();
                }
                Err(error) if must_repeat(&error) => {
                    call.wait(&mut [call.watched_waker(), PollFd::new(&self.0, PollFlags::OUT)], None)?;
                }
                Err(error) => return Err(call.failed(error)),
            }
        }
        Ok(())
    }

    /// Reads data that has already arrived, without waiting. `None`: nothing; 0: the other end has closed.
    pub(in crate::transport) fn take_arrived(
        &self,
        buffer: &mut Buffer,
        call: &Call<'_>,
    ) -> Result<Option<usize>, Error> {
        match (&self.0).read(buffer.free()) {
            Ok(amount) => {
                buffer.arrived(amount);
                Ok(Some(amount))
            }
            Err(error) if must_repeat(&error) => Ok(None),
            Err(error) => Err(call.failed(error)),
        }
    }

    /// Waits for data, or for the end.
    pub(in crate::transport) fn wait_for_more(&self, call: &Call<'_>) -> Result<(), Error> {
        call.wait(&mut [call.watched_waker(), PollFd::new(&self.0, PollFlags::IN)], None).map(drop)
    }

    /// Returns the address of the other end.
    pub(in crate::transport) fn peer(&self) -> SocketAddr {
        self.1
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Socket").field(&self.0).finish()
    }
}

/// Acknowledges received data at once. A server that sends two small pieces (for example session tickets and a
/// response) may hold the second back until the first is acknowledged, and Linux would delay that for 40 ms.
#[cfg(target_os = "linux")]
fn acknowledge_at_once(socket: &TcpStream) {
    let _ = rustix::net::sockopt::set_tcp_quickack(socket, true);
}

#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) {}

/// Whether to wait and repeat the operation. After a signal, the wait ends at once; otherwise when the socket is ready.
fn must_repeat(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
