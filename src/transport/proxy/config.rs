//! The proxy to use, if any.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::no_proxy::Bypass;
use crate::error::{Cause, Code, Error};
use crate::message::basic;
use crate::origin::{HostPort, Origin, after_scheme_alone};
use crate::redact::Redactor;
use crate::sealed::Sealed;
use crate::secret::Secret;
use crate::wipe::WipedVec;

const MAX_LEN: usize = 2048;
/// SOCKS encodes the lengths of user and password in one byte each (RFC 1929).
const MAX_SOCKS_LEN: usize = 255;

/// The protocol of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::transport) enum Scheme {
    /// HTTP CONNECT.
    Http,
    /// HTTP CONNECT inside TLS.
    Https,
    /// SOCKS 5 (RFC 1928). The proxy looks up the server's name.
    Socks5,
}

/// A proxy.
pub(crate) struct Proxy {
    pub(in crate::transport) scheme: Scheme,
    pub(in crate::transport) place: HostPort,
    pub(in crate::transport) login: Option<SealedLogin>,
}

/// The proxy's user and password. They are not credentials of Concur.
pub(in crate::transport) struct SealedLogin {
    user: Sealed,
    password: Sealed,
}

/// The same, decrypted while a message to the proxy is built or its error text is read.
pub(in crate::transport) struct Login {
    pub(in crate::transport) user: Secret,
    pub(in crate::transport) password: Secret,
}

impl SealedLogin {
    fn new(Login { user, password }: &Login) -> Result<SealedLogin, Error> {
        Ok(SealedLogin { user: Sealed::new(user)?, password: Sealed::new(password)? })
    }

    pub(in crate::transport) fn open(&self) -> Result<Login, Error> {
        Ok(Login { user: self.user.open()?, password: self.password.open()? })
    }
}

impl Login {
    /// Returns the value of a Proxy-Authorization header (RFC 7617).
    pub(in crate::transport) fn basic(&self) -> Secret {
        basic(self.user.expose(), self.password.expose())
    }
}

impl Proxy {
    /// Parses `[scheme://][user[:password]@]host[:port]`. The defaults are http and curl's ports: 1080, and 443 for
    /// https. User and password may be percent-encoded.
    pub(crate) fn parse(url: &str) -> Result<Proxy, Error> {
        // No part of the URL may be repeated: it may contain a password.
        let reject = |what: &str| Error::new(Cause::ProxyRefusedUrl).detail(what);
        if url.len() > MAX_LEN {
            return Err(reject("longer than 2048 bytes"));
        }
        let (scheme, rest) = match url.split_once("://") {
            None => (Scheme::Http, url),
            Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
                "http" => (Scheme::Http, rest),
                "https" => (Scheme::Https, rest),
                "socks5" | "socks5h" => (Scheme::Socks5, rest),
                _ => return Err(reject("scheme is not http, https or socks5")),
            },
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if is_without_separator(url) {
            return Err(reject("\"://\" is missing after the scheme; write http://HOST:PORT"));
        }
        if authority.contains(['/', '?', '#']) {
            return Err(reject(
                "contains a path, a query or a fragment; in user name and password write / as %2F, ? as %3F, # as %23",
            ));
        }
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        let default_port = if scheme == Scheme::Https { 443 } else { 1080 };
        let place = HostPort::parse(place, default_port).map_err(reject)?;
        let login = match login {
            Some(login) => Some(SealedLogin::new(&read_login(login, scheme).map_err(reject)?)?),
            None => None,
        };
        Ok(Proxy { scheme, place, login })
    }

    /// Makes the redactor that removes user and password from the proxy's error text.
    pub(in crate::transport) fn redactor(&self) -> Result<Redactor, Error> {
        let Some(login) = &self.login else { return Ok(Redactor::new(&[], &[])) };
        let Login { user, password } = login.open()?;
        let pair = Secret::concat(&[user.expose(), ":", password.expose()]);
        Ok(Redactor::new(&[user.expose(), password.expose()], &[pair.expose()]))
    }
}

/// Whether a URL begins with a scheme that is not separated by `://`. A host may have the name of a scheme: `http:3128`.
fn is_without_separator(url: &str) -> bool {
    after_scheme_alone(url, &["http", "https", "socks5", "socks5h"])
        .is_some_and(|rest| rest.strip_prefix(':').unwrap_or(rest).starts_with(['/', '\\']))
}

