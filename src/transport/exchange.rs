//! One request and its answer over a connection. HTTP/1.1 itself is ureq-proto's.

use std::time::Duration;

use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response};
use ureq_proto::BodyMode;
use ureq_proto::client::state::RecvBody;
use ureq_proto::client::{Call as Http, RecvBodyResult, RecvResponseResult, SendRequestResult};
use zeroize::Zeroizing;

use super::buffer::Buffer;
use super::call::Call;
use super::failure;
use super::phase::{Peer, Phase};
use super::stream::Stream;
use super::tls::LONGEST_CONTENT;
use crate::body::Body;
use crate::cause::Cause;
use crate::error::{Code, Error};

/// Longest answer. A token answer has some hundred bytes.
const LONGEST_BODY: usize = 64 * 1024;
/// Longest head of an answer.
const LONGEST_HEAD: usize = 16 * 1024;
/// How long a proxy may take for the page in which it says why it refuses.
const LONGEST_PAGE: Duration = Duration::from_secs(2);
/// Holds the longest request.
const LONGEST_REQUEST: usize = 16 * 1024;

/// A connection that HTTP is spoken over.
pub(super) struct Connection {
    pub(super) stream: Stream,
    input: Buffer,
    output: Buffer,
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
        Connection { stream, input: Buffer::new(input, input), output: Buffer::new(LONGEST_REQUEST, LONGEST_REQUEST) }
    }

    /// The way itself, when nothing more has come over it than was read: after a proxy has opened it.
    pub(super) fn into_stream(self) -> Option<Stream> {
        self.input.is_empty().then_some(self.stream)
    }

    /// Whether it can be used for another request.
    pub(super) fn is_idle(&mut self) -> bool {
        self.input.is_empty() && self.stream.is_idle()
    }

    /// Sends `request` and reads the answer, of which a body that ends early is handed out as far as it came.
    ///
    /// To a proxy this is a request for a tunnel, and all of it one phase.
    pub(super) fn exchange(&mut self, request: Request<()>, call: &Call<'_>) -> Result<Exchanged, Error> {
        let garbled = |error| failure::of_http(&error, call);
        let mut http = Http::new(request).map_err(garbled)?.proceed();
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
        if call.peer() == Peer::Server {
            call.done(format_args!("request sent"));
            call.enter(Phase::Waiting, Peer::Server);
        }
        let head = loop {
            let (used, head) = http.try_response(self.input.filled(), false).map_err(garbled)?;
            self.input.consume(used);
            let length = if head.is_some() { used } else { self.input.filled().len() };
            if length >= LONGEST_HEAD {
                return Err(failure::head_too_large(call));
            }
            match head {
                Some(head) => break head,
                // A provisional answer (1xx); the real one may be there already.
                None if used > 0 => {}
                None if self.stream.receive(&mut self.input, call)? == 0 => return Err(failure::disconnected(call)),
                None => {}
            }
        };
        if call.peer() == Peer::Proxy {
            // It has said what counts; nobody needs the end of its page.
            call.hurry(LONGEST_PAGE);
        }
        let (body, reusable) = match http.proceed() {
            Some(RecvResponseResult::RecvBody(http)) => self.receive_body(http, call),
            Some(RecvResponseResult::Redirect(http)) => (Body::empty(), !http.must_close_connection()),
            Some(RecvResponseResult::Cleanup(http)) => (Body::empty(), !http.must_close_connection()),
            None => return Err(Error::new(Cause::Unforeseen).detail("an answer that does not go on")),
        };
        let reusable = reusable && self.input.is_empty() && is_framed_once(head.headers());
        Ok(Exchanged { response: head.map(|()| body), reusable })
    }

    fn receive_body(&mut self, mut http: Http<RecvBody>, call: &Call<'_>) -> (Body, bool) {
        let ends_with_connection = http.body_mode() == BodyMode::CloseDelimited;
        let announced = match http.body_mode() {
            BodyMode::LengthDelimited(length) => usize::try_from(length).unwrap_or(LONGEST_BODY),
            _ => LONGEST_BODY,
        };
        // One more than may be, to see whether there is more; allocated once, for a buffer that grows leaves its block.
        let mut bytes = Zeroizing::new(vec![0; announced.min(LONGEST_BODY) + 1]);
        let mut length = 0;
        let mut over = false;
        let cut = loop {
            if length > LONGEST_BODY {
                break Some(Error::new(Cause::BodyTooLarge));
            }
            if !ends_with_connection && http.can_proceed() {
                break None;
            }
            let free = bytes.get_mut(length..).unwrap_or_default();
            let (used, given) = match http.read(self.input.filled(), free) {
                Ok(amounts) => amounts,
                Err(error) => break Some(failure::of_http(&error, call)),
            };
            self.input.consume(used);
            length += given;
            if used > 0 || given > 0 {
                continue;
            }
            if over {
                // The last chunk's own end may be missing; the body is whole.
                let whole = ends_with_connection || http.is_ended_chunked();
                break (!whole).then(|| failure::disconnected(call));
            }
            if !self.input.has_room_for(LONGEST_CONTENT) {
                break Some(failure::garbled("a chunk of the body has no end", call));
            }
            match self.stream.receive(&mut self.input, call) {
                Ok(0) => over = true,
                Ok(_) => {}
                // So do servers that say no goodbye.
                Err(error) if error.code() == Code::Disconnected => over = true,
                Err(error) => break Some(error),
            }
        };
        bytes.truncate(length);
        let reusable = cut.is_none()
            && !over
            && matches!(http.proceed(), Some(RecvBodyResult::Cleanup(http)) if !http.must_close_connection());
        (Body { bytes, cut }, reusable)
    }
}

/// Whether there is one opinion only on where the body ends: of an answer with two, another on the way may hold the other
/// (RFC 9112, section 6.1).
fn is_framed_once(headers: &HeaderMap) -> bool {
    match headers.get(TRANSFER_ENCODING) {
        None => true,
        Some(coding) => coding.as_bytes().eq_ignore_ascii_case(b"chunked") && !headers.contains_key(CONTENT_LENGTH),
    }
}
