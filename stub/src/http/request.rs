//! A request, parsed as far as the response needs it.

use zeroize::Zeroizing;

use crate::http::body::{Body, Framing};
use crate::http::lines::Fault;

const MAX_HEADERS: usize = 128;

/// No `Debug`, because it contains credentials.
#[derive(Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query as received, without the scheme and authority of an absolute-form target (RFC 9112, 3.2.2).
    pub(crate) target: String,
    /// The `Host` header; empty if it is missing, which HTTP/1.0 allows.
    pub(crate) host: String,
    /// Every `Authorization` header.
    pub(crate) authorization: Vec<Zeroizing<Vec<u8>>>,
    /// Every `X-ConsumerKey` header.
    pub(crate) consumer_key: Vec<Zeroizing<Vec<u8>>>,
    /// Every `Content-Type` header.
    pub(crate) content_type: Vec<Zeroizing<Vec<u8>>>,
    /// The client prefers JSON to XML.
    pub(crate) wants_json: bool,
    /// The client will send nothing more on this connection.
    pub(crate) wants_close: bool,
    pub(crate) framing: Framing,
    /// The end of the body is given by a header, even if it is empty.
    pub(crate) is_framed: bool,
    /// The client sends the body only after `100 Continue` (RFC 9110, 10.1.1).
    pub(crate) expects_continue: bool,
    /// Empty until it is read.
    pub(crate) body: Body,
}

impl Request {
    /// Parses a head whose lines have been [checked](crate::http::lines::Lines).
    pub(crate) fn parse(head: &[u8]) -> Result<Request, Fault> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut parsed = httparse::Request::new(&mut headers);
        match parsed.parse(head) {
            Ok(status) if status.is_complete() => {}
            Ok(_) => return Err("the head has no end".into()),
            Err(error) => return Err(error.to_string().into()),
        }
        let (Some(method), Some(target)) = (parsed.method, parsed.path) else {
            return Err("line 1 is not a request line".into());
        };
        let is_http10 = parsed.version == Some(0);
        let values = |name: &str| -> Vec<Zeroizing<Vec<u8>>> {
            parsed
                .headers
                .iter()
                .filter(|header| header.name.eq_ignore_ascii_case(name))
                .map(|header| Zeroizing::new(header.value.trim_ascii().to_vec()))
                .collect()
        };
        // RFC 9112, 3.2.
        let host = match values("host").as_slice() {
            [] if is_http10 => String::new(),
            [] => return Err("HTTP/1.1 without a Host header".into()),
            [host] => String::from_utf8_lossy(host).into_owned(),
            _ => return Err("more than one Host header".into()),
        };
        let connection = values("connection");
        Ok(Request {
            method: method.to_owned(),
            target: origin_form(target).to_owned(),
            host,
            authorization: values("authorization"),
            consumer_key: values("x-consumerkey"),
            content_type: values("content-type"),
            wants_json: prefers_json(&values("accept")),
            wants_close: names(&connection, "close") || (is_http10 && !names(&connection, "keep-alive")),
            framing: framing(&values("content-length"), &values("transfer-encoding"))?,
            is_framed: !values("content-length").is_empty() || !values("transfer-encoding").is_empty(),
            expects_continue: !is_http10 && names(&values("expect"), "100-continue"),
            body: Body::default(),
        })
    }

    /// The target without its query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query, without its question mark.
    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// A body counts too, because the OAuth 2.0 service receives credentials in it.
    pub(crate) fn carries_credentials(&self) -> bool {
        let has_body = self.body.bytes().is_none_or(|body| !body.is_empty());
        has_body || !self.authorization.is_empty() || !self.consumer_key.is_empty() || !self.query().is_empty()
    }
}

/// The elements of a list header (RFC 9110, 5.6.1), in lower case.
fn elements(values: &[Zeroizing<Vec<u8>>]) -> impl Iterator<Item = String> {
    let lists = values.iter().map(|value| String::from_utf8_lossy(value).to_ascii_lowercase());
    lists.flat_map(|list| list.split(',').map(|element| element.trim().to_owned()).collect::<Vec<_>>())
}

fn names(values: &[Zeroizing<Vec<u8>>], wanted: &str) -> bool {
    elements(values).any(|element| element == wanted)
}

/// RFC 9112, 6.3. Rejects a request if two readers may disagree about its end.
fn framing(lengths: &[Zeroizing<Vec<u8>>], encodings: &[Zeroizing<Vec<u8>>]) -> Result<Framing, Fault> {
    match (lengths, encodings) {
        ([], []) => Ok(Framing::Length(0)),
        ([length], []) => std::str::from_utf8(length)
            .ok()
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok().map(Framing::Length))
            .ok_or("Content-Length is not a number".into()),
        ([], [encoding]) if encoding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunks),
        ([], _) => Err("Transfer-Encoding is not chunked".into()),
        (_, []) => Err("more than one Content-Length header".into()),
        _ => Err("both Content-Length and Transfer-Encoding".into()),
    }
}

