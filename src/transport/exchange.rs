//! A request that has been sent, and its response as it is received. ureq-proto implements HTTP/1.1, except chunks.
//!
//! If a wait ends early, the received part of the response stays in the exchange: another operation may continue to
//! read.

use std::mem;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderValue, Response, StatusCode, Version};
use ureq_proto::BodyMode;
use ureq_proto::client::state::{RecvBody, RecvResponse};
use ureq_proto::client::{Call as Http, RecvBodyResult, RecvResponseResult};

use super::call::Call;
use super::chunks::Chunks;
use super::connection::{Connection, MAX_HEAD_LEN};
use super::failure;
use super::head;
use super::progress::{Peer, Phase};
use crate::error::{Cause, Error};
use crate::message::{Answer, Body, Moment};
use crate::wipe::WipedVec;

/// Maximum length of a response body. A token response has some hundred bytes.
const MAX_BODY_LEN: usize = 64 * 1024;
/// Maximum time to receive the body of a rejection, from a proxy or the server.
const MAX_PAGE_TIME: Duration = Duration::from_secs(2);
/// Maximum number of interim responses (1xx) before the final response. Servers send one or two.
const MAX_INTERIM: usize = 20;

/// A request that waits for its response.
pub(super) struct Exchange {
    connection: Connection,
    /// Whether another request was sent over the connection before this one.
    is_reused: bool,
    reader: HeadReader,
    answered: Option<Answered>,
}

/// A response whose head was received.
struct Answered {
    head: Response<()>,
    came: Moment,
    body: BodyReader,
}

/// The response, and the connection if it may be used again.
pub(super) struct Exchanged {
    pub(super) answer: Answer,
    pub(super) connection: Connection,
    pub(super) is_reusable: bool,
}

impl Exchange {
    /// Sends a request. If it goes to a proxy, it requests a tunnel, and the whole exchange is one phase.
    pub(super) fn begin(
        mut connection: Connection,
        head: http::Request<()>,
        body: &[u8],
        call: &Call<'_>,
    ) -> Result<Exchange, Error> {
        let is_reused = connection.is_used();
        let http = connection.send(head, body, call)?;
        if call.peer() == Peer::Server {
            call.log_phase_done(format_args!("request sent to {}", call.place()));
            call.enter(Phase::Waiting, Peer::Server);
        }
        let reader = HeadReader { http: Some(http), interim: 0, skipped: 0, searched: 0 };
        Ok(Exchange { connection, is_reused, reader, answered: None })
    }

    /// Waits until the whole response was received. May be called again after a wait that ended early.
    pub(super) fn wait(&mut self, call: &Call<'_>) -> Result<(), Error> {
        let answered = match &mut self.answered {
            Some(answered) => answered,
            none => {
                let (head, http) = self.reader.read(&mut self.connection, call)?;
                let came = Moment::now();
                if self.is_reused && head.status() == StatusCode::REQUEST_TIMEOUT {
                    // The server sent this before it received the request: it has closed the connection (RFC 9110,
                    // section 15.5.9).
                    return Err(failure::disconnected(call));
                }
                if call.peer() == Peer::Proxy || !head.status().is_success() {
                    // The status decides; the end of the page does not matter.
                    call.limit_phase(MAX_PAGE_TIME);
                }
                // Also in HTTP/1.0, like curl but unlike ureq-proto.
                let coding = head.headers().get(TRANSFER_ENCODING).map(HeaderValue::as_bytes).unwrap_or_default();
                let body = BodyReader::new(http, coding.eq_ignore_ascii_case(b"chunked"))?;
                none.insert(Answered { head, came, body })
            }
        };
        answered.body.read(&mut self.connection, call)
    }

