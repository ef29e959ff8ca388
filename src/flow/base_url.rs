//! The address of a service: scheme, host, optional port and path prefix. Other parts are rejected.

use std::sync::Arc;

use bytes::Bytes;
use http::Uri;
use http::uri::Scheme;

use super::ends::{has_space, is_quoted};
use crate::error::{Cause, Error};
use crate::message::Endpoint;
use crate::origin::{HostPort, Origin, after_scheme_alone};
use crate::secret::Secret;

/// Longest base URL in bytes; keeps the request within the transport's buffer.
const MAX_LEN: usize = 2048;
/// The endpoints that Concur documents, and parts of them that are copied as a base URL. Longer ones come first.
const ENDPOINTS: [&[&str]; 10] = [
    &["net2", "oauth2", "accesstoken.ashx"],
    &["net2", "oauth2", "getaccesstoken.ashx"],
    &["net2", "oauth2", "revoketoken.ashx"],
    &["app-mgmt", "v0", "connections"],
    &["oauth2", "v0", "token"],
    &["net2", "oauth2"],
    &["oauth2", "v0"],
    &["accesstoken.ashx"],
    &["getaccesstoken.ashx"],
    &["revoketoken.ashx"],
];

/// A base URL that may receive credentials: https, or plain http to this machine.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    pub(crate) origin: Arc<Origin>,
    /// A path, without slashes at the end.
    prefix: String,
}

impl BaseUrl {
    /// Returns the base URL of a host of Concur.
    pub(crate) fn of_host(host: &str) -> BaseUrl {
        let place = HostPort { host: host.to_owned(), port: Origin::default_port(true) };
        BaseUrl { origin: Arc::new(Origin { is_https: true, place }), prefix: String::new() }
    }

    /// Parses the base URL of the options. Also rejects an endpoint, with a query or without: the library would add
    /// its own path to it. The error names the base URL instead, but not the query, which may contain a secret.
    pub(crate) fn configured(text: &str) -> Result<BaseUrl, Error> {
        check_characters(text)?;
        let base = BaseUrl::parse(text.split(['?', '#']).next().unwrap_or_default())?;
        match base.before_endpoint() {
            Some(right) => {
                Err(reject(&format!("ends in an endpoint, whose path the library adds itself; write {right}")))
            }
            None => BaseUrl::parse(text),
        }
    }