fn read_login(login: &str, scheme: Scheme) -> Result<Login, &'static str> {
    // URL parsers disagree on the start of the host after one of these.
    if login.contains(['@', '\\']) || login.contains(char::is_whitespace) {
        return Err("user name or password contains a raw @, \\ or space; write %40, %5C or %20");
    }
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let decode = |text: &str| {
        // The result is never longer.
        let mut bytes = WipedVec::with_capacity(text.len());
        bytes.extend(percent_decode_str(text));
        let text = Secret::from_utf8(bytes).ok_or("user name or password is not UTF-8")?;
        match text.expose().chars().any(char::is_control) {
            true => Err("user name or password contains a control character"),
            false => Ok(text),
        }
    };
    let (user, password) = (decode(user)?, decode(password)?);
    if user.expose().is_empty() {
        return Err("user name before the @ is empty");
    }
    if scheme != Scheme::Socks5 && user.expose().contains(':') {
        return Err("user name contains a colon, which HTTP Basic does not allow");
    }
    let longest = user.expose().len().max(password.expose().len());
    if scheme == Scheme::Socks5 && longest > MAX_SOCKS_LEN {
        return Err("user name or password is longer than 255 bytes, which SOCKS does not allow");
    }
    Ok(Login { user, password })
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.place)
    }
}

/// The proxy and its bypass, from the options or the environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    pub(crate) proxy: Option<Arc<Proxy>>,
    pub(crate) bypass: Bypass,
}

impl Route {
    /// Reads the environment variables that curl uses for an https address: `https_proxy` before `all_proxy`, each name
    /// in lower case before upper case, and `no_proxy` for the bypass. An empty value counts as missing.
    ///
    /// `variable` reads one of them.
    pub(crate) fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Route, Error> {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|&name| Some((name, variable(name).filter(|value| !value.is_empty())?)))
        };
        let proxy = match first(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]) {
            None => None,
            Some((name, value)) => {
                let url = value.into_string().map(Secret::from).map_err(|value| {
                    drop(WipedVec::from(value.into_encoded_bytes()));
                    Error::new(Cause::ProxyRefusedUrl).detail(format_args!("{name}: not UTF-8"))
                })?;
                // The name of the variable precedes the fault.
                let named = |error: Error| {
                    if error.code() != Code::InvalidOption {
                        return error;
                    }
                    let what = error.message();
                    let (_, what) = what.rsplit_once(": ").unwrap_or(("", &what));
                    Error::new(Cause::ProxyRefusedUrl).detail(format_args!("{name}: {what}"))
                };
                Some(Arc::new(Proxy::parse(url.expose().trim()).map_err(named)?))
            }
        };
        let bypass = match first(&["no_proxy", "NO_PROXY"]) {
            Some((_, hosts)) => Bypass::of_environment(&hosts.to_string_lossy()),
            None => Bypass::default(),
        };
        Ok(Route { proxy, bypass })
    }

    /// Returns the proxy for that origin; none for plain http, which stays on this machine.
    pub(in crate::transport) fn proxy_to(&self, origin: &Origin) -> Option<&Arc<Proxy>> {
        let HostPort { host, port } = &origin.place;
        self.proxy.as_ref().filter(|_| origin.is_https && !self.bypass.covers(host, *port))
    }
}

#[cfg(test)]
mod tests {
    use super::{Proxy, Route, Scheme};
    use crate::origin::{HostPort, Origin};

    #[test]
    fn proxy_url_is_parsed_like_in_curl() {
        for (url, scheme, name, user, password) in [
            ("http://proxy.example:3128", Scheme::Http, "proxy.example:3128", "", ""),
            ("HTTP://proxy.example:3128/", Scheme::Http, "proxy.example:3128", "", ""),
            ("proxy.example", Scheme::Http, "proxy.example:1080", "", ""),
            ("10.1.2.3:8080", Scheme::Http, "10.1.2.3:8080", "", ""),
            ("https://proxy.example", Scheme::Https, "proxy.example:443", "", ""),
            ("socks5://[2001:db8::1]:9050", Scheme::Socks5, "[2001:db8::1]:9050", "", ""),
            ("socks5h://[::1]", Scheme::Socks5, "[::1]:1080", "", ""),
            ("http://user:pa%40ss%3A%25@proxy.example:1", Scheme::Http, "proxy.example:1", "user", "pa@ss:%"),
            ("http://DOMAIN%5Cuser:a:b%40c@proxy.example:1", Scheme::Http, "proxy.example:1", "DOMAIN\\user", "a:b@c"),
            ("http://user@proxy.example:1", Scheme::Http, "proxy.example:1", "user", ""),
        ] {
            let proxy = Proxy::parse(url).unwrap();
            assert_eq!((proxy.scheme, proxy.place.to_string().as_str()), (scheme, name), "{url}");
            let login = proxy.login.map(|login| login.open().unwrap());
            let login = login.as_ref().map(|login| (login.user.expose(), login.password.expose()));
            assert_eq!(login.unwrap_or_default(), (user, password), "{url}");
        }
    }