    /// Returns the received part of the response. `cut` is the reason why it is truncated: without a head there is no
    /// response.
    pub(super) fn conclude(self, cut: Option<Error>) -> Result<Exchanged, Error> {
        let Some(Answered { head, came, body }) = self.answered else {
            return Err(cut.unwrap_or_else(|| Cause::Unforeseen.into()));
        };
        let is_complete = cut.is_none() && self.connection.input.is_empty() && is_framed_once(&head);
        let (bytes, may_stay_open) = body.end();
        let response = head.map(|()| Body { bytes, cut });
        let answer = Answer { response, came };
        Ok(Exchanged { answer, connection: self.connection, is_reusable: is_complete && may_stay_open })
    }
}

/// Reads the head of a response, after any interim responses.
struct HeadReader {
    http: Option<Http<RecvResponse>>,
    /// The number of received interim responses (1xx).
    interim: usize,
    /// The number of bytes in empty lines before the first line.
    skipped: usize,
    /// The number of bytes that were searched for the end of the head.
    searched: usize,
}

impl HeadReader {
    fn read(
        &mut self,
        connection: &mut Connection,
        call: &Call<'_>,
    ) -> Result<(Response<()>, Http<RecvResponse>), Error> {
        let protocol_error = |error| failure::of_http(&error, call);
        let mut http = self.http.take().ok_or(Cause::Unforeseen)?;
        loop {
            let empty = connection.input.filled().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            connection.input.consume(empty);
            self.skipped += empty;
            let input = connection.input.filled();
            let length = head::length(input, self.searched);
            if self.skipped + length.unwrap_or(input.len()) >= MAX_HEAD_LEN {
                return Err(failure::head_too_large(call));
            }
            let Some(length) = length else {
                if head::is_tls(input) && call.is_plain() {
                    return Err(failure::tls_instead_of_http(call));
                }
                if !input.is_empty() {
                    http.try_response(&head::beginning(input), false).map_err(protocol_error)?;
                }
                self.searched = input.len();
                match connection.stream.receive(&mut connection.input, call) {
                    Ok(0) => return Err(failure::disconnected(call)),
                    Ok(amount) => {
                        call.add_response_bytes(amount);
                        continue;
                    }
                    Err(error) => {
                        self.http = Some(http);
                        return Err(error);
                    }
                }
            };
            let answers_connect = call.peer() == Peer::Proxy;
            let readable = head::readable(input.get(..length).unwrap_or_default(), answers_connect);
            let (_, head) = http.try_response(&readable, false).map_err(protocol_error)?;
            connection.input.consume(length);
            self.searched = 0;
            match head {
                Some(head) => return Ok((head, http)),
                None if self.interim == MAX_INTERIM => return Err(failure::too_many_interim_answers(call)),
                // The final response may already have been received.
                None => self.interim += 1,
            }
        }
    }
}

/// Reads the body.
struct BodyReader {
    /// The end of the body; `None`: there is no body.
    framing: Option<Framing>,
    bytes: WipedVec<u8>,
    length: usize,
    /// Whether the connection is closed, or will be.
    is_closed: bool,
}

struct Framing {
    http: Http<RecvBody>,
    ends_with_connection: bool,
    chunks: Option<Chunks>,
}

impl BodyReader {
    fn new(http: Http<RecvResponse>, is_chunked: bool) -> Result<BodyReader, Error> {
        let http = match http.proceed() {
            Some(RecvResponseResult::RecvBody(http)) => http,
            Some(RecvResponseResult::Redirect(http)) => return Ok(BodyReader::empty(http.must_close_connection())),
            Some(RecvResponseResult::Cleanup(http)) => return Ok(BodyReader::empty(http.must_close_connection())),
            None => return Err(Error::new(Cause::Unforeseen).detail("unexpected state of the response")),
        };
        let is_chunked = is_chunked || http.body_mode() == BodyMode::Chunked;
        let announced = match http.body_mode() {
            BodyMode::LengthDelimited(length) if !is_chunked => usize::try_from(length).unwrap_or(MAX_BODY_LEN),
            _ => MAX_BODY_LEN,
        };
        // One byte more than allowed, to detect a longer body. Allocated once, because a growing buffer leaves its old
        // block in memory.
        let bytes = WipedVec::zeroed(announced.min(MAX_BODY_LEN) + 1);
        let framing = Framing {
            ends_with_connection: !is_chunked && http.body_mode() == BodyMode::CloseDelimited,
            chunks: is_chunked.then(Chunks::new),
            http,
        };
        Ok(BodyReader { framing: Some(framing), bytes, length: 0, is_closed: false })
    }

