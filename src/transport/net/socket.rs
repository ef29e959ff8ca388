//! A TCP connection that never blocks: every wait has the call's limit and can be cancelled.

use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use rustix::event::{PollFd, PollFlags};

use crate::error::{Cause, Error};
use crate::transport::buffer::Buffer;
use crate::transport::call::Call;

/// A connected socket.
pub(in crate::transport) struct Socket(TcpStream);

impl Socket {
    /// Of a connection that has been made, and does not block.
    pub(super) fn new(connected: TcpStream) -> Socket {
        Socket(connected)
    }

    /// Reads what there is into `buffer`, waiting for the first byte; 0: the other end has closed.
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
                Err(error) if is_nothing_yet(&error) => {}
                Err(error) => return Err(call.failed(error)),
            }
        }
    }

    /// Sends all of `bytes`.
    pub(in crate::transport) fn send(&self, mut bytes: &[u8], call: &Call<'_>) -> Result<(), Error> {
        while !bytes.is_empty() {
            // The standard library asks the system for an error in place of a signal where the other end has gone.
            match (&self.0).write(bytes) {
                Ok(amount) => {
                    call.add_bytes_sent(amount);
                    bytes = bytes.get(amount..).unwrap_or_default();
                }
                Err(error) if is_nothing_yet(&error) => {
                    call.wait(&mut [call.watched_waker(), PollFd::new(&self.0, PollFlags::OUT)], None)?;
                }
                Err(error) => return Err(call.failed(error)),
            }
        }
        Ok(())
    }

    /// Takes what has come already, without waiting; `None`: nothing, 0: the other end has closed.
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
            Err(error) if is_nothing_yet(&error) => Ok(None),
            Err(error) => Err(call.failed(error)),
        }
    }

    /// Waits until there is something to read, or the end.
    pub(in crate::transport) fn wait_for_more(&self, call: &Call<'_>) -> Result<(), Error> {
        call.wait(&mut [call.watched_waker(), PollFd::new(&self.0, PollFlags::IN)], None).map(drop)
    }

    /// The address at the other end.
    pub(in crate::transport) fn peer(&self) -> Option<SocketAddr> {
        self.0.peer_addr().ok()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Socket").field(&self.0).finish()
    }
}

/// A server that sends in two small pieces (session tickets and an answer, say) may hold the second one back until the first
/// is acknowledged, which Linux would put off for 40 ms.
#[cfg(target_os = "linux")]
fn acknowledge_at_once(socket: &TcpStream) {
    let _ = rustix::net::sockopt::set_tcp_quickack(socket, true);
}

#[cfg(not(target_os = "linux"))]
fn acknowledge_at_once(_: &TcpStream) {}

/// Whether it is to be tried again: at once after a signal, for a wait says so, and else when the socket is ready.
fn is_nothing_yet(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