    /// Parses a base URL. The error names the part that is invalid.
    pub(crate) fn parse(text: &str) -> Result<BaseUrl, Error> {
        check_characters(text)?;
        if text.contains(['?', '#']) {
            return Err(reject("contains a query or a fragment"));
        }
        if after_scheme_alone(text, &["http", "https"]).is_some() {
            return Err(reject("\"://\" is missing after the scheme; write https://HOST"));
        }
        if !text.contains("://") {
            // A text that is no host may contain anything, and is not repeated.
            let right = BaseUrl::parse(&format!("https://{text}"))
                .map_or_else(|_| "https://HOST".to_owned(), |base| base.before_endpoint().unwrap_or(base.join("")));
            return Err(reject(&format!("scheme missing; write {right}")));
        }
        let uri: Uri = text.parse().map_err(|_| reject("not a URL"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(reject("scheme or host missing"));
        };
        if authority.as_str().contains('@') {
            return Err(reject("contains a user name; credentials are arguments of the call"));
        }
        let is_https = *scheme == Scheme::HTTPS;
        let place = HostPort::parse(authority.as_str(), Origin::default_port(is_https)).map_err(reject)?;
        if !is_https && *scheme != Scheme::HTTP {
            return Err(reject("scheme is not https"));
        }
        if !is_https && !place.is_loopback() {
            let error = reject("plain http would send the credentials unencrypted");
            return Err(error.advise("Plain http is for this machine only."));
        }
        // Taken from the original text, because the parser replaces an empty path by a slash.
        let path = text.get(scheme.as_str().len() + "://".len() + authority.as_str().len()..).unwrap_or_default();
        let prefix = path.trim_end_matches('/').to_owned();
        Ok(BaseUrl { origin: Arc::new(Origin { is_https, place }), prefix })
    }

    /// Returns the endpoint at `path`, which starts with a slash, below this URL.
    pub(crate) fn endpoint(&self, path: &str) -> Result<Endpoint, Error> {
        let uri = self.join(path).parse().map_err(|_| Cause::Unforeseen)?;
        Ok(Endpoint { origin: Arc::clone(&self.origin), uri })
    }

    /// Returns the endpoint at `path` with a query that contains secrets: the address stays in wiped memory.
    pub(crate) fn endpoint_with_query(&self, path: &str, query: &Secret) -> Result<Endpoint, Error> {
        let address = Secret::concat(&[&self.join(path), "?", query.expose()]);
        let uri = Uri::from_maybe_shared(Bytes::from_owner(address)).map_err(|_| Cause::Unforeseen)?;
        Ok(Endpoint { origin: Arc::clone(&self.origin), uri })
    }

    /// Returns the base URL of another origin, without a path. Of this origin, it is this URL.
    pub(crate) fn at(&self, origin: &Arc<Origin>) -> BaseUrl {
        if *origin == self.origin {
            return self.clone();
        }
        BaseUrl { origin: Arc::clone(origin), prefix: String::new() }
    }

    /// Returns this URL without the endpoints at its end; `None`: it has none.
    fn before_endpoint(&self) -> Option<String> {
        let path: Vec<&str> = self.prefix.split('/').filter(|name| !name.is_empty()).collect();
        let kept = before_endpoints(&path);
        let prefix = || kept.iter().map(|name| format!("/{name}")).collect::<String>();
        (kept.len() < path.len()).then(|| format!("{}{}", self.origin, prefix()))
    }

    /// Appends `path` to this URL.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{}{path}", self.origin, self.prefix)
    }
}

fn reject(what: &str) -> Error {
    Error::new(Cause::BaseUrlRefused).detail(what)
}

/// Checks the length and each character.
fn check_characters(text: &str) -> Result<(), Error> {
    Err(reject(match text {
        "" => "empty",
        _ if text.len() > MAX_LEN => "longer than 2048 bytes",
        _ if has_space(text) => "begins or ends with a space",
        _ if is_quoted(text) => "in quotes",
        _ if text.contains(char::is_whitespace) => "contains a space",
        _ if text.bytes().all(|byte| byte.is_ascii_graphic()) => return Ok(()),
        _ => "contains a character that is not visible ASCII; write a host name in its xn-- form",
    }))
}

