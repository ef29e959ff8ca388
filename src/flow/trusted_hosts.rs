//! The hosts that may receive a login or a token, in one definition: the origin of the base URL, Concur's domains, and
//! the hosts that the program allows.

use std::sync::Arc;

use super::base_url::BaseUrl;
use crate::error::{Cause, Error};
use crate::origin::{HostPort, Origin};

/// The domains under which Concur's hosts are.
const CONCUR_DOMAINS: [&str; 2] = ["concursolutions.com", "concurcdc.cn"];

/// The origins that are trusted.
#[derive(Clone, Debug)]
pub(crate) struct TrustedHosts {
    base: Arc<Origin>,
    allowed: Vec<HostPort>,
}

impl TrustedHosts {
    pub(crate) fn new(base: &BaseUrl, allowed: Vec<HostPort>) -> TrustedHosts {
        TrustedHosts { base: Arc::clone(&base.origin), allowed }
    }

    /// Whether `origin` may receive a login or a token.
    ///
    /// Concur's domains are trusted only if the base URL is under one of them. A program that asks a gateway, or a mock
    /// server, has its reason.
    pub(crate) fn trusts(&self, origin: &Origin) -> bool {
        let is_standard = origin.is_https && origin.place.port == Origin::default_port(true);
        *origin == *self.base
            || origin.is_https && self.allowed.contains(&origin.place)
            || is_standard && is_of_concur(&self.base.place.host) && is_of_concur(&origin.place.host)
    }
}

/// Parses a host that a program allows: `host` or `host:port`, the port 443 by default.
pub(crate) fn parse_allowed_host(text: &str) -> Result<HostPort, Error> {
    let place = HostPort::parse(text, Origin::default_port(true));
    place.map_err(|fault| Error::new(Cause::AllowedHostRefused).detail(fault))
}

/// Whether `host` is one of Concur's domains, or below one of them.
fn is_of_concur(host: &str) -> bool {
    CONCUR_DOMAINS
        .iter()
        .any(|domain| host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use super::{TrustedHosts, parse_allowed_host};
    use crate::flow::base_url::BaseUrl;
    use crate::origin::{HostPort, Origin};

    fn origin(url: &str) -> Origin {
        let (scheme, place) = url.split_once("://").unwrap();
        let is_https = scheme == "https";
        Origin { is_https, place: HostPort::parse(place, Origin::default_port(is_https)).unwrap() }
    }

    fn trusts(base: &str, allowed: &[&str], url: &str) -> bool {
        let allowed = allowed.iter().map(|host| parse_allowed_host(host).unwrap()).collect();
        TrustedHosts::new(&BaseUrl::parse(base).unwrap(), allowed).trusts(&origin(url))
    }

    #[test]
    fn only_concur_the_base_url_and_allowed_hosts_are_trusted() {
        let concur = "https://us2.api.concursolutions.com";
        let gateway = "https://gateway.example:8443/concur";
        for (base, url, is_trusted) in [
            (concur, concur, true),
            (concur, "https://eu2.api.concursolutions.com", true),
            (concur, "https://concursolutions.com", true),
            (concur, "https://cn.api.concurcdc.cn", true),
            (concur, "https://EU2.API.ConcurSolutions.com", true),
            (concur, "https://eu2.api.concursolutions.com:8443", false),
            (concur, "http://eu2.api.concursolutions.com", false),
            (concur, "https://concursolutions.com.evil.example", false),
            (concur, "https://evilconcursolutions.com", false),
            (concur, "https://eu2.api.concursolutions.com.", false),
            (concur, "https://192.0.2.1", false),
            ("https://eu2.api.concursolutions.com:8443", "https://eu2.api.concursolutions.com:8443", true),
            (gateway, "https://gateway.example:8443", true),
            (gateway, "https://gateway.example", false),
            (gateway, "https://other.gateway.example:8443", false),
            (gateway, concur, false),
            ("http://localhost:8080", "http://localhost:8080", true),
            ("http://localhost:8080", "https://localhost:8080", false),
            ("http://localhost:8080", concur, false),
        ] {
            assert_eq!(trusts(base, &[], url), is_trusted, "{base}: {url}");
        }
    }

    #[test]
    fn allowed_host_is_trusted_on_its_port_only() {
        let allowed = ["Other.example", "us2.api.concursolutions.com", "h.example:444", "[::1]:9"];
        for (url, is_trusted) in [
            ("https://other.example", true),
            ("https://other.example:444", false),
            ("http://other.example", false),
            ("https://below.other.example", false),
            ("https://us2.api.concursolutions.com", true),
            ("https://eu2.api.concursolutions.com", false),
            ("https://h.example:444", true),
            ("https://h.example", false),
            ("https://[::1]:9", true),
        ] {
            assert_eq!(trusts("https://gateway.example", &allowed, url), is_trusted, "{url}");
        }
        for text in ["", "https://h.example", "h.example/path", "*.example", "h.example:0", "user@h.example"] {
            assert!(parse_allowed_host(text).is_err(), "{text}");
        }
    }
}
