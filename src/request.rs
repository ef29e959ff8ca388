//! Requests whose header names are written as their documentation writes them, because some servers and proxies compare
//! them letter by letter. ureq-proto writes them in lower case otherwise.

use http::header::HeaderValue;
use http::request::Builder;
use http::{Method, Request, Uri};
use ureq_proto::client::header_raw;

/// Begins a request. `Host` comes first (RFC 9110, section 7.2), without the port if that is the default one.
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
    let request = Request::builder().method(method).uri(uri);
    match host {
        Some(host) => header(request, "Host", host),
        None => request,
    }
}

/// Adds a header, whose name is sent as it is written here.
pub(crate) fn header(request: Builder, name: &'static str, value: HeaderValue) -> Builder {
    // ureq-proto copies the value that it is given, and a secret must stay in its own memory.
    let mut request = header_raw(request, name, b"");
    if let Some(place) = request.headers_mut().and_then(|headers| headers.get_mut(name)) {
        *place = value;
    }
    request
}

#[cfg(test)]
mod tests {
    use super::{begin, header};
    use http::{HeaderValue, Method};
    use ureq_proto::client::Call;

    #[test]
    fn names_are_sent_as_written_and_host_comes_first() {
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