    fn empty(is_closed: bool) -> BodyReader {
        BodyReader { framing: None, bytes: WipedVec::default(), length: 0, is_closed }
    }

    fn read(&mut self, connection: &mut Connection, call: &Call<'_>) -> Result<(), Error> {
        let Some(Framing { http, ends_with_connection, chunks }) = &mut self.framing else { return Ok(()) };
        // The end of the connection: proper, or with an error.
        let mut end: Option<Result<(), Error>> = None;
        loop {
            if self.length > MAX_BODY_LEN {
                return Err(Error::new(Cause::BodyTooLarge));
            }
            let is_ended = match chunks {
                Some(chunks) => chunks.is_ended(),
                None => !*ends_with_connection && http.can_proceed(),
            };
            if is_ended {
                return Ok(());
            }
            let (input, free) = (connection.input.filled(), self.bytes.get_mut(self.length..).unwrap_or_default());
            let amounts = match chunks {
                Some(chunks) => chunks.read(input, free).map_err(|what| failure::protocol_error(what, call)),
                None => http.read(input, free).map_err(|error| failure::of_http(&error, call)),
            };
            let is_complete = chunks.as_ref().is_some_and(Chunks::is_complete);
            let (used, given) = match amounts {
                Ok(amounts) => amounts,
                // Whatever the trailer is.
                Err(_) if is_complete => return self.end_with_connection(),
                Err(error) => return Err(error),
            };
            connection.input.consume(used);
            self.length += given;
            if used > 0 || given > 0 {
                continue;
            }
            match end {
                None => {}
                // The end of the last chunk may be missing.
                Some(_) if is_complete => return self.end_with_connection(),
                Some(Ok(())) if *ends_with_connection => return self.end_with_connection(),
                Some(Ok(())) => return Err(failure::disconnected(call)),
                // Without a proper end, the body may be truncated, even if no length was announced.
                Some(Err(error)) => return Err(error),
            }
            end = match connection.stream.receive(&mut connection.input, call) {
                Ok(0) => Some(Ok(())),
                Ok(amount) => {
                    call.add_response_bytes(amount);
                    None
                }
                Err(error) => Some(Err(error)),
            };
        }
    }

    fn end_with_connection(&mut self) -> Result<(), Error> {
        self.is_closed = true;
        Ok(())
    }

    /// Returns the received data, and whether the connection may stay open.
    fn end(mut self) -> (WipedVec<u8>, bool) {
        let mut bytes = mem::take(&mut self.bytes);
        bytes.truncate(self.length);
        let Some(Framing { mut http, chunks, .. }) = self.framing else { return (bytes, !self.is_closed) };
        if chunks.is_some_and(|chunks| chunks.is_ended()) {
            // ureq-proto decides about the connection only after the end of a body.
            let _ = http.read(b"0\r\n\r\n", &mut []);
        }
        let stays = matches!(http.proceed(), Some(RecvBodyResult::Cleanup(http)) if !http.must_close_connection());
        (bytes, stays && !self.is_closed)
    }
}

/// Whether the end of the body is unambiguous: if a response defines two ends, a proxy may use the other one (RFC 9112,
/// section 6.1). HTTP/1.0 has no chunks.
fn is_framed_once(head: &Response<()>) -> bool {
    match head.headers().get(TRANSFER_ENCODING) {
        None => true,
        Some(coding) => {
            head.version() == Version::HTTP_11
                && coding.as_bytes().eq_ignore_ascii_case(b"chunked")
                && !head.headers().contains_key(CONTENT_LENGTH)
        }
    }
}
