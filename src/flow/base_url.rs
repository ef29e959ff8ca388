//! The address of a service: scheme, host, perhaps a port and a path prefix, and nothing else.

use std::net::{IpAddr, Ipv6Addr};

use http::Uri;
use http::uri::Scheme;
use rustls::pki_types::ServerName;

use crate::cause::Cause;
use crate::error::Error;

/// Longest base URL in bytes; keeps the request within the transport's buffer.
const LONGEST: usize = 2048;

/// A base URL that credentials may be sent to: https, or plain http to this machine.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    /// Without slashes at the end.
    text: String,
}

impl BaseUrl {
    /// Concur's host in the United States, and that of the developer sandboxes.
    pub(crate) fn production() -> BaseUrl {
        BaseUrl { text: "https://www.concursolutions.com".to_owned() }
    }

    /// Reads a base URL, or says in the error what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<BaseUrl, Error> {
        let refuse = |what: &str| Error::new(Cause::BaseUrlRefused).detail(what);
        if text.len() > LONGEST {
            return Err(refuse("it is longer than 2048 bytes"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refuse(
                "it holds a blank or a character that is not ASCII; write a host name in its xn-- form",
            ));
        }
        if text.contains(['?', '#']) {
            return Err(refuse("it has a query or a fragment"));
        }
        let uri: Uri = text.parse().map_err(|_| refuse("it is not a URL"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(refuse("scheme or host is missing"));
        };
        if authority.as_str().contains('@') {
            return Err(refuse("it holds a user name; credentials are arguments of the call"));
        }
        let host = authority.host();
        let name = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        // The check that the TLS library makes later, made now: it would be a failure of every call.
        let is_host = match name.len() == host.len() {
            true => ServerName::try_from(name).is_ok(),
            false => name.parse::<Ipv6Addr>().is_ok(),
        };
        if !is_host {
            return Err(refuse("the host is no DNS name or IP address"));
        }
        // Read here and not taken from the parser, which stops at a bracket and takes a sign.
        let port = authority.as_str().strip_prefix(host).unwrap_or_default();
        let is_port = |digits: &str| {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|port| port > 0)
        };
        if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
            return Err(refuse("the port is no number from 1 to 65535"));
        }
        if *scheme == Scheme::HTTP {
            if !is_loopback(name) {
                return Err(refuse("plain http would send the credentials in clear"));
            }
        } else if *scheme != Scheme::HTTPS {
            return Err(refuse("the scheme is not https"));
        }
        // Host names have no case; servers compare that of the SNI and of Host with theirs all the same.
        let place = authority.as_str().to_ascii_lowercase();
        let path = text.get(scheme.as_str().len() + "://".len() + place.len()..).unwrap_or_default();
        Ok(BaseUrl { text: format!("{scheme}://{place}{}", path.trim_end_matches('/')) })
    }

    /// This URL with `path`, which starts with a slash, behind it.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;
    use proptest::prelude::*;

    #[test]
    fn production_is_a_base_url() {
        let production = BaseUrl::production();
        assert_eq!(BaseUrl::parse(&production.text).unwrap().text, production.text);
    }

    #[test]
    fn good_base_urls_keep_host_port_and_prefix() {
        for (text, joined) in [
            ("https://www.concursolutions.com", "https://www.concursolutions.com/x"),
            ("https://www.concursolutions.com/", "https://www.concursolutions.com/x"),
            ("HTTPS://EU1.Concursolutions.com:8443/A/b//", "https://eu1.concursolutions.com:8443/A/b/x"),
            ("https://[::1]:9/p", "https://[::1]:9/p/x"),
            ("https://192.0.2.1", "https://192.0.2.1/x"),
            ("http://localhost:1", "http://localhost:1/x"),
            ("http://127.8.9.1", "http://127.8.9.1/x"),
            ("http://[::1]", "http://[::1]/x"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().join("/x"), joined);
        }
    }

    #[test]
    fn credentials_go_nowhere_that_was_not_meant() {
        for (text, reason) in [
            ("", "not a URL"),
            ("www.concursolutions.com", "scheme or host"),
            ("/path", "scheme or host"),
            ("https://", "not a URL"),
            ("https:///path", "not a URL"),
            ("http://www.concursolutions.com", "in clear"),
            ("http://localhost.example.com", "in clear"),
            ("http://127.0.0.1.example.com", "in clear"),
            ("ftp://www.concursolutions.com", "scheme is not"),
            ("https://user:pw@www.concursolutions.com", "user name"),
            ("https://www.concursolutions.com@evil.example", "user name"),
            ("https://h/?q", "query"),
            ("https://h/#f", "query"),
            ("https://h:0", "port"),
            ("https://h:", "port"),
            ("https://h:65536", "port"),
            ("https://h:x", "port"),
            ("https://h:+443", "port"),
            ("http://[::1].evil.example:1", "port"),
            ("http://[::1]x:1", "port"),
            ("http://[localhost]:1", "host"),
            ("http://[127.0.0.1]:1", "host"),
            ("https://[v1.a]", "host"),
            ("https://[fe80::1%25eth0]", "host"),
            ("https://h%00", "not a URL"),
            ("https://h\\.evil.example", "not a URL"),
            ("http://127.1", "host"),
            ("http://0x7f.1", "host"),
            ("http://2130706433", "host"),
            ("http://[::ffff:127.0.0.1]", "in clear"),
            ("https://a b", "blank"),
            ("https://bücher.example", "xn--"),
            ("https://h\r\nX-Other: 1", "blank"),
            ("https://-.example", "host"),
            ("https://exa$mple", "host"),
            (&format!("https://h/{}", "p".repeat(2048)), "2048"),
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert!(error.message().contains(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_taken_that_http_cannot_send(text in "(https?://)?[ -~]{0,40}|\\PC{0,20}") {
            if let Ok(base) = BaseUrl::parse(&text) {
                let uri: http::Uri = base.join("/x").parse().unwrap();
                prop_assert!(uri.query().is_none());
                prop_assert!(!uri.authority().unwrap().as_str().contains('@'));
                prop_assert!(uri.path().ends_with("/x"));
            }
        }
    }
}
