//! TLS whose buffers are this library's own.
//!
//! rustls decrypts in place, in a buffer that the caller gives it (its unbuffered interface); its other interface keeps
//! decrypted records inside, where they stay until others overwrite them. Here what has been read is wiped at once, so that a
//! connection that is kept open holds no trace.

use std::mem;
use std::sync::Arc;

use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::unbuffered::{ConnectionState, EncodeError, UnbufferedStatus};
use rustls::{ClientConfig, HandshakeKind};

use super::certificate::Names;
use super::client_certificate::NoClientCertificate;
use crate::error::{Cause, Error};
use crate::transport::buffer::Buffer;
use crate::transport::call::Call;
use crate::transport::failure;
use crate::transport::progress::{Peer, Phase};
use crate::transport::stream::Stream;

/// What encryption and a header add to a record's content (RFC 5246 allows more than RFC 8446).
const MAX_EXPANSION_LEN: usize = 5 + 2048;
const MAX_RECORD_LEN: usize = MAX_CONTENT_LEN + MAX_EXPANSION_LEN;
const MAX_ALERT_LEN: usize = 2 + MAX_EXPANSION_LEN;
/// Content of one record: as much may be decrypted at once.
pub(in crate::transport) const MAX_CONTENT_LEN: usize = 16 * 1024;
/// A handshake message may be as long as this (rustls takes no longer ones) and waits until all of its records are there:
/// a certificate with many names, a long chain.
const MAX_MESSAGE_LEN: usize = 64 * 1024 + MAX_RECORD_LEN;
/// A server's certificates and what it says with them, for most; a request with room for its record.
const USUAL_FLIGHT: usize = 6 * 1024;
/// Before a request a server sends some session tickets, if anything.
const MAX_LATE_READS: usize = 8;
/// More than that is not kept while something is to be sent.
const MAX_EARLY_LEN: usize = 64 * 1024;
/// Content of one record that is sent, so that the record fits into the output.
const PIECE: usize = 8 * 1024;

/// A TLS connection over another stream.
pub(in crate::transport) struct Tls {
    connection: UnbufferedClientConnection,
    inner: Stream,
    incoming: Buffer,
    /// What came while something was to be sent: to be read next.
    pending_plaintext: Buffer,
    /// Records to send: encrypted.
    outgoing: Vec<u8>,
    /// The server has said that nothing more comes; rustls says so once.
    closed: bool,
    /// The server has asked for a client certificate, and there was none.
    lacks_certificate: bool,
}

/// Where the connection stands when it can do no more by itself.
#[derive(PartialEq, Eq)]
enum TlsState {
    /// Nothing goes on before more bytes arrive.
    NeedsBytes,
    /// The handshake is done, and all that has arrived is read.
    Open,
    /// There is input, for which there must be room first.
    HasInput,
    /// The server has closed its side properly.
    Closed,
}

impl Tls {
    /// Shakes hands with `host` at the other end of `under`; what is said then is said over the result.
    pub(in crate::transport) fn connect(
        config: &Arc<ClientConfig>,
        host: &str,
        inner: Stream,
        peer: Peer,
        call: &Call<'_>,
    ) -> Result<Stream, Error> {
        call.enter(Phase::Handshake, peer);
        let name = ServerName::try_from(host)
            .map_err(|_| Error::new(Cause::TlsFailed).detail("invalid host name"))?
            .to_owned();
        let connection = UnbufferedClientConnection::new(Arc::clone(config), name)
            .map_err(|error| failure::of_tls(&error, false, call))?;
        let mut tls = Tls {
            connection,
            inner,
            incoming: Buffer::new(USUAL_FLIGHT, MAX_MESSAGE_LEN),
            pending_plaintext: Buffer::new(0, MAX_EARLY_LEN),
            outgoing: Vec::with_capacity(USUAL_FLIGHT),
            closed: false,
            lacks_certificate: false,
        };
        loop {
            match tls.proceed_unread(call)? {
                TlsState::NeedsBytes => tls.receive_records(call)?,
                TlsState::Open | TlsState::HasInput => break,
                TlsState::Closed => return Err(failure::disconnected(call)),
            }
        }
        tls.log_handshake(call);
        Ok(Stream::Tls(Box::new(tls)))
    }

    pub(in crate::transport) fn inner(&self) -> &Stream {
        &self.inner
    }

