//! Checks the lines of a request head as they arrive.

use std::borrow::Cow;
use std::ops::ControlFlow;

/// The reason why a request is invalid. It contains nothing of the request, because that may be a credential.
pub(crate) type Fault = Cow<'static, str>;

/// Checks each line of a head once, as it arrives. So an invalid request is detected before its end, which may never
/// arrive.
#[derive(Default)]
pub(crate) struct Lines {
    /// Number of complete lines.
    count: usize,
    /// Start of the next line.
    start: usize,
    checked: usize,
    /// The previous line was an `Authorization` header.
    after_authorization: bool,
}

impl Lines {
    pub(crate) fn is_at_first(&self) -> bool {
        self.count == 0
    }

    /// Checks the bytes that were added to `head`. Breaks with the length of a complete head, or with the fault.
    pub(crate) fn check(&mut self, head: &[u8]) -> ControlFlow<Result<usize, Fault>> {
        while let Some(at) = head.get(self.checked..).unwrap_or_default().iter().position(|byte| *byte == b'\n') {
            let end = self.checked + at;
            let line = head.get(self.start..end).unwrap_or_default();
            self.count += 1;
            (self.start, self.checked) = (end + 1, end + 1);
            match self.check_line(line) {
                Ok(()) if line == b"\r" => return ControlFlow::Break(Ok(self.start)),
                Ok(()) => {}
                Err(fault) => return ControlFlow::Break(Err(fault)),
            }
        }
        self.checked = head.len();
        match self.count {
            0 => start(head).map_or(ControlFlow::Continue(()), |fault| ControlFlow::Break(Err(fault))),
            _ => ControlFlow::Continue(()),
        }
    }

    /// `line` has no LF.
    fn check_line(&mut self, line: &[u8]) -> Result<(), Fault> {
        let is_authorization =
            line.get(.."authorization:".len()).is_some_and(|start| start.eq_ignore_ascii_case(b"authorization:"));
        let wrapped = is_authorization || self.after_authorization;
        self.after_authorization = is_authorization;
        let fault = |what: &str| {
            let hint = if wrapped { "; Base64 in Authorization must be one line" } else { "" };
            Err(format!("line {} {what}{hint}", self.count).into())
        };
        let Some(line) = line.strip_suffix(b"\r") else {
            return fault("ends in LF without CR");
        };
        if self.count == 1 {
            return request_line(line).map_or(Ok(()), Err);
        }
        match line {
            [] => Ok(()),
            [b' ' | b'\t', ..] => fault("begins with a space, which continues the previous line (RFC 9112, 5.2)"),
            _ => match line.iter().position(|byte| *byte == b':').and_then(|colon| line.get(..colon)) {
                None => fault("has no colon, so it is not a header"),
                Some(name) if name.ends_with(b" ") || name.ends_with(b"\t") => fault("has a space before its colon"),
                Some(name) if !is_token(name) => fault("has a header name with an invalid character"),
                Some(_) if line.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') => {
                    fault("contains a control character")
                }
                Some(_) => Ok(()),
            },
        }
    }
}

/// Checks the beginning of a request line.
fn start(bytes: &[u8]) -> Option<Fault> {
    let method = bytes.split(|byte| *byte == b' ').next().unwrap_or_default();
    match (method, method.strip_suffix(b"\r").unwrap_or(method)) {
        ([0x16, ..], _) => Some("TLS on a port for plain HTTP".into()),
        (_, []) => None,
        (_, method) if is_token(method) => None,
        _ => Some(NO_REQUEST_LINE.into()),
    }
}

const NO_REQUEST_LINE: &str = "line 1 is not a request line (METHOD TARGET HTTP/1.1)";

fn request_line(line: &[u8]) -> Option<Fault> {
    match line.split(|byte| *byte == b' ').collect::<Vec<_>>().as_slice() {
        [method, [_, ..], b"HTTP/1.0" | b"HTTP/1.1"] if is_token(method) => None,
        [_, [_, ..], version] if version.starts_with(b"HTTP/") => Some("HTTP version is not 1.0 or 1.1".into()),
        _ => Some(NO_REQUEST_LINE.into()),
    }
}

/// RFC 9110, 5.6.2.
fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds the bytes one by one. Returns the result, and the number of bytes that were needed.
    fn check(bytes: &[u8]) -> (Option<Result<usize, Fault>>, usize) {
        let mut lines = Lines::default();
        for length in 1..=bytes.len() {
            if let ControlFlow::Break(result) = lines.check(&bytes[..length]) {
                return (Some(result), length);
            }
        }
        (None, bytes.len())
    }

    #[test]
    fn fault_is_detected_at_its_line_and_does_not_repeat_it() {
        const WRAPPED: &str = "; Base64 in Authorization must be one line";
        for (head, at, fault) in [
            ("\x16\x03\x01\x02\0\x01", 1, "TLS on a port for plain HTTP"),
            ("{\"QUX\":1}", 1, NO_REQUEST_LINE),
            ("SSH-2.0-QUX\r\n", 13, NO_REQUEST_LINE),
            ("GET /\r\n", 7, NO_REQUEST_LINE),
            ("GET  / HTTP/1.1\r\n", 17, NO_REQUEST_LINE),
            ("GET /a b HTTP/1.1\r\n", 19, NO_REQUEST_LINE),
            ("PRI * HTTP/2.0\r\n", 16, "HTTP version is not 1.0 or 1.1"),
            ("GET / HTTP/1.1\nHost: x\n\n", 15, "line 1 ends in LF without CR"),
            ("GET / HTTP/1.1\r\nHost: x\n", 24, "line 2 ends in LF without CR"),
            ("GET / HTTP/1.1\r\nHost: x\r\n\n", 26, "line 3 ends in LF without CR"),
            ("GET / HTTP/1.1\r\nQUX\r\n", 21, "line 2 has no colon, so it is not a header"),
            ("GET / HTTP/1.1\r\nQUX : x\r\n", 25, "line 2 has a space before its colon"),
            ("GET / HTTP/1.1\r\n: QUX\r\n", 23, "line 2 has a header name with an invalid character"),
            ("GET / HTTP/1.1\r\nA: QUX\rx\r\n", 26, "line 2 contains a control character"),
            (
                "GET / HTTP/1.1\r\nA: x\r\n QUX\r\n",
                28,
                "line 3 begins with a space, which continues the previous line (RFC 9112, 5.2)",
            ),
            ("GET / HTTP/1.1\r\nAUTHORIZATION: Basic QUX\n\r\n", 41, &format!("line 2 ends in LF without CR{WRAPPED}")),
            (
                "GET / HTTP/1.1\r\nAuthorization: Basic QUX\r\nQUX=\r\n",
                48,
                &format!("line 3 has no colon, so it is not a header{WRAPPED}"),
            ),
        ] {
            assert_eq!(check(head.as_bytes()), (Some(Err(fault.to_owned().into())), at), "{head:?}");
        }
        for (head, end) in [("G", None), ("GET /a HTTP/1.1\r\nHo", None), ("GET / HTTP/1.0\r\n\r\nmore", Some(Ok(18)))]
        {
            assert_eq!(check(head.as_bytes()).0, end, "{head:?}");
        }
    }
}
