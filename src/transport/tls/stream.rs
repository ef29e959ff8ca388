//! TLS with buffers of this library.
//!
//! rustls decrypts in place, in a buffer of the caller (its unbuffered interface). Its other interface keeps decrypted
//! records inside until others overwrite them. Here data is wiped at once after it is read, so that an idle connection
//! contains no secret data.

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

/// The length that encryption and a header add to a record's content (RFC 5246 allows more than RFC 8446).
const MAX_EXPANSION_LEN: usize = 5 + 2048;
const MAX_RECORD_LEN: usize = MAX_CONTENT_LEN + MAX_EXPANSION_LEN;
const MAX_ALERT_LEN: usize = 2 + MAX_EXPANSION_LEN;
/// Maximum content of one record: this much may be decrypted at once.
pub(in crate::transport) const MAX_CONTENT_LEN: usize = 16 * 1024;
/// Maximum length of a handshake message (rustls accepts no longer ones) with a record. A message waits until all of
/// its records were received: for example a certificate with many names, a long chain.
const MAX_MESSAGE_LEN: usize = 64 * 1024 + MAX_RECORD_LEN;
/// Usual length of a server's certificates with the other messages of the handshake, and of a request with its record.
const USUAL_FLIGHT_LEN: usize = 6 * 1024;
/// Before a request, a server sends some session tickets, if anything.
const MAX_LATE_READS: usize = 8;
/// Maximum length of plaintext that is kept during sending.
const MAX_PENDING_LEN: usize = 64 * 1024;
/// Content of one sent record, so that the record fits into the output.
const MAX_PIECE_LEN: usize = 8 * 1024;

/// A TLS connection over another stream.
pub(in crate::transport) struct Tls {
    connection: UnbufferedClientConnection,
    inner: Stream,
    incoming: Buffer,
    /// Plaintext that was received during sending, and is read next.
    pending_plaintext: Buffer,
    /// Encrypted records to send.
    outgoing: Vec<u8>,
    /// The server has closed its side; rustls reports that once.
    closed: bool,
    /// The server has requested a client certificate, and none was set.
    lacks_certificate: bool,
}

/// The state of a connection that needs input, output or a reader.
#[derive(PartialEq, Eq)]
enum TlsState {
    /// More bytes must be received.
    NeedsBytes,
    /// The handshake is complete, and all received data was read.
    Open,
    /// There is input, which needs room first.
    HasInput,
    /// The server has closed its side properly.
    Closed,
}

impl Tls {
    /// Performs a handshake with `host` at the other end of `inner`.
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
            incoming: Buffer::new(USUAL_FLIGHT_LEN, MAX_MESSAGE_LEN),
            pending_plaintext: Buffer::new(0, MAX_PENDING_LEN),
            outgoing: Vec::with_capacity(USUAL_FLIGHT_LEN),
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

    /// Logs the negotiated parameters and the server's certificate.
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

    /// Processes received data, and sends the messages of TLS itself.
    fn proceed(&mut self, input: &mut Buffer, call: &Call<'_>) -> Result<TlsState, Error> {
        if self.closed {
            return Ok(TlsState::Closed);
        }
        loop {
            let UnbufferedStatus { mut discard, state } =
                self.connection.process_tls_records(self.incoming.filled_mut());
            self.lacks_certificate |= NoClientCertificate::take_requested();
            let standing = match state {
                Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                    // Data that does not fit stays inside rustls until there is room.
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
                    self.send_alert(call);
                    return Err(failure::of_tls(&error, self.lacks_certificate, call));
                }
            };
            self.incoming.consume(discard);
            if let Some(standing) = standing {
                return Ok(standing);
            }
        }
    }

    /// The same while no caller reads: input waits.
    fn proceed_unread(&mut self, call: &Call<'_>) -> Result<TlsState, Error> {
        let mut early = mem::replace(&mut self.pending_plaintext, Buffer::new(0, 0));
        let standing = self.proceed(&mut early, call);
        self.pending_plaintext = early;
        standing
    }

    /// Reads data from the inner stream.
    fn receive_records(&mut self, call: &Call<'_>) -> Result<(), Error> {
        self.make_room()?;
        match self.inner.receive(&mut self.incoming, call)? {
            // Without the closing alert of TLS, any machine on the network may have truncated the data.
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

    /// Sends the alert with the reason of the failure, if there is one. Called once, because rustls would read the
    /// failing record again. Errors are ignored here, because the caller already gets the first error.
    fn send_alert(&mut self, call: &Call<'_>) {
        let alert = self.connection.process_tls_records(self.incoming.filled_mut()).state;
        if let Ok(ConnectionState::EncodeTlsData(mut alert)) = alert
            && append(&mut self.outgoing, MAX_ALERT_LEN, |free| Ok(alert.encode(free).ok())).is_ok()
        {
            let _ = self.inner.send(&self.outgoing, call);
        }
    }

    /// Reads at least one byte into `input`. Returns 0 if the server has closed its side properly.
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
        for piece in bytes.chunks(MAX_PIECE_LEN) {
            loop {
                let before = self.pending_plaintext.filled().len();
                match self.proceed_unread(call)? {
                    TlsState::Open => break,
                    // The server sends data during or before the request.
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

    /// Reads data that has already arrived, without waiting. `None`: nothing; 0: the server has closed its side
    /// properly. Late session tickets are processed.
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

    /// Whether received data has not been read: plaintext, a part of a record or a part of a handshake message.
    pub(in crate::transport) fn has_unread(&self) -> bool {
        !self.pending_plaintext.is_empty() || !self.incoming.is_empty() || self.inner.has_unread()
    }
}

/// Appends one record to `outgoing`, in which `encode` gets `room` bytes. `encode` returns the number of written bytes,
/// or of needed bytes.
fn append(
    outgoing: &mut Vec<u8>,
    room: usize,
    mut encode: impl FnMut(&mut [u8]) -> Result<Option<usize>, usize>,
) -> Result<(), Error> {
    let start = outgoing.len();
    let mut written = Err(room);
    // The first attempt may return the needed length.
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
