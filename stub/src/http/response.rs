//! An HTTP response: status, headers, body, and the header that gives its length.

pub(crate) const XML: &str = "application/xml; charset=utf-8";
pub(crate) const JSON: &str = "application/json; charset=utf-8";
pub(crate) const HTML: &str = "text/html; charset=utf-8";
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

/// How a response marks the end of its body.
pub(crate) enum Length {
    /// `Content-Length` with the correct value.
    Correct,
    /// `Content-Length` with this text.
    Text(String),
    /// `Transfer-Encoding: chunked`, with or without the last chunk.
    Chunked { ended: bool },
    /// No header: HTTP/1.0, where the body ends with the connection.
    UntilClose,
}

pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    length: Length,
}

impl Response {
    pub(crate) fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Response {
        Response::empty(status).header("Content-Type", media_type).body(body)
    }

    pub(crate) fn empty(status: u16) -> Response {
        let response = Response { status, headers: Vec::new(), body: Vec::new(), length: Length::Correct };
        match status {
            // A 401 must contain this header (RFC 9110, 15.5.2).
            401 => response.header("WWW-Authenticate", "Basic realm=\"nativeflow-stub\""),
            _ => response,
        }
    }

    pub(crate) fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Response {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Replaces the scheme of a 401.
    pub(crate) fn challenge(mut self, scheme: &str) -> Response {
        self.headers.retain(|(name, _)| name != "WWW-Authenticate");
        self.header("WWW-Authenticate", format!("{scheme} realm=\"nativeflow-stub\""))
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Response {
        self.body = body.into();
        self
    }

    pub(crate) fn length(mut self, length: Length) -> Response {
        self.length = length;
        self
    }

    /// Sends `Content-Length` as the length of the body plus `more`.
    pub(crate) fn length_off_by(self, more: isize) -> Response {
        let length = self.body.len().saturating_add_signed(more).to_string();
        self.length(Length::Text(length))
    }

    /// Removes the last `count` bytes of the body, but not from `Content-Length`.
    pub(crate) fn without_the_last(mut self, count: usize) -> Response {
        let full_length = self.body.len();
        self.body.truncate(full_length.saturating_sub(count));
        self.length(Length::Text(full_length.to_string()))
    }

    /// Returns whether another response may follow on the connection, because the end of this one is known.
    pub(crate) fn can_be_followed(&self) -> bool {
        matches!(self.length, Length::Correct | Length::Chunked { ended: true })
    }

    /// Returns the status line and the headers, the server's headers first, and the blank line. `keeps_open` sets the
    /// `Connection` header.
    pub(crate) fn head(&self, of_server: &[(&str, String)], keeps_open: bool) -> Vec<u8> {
        let version = match self.length {
            Length::UntilClose => "1.0",
            _ => "1.1",
        };
        let mut head = format!("HTTP/{version} {} {}\r\n", self.status, reason(self.status));
        let mut line = |name: &str, value: &str| {
            head.push_str(name);
            head.push_str(": ");
            head.push_str(value);
            head.push_str("\r\n");
        };
        for (name, value) in of_server {
            line(name, value);
        }
        for (name, value) in &self.headers {
            line(name, value);
        }
        match &self.length {
            Length::Correct => line("Content-Length", &self.body.len().to_string()),
            Length::Text(text) => line("Content-Length", text),
            Length::Chunked { .. } => line("Transfer-Encoding", "chunked"),
            Length::UntilClose => {}
        }
        line("Connection", if keeps_open { "keep-alive" } else { "close" });
        head.push_str("\r\n");
        head.into_bytes()
    }

    /// Returns the body as it is sent.
    pub(crate) fn wire_body(&self) -> Vec<u8> {
        let Length::Chunked { ended } = self.length else {
            return self.body.clone();
        };
        let mut wire = Vec::new();
        // An odd, small size, so that chunks end inside names and values.
        for chunk in self.body.chunks(37) {
            wire.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            wire.extend_from_slice(chunk);
            wire.extend_from_slice(b"\r\n");
        }
        if ended {
            wire.extend_from_slice(b"0\r\n\r\n");
        }
        wire
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        410 => "Gone",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "",
    }
}
