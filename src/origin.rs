//! Scheme, host and port of a server, parsed once and used by everything that needs a part of them.

use std::fmt::{self, Display as _};
use std::net::{IpAddr, Ipv6Addr};

use rustls::pki_types::ServerName;

/// A host and a port, for example `proxy.example:3128` or `[2001:db8::1]:443`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPort {
    /// In lower case and without brackets. Names have no case, but servers compare the spelling in the SNI and in
    /// `Host` with their own.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl HostPort {
    /// Parses `host`, `host:port`, `[v6]` or `[v6]:port`.
    ///
    /// # Errors
    /// The text names the invalid part.
    pub(crate) fn parse(text: &str, default_port: u16) -> Result<HostPort, &'static str> {
        let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
            Some(None) => (None, ""),
            Some(Some((host, port))) => (host.parse::<Ipv6Addr>().ok().map(|_| host), port),
            None => {
                let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
                // The TLS library's later check, done now: otherwise every call would fail.
                (ServerName::try_from(host).ok().map(|_| host), port)
            }
        };
        let host = host.ok_or("host is not a DNS name or IP address")?.to_ascii_lowercase();
        let port = if port.is_empty() { Some(default_port) } else { port.strip_prefix(':').and_then(number) };
        Ok(HostPort { host, port: port.ok_or("port is not a number from 1 to 65535")? })
    }

    /// Whether this is the local machine.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Writes the host as in a URL.
    fn write_host(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') { write!(f, "[{}]", self.host) } else { f.write_str(&self.host) }
    }
}

/// Returns the rest of a URL after its scheme, if the scheme is one of `known` and no `://` follows it, as in
/// `http//host` and `https:/host`.
pub(crate) fn after_scheme_alone<'a>(url: &'a str, known: &[&str]) -> Option<&'a str> {
    let (scheme, rest) = url.split_at(url.find([':', '/', '\\']).unwrap_or(url.len()));
    let is_known = known.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    (is_known && !rest.starts_with("://")).then_some(rest)
}

/// Parses a port. The standard parser alone would accept a sign.
fn number(digits: &str) -> Option<u16> {
    let port = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    (port > 0).then_some(port)
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_host(f)?;
        write!(f, ":{}", self.port)
    }
}

/// The origin of a service (RFC 6454): a connection to one origin is never used for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// True for https, false for http, which is used only for this machine.
    pub(crate) is_https: bool,
    pub(crate) place: HostPort,
}

impl Origin {
    /// Returns the default port of the scheme, used if a URL contains none.
    pub(crate) fn default_port(is_https: bool) -> u16 {
        if is_https { 443 } else { 80 }
    }

    /// Returns host and port, without the scheme's default port: as in a URL, in the header `Host`, and in messages.
    pub(crate) fn authority(&self) -> impl fmt::Display {
        fmt::from_fn(|f| match self.place.port == Origin::default_port(self.is_https) {
            true => self.place.write_host(f),
            false => self.place.fmt(f),
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_https { "https://" } else { "http://" })?;
        self.authority().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{HostPort, Origin};

    #[test]
    fn host_and_port_are_parsed_and_written_alike() {
        for (text, written) in [
            ("Proxy.Example", "proxy.example:7"),
            ("proxy.example:3128", "proxy.example:3128"),
            ("10.1.2.3:8080", "10.1.2.3:8080"),
            ("[::1]", "[::1]:7"),
            ("[2001:DB8::1]:9050", "[2001:db8::1]:9050"),
        ] {
            let place = HostPort::parse(text, 7).unwrap();
            assert_eq!(place.to_string(), written);
            assert_eq!(HostPort::parse(written, 7).unwrap(), place);
        }
    }

    #[test]
    fn invalid_part_is_named() {
        for (text, fault) in [
            ("", "host"),
            (":1", "host"),
            ("a b", "host"),
            ("::1", "host"),
            ("[::1", "host"),
            ("[localhost]:1", "host"),
            ("[::1].example:1", "port"),
            ("h:", "port"),
            ("h:0", "port"),
            ("h:+1", "port"),
            ("h:65536", "port"),
            ("h:1:2", "port"),
        ] {
            let reason = HostPort::parse(text, 7).err().unwrap_or("nothing");
            assert!(reason.contains(fault), "{text}: {reason}");
        }
    }

    #[test]
    fn default_port_is_not_written() {
        for (is_https, place, written) in [
            (true, "h:443", "https://h"),
            (true, "h:80", "https://h:80"),
            (false, "[::1]:80", "http://[::1]"),
            (false, "h:443", "http://h:443"),
        ] {
            assert_eq!(Origin { is_https, place: HostPort::parse(place, 1).unwrap() }.to_string(), written);
        }
    }
}
