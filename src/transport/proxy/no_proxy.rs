//! The hosts that are connected to directly, without the proxy.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

use crate::error::{Cause, Error};

/// A list in the syntax of NO_PROXY.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bypass(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    hosts: Hosts,
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum Hosts {
    All,
    /// This host and those below it; lower case, no dot at either end.
    Domain(String),
    Network(IpNet),
}

impl Bypass {
    /// Parses a list, separated by commas, semicolons (as on Windows) or spaces, of: `*` for all; a domain, which includes the hosts below it (a
    /// dot or `*.` before it changes nothing); an address; a network such as `10.0.0.0/8`. A port may follow each item
    /// except a network. An IPv6 address with a port needs brackets.
    pub(crate) fn parse(list: &str) -> Result<Bypass, Error> {
        let entry = |text| {
            Entry::parse(text).ok_or_else(|| {
                let error = Error::new(Cause::ProxyBypassRefused);
                match correction(text) {
                    Some(instead) => error.detail(format_args!("{text} ({instead})")),
                    None => error.detail(text),
                }
            })
        };
        items(list, &[',', ';', ' ', '\t']).map(entry).collect::<Result<_, _>>().map(Bypass)
    }

    /// Parses the list of the environment like curl (lib/noproxy.c), because it was written for all programs: a host
    /// that other programs reach through the proxy must not be reached directly. `*` counts only if it is the whole
    /// list; ports, brackets and `*.` match no host; the length 0 of a network means all bits.
    pub(super) fn of_environment(list: &str) -> Bypass {
        match list {
            "*" => Bypass(vec![Entry { hosts: Hosts::All, port: None }]),
            list => Bypass(items(list, &[',', ' ', '\t']).filter_map(Entry::of_environment).collect()),
        }
    }

    /// Whether the list contains `host`, a name or an address without brackets.
    pub(in crate::transport) fn covers(&self, host: &str, port: u16) -> bool {
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let address = name.parse::<IpAddr>().ok();
        self.0.iter().filter(|entry| entry.port.is_none_or(|only| only == port)).any(|entry| match &entry.hosts {
            Hosts::All => true,
            Hosts::Domain(domain) => {
                let below = name.strip_suffix(domain.as_str());
                address.is_none()
                    && !domain.is_empty()
                    && below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
            }
            Hosts::Network(network) => address.is_some_and(|address| network.contains(&address)),
        })
    }
}

fn items<'l>(list: &'l str, separators: &'static [char]) -> impl Iterator<Item = &'l str> {
    list.split(separators).filter(|word| !word.is_empty())
}

/// Returns what to write instead of an entry that other lists allow, above all those of Windows. It is not read,
/// because it also matches names that a network or a domain does not.
fn correction(text: &str) -> Option<String> {
    if let Some((_, host)) = text.split_once("://") {
        return Some(format!("contains a scheme; write {}", host.trim_end_matches('/')));
    }
    if text.starts_with('<') {
        return Some("a word of Windows; write the host names themselves".to_owned());
    }
    let (before, after) = text.split_once('*')?;
    // As 10.* and 192.168.*.*.
    let numbers = before.strip_suffix('.').unwrap_or_default();
    let count = numbers.split('.').count();
    let zeros = ".0.0.0".get(2 * count.saturating_sub(1)..).unwrap_or_default();
    match format!("{numbers}{zeros}").parse::<Ipv4Addr>() {
        Ok(address) if after.bytes().all(|byte| b".*".contains(&byte)) => {
            Some(format!("write the network {address}/{}", 8 * count))
        }
        _ => Some("* stands only alone or before a domain, as in *.example.com".to_owned()),
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Entry> {
        if let Ok(network) = text.parse::<IpNet>() {
            return Some(Entry { hosts: Hosts::Network(network), port: None });
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Entry { hosts: Hosts::Network(address.into()), port: None });
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']')?,
            None => text.split_at(text.find(':').unwrap_or(text.len())),
        };
        let port = match port.strip_prefix(':') {
            Some(digits) => Some(digits.parse().ok()?),
            None if port.is_empty() => None,
            None => return None,
        };
        let domain = host.strip_prefix("*.").or(host.strip_prefix('.')).unwrap_or(host);
        let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
        let hosts = if host == "*" {
            Hosts::All
        } else if let Ok(address) = host.parse::<IpAddr>() {
            Hosts::Network(address.into())
        } else if is_name(&domain) {
            Hosts::Domain(domain)
        } else {
            return None;
        };
        Some(Entry { hosts, port })
    }

    fn of_environment(word: &str) -> Option<Entry> {
        let (host, length) = word.split_once('/').unwrap_or((word, ""));
        let hosts = match host.parse::<IpAddr>() {
            Ok(address) => {
                let whole = if address.is_ipv4() { 32 } else { 128 };
                let length = number(length)?;
                Hosts::Network(IpNet::new(address, if length == 0 { whole } else { length }).ok()?)
            }
            Err(_) => {
                let domain = word.strip_suffix('.').unwrap_or(word);
                Hosts::Domain(domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase())
            }
        };
        Some(Entry { hosts, port: None })
    }
}

