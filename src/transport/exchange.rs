//! One request and its answer over a connection. HTTP/1.1 itself is ureq-proto's, except chunks.

use std::mem;
use std::time::{Duration, Instant};

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use ureq_proto::BodyMode;
use ureq_proto::client::state::{RecvBody, RecvResponse};
use ureq_proto::client::{Call as Http, RecvBodyResult, RecvResponseResult, SendRequestResult};
use zeroize::Zeroizing;

use super::buffer::Buffer;
use super::call::Call;
use super::chunks::Chunks;
use super::failure;
use super::head;
use super::phase::{Peer, Phase};
use super::stream::Stream;
use super::tls::LONGEST_CONTENT;
use crate::body::Body;
use crate::cause::Cause;
use crate::error::Error;

/// Longest answer. A token answer has some hundred bytes.
const LONGEST_BODY: usize = 64 * 1024;
/// Longest head of an answer.
const LONGEST_HEAD: usize = 16 * 1024;
/// How long the body of a refusal may take, from a proxy or the server.
const LONGEST_PAGE: Duration = Duration::from_secs(2);
/// Interim answers (1xx) before the answer. Servers send one or two.
const MOST_INTERIM: usize = 20;
/// Holds the longest request.
const LONGEST_REQUEST: usize = 16 * 1024;

/// A connection that HTTP is spoken over.
pub(super) struct Connection {
    pub(super) stream: Stream,
    input: Buffer,
    output: Buffer,
    /// When it was made.
    pub(super) since: Instant,
    /// Whether a request has been sent over it before.
    is_used: bool,
}

/// An answer, and whether the connection may be used again after it.
pub(super) struct Exchanged {
    pub(super) response: Response<Body>,
    pub(super) reusable: bool,
}

impl Connection {
    pub(super) fn new(stream: Stream) -> Connection {
        // A head that is not complete yet, and one record more.
        let input = LONGEST_HEAD + LONGEST_CONTENT;
        Connection {
            stream,
            input: Buffer::new(input, input),
            output: Buffer::new(LONGEST_REQUEST, LONGEST_REQUEST),
            since: Instant::now(),
            is_used: false,
        }
    }

    /// The way itself, when nothing more has come over it than was read: after a proxy has opened it.
    pub(super) fn into_stream(self) -> Option<Stream> {
        self.input.is_empty().then_some(self.stream)
    }

    /// Makes sure that the connection is at rest: it is open, and nothing has come that is not read. What came before a
    /// request is not its answer.
    ///
    /// A new connection may be in the middle of a session ticket, whose rest is waited for. A used one is given up then.
    fn settle(&mut self, call: &Call<'_>) -> Result<(), Error> {
        loop {
            if !self.input.is_empty() {
                return Err(failure::spoke_first(call));
            }
            match self.stream.take_arrived(&mut self.input, call)? {
                Some(0) => return Err(failure::disconnected(call)),
                Some(_) => return Err(failure::spoke_first(call)),
                None if !self.stream.has_unread() => return Ok(()),
                None if self.is_used => return Err(failure::spoke_first(call)),
                None => self.stream.socket().wait_for_more(call)?,
            }
        }
    }

    /// Sends `request` and reads the answer, of which a body that ends early is handed out as far as it came.
    ///
    /// To a proxy this is a request for a tunnel, and all of it one phase.
    pub(super) fn exchange(&mut self, request: Request<()>, call: &Call<'_>) -> Result<Exchanged, Error> {
        let garbled = |error| failure::of_http(&error, call);
        let mut http = Http::new(request).map_err(garbled)?.proceed();
        self.settle(call)?;
        // A small request is sent without a wait, which would have looked.
        call.check()?;
        let was_used = mem::replace(&mut self.is_used, true);
        if call.peer() == Peer::Server {
            call.enter(Phase::Sending, Peer::Server);
        }
        while !http.can_proceed() {
            let amount = http.write(self.output.free()).map_err(garbled)?;
            self.output.arrived(amount);
            let sent = self.stream.send(self.output.filled(), call);
            self.output.consume(amount);
            sent?;
        }
        let Some(SendRequestResult::RecvResponse(mut http)) = http.proceed().map_err(garbled)? else {
            return Err(Error::new(Cause::Unforeseen).detail("a request with a body"));
        };
        if self.stream.has_unread() {
            // It was read before the last byte was sent.
            return Err(failure::spoke_first(call));
        }
        if call.peer() == Peer::Server {
            call.done(format_args!("request sent"));
            call.enter(Phase::Waiting, Peer::Server);
        }
        let head = self.receive_head(&mut http, call)?;
        if was_used && head.status() == StatusCode::REQUEST_TIMEOUT {
            // It was sent before this request came: the server has closed the connection (RFC 9110, section 15.5.9).
            return Err(failure::disconnected(call));
        }
        if call.peer() == Peer::Proxy || !head.status().is_success() {
            // The status decides; the end of the page does not matter.
            call.hurry(LONGEST_PAGE);
        }
        let (body, reusable) = match http.proceed() {
            Some(RecvResponseResult::RecvBody(http)) => {
                // In HTTP/1.0 too, as curl reads it and ureq-proto does not.
                let coding = head.headers().get(TRANSFER_ENCODING).map(HeaderValue::as_bytes).unwrap_or_default();
                let is_chunked = http.body_mode() == BodyMode::Chunked || coding.eq_ignore_ascii_case(b"chunked");
                self.receive_body(http, is_chunked, call)
            }
            Some(RecvResponseResult::Redirect(http)) => (Body::empty(), !http.must_close_connection()),
            Some(RecvResponseResult::Cleanup(http)) => (Body::empty(), !http.must_close_connection()),
            None => return Err(Error::new(Cause::Unforeseen).detail("an answer that does not go on")),
        };
        let reusable = reusable && self.input.is_empty() && is_framed_once(&head);
        Ok(Exchanged { response: head.map(|()| body), reusable })
    }