    #[test]
    fn invalid_proxy_url_is_rejected_and_not_repeated() {
        let long = format!("http://user:{}@proxy.example", "QUX".repeat(1000));
        let for_socks = format!("socks5://user:{}@proxy.example", "QUX".repeat(100));
        for url in [
            "",
            "http://",
            "ftp://QUX:QUX@proxy.example",
            "socks4://QUX",
            "http://QUX@",
            "http://QUX:0",
            "http://QUX:99999",
            "http://QUX:+1",
            "http://a QUX",
            "http://[QUX]:1",
            "http://[::1]QUX",
            "http://proxy.example/QUX",
            "http://QUX/@proxy",
            "http://:QUX@proxy.example",
            "http://%3AQUX:QUX@proxy.example",
            "http://a:QUX%0D%0A@proxy.example",
            "http://a:QUX%FF@proxy.example",
            "http://u:QUX@intended.example@proxy.example",
            "socks5://QUX\\user:p@proxy.example",
            "https://u:QUX pass@proxy.example",
            "https://u:QUX\u{a0}pass@proxy.example",
            &long,
            &for_socks,
        ] {
            let error = Proxy::parse(url).unwrap_err();
            assert!(!format!("{error}").contains("QUX"), "{error}");
        }
    }

    #[test]
    fn scheme_without_its_separator_is_named() {
        for url in [
            "http//p:3128",
            "http:/p:3128",
            "HTTPS//p",
            "socks5:\\\\p",
            "socks5h:/u:QUX@p:1",
            "http\\\\p",
            "http:/",
            "https/",
        ] {
            let error = Proxy::parse(url).unwrap_err();
            assert!(
                error.message().contains("\"://\" is missing") && !error.message().contains("QUX"),
                "{url}: {error}"
            );
        }
        for url in ["http:3128", "http", "https", "http.example:1", "http:word@p:1", "socks5://http:1"] {
            assert!(Proxy::parse(url).is_ok(), "{url}");
        }
        for url in ["proxy:3128/path", "http://p:3128/path", "https-proxy/x"] {
            assert!(Proxy::parse(url).unwrap_err().message().contains("contains a path"), "{url}");
        }
    }

    #[test]
    fn environment_is_read_like_in_curl() {
        let route = |variables: &'static [(&str, &str)]| {
            Route::from_environment(|name| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).into())
            })
            .unwrap()
        };
        let to = |route: &Route, origin: &Origin| route.proxy_to(origin).map(|proxy| proxy.place.to_string());
        let origin = |is_https, place| Origin { is_https, place: HostPort::parse(place, 443).unwrap() };
        let concur = origin(true, "www.concursolutions.com");
        for (variables, proxy) in [
            (&[("HTTPS_PROXY", "upper:1"), ("https_proxy", "lower:1")] as &[_], Some("lower:1")),
            (&[("ALL_PROXY", "all:1"), ("HTTPS_PROXY", "upper:1")], Some("upper:1")),
            (&[("ALL_PROXY", "upper:1"), ("all_proxy", "lower:1")], Some("lower:1")),
            (&[("https_proxy", ""), ("HTTPS_PROXY", "upper:1")], Some("upper:1")),
            (&[("HTTP_PROXY", "http:1"), ("http_proxy", "http:1")], None),
            (&[("https_proxy", "a:1"), ("NO_PROXY", "x"), ("no_proxy", "concursolutions.com")], None),
            (&[("https_proxy", "a:1"), ("no_proxy", "")], Some("a:1")),
            (&[], None),
        ] {
            assert_eq!(to(&route(variables), &concur).as_deref(), proxy, "{variables:?}");
        }
        let here = origin(false, "localhost:1");
        assert_eq!(to(&route(&[("all_proxy", "a:1")]), &here), None, "plain http stays here");
        let error = Route::from_environment(|_| Some("socks4://user:QUX@x".into())).unwrap_err();
        assert!(error.message().contains("https_proxy") && !error.message().contains("QUX"), "{error}");
    }
}
