//! Requests that keep the case of header names as documented, because some servers and proxies compare names with case.
//! Without this, ureq-proto writes names in lower case.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::HeaderValue;
use http::request::Builder;
use http::{Method, Uri};
use ureq_proto::client::header_raw;

use crate::error::{Cause, Error};
use crate::origin::Origin;
use crate::secret::Secret;

/// The target of requests.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) origin: Arc<Origin>,
    /// The complete address, including the origin.
    pub(crate) uri: Uri,
}

impl Endpoint {
    /// Returns host, port and path for messages. Never the query, which may contain a secret.
    pub(crate) fn place(&self) -> impl fmt::Display {
        fmt::from_fn(|f| write!(f, "{}{}", self.origin.place, self.uri.path()))
    }
}

/// A request as data. If no byte of it was sent, it may be sent again over another connection.
pub(crate) struct Request {
    pub(crate) endpoint: Endpoint,
    method: Method,
    /// In the order in which they are sent, with names as they are sent.
    headers: Vec<(&'static str, HeaderValue)>,
    /// Empty if the request has no body.
    pub(crate) body: Secret,
}

impl Request {
    pub(crate) fn new(
        method: Method,
        endpoint: &Endpoint,
        headers: Vec<(&'static str, HeaderValue)>,
        body: Secret,
    ) -> Request {
        Request { endpoint: endpoint.clone(), method, headers, body }
    }

    /// Returns the value of the header with this name.
    pub(crate) fn header(&self, name: &str) -> Option<&HeaderValue> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Makes the head as it is sent: with `Host`, and with the length of the body (RFC 9110, section 8.6: in a POST also
    /// of an empty one). `is_last`: the connection is closed after it.
    pub(crate) fn head(&self, is_last: bool) -> Result<http::Request<()>, Error> {
        let mut head = begin(self.method.clone(), self.endpoint.uri.clone());
        for (name, value) in &self.headers {
            head = header(head, name, value.clone());
        }
        let length = self.body.expose().len();
        if length > 0 || self.method == Method::POST {
            head = header(head, "Content-Length", HeaderValue::from(length));
        }
        if is_last {
            head = header(head, "Connection", HeaderValue::from_static("close"));
        }
        head.body(()).map_err(|_| Cause::Unforeseen.into())
    }
}

/// Begins the head of a request. `Host` comes first (RFC 9110, section 7.2), without the port if it is the default
/// port.
pub(crate) fn begin(method: Method, uri: Uri) -> Builder {
    let host = uri.authority().and_then(|authority| {
        let default = match uri.scheme_str() {
            Some("https") => ":443",
            Some("http") => ":80",
            _ => "",
        };
        let place = authority.as_str();
        HeaderValue::try_from(place.strip_suffix(default).unwrap_or(place)).ok()
    });
    let request = http::Request::builder().method(method).uri(uri);
    match host {
        Some(host) => header(request, "Host", host),
        None => request,
    }
}

/// Adds a header. Its name is sent exactly as given.
pub(crate) fn header(request: Builder, name: &'static str, value: HeaderValue) -> Builder {
    // ureq-proto copies a given value, but a secret must stay in its own memory.
    let mut request = header_raw(request, name, b"");
    if let Some(place) = request.headers_mut().and_then(|headers| headers.get_mut(name)) {
        *place = value;
    }
    request
}

/// Makes a header value whose bytes stay in the memory of `secret` and are wiped with it.
pub(crate) fn secret_value(secret: Secret) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(secret)).map_err(|_| Cause::Unforeseen)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::{begin, header};
    use http::{HeaderValue, Method};
    use ureq_proto::client::Call;

    #[test]
    fn header_names_keep_their_case_and_host_comes_first() {
        for (method, uri, begins) in [
            (Method::GET, "https://h/p", "GET /p HTTP/1.1\r\nHost: h\r\n"),
            (Method::GET, "https://h:443/p", "GET /p HTTP/1.1\r\nHost: h\r\n"),
            (Method::GET, "https://h:80/p", "GET /p HTTP/1.1\r\nHost: h:80\r\n"),
            (Method::GET, "http://[::1]:80/p", "GET /p HTTP/1.1\r\nHost: [::1]\r\n"),
            (Method::GET, "http://[::1]:443/", "GET / HTTP/1.1\r\nHost: [::1]:443\r\n"),
            (Method::CONNECT, "h:443", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n"),
        ] {
            let request = begin(method, uri.parse().unwrap());
            let request = header(request, "X-ConsumerKey", HeaderValue::from_static("key"));
            let request = header(request, "WWW-x", HeaderValue::from_static("")).body(()).unwrap();
            let mut output = [0; 200];
            let amount = Call::new(request).unwrap().proceed().write(&mut output).unwrap();
            let sent = std::str::from_utf8(&output[..amount]).unwrap();
            assert_eq!(sent, format!("{begins}X-ConsumerKey: key\r\nWWW-x: \r\n\r\n"));
        }
    }
}
