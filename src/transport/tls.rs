//! TLS whose buffers are this library's own.
//!
//! rustls decrypts in place, in a buffer that the caller gives it (its unbuffered interface); ureq's own TLS keeps those
//! buffers inside rustls, where decrypted records stay until others overwrite them. Here what has been read is wiped at
//! once, so that a connection that is kept open holds no trace.

use std::fmt;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::unbuffered::{ConnectionState, UnbufferedStatus};
use ureq::Error;
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, NextTimeout, Transport, TransportAdapter,
};
use zeroize::{Zeroize as _, Zeroizing};

use super::BUFFER;
use super::buffers::CleanBuffers;

/// Largest record (RFC 8446, section 5.2; RFC 5246 allows more expansion): header, content, expansion.
const LONGEST_RECORD: usize = 5 + 16 * 1024 + 2048;
const LONGEST_CONTENT: usize = 16 * 1024;
/// A handshake message may be as long as this (rustls takes no longer ones) and waits until all of its records are there:
/// a certificate with many names, a long chain.
const LONGEST_MESSAGE: usize = 64 * 1024 + LONGEST_RECORD;
/// Content of one record that is sent, so that the record fits into the output.
const PIECE: usize = 8 * 1024;

/// Puts TLS around a TCP connection to an https address.
pub(super) struct TlsConnector {
    config: Arc<ClientConfig>,
}

impl TlsConnector {
    pub(super) fn new(config: Arc<ClientConfig>) -> TlsConnector {
        TlsConnector { config }
    }
}

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, TlsTransport>;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let host = details.uri.host().unwrap_or_default();
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let name = ServerName::try_from(bare).map_err(|_| Error::Tls("the host is no name for TLS"))?.to_owned();
        let mut socket = TransportAdapter::new(transport.boxed(), Arc::clone(&details.current_time));
        socket.set_timeout(remaining(details));
        let connection = UnbufferedClientConnection::new(Arc::clone(&self.config), name)?;
        let mut tls = TlsTransport {
            connection,
            socket,
            incoming: Incoming::new(),
            outgoing: Vec::with_capacity(LONGEST_RECORD),
            buffers: CleanBuffers::new(BUFFER + LONGEST_CONTENT, BUFFER),
            closed: false,
        };
        tls.handshake()?;
        Ok(Some(Either::B(tls)))
    }
}

impl fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsConnector")
    }
}

/// What is left of the limit: connecting has taken its part.
fn remaining(details: &ConnectionDetails) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Duration::Exact(limit), Instant::Exact(start), Instant::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        timeout.after = Duration::Exact(limit.saturating_sub(now.saturating_duration_since(start)));
    }
    timeout
}

/// A TLS connection.
pub(super) struct TlsTransport {
    connection: UnbufferedClientConnection,
    socket: TransportAdapter,
    incoming: Incoming,
    /// Records to send: encrypted.
    outgoing: Vec<u8>,
    buffers: CleanBuffers,
    /// The server has said that nothing more comes; rustls says so once.
    closed: bool,
}

/// Where the connection stands when it can do no more by itself.
#[derive(PartialEq, Eq)]
enum Standing {
    /// Nothing goes on before more bytes arrive.
    NeedsBytes,
    /// The handshake is done, and all that has arrived is read.
    Open,
    /// There is input for ureq.
    HasInput,
    /// The server has closed its side properly.
    Closed,
}

impl TlsTransport {
    fn handshake(&mut self) -> Result<(), Error> {
        loop {
            match self.proceed()? {
                Standing::NeedsBytes => self.receive()?,
                Standing::Open | Standing::HasInput => return Ok(()),
                Standing::Closed => return Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
            }
        }
    }

