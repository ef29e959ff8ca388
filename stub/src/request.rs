//! A request head, read just far enough to answer it.

use zeroize::Zeroizing;

/// Longest head that is read. Concur's own limit is not known; common servers take 8 to 64 KiB.
pub(crate) const LONGEST_HEAD: usize = 64 * 1024;

const MOST_HEADERS: usize = 128;

/// No `Debug`: it holds credentials.
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query as they came; an absolute-form target (RFC 9112, 3.2.2) has lost its scheme and authority.
    pub(crate) target: String,
    /// Every `Authorization` header.
    pub(crate) authorization: Vec<Zeroizing<Vec<u8>>>,
    /// Every `X-ConsumerKey` header.
    pub(crate) consumer_key: Vec<Zeroizing<Vec<u8>>>,
    /// The answer is wanted in JSON rather than in XML.
    pub(crate) wants_json: bool,
    /// The client will send nothing more on this connection.
    pub(crate) wants_close: bool,
}

impl Request {
    /// `None` if the head is not HTTP/1.
    pub(crate) fn parse(head: &[u8]) -> Option<Request> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        if !parsed.parse(head).ok()?.is_complete() {
            return None;
        }
        let values = |name: &str| -> Vec<Zeroizing<Vec<u8>>> {
            parsed
                .headers
                .iter()
                .filter(|header| header.name.eq_ignore_ascii_case(name))
                .map(|header| Zeroizing::new(header.value.trim_ascii().to_vec()))
                .collect()
        };
        Some(Request {
            method: parsed.method?.to_owned(),
            target: origin_form(parsed.path?).to_owned(),
            authorization: values("authorization"),
            consumer_key: values("x-consumerkey"),
            wants_json: values("accept").first().is_some_and(|it| prefers_json(it)),
            wants_close: values("connection").iter().any(|it| it.eq_ignore_ascii_case(b"close")),
        })
    }

    /// Whether no head of HTTP/1 starts like this.
    pub(crate) fn cannot_become(start: &[u8]) -> bool {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        httparse::Request::new(&mut headers).parse(start).is_err()
    }

    /// The target without its query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    pub(crate) fn carries_credentials(&self) -> bool {
        !self.authorization.is_empty() || !self.consumer_key.is_empty()
    }
}

fn origin_form(target: &str) -> &str {
    let Some((_, rest)) = target.split_once("://").filter(|_| !target.starts_with('/')) else {
        return target;
    };
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

/// Whether JSON comes before XML among the media types named. Weights are ignored: no client is known to send any.
fn prefers_json(accept: &[u8]) -> bool {
    String::from_utf8_lossy(accept)
        .to_ascii_lowercase()
        .split(',')
        .filter_map(|range| range.split(';').next())
        .find_map(|media| match media.trim() {
            "application/json" => Some(true),
            "application/xml" | "text/xml" => Some(false),
            _ => None,
        })
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(head: &str) -> Option<Request> {
        Request::parse(head.as_bytes())
    }

    #[test]
    fn another_protocol_is_seen_at_its_first_bytes() {
        assert!(Request::cannot_become(b"\x16\x03\x01\x02\0\x01"));
        assert!(!Request::cannot_become(b"GET /a HTTP/1.1\r\nHo"));
        assert!(!Request::cannot_become(b"G"));
    }

    #[test]
    fn reads_what_it_answers_by() {
        let request = parse(
            "GET /a/b.ashx?secret=1 HTTP/1.1\r\nhost: x\r\nAUTHORIZATION:  Basic YQ== \r\nx-consumerKey: k\r\nx-consumerkey: l\r\n\r\n",
        )
        .unwrap();
        assert_eq!(request.method, "GET");
        assert_eq!(request.target, "/a/b.ashx?secret=1");
        assert_eq!(request.path(), "/a/b.ashx");
        assert_eq!(request.authorization.len(), 1);
        assert_eq!(&**request.authorization[0], b"Basic YQ==");
        assert_eq!(request.consumer_key.len(), 2);
        assert!(request.carries_credentials());
        assert!(!request.wants_json);
    }

    #[test]
    fn an_absolute_target_loses_scheme_and_authority() {
        for (target, path) in
            [("http://u:p@localhost:1/a?b", "/a?b"), ("http://localhost", "/"), ("/a?b=c://d/e", "/a?b=c://d/e")]
        {
            let request = parse(&format!("GET {target} HTTP/1.1\r\n\r\n")).unwrap();
            assert_eq!(request.target, path);
        }
    }

    #[test]
    fn json_is_answered_when_it_is_named_first() {
        for (accept, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("*/*, application/json, application/xml", true),
            ("application/xml, application/json", false),
            ("*/*", false),
            ("application/json5", false),
        ] {
            let request = parse(&format!("GET / HTTP/1.1\r\nAccept: {accept}\r\n\r\n")).unwrap();
            assert_eq!(request.wants_json, json, "{accept}");
        }
    }

    #[test]
    fn what_is_not_http_is_no_request() {
        for head in ["SSH-2.0-OpenSSH\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\n", "\r\n\r\n"] {
            assert!(parse(head).is_none(), "{head:?}");
        }
        let many = "a: b\r\n".repeat(MOST_HEADERS + 1);
        assert!(parse(&format!("GET / HTTP/1.1\r\n{many}\r\n")).is_none());
    }
}
