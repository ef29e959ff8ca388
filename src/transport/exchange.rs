//! A request that has been sent, and its answer as it arrives. HTTP/1.1 itself is ureq-proto's, except chunks.
//!
//! What has been read of the answer stays with the exchange when a wait ends early: another operation may read on.

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

/// Longest answer. A token answer has some hundred bytes.
const MAX_BODY_LEN: usize = 64 * 1024;
/// How long the body of a refusal may take, from a proxy or the server.
const PAGE_TIMEOUT: Duration = Duration::from_secs(2);
/// Interim answers (1xx) before the answer. Servers send one or two.
const MAX_INTERIM: usize = 20;

/// A request whose answer is due.
pub(super) struct Exchange {
    connection: Connection,
    /// Whether another request had been sent over the connection before this one.
    is_again: bool,
    reader: HeadReader,
    answered: Option<Answered>,
}

/// An answer whose head has come.
struct Answered {
    head: Response<()>,
    came: Moment,
    body: BodyReader,
}

/// What came back, and the connection if it may be used again.
pub(super) struct Exchanged {
    pub(super) answer: Answer,
    pub(super) connection: Connection,
    pub(super) is_reusable: bool,
}

impl Exchange {
    /// Sends a request. To a proxy this asks for a tunnel, and all of it is one phase.
    pub(super) fn begin(
        mut connection: Connection,
        head: http::Request<()>,
        body: &[u8],
        call: &Call<'_>,
    ) -> Result<Exchange, Error> {
        let is_again = connection.is_used();
        let http = connection.send(head, body, call)?;
        if call.peer() == Peer::Server {
            call.log_phase_done(format_args!("request sent"));
            call.enter(Phase::Waiting, Peer::Server);
        }
        let reader = HeadReader { http: Some(http), interim: 0, skipped: 0, searched: 0 };
        Ok(Exchange { connection, is_again, reader, answered: None })
    }

    /// Waits until all of the answer is there. May be called again after a wait that ended early.
    pub(super) fn wait(&mut self, call: &Call<'_>) -> Result<(), Error> {
        let answered = match &mut self.answered {
            Some(answered) => answered,
            none => {
                let (head, http) = self.reader.read(&mut self.connection, call)?;
                let came = Moment::now();
                if self.is_again && head.status() == StatusCode::REQUEST_TIMEOUT {
                    // It was sent before this request came: the server has closed the connection (RFC 9110, section 15.5.9).
                    return Err(failure::disconnected(call));
                }
                if call.peer() == Peer::Proxy || !head.status().is_success() {
                    // The status decides; the end of the page does not matter.
                    call.limit_phase(PAGE_TIMEOUT);
                }
                // In HTTP/1.0 too, as curl reads it and ureq-proto does not.
                let coding = head.headers().get(TRANSFER_ENCODING).map(HeaderValue::as_bytes).unwrap_or_default();
                let body = BodyReader::behind(http, coding.eq_ignore_ascii_case(b"chunked"))?;
                none.insert(Answered { head, came, body })
            }
        };
        answered.body.read(&mut self.connection, call)
    }

    /// What has come of the answer. `cut` is why there is no more of it: without a head there is no answer.
    pub(super) fn conclude(self, cut: Option<Error>) -> Result<Exchanged, Error> {
        let Some(Answered { head, came, body }) = self.answered else {
            return Err(cut.unwrap_or_else(|| Cause::Unforeseen.into()));
        };
        let is_whole = cut.is_none() && self.connection.input.is_empty() && is_framed_once(&head);
        let (bytes, may_stay_open) = body.end();
        let response = head.map(|()| Body { bytes, cut });
        let answer = Answer { response, came };
        Ok(Exchanged { answer, connection: self.connection, is_reusable: is_whole && may_stay_open })
    }
}

/// Reads the head of an answer, past interim ones.
struct HeadReader {
    http: Option<Http<RecvResponse>>,
    /// How many interim answers (1xx) have come.
    interim: usize,
    /// How many bytes of empty lines before the first one.
    skipped: usize,
    /// How many bytes hold no end of the head.
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
                if !input.is_empty() {
                    http.try_response(&head::beginning(input), false).map_err(protocol_error)?;
                }
                self.searched = input.len();
                match connection.stream.receive(&mut connection.input, call) {
                    Ok(0) => return Err(failure::disconnected(call)),
                    Ok(_) => continue,
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
                // The real one may be there already.
                None => self.interim += 1,
            }
        }
    }
}

/// Reads what stands behind the head.
struct BodyReader {
    /// How the body ends; `None`: there is none.
    framing: Option<Framing>,
    bytes: WipedVec<u8>,
    length: usize,
    /// Whether the connection has ended, or will.
    is_closed: bool,
}

struct Framing {
    http: Http<RecvBody>,
    ends_with_connection: bool,
    chunks: Option<Chunks>,
}

impl BodyReader {
    fn behind(http: Http<RecvResponse>, is_chunked: bool) -> Result<BodyReader, Error> {
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
        // One more than may be, to see whether there is more; allocated once, for a buffer that grows leaves its block.
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
        // How the connection ended: properly, or not.
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
            let is_whole = chunks.as_ref().is_some_and(Chunks::is_whole);
            let (used, given) = match amounts {
                Ok(amounts) => amounts,
                // Whatever its trailer is.
                Err(_) if is_whole => return self.end_with_connection(),
                Err(error) => return Err(error),
            };
            connection.input.consume(used);
            self.length += given;
            if used > 0 || given > 0 {
                continue;
            }
            match end {
                None => {}
                // The last chunk's own end may be missing.
                Some(_) if is_whole => return self.end_with_connection(),
                Some(Ok(())) if *ends_with_connection => return self.end_with_connection(),
                Some(Ok(())) => return Err(failure::disconnected(call)),
                // Without a proper end, the body may have been cut, even where no length was announced.
                Some(Err(error)) => return Err(error),
            }
            end = match connection.stream.receive(&mut connection.input, call) {
                Ok(0) => Some(Ok(())),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            };
        }
    }

    fn end_with_connection(&mut self) -> Result<(), Error> {
        self.is_closed = true;
        Ok(())
    }

    /// What has come, and whether the connection may stay open after it.
    fn end(mut self) -> (WipedVec<u8>, bool) {
        let mut bytes = mem::take(&mut self.bytes);
        bytes.truncate(self.length);
        let Some(Framing { mut http, chunks, .. }) = self.framing else { return (bytes, !self.is_closed) };
        if chunks.is_some_and(|chunks| chunks.is_ended()) {
            // For its opinion on the connection, ureq-proto must see an end.
            let _ = http.read(b"0\r\n\r\n", &mut []);
        }
        let stays = matches!(http.proceed(), Some(RecvBodyResult::Cleanup(http)) if !http.must_close_connection());
        (bytes, stays && !self.is_closed)
    }
}

/// Whether there is one opinion only on where the body ends: of an answer with two, another on the way may hold the other
/// (RFC 9112, section 6.1). HTTP/1.0 has no chunks.
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