fn origin_form(target: &str) -> &str {
    let Some((_, rest)) = target.split_once("://").filter(|_| !target.starts_with('/')) else {
        return target;
    };
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

/// Returns whether JSON has a greater weight than XML (RFC 9110, 12.5.1), or the same weight and comes first.
fn prefers_json(accept: &[Zeroizing<Vec<u8>>]) -> bool {
    let (mut json, mut xml) = (0.0, 0.0);
    for range in elements(accept) {
        let (media, parameters) = range.split_once(';').unwrap_or((&range, ""));
        let weight = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("q=")?.parse().ok());
        let weight: f32 = weight.unwrap_or(1.0);
        match media.trim() {
            // If both weights are equal, the first one counts.
            "application/json" if weight > xml => json = weight,
            "application/xml" | "text/xml" if weight > json => xml = weight,
            _ => {}
        }
    }
    json > xml
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(head: &str) -> Result<Request, Fault> {
        Request::parse(head.as_bytes())
    }

    #[test]
    fn request_with_ambiguous_body_length_is_rejected() {
        for (headers, framing) in [
            ("", Ok(Framing::Length(0))),
            ("Content-Length: 7\r\n", Ok(Framing::Length(7))),
            ("Transfer-Encoding: Chunked\r\n", Ok(Framing::Chunks)),
            ("Content-Length: +7\r\n", Err("Content-Length is not a number")),
            ("Content-Length: \r\n", Err("Content-Length is not a number")),
            ("Content-Length: 99999999999999999999\r\n", Err("Content-Length is not a number")),
            ("Content-Length: 7\r\nContent-Length: 7\r\n", Err("more than one Content-Length header")),
            ("Transfer-Encoding: gzip, chunked\r\n", Err("Transfer-Encoding is not chunked")),
            ("Transfer-Encoding: chunked\r\nContent-Length: 7\r\n", Err("both Content-Length and Transfer-Encoding")),
        ] {
            let request = parse(&format!("POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n"));
            assert_eq!(request.map(|request| request.framing), framing.map_err(Fault::from), "{headers}");
        }
    }

    #[test]
    fn host_header_is_required_once_except_in_http_1_0() {
        for (head, fault) in [
            ("GET / HTTP/1.1\r\n\r\n", Some("HTTP/1.1 without a Host header")),
            ("GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n", Some("more than one Host header")),
            ("GET / HTTP/1.0\r\nHost: x\r\nhost: x\r\n\r\n", Some("more than one Host header")),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n", None),
            ("GET / HTTP/1.0\r\n\r\n", None),
        ] {
            assert_eq!(parse(head).err(), fault.map(Fault::from), "{head}");
        }
    }

    #[test]
    fn http_1_0_connection_stays_open_only_with_keep_alive() {
        for (version, connection, closes) in [
            ("1.1", "", false),
            ("1.1", "Connection: Close, TE\r\n", true),
            ("1.0", "", true),
            ("1.0", "Connection: Keep-Alive\r\n", false),
        ] {
            let request = parse(&format!("GET / HTTP/{version}\r\nHost: x\r\n{connection}\r\n")).unwrap();
            assert_eq!(request.wants_close, closes, "{version} {connection}");
        }
    }

    #[test]
    fn request_head_is_parsed() {
        let request = parse(
            "GET /a/b.ashx?secret=1 HTTP/1.1\r\nhost: x\r\nAUTHORIZATION:  Basic YQ== \r\nx-consumerKey: k\r\nx-consumerkey: l\r\n\r\n",
        )
        .unwrap();
        assert_eq!(request.method, "GET");
        assert_eq!(request.target, "/a/b.ashx?secret=1");
        assert_eq!(request.path(), "/a/b.ashx");
        assert_eq!(request.query(), "secret=1");
        assert_eq!(request.authorization.len(), 1);
        assert_eq!(&**request.authorization[0], b"Basic YQ==");
        assert_eq!(request.consumer_key.len(), 2);
        assert!(request.carries_credentials());
        assert!(!request.wants_json);
    }

    #[test]
    fn absolute_target_is_reduced_to_path_and_query() {
        for (target, path) in
            [("http://u:p@localhost:1/a?b", "/a?b"), ("http://localhost", "/"), ("/a?b=c://d/e", "/a?b=c://d/e")]
        {
            let request = parse(&format!("GET {target} HTTP/1.0\r\n\r\n")).unwrap();
            assert_eq!(request.target, path);
        }
    }

    #[test]
    fn json_is_selected_if_the_accept_header_prefers_it() {
        for (accept, json) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("*/*, application/json, application/xml", true),
            ("application/xml, application/json", false),
            ("*/*", false),
            ("application/json5", false),
            ("application/xml;q=0.5, application/json", true),
            ("application/xml, application/json; charset=utf-8; q=0.9", false),
            ("application/json;q=0", false),
            ("text/xml;q=0.3\r\nAccept: application/json;q=0.4", true),
        ] {
            let request = parse(&format!("GET / HTTP/1.0\r\nAccept: {accept}\r\n\r\n")).unwrap();
            assert_eq!(request.wants_json, json, "{accept}");
        }
    }

    #[test]
    fn invalid_http_is_rejected() {
        for head in ["SSH-2.0-OpenSSH\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\n", "\r\n\r\n"] {
            assert!(parse(head).is_err(), "{head:?}");
        }
        let many = "a: b\r\n".repeat(MAX_HEADERS + 1);
        assert!(parse(&format!("GET / HTTP/1.0\r\n{many}\r\n")).is_err());
    }
}
