//! A connection for requests. ureq-proto implements HTTP/1.1.

use std::time::Instant;

use ureq_proto::client::state::RecvResponse;
use ureq_proto::client::{Call as Http, SendRequestResult};

use super::buffer::Buffer;
use super::call::Call;
use super::failure;
use super::progress::Peer;
use super::stream::Stream;
use super::tls::stream::MAX_CONTENT_LEN;
use crate::error::{Cause, Error};

/// Maximum length of the head of a response.
pub(super) const MAX_HEAD_LEN: usize = 16 * 1024;
/// Most responses are not longer. The whole buffer is wiped, so a larger one costs time.
const USUAL_RESPONSE_LEN: usize = 2 * 1024;
/// Maximum length of the head of a request. A body may be longer.
const MAX_REQUEST_LEN: usize = 16 * 1024;

/// A connection for HTTP.
pub(super) struct Connection {
    pub(super) stream: Stream,
    /// Received data that has not been read yet.
    pub(super) input: Buffer,
    output: Buffer,
    /// The time at which it was opened.
    pub(super) since: Instant,
    /// Whether a request was sent over it before.
    is_used: bool,
}

impl Connection {
    pub(super) fn new(stream: Stream) -> Connection {
        Connection {
            stream,
            // Room for an incomplete head and one more record.
            input: Buffer::new(USUAL_RESPONSE_LEN, MAX_HEAD_LEN + MAX_CONTENT_LEN),
            output: Buffer::new(0, MAX_REQUEST_LEN),
            since: Instant::now(),
            is_used: false,
        }
    }

    /// Returns the stream of a tunnel that a proxy has opened; `None` if unread data was received.
    pub(super) fn into_stream(self) -> Option<Stream> {
        self.input.is_empty().then_some(self.stream)
    }

    pub(super) fn is_used(&self) -> bool {
        self.is_used
    }

    /// Makes sure that the connection is open and has no unread data. Data that arrives before a request is not its
    /// response.
    ///
    /// A new connection may have received a part of a session ticket; the rest is waited for. A used connection is
    /// closed in this case.
    fn settle(&mut self, call: &Call<'_>) -> Result<(), Error> {
        loop {
            if !self.input.is_empty() {
                return Err(failure::unexpected_data(call));
            }
            match self.stream.take_arrived(&mut self.input, call)? {
                Some(0) => return Err(failure::disconnected(call)),
                Some(_) => return Err(failure::unexpected_data(call)),
                None if !self.stream.has_unread() => return Ok(()),
                None if self.is_used => return Err(failure::unexpected_data(call)),
                None => self.stream.socket().wait_for_more(call)?,
            }
        }
    }

    /// Sends a whole request. Its response is expected next.
    pub(super) fn send(
        &mut self,
        head: http::Request<()>,
        mut body: &[u8],
        call: &Call<'_>,
    ) -> Result<Http<RecvResponse>, Error> {
        let protocol_error = |error| failure::of_http(&error, call);
        self.output.has_room_for(length_of(&head) + body.len());
        let mut http = Http::new(head).map_err(protocol_error)?.proceed();
        self.settle(call)?;
        // A small request is sent without a wait, so the wait's check is done here.
        call.check()?;
        self.is_used = true;
        if call.peer() == Peer::Server {
            call.enter_sending();
        }
        while !http.can_proceed() {
            let amount = http.write(self.output.free()).map_err(protocol_error)?;
            self.output.arrived(amount);
            // A complete head may be sent together with its body.
            if !http.can_proceed() {
                self.flush(call)?;
            }
        }
        let http = match http.proceed().map_err(protocol_error)? {
            Some(SendRequestResult::RecvResponse(http)) => {
                self.flush(call)?;
                Some(http)
            }
            Some(SendRequestResult::SendBody(mut http)) => {
                while !body.is_empty() {
                    let (used, amount) = http.write(body, self.output.free()).map_err(protocol_error)?;
                    self.output.arrived(amount);
                    body = body.get(used..).unwrap_or_default();
                    self.flush(call)?;
                }
                http.proceed()
            }
            _ => None,
        };
        if self.stream.has_unread() {
            // The server sent it before it received the last byte.
            return Err(failure::unexpected_data(call));
        }
        http.ok_or_else(|| Error::new(Cause::Unforeseen).detail("request body does not match its headers"))
    }

    /// Sends the pending output.
    fn flush(&mut self, call: &Call<'_>) -> Result<(), Error> {
        let sent = self.stream.send(self.output.filled(), call);
        self.output.consume(self.output.filled().len());
        sent
    }
}

/// Returns the length of a head as it is sent, or slightly more.
fn length_of(head: &http::Request<()>) -> usize {
    // A request to a proxy contains the authority, a request to a server the rest.
    let uri = head.uri();
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len());
    let address = authority + uri.path_and_query().map_or(0, |path| path.as_str().len());
    let fields = head.headers().iter().map(|(name, value)| name.as_str().len() + ": \r\n".len() + value.len());
    "OPTIONS  HTTP/1.1\r\n\r\n".len() + address + fields.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};
    use ureq_proto::client::Call as Http;

    use super::length_of;
    use crate::message::{begin, header};

    #[test]
    fn head_is_sent_in_one_piece() {
        for (method, address) in
            [(Method::GET, "https://host/path?a_query_of_some_length_after_it"), (Method::CONNECT, "host:443")]
        {
            for length in [0, 1, 5000] {
                let value = HeaderValue::try_from("x".repeat(length)).unwrap();
                let head = begin(method.clone(), address.parse().unwrap());
                let head = header(head, "X-ConsumerKey", value).body(()).unwrap();
                let mut output = vec![0; length_of(&head)];
                let mut http = Http::new(head).unwrap().proceed();
                let amount = http.write(&mut output).unwrap();
                assert!(http.can_proceed() && output.len() - amount < 20, "{method} {length}: {amount}");
            }
        }
    }
}
