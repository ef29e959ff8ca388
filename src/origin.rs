//! Where a server is: scheme, host and port, read once and asked by everything that needs a part of them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use rustls::pki_types::ServerName;

/// A host and a port, as in `proxy.example:3128` or `[2001:db8::1]:443`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPort {
    /// In lower case and without brackets: names have no case, but servers compare that of the SNI and of `Host` with theirs.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl HostPort {
    /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn parse(text: &str, default_port: u16) -> Result<HostPort, &'static str> {
        let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
            Some(None) => (None, ""),
            Some(Some((host, port))) => (host.parse::<Ipv6Addr>().ok().map(|_| host), port),
            None => {
                let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
                // The check that the TLS library makes later, made now: it would be a failure of every call.
                (ServerName::try_from(host).ok().map(|_| host), port)
            }
        };
        let host = host.ok_or("host is not a DNS name or IP address")?.to_ascii_lowercase();
        let port = if port.is_empty() { Some(default_port) } else { port.strip_prefix(':').and_then(number) };
        Ok(HostPort { host, port: port.ok_or("port is not a number from 1 to 65535")? })
    }

    /// Whether this is the machine that asks.
    pub(crate) fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// The host as it stands in a URL.
    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }
}

/// A port. Not by the number parser alone, which takes a sign.
fn number(digits: &str) -> Option<u16> {
    let port = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    (port > 0).then_some(port)
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.bracketed(), self.port)
    }
}

/// Where a service is (RFC 6454): connections to one origin are never used for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// https; else http, which is for this machine only.
    pub(crate) is_https: bool,
    pub(crate) place: HostPort,
}

impl Origin {
    /// The port of the scheme, where a URL names none.
    pub(crate) fn default_port(is_https: bool) -> u16 {
        if is_https { 443 } else { 80 }
    }

    /// Host and port, without the port of the scheme: as in a URL, in the header `Host`, and in messages.
    pub(crate) fn authority(&self) -> String {
        match self.place.port == Origin::default_port(self.is_https) {
            true => self.place.bracketed(),
            false => self.place.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.is_https { "https" } else { "http" }, self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::{HostPort, Origin};

    #[test]
    fn host_and_port_are_read_and_written_alike() {
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
    fn what_is_wrong_is_named() {
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
            let said = HostPort::parse(text, 7).err().unwrap_or("nothing");
            assert!(said.contains(fault), "{text}: {said}");
        }
    }

    #[test]
    fn port_of_the_scheme_is_not_written() {
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