    /// Works through what has arrived, and sends what TLS itself has to say.
    fn proceed(&mut self) -> Result<Standing, Error> {
        if self.closed {
            return Ok(Standing::Closed);
        }
        loop {
            let UnbufferedStatus { mut discard, state } = self.connection.process_tls_records(self.incoming.filled());
            let standing = match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    // What does not fit waits inside rustls until ureq has read.
                    let room = self.buffers.room();
                    if traffic.peek_len().is_some_and(|length| length.get() <= room)
                        && let Some(record) = traffic.next_record()
                    {
                        let record = record?;
                        discard += record.discard;
                        self.buffers.append(record.payload);
                    }
                    Some(Standing::HasInput)
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(&mut self.outgoing, |free| data.encode(free).ok())?;
                    None
                }
                Ok(ConnectionState::TransmitTlsData(data)) => {
                    self.socket.write_all(&self.outgoing)?;
                    self.outgoing.clear();
                    data.done();
                    None
                }
                Ok(ConnectionState::BlockedHandshake) => Some(Standing::NeedsBytes),
                Ok(ConnectionState::WriteTraffic(_)) => Some(Standing::Open),
                Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => {
                    self.closed = true;
                    Some(Standing::Closed)
                }
                Ok(_) => return Err(Error::Tls("a state of TLS that a client does not have")),
                Err(error) => {
                    self.incoming.discard(discard);
                    self.say_goodbye();
                    return Err(error.into());
                }
            };
            self.incoming.discard(discard);
            if let Some(standing) = standing {
                return Ok(standing);
            }
        }
    }

    /// Reads what the socket has, one read.
    fn receive(&mut self) -> Result<(), Error> {
        let free = self.incoming.free();
        if free.is_empty() {
            return Err(Error::Tls("a record that is longer than records are"));
        }
        let amount = self.socket.read(free)?;
        if amount == 0 {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "Peer disconnected").into());
        }
        self.incoming.arrived(amount);
        Ok(())
    }

    /// Sends the alert that tells the server why it has failed, if there is one. Asked for once: rustls would read the
    /// record that it failed on again. What goes wrong here does not matter, for the error is on its way to the caller.
    fn say_goodbye(&mut self) {
        let alert = self.connection.process_tls_records(self.incoming.filled()).state;
        if let Ok(ConnectionState::EncodeTlsData(mut alert)) = alert
            && append(&mut self.outgoing, |free| alert.encode(free).ok()).is_ok()
        {
            let _ = self.socket.write_all(&self.outgoing);
        }
    }

    /// Encrypts and sends the first `amount` bytes of the output.
    fn send(&mut self, amount: usize) -> Result<(), Error> {
        let mut from = 0;
        while from < amount {
            let waiting = self.buffers.input().len();
            match self.proceed()? {
                Standing::Open => {}
                // The server speaks before it is asked; that is read later.
                Standing::HasInput if self.buffers.input().len() > waiting => continue,
                _ => return Err(io::Error::from(ErrorKind::NotConnected).into()),
            }
            let to = amount.min(from + PIECE);
            let UnbufferedStatus { discard, state } = self.connection.process_tls_records(self.incoming.filled());
            let Ok(ConnectionState::WriteTraffic(mut traffic)) = state else {
                return Err(io::Error::from(ErrorKind::NotConnected).into());
            };
            append(&mut self.outgoing, |free| traffic.encrypt(self.buffers.to_send(from..to), free).ok())?;
            self.incoming.discard(discard);
            self.socket.write_all(&self.outgoing)?;
            self.outgoing.clear();
            from = to;
        }
        Ok(())
    }
}

/// Appends one record to `outgoing`, whose room `encode` fills; it says how much it wrote.
fn append(outgoing: &mut Vec<u8>, encode: impl FnOnce(&mut [u8]) -> Option<usize>) -> Result<(), Error> {
    let start = outgoing.len();
    outgoing.resize(start + LONGEST_RECORD, 0);
    let written = outgoing.get_mut(start..).and_then(encode);
    outgoing.truncate(start + written.unwrap_or_default());
    written.map(|_| ()).ok_or(Error::Tls("a record that cannot be encoded"))
}

impl Transport for TlsTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.socket.set_timeout(timeout);
        let result = self.send(amount);
        self.buffers.sent(amount);
        result
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.socket.set_timeout(timeout);
        let before = self.buffers.input().len();
        loop {
            match self.proceed()? {
                Standing::HasInput => return Ok(self.buffers.input().len() > before),
                Standing::Closed => return Ok(false),
                Standing::Open | Standing::NeedsBytes => self.receive()?,
            }
        }
    }

    fn is_open(&mut self) -> bool {
        self.socket.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

impl fmt::Debug for TlsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TlsTransport").field(&self.socket.inner()).finish()
    }
}

/// What has arrived: records, which rustls decrypts in place.
struct Incoming {
    bytes: Zeroizing<Vec<u8>>,
    filled: usize,
}

impl Incoming {
    fn new() -> Incoming {
        Incoming { bytes: Zeroizing::new(vec![0; LONGEST_RECORD]), filled: 0 }
    }

    fn filled(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.filled).unwrap_or_default()
    }

    /// Room for more. Grows when a handshake message needs it; the old buffer is wiped.
    fn free(&mut self) -> &mut [u8] {
        if self.filled == self.bytes.len() && self.bytes.len() < LONGEST_MESSAGE {
            let mut larger = Zeroizing::new(vec![0; LONGEST_MESSAGE]);
            if let Some(start) = larger.get_mut(..self.filled) {
                start.copy_from_slice(&self.bytes);
            }
            self.bytes = larger;
        }
        self.bytes.get_mut(self.filled..).unwrap_or_default()
    }

    fn arrived(&mut self, amount: usize) {
        self.filled = self.bytes.len().min(self.filled + amount);
    }

    /// Wipes the first `amount` bytes, which have been read, and moves the others to the front.
    fn discard(&mut self, amount: usize) {
        let amount = amount.min(self.filled);
        if amount > 0 {
            let left = self.filled - amount;
            self.bytes.copy_within(amount..self.filled, 0);
            if let Some(read) = self.bytes.get_mut(left..self.filled) {
                read.zeroize();
            }
            self.filled = left;
        }
    }
}