    /// Tells the log what was agreed on, and with whom.
    fn log_handshake(&self, call: &Call<'_>) {
        if !call.is_logged() {
            return;
        }
        let version = self.connection.protocol_version().and_then(|version| version.as_str());
        let suite = self.connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
        let kind = match self.connection.handshake_kind() {
            Some(HandshakeKind::Resumed) => "resumed",
            _ => "new",
        };
        let names = self.connection.peer_certificates().and_then(<[_]>::first).map(|leaf| Names::of(leaf));
        call.log_phase_done(format_args!(
            "tls {}: {}, {}, {kind} session; certificate {}",
            call.peer_title(),
            version.unwrap_or_default().replace('_', "."),
            suite.unwrap_or_default(),
            names.unwrap_or_default(),
        ));
    }

    /// Works through what has arrived, and sends what TLS itself has to say.
    fn proceed(&mut self, input: &mut Buffer, call: &Call<'_>) -> Result<TlsState, Error> {
        if self.closed {
            return Ok(TlsState::Closed);
        }
        loop {
            let UnbufferedStatus { mut discard, state } =
                self.connection.process_tls_records(self.incoming.filled_mut());
            self.lacks_certificate |= NoClientCertificate::take_asked();
            let standing = match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    // What does not fit waits inside rustls until there is room.
                    if traffic.peek_len().is_some_and(|length| input.has_room_for(length.get()))
                        && let Some(record) = traffic.next_record()
                    {
                        let record = record.map_err(|error| failure::of_tls(&error, self.lacks_certificate, call))?;
                        discard += record.discard;
                        input.append(record.payload);
                    }
                    Some(TlsState::HasInput)
                }
                Ok(ConnectionState::EncodeTlsData(mut data)) => {
                    append(&mut self.outgoing, 0, |free| match data.encode(free) {
                        Err(EncodeError::InsufficientSize(needs)) => Err(needs.required_size),
                        written => Ok(written.ok()),
                    })?;
                    None
                }
                Ok(ConnectionState::TransmitTlsData(data)) => {
                    self.inner.send(&self.outgoing, call)?;
                    self.outgoing.clear();
                    data.done();
                    None
                }
                Ok(ConnectionState::BlockedHandshake) => Some(TlsState::NeedsBytes),
                Ok(ConnectionState::WriteTraffic(_)) => Some(TlsState::Open),
                Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => {
                    self.closed = true;
                    Some(TlsState::Closed)
                }
                Ok(_) => return Err(Error::new(Cause::TlsFailed).detail("unexpected TLS state")),
                Err(error) => {
                    self.incoming.consume(discard);
                    self.say_goodbye(call);
                    return Err(failure::of_tls(&error, self.lacks_certificate, call));
                }
            };
            self.incoming.consume(discard);
            if let Some(standing) = standing {
                return Ok(standing);
            }
        }
    }

    /// The same when nobody reads: input waits.
    fn proceed_unread(&mut self, call: &Call<'_>) -> Result<TlsState, Error> {
        let mut early = mem::replace(&mut self.pending_plaintext, Buffer::new(0, 0));
        let standing = self.proceed(&mut early, call);
        self.pending_plaintext = early;
        standing
    }

    /// Reads what has come from below.
    fn receive_records(&mut self, call: &Call<'_>) -> Result<(), Error> {
        self.make_room()?;
        match self.inner.receive(&mut self.incoming, call)? {
            // Without TLS's own goodbye anyone on the way may have cut it.
            0 => Err(failure::disconnected(call)),
            _ => Ok(()),
        }
    }

    fn make_room(&mut self) -> Result<(), Error> {
        match self.incoming.free().is_empty() {
            true => Err(Error::new(Cause::TlsFailed).detail("TLS record too long")),
            false => Ok(()),
        }
    }

    /// Sends the alert that tells the server why it has failed, if there is one. Asked for once: rustls would read the
    /// record that it failed on again. What goes wrong here does not matter, for the error is on its way to the caller.
    fn say_goodbye(&mut self, call: &Call<'_>) {
        let alert = self.connection.process_tls_records(self.incoming.filled_mut()).state;
        if let Ok(ConnectionState::EncodeTlsData(mut alert)) = alert
            && append(&mut self.outgoing, MAX_ALERT_LEN, |free| Ok(alert.encode(free).ok())).is_ok()
        {
            let _ = self.inner.send(&self.outgoing, call);
        }
    }

    /// Reads at least one byte into `input`; 0: the server has closed its side properly.
    pub(in crate::transport) fn receive(&mut self, input: &mut Buffer, call: &Call<'_>) -> Result<usize, Error> {
        let before = input.filled().len();
        if !self.pending_plaintext.is_empty() {
            input.append(self.pending_plaintext.filled());
            let arrived = input.filled().len() - before;
            self.pending_plaintext.consume(arrived);
            return Ok(arrived);
        }
        loop {
            match self.proceed(input, call)? {
                TlsState::HasInput => match input.filled().len() - before {
                    0 => return Err(Error::new(Cause::Unforeseen).detail("no space in the buffer")),
                    arrived => return Ok(arrived),
                },
                TlsState::Closed => return Ok(0),
                TlsState::Open | TlsState::NeedsBytes => self.receive_records(call)?,
            }
        }
    }

    /// Encrypts and sends all of `bytes`.
    pub(in crate::transport) fn send(&mut self, bytes: &[u8], call: &Call<'_>) -> Result<(), Error> {
        for piece in bytes.chunks(PIECE) {
            loop {
                let before = self.pending_plaintext.filled().len();
                match self.proceed_unread(call)? {
                    TlsState::Open => break,
                    // The server speaks meanwhile, or before it is asked.
                    TlsState::HasInput if self.pending_plaintext.filled().len() > before => {}
                    TlsState::HasInput => return Err(failure::unexpected_data(call)),
                    _ => return Err(failure::disconnected(call)),
                }
            }
            let UnbufferedStatus { discard, state } = self.connection.process_tls_records(self.incoming.filled_mut());
            let Ok(ConnectionState::WriteTraffic(mut traffic)) = state else {
                return Err(failure::disconnected(call));
            };
            append(&mut self.outgoing, piece.len() + MAX_EXPANSION_LEN, |free| Ok(traffic.encrypt(piece, free).ok()))?;
            self.incoming.consume(discard);
            self.inner.send(&self.outgoing, call)?;
            self.outgoing.clear();
        }
        Ok(())
    }

    /// Takes what has come already, without waiting; `None`: nothing to read, 0: the server has closed its side properly.
    /// Session tickets may have come late, and are worked through.
    pub(in crate::transport) fn take_arrived(
        &mut self,
        input: &mut Buffer,
        call: &Call<'_>,
    ) -> Result<Option<usize>, Error> {
        let before = input.filled().len();
        if !self.pending_plaintext.is_empty() {
            return self.receive(input, call).map(Some);
        }
        for _ in 0..MAX_LATE_READS {
            match self.proceed(input, call)? {
                TlsState::HasInput => return Ok(Some(input.filled().len() - before)),
                TlsState::Closed => return Ok(Some(0)),
                TlsState::Open | TlsState::NeedsBytes => {}
            }
            self.make_room()?;
            match self.inner.take_arrived(&mut self.incoming, call)? {
                None => return Ok(None),
                Some(0) => return Err(failure::disconnected(call)),
                Some(_) => {}
            }
        }
        Err(failure::unexpected_data(call))
    }

    /// Whether something has come that is not read: plaintext, a part of a record or a part of a handshake message.
    pub(in crate::transport) fn has_unread(&self) -> bool {
        !self.pending_plaintext.is_empty() || !self.incoming.is_empty() || self.inner.has_unread()
    }
}

/// Appends one record to `outgoing`, in which `encode` gets `room` bytes; it says how many it wrote, or how many it needs.
fn append(
    outgoing: &mut Vec<u8>,
    room: usize,
    mut encode: impl FnMut(&mut [u8]) -> Result<Option<usize>, usize>,
) -> Result<(), Error> {
    let start = outgoing.len();
    let mut written = Err(room);
    // Once to ask, and once to do it.
    for _ in 0..2 {
        if let Err(room) = written {
            outgoing.resize(start + room, 0);
            written = outgoing.get_mut(start..).map_or(Ok(None), &mut encode);
        }
    }
    let written = written.ok().flatten();
    outgoing.truncate(start + written.unwrap_or_default());
    written.map(|_| ()).ok_or_else(|| Error::new(Cause::TlsFailed).detail("cannot encode a TLS record"))
}