/// Parses the digits at the start of `text`; without digits the result is 0, as in C's `atoi`.
fn number(text: &str) -> Option<u8> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let digits = text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    match text {
        _ if text.starts_with('-') => None,
        _ if digits.is_empty() => Some(0),
        _ => digits.parse().ok(),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::Bypass;

    #[test]
    fn only_hosts_on_the_list_are_covered() {
        for (list, host, port, covered) in [
            ("", "example.com", 443, false),
            ("*", "example.com", 443, true),
            ("*", "::1", 443, true),
            ("example.com", "example.com", 443, true),
            ("example.com", "EXAMPLE.com.", 443, true),
            ("EXAMPLE.COM.", "example.com", 443, true),
            ("example.com", "www.example.com", 443, true),
            (".example.com", "www.example.com", 443, true),
            (".example.com", "example.com", 443, true),
            ("*.example.com", "a.b.example.com", 443, true),
            ("*.example.com", "example.com", 443, true),
            ("*.example.com", "badexample.com", 443, false),
            ("a;*.example.com; b", "www.example.com", 443, true),
            ("a;b;", "b", 443, true),
            ("example.com", "badexample.com", 443, false),
            ("ample.com", "example.com", 443, false),
            ("www.example.com", "example.com", 443, false),
            ("a, b\tc,,example.com", "example.com", 443, true),
            ("example.com:8443", "example.com", 8443, true),
            ("example.com:8443", "example.com", 443, false),
            ("*:8443", "example.com", 8443, true),
            ("10.0.0.0/8", "10.1.2.3", 443, true),
            ("10.0.0.0/8", "11.1.2.3", 443, false),
            ("10.1.2.3", "10.1.2.3", 443, true),
            ("10.1.2.3:8443", "10.1.2.3", 443, false),
            ("2.3", "10.1.2.3", 443, false),
            ("10.0.0.0/8", "host.10.0.0.1.example", 443, false),
            ("2001:db8::/32", "2001:db8::7", 443, true),
            ("::1", "::1", 443, true),
            ("[::1]:8443", "::1", 8443, true),
            ("[::1]:8443", "::1", 443, false),
            ("localhost", "127.0.0.1", 443, false),
        ] {
            assert_eq!(Bypass::parse(list).unwrap().covers(host, port), covered, "{list} {host}:{port}");
        }
    }

    #[test]
    fn invalid_entry_is_rejected_and_named() {
        for bad in
            ["10.0.0.0/33", "exa mple/x", "[::1", "[::1]x", "host:port", "host:99999", "a*b", "http://host", ".", "*."]
        {
            assert!(Bypass::parse(&format!("ok.example {bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn entry_of_a_windows_list_is_rejected_with_its_correction() {
        for (bad, correction) in [
            ("<local>", "<local> (a word of Windows; write the host names themselves)"),
            ("<-loopback>", "<-loopback> (a word of Windows"),
            ("10.*", "10.* (write the network 10.0.0.0/8)"),
            ("10.*.*.*", "write the network 10.0.0.0/8)"),
            ("172.16.*", "write the network 172.16.0.0/16)"),
            ("192.168.7.*", "write the network 192.168.7.0/24)"),
            ("10*", "* stands only alone"),
            ("192.168.7.1*", "* stands only alone"),
            ("300.*", "* stands only alone"),
            ("*example.com", "* stands only alone or before a domain, as in *.example.com)"),
            ("intranet*", "* stands only alone"),
            ("**", "* stands only alone"),
            ("https://host:8443/", "contains a scheme; write host:8443)"),
        ] {
            let error = Bypass::parse(&format!("ok.example;{bad};b")).unwrap_err();
            assert!(error.message().contains(correction), "{bad}: {error}");
        }
    }

    /// Compared with curl 7.88.1. The networks of IPv6 are compared with its manual, which lists them since 7.86.
    #[test]
    fn list_of_the_environment_is_parsed_like_in_curl() {
        for (list, host, covered) in [
            ("*", "localhost", true),
            ("*", "::1", true),
            (" * ", "localhost", false),
            ("x,*", "localhost", false),
            ("*,x", "localhost", false),
            ("*.localhost", "localhost", false),
            ("*.localhost", "a.localhost", false),
            ("*localhost", "localhost", false),
            ("localhost:443", "localhost", false),
            ("http://localhost", "localhost", false),
            ("localhost/8", "localhost", false),
            ("x;localhost", "localhost", false),
            ("LOCALHOST", "localhost", true),
            ("localhost", "LOCALHOST", true),
            (".localhost", "localhost", true),
            ("localhost", "a.localhost", true),
            ("ocalhost", "localhost", false),
            ("localhost.", "localhost", true),
            (".localhost.", "localhost", true),
            ("localhost", "localhost.", true),
            ("localhost..", "localhost", false),
            ("..localhost", "localhost", false),
            (".", "localhost", false),
            (".", "a..", false),
            ("x localhost", "localhost", true),
            ("x\t,, localhost ", "localhost", true),
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1:443", "127.0.0.1", false),
            ("127.0.0.1.", "127.0.0.1", false),
            (".127.0.0.1", "127.0.0.1", false),
            ("0.0.1", "127.0.0.1", false),
            ("127.0.0.0/8", "127.0.0.1", true),
            ("127.0.0.0/+8", "127.0.0.1", true),
            ("127.0.0.0/8x", "127.0.0.1", true),
            ("127.0.0.0/0", "127.0.0.1", false),
            ("127.0.0.1/0", "127.0.0.1", true),
            ("127.0.0.1/", "127.0.0.1", true),
            ("127.0.0.0/33", "127.0.0.1", false),
            ("127.0.0.0/-1", "127.0.0.1", false),
            ("127.0.0.0/999", "127.0.0.1", false),
            ("::1", "::1", true),
            ("[::1]", "::1", false),
            ("2001:db8::/32", "2001:db8::7", true),
            ("http://host, 10.0.0.0/33, ok.example", "ok.example", true),
        ] {
            assert_eq!(Bypass::of_environment(list).covers(host, 443), covered, "{list} {host}");
        }
    }
}