    fn receive_head(&mut self, http: &mut Http<RecvResponse>, call: &Call<'_>) -> Result<Response<()>, Error> {
        let garbled = |error| failure::of_http(&error, call);
        let (mut interim, mut skipped, mut searched) = (0, 0, 0);
        loop {
            // Empty lines before the first one.
            let empty = self.input.filled().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.input.consume(empty);
            skipped += empty;
            let input = self.input.filled();
            let length = head::length(input, searched);
            if skipped + length.unwrap_or(input.len()) >= LONGEST_HEAD {
                return Err(failure::head_too_large(call));
            }
            let Some(length) = length else {
                http.try_response(&head::beginning(input), false).map_err(garbled)?;
                searched = input.len();
                if self.stream.receive(&mut self.input, call)? == 0 {
                    return Err(failure::disconnected(call));
                }
                continue;
            };
            let answers_connect = call.peer() == Peer::Proxy;
            let readable = head::readable(input.get(..length).unwrap_or_default(), answers_connect);
            let (_, head) = http.try_response(&readable, false).map_err(garbled)?;
            self.input.consume(length);
            searched = 0;
            match head {
                Some(head) => return Ok(head),
                None if interim == MOST_INTERIM => return Err(failure::too_many_interim_answers(call)),
                // An interim answer (1xx); the real one may be there already.
                None => interim += 1,
            }
        }
    }

    fn receive_body(&mut self, mut http: Http<RecvBody>, is_chunked: bool, call: &Call<'_>) -> (Body, bool) {
        let ends_with_connection = !is_chunked && http.body_mode() == BodyMode::CloseDelimited;
        let announced = match http.body_mode() {
            BodyMode::LengthDelimited(length) if !is_chunked => usize::try_from(length).unwrap_or(LONGEST_BODY),
            _ => LONGEST_BODY,
        };
        // One more than may be, to see whether there is more; allocated once, for a buffer that grows leaves its block.
        let mut bytes = Zeroizing::new(vec![0; announced.min(LONGEST_BODY) + 1]);
        let mut length = 0;
        let mut chunks = is_chunked.then(Chunks::new);
        // How the connection ended: properly, or not.
        let mut end: Option<Result<(), Error>> = None;
        let cut = loop {
            if length > LONGEST_BODY {
                break Some(Error::new(Cause::BodyTooLarge));
            }
            let is_ended = match &chunks {
                Some(chunks) => chunks.is_ended(),
                None => !ends_with_connection && http.can_proceed(),
            };
            if is_ended {
                break None;
            }
            let (input, free) = (self.input.filled(), bytes.get_mut(length..).unwrap_or_default());
            let amounts = match &mut chunks {
                Some(chunks) => chunks.read(input, free).map_err(|what| failure::garbled(what, call)),
                None => http.read(input, free).map_err(|error| failure::of_http(&error, call)),
            };
            let is_whole = chunks.as_ref().is_some_and(Chunks::is_whole);
            let (used, given) = match amounts {
                Ok(amounts) => amounts,
                // Whatever its trailer is.
                Err(_) if is_whole => break None,
                Err(error) => break Some(error),
            };
            self.input.consume(used);
            length += given;
            if used > 0 || given > 0 {
                continue;
            }
            match &end {
                None => {}
                // The last chunk's own end may be missing.
                Some(_) if is_whole => break None,
                Some(Ok(())) if ends_with_connection => break None,
                Some(Ok(())) => break Some(failure::disconnected(call)),
                // Without a proper end, the body may have been cut, even where no length was announced.
                Some(Err(error)) => break Some(error.clone()),
            }
            match self.stream.receive(&mut self.input, call) {
                Ok(0) => end = Some(Ok(())),
                Ok(_) => {}
                Err(error) => end = Some(Err(error)),
            }
        };
        bytes.truncate(length);
        if chunks.is_some_and(|chunks| chunks.is_ended()) {
            // For its opinion on the connection, ureq-proto must see an end.
            let _ = http.read(b"0\r\n\r\n", &mut []);
        }
        let reusable = cut.is_none()
            && end.is_none()
            && matches!(http.proceed(), Some(RecvBodyResult::Cleanup(http)) if !http.must_close_connection());
        (Body { bytes, cut }, reusable)
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