/// Returns the part of a path before the endpoints at its end.
fn before_endpoints<'p, 'n>(path: &'p [&'n str]) -> &'p [&'n str] {
    let is_end = |end: &[&str], names: &[&str]| end.iter().zip(names).all(|(a, b)| a.eq_ignore_ascii_case(b));
    let before = ENDPOINTS.iter().find_map(|names| {
        let (before, end) = path.split_at_checked(path.len().checked_sub(names.len())?)?;
        is_end(end, names).then_some(before)
    });
    // An endpoint may have been added twice.
    before.map_or(path, before_endpoints)
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;
    use proptest::prelude::*;

    #[test]
    fn valid_base_url_keeps_host_port_and_prefix() {
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
    fn invalid_base_url_is_rejected() {
        for (text, reason) in [
            ("", "empty"),
            ("www.concursolutions.com", ": scheme missing; write https://www.concursolutions.com"),
            ("localhost:8443/p/oauth2/v0", ": scheme missing; write https://localhost:8443/p"),
            ("/path", ": scheme missing; write https://HOST"),
            ("u:QUX@h", ": scheme missing; write https://HOST"),
            ("http//localhost:38555", ": \"://\" is missing after the scheme; write https://HOST"),
            ("https:/h", ": \"://\" is missing after the scheme; write https://HOST"),
            ("HTTPS:\\\\h", ": \"://\" is missing after the scheme; write https://HOST"),
            ("https:h", ": \"://\" is missing after the scheme; write https://HOST"),
            ("https", ": \"://\" is missing after the scheme; write https://HOST"),
            ("\"https://h\"", ": in quotes"),
            ("“https://h”", ": in quotes"),
            ("'h'", ": in quotes"),
            (" https://h", ": begins or ends with a space"),
            ("https://h\n", ": begins or ends with a space"),
            ("https://h\u{a0}", ": begins or ends with a space"),
            ("https://h\u{1}", "visible ASCII"),
            ("https://", "not a URL"),
            ("https:///path", "not a URL"),
            ("http://www.concursolutions.com", "unencrypted"),
            ("http://localhost.example.com", "unencrypted"),
            ("http://127.0.0.1.example.com", "unencrypted"),
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
            ("http://[::ffff:127.0.0.1]", "unencrypted"),
            ("https://a b", "space"),
            ("https://bücher.example", "xn--"),
            ("https://h\r\nX-Other: 1", "space"),
            ("https://-.example", "host"),
            ("https://exa$mple", "host"),
            (&format!("https://h/{}", "p".repeat(2048)), "2048"),
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            let message = error.message();
            // A reason that begins with a colon is the whole reason.
            let is_named = if reason.starts_with(':') { message.ends_with(reason) } else { message.contains(reason) };
            assert!(is_named && !error.to_string().contains("QUX"), "{text}: {error}");
            assert_eq!(error.remedy().contains("Plain http"), reason == "unencrypted", "{text}: {error}");
        }
    }

    #[test]
    fn endpoint_is_no_base_url_and_the_error_names_the_right_one() {
        for (text, base) in [
            ("https://h/net2/oauth2/accesstoken.ashx", "https://h"),
            ("HTTPS://H:443/Net2/OAuth2/AccessToken.ashx//", "https://h"),
            ("https://h:8443/p/Q/net2/oauth2/getaccesstoken.ashx", "https://h:8443/p/Q"),
            ("https://h/net2/oauth2/revoketoken.ashx/", "https://h"),
            ("https://h//net2//oauth2/accesstoken.ashx", "https://h"),
            ("https://h/net2/oauth2/accesstoken.ashx/net2/oauth2/accesstoken.ashx", "https://h"),
            ("https://h/oauth2/v0/token", "https://h"),
            ("https://h/oauth2/v0/", "https://h"),
            ("https://h/net2/oauth2", "https://h"),
            ("https://h/app-mgmt/v0/connections", "https://h"),
            ("https://h/p/accesstoken.ashx", "https://h/p"),
            ("https://h/net2/oauth2/getaccesstoken.ashx?client_secret=QUX#QUX", "https://h"),
            ("http://[::1]:9/accesstoken.ashx#", "http://[::1]:9"),
        ] {
            let error = BaseUrl::configured(text).unwrap_err();
            assert!(error.message().ends_with(&format!("; write {base}")), "{text}: {error}");
            assert!(!error.to_string().contains("QUX"), "{error}");
            assert!(BaseUrl::configured(base).is_ok(), "{base}");
        }
        for text in [
            "https://h/net2",
            "https://h/oauth2",
            "https://h/token",
            "https://h/net2/oauth2/x",
            "https://h/my-oauth2/v0",
        ] {
            assert!(BaseUrl::configured(text).is_ok(), "{text}");
        }
        for text in ["https://h/?QUX", "https://u:QUX@h/oauth2/v0", "ftp://h/oauth2/v0?QUX", "'https://h/?QUX'"] {
            let error = BaseUrl::configured(text).unwrap_err();
            assert!(!error.to_string().contains("write") && !error.to_string().contains("QUX"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn base_url_that_http_cannot_send_is_rejected(text in "(https?://)?[ -~]{0,40}|\\PC{0,20}") {
            if let Ok(base) = BaseUrl::parse(&text) {
                let uri: http::Uri = base.join("/x").parse().unwrap();
                prop_assert!(uri.query().is_none());
                prop_assert!(!uri.authority().unwrap().as_str().contains('@'));
                prop_assert!(uri.path().ends_with("/x"));
            }
        }
    }
}
