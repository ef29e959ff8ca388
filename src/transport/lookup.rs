//! Looks host names up, within the time limit.
//!
//! The system's resolver cannot be interrupted, so it runs on a thread of its own, which is left behind when the limit
//! runs out before the resolver answers. An address needs none.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use http::Uri;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::phase::{FailedIn, Phase};

/// Enough for the system's resolver with its plug-ins; a size that is given is not looked up in the environment.
const STACK: usize = 256 * 1024;
/// As many as ureq takes.
const MOST_ADDRESSES: usize = 16;

/// The system has no thread for the resolver.
#[derive(Debug)]
pub(super) struct NoThread(pub(super) io::Error);

impl fmt::Display for NoThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NoThread {}

/// A name that must lead to this machine leads elsewhere.
#[derive(Debug)]
pub(super) struct NotLoopback;

impl fmt::Display for NotLoopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an address of this machine")
    }
}

impl std::error::Error for NotLoopback {}

/// The operating system's way from a name to addresses.
#[derive(Debug)]
pub(super) struct Lookup {
    /// For plain http: where `localhost` leads elsewhere, credentials must not follow in clear.
    pub(super) only_loopback: bool,
}

impl Resolver for Lookup {
    fn resolve(&self, uri: &Uri, _: &Config, limit: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let addresses = addresses(uri, limit).map_err(|error| FailedIn::wrap(Phase::Lookup, error))?;
        let mut resolved = self.empty();
        let allowed = |address: &SocketAddr| !self.only_loopback || address.ip().is_loopback();
        for address in addresses.into_iter().filter(allowed).take(MOST_ADDRESSES) {
            resolved.push(address);
        }
        match resolved.is_empty() {
            true => Err(ureq::Error::Other(Box::new(NotLoopback))),
            false => Ok(resolved),
        }
    }
}

fn addresses(uri: &Uri, limit: NextTimeout) -> Result<Vec<SocketAddr>, ureq::Error> {
    let host = uri.host().ok_or(ureq::Error::HostNotFound)?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let name = bare.to_owned();
    let (answer, answered) = mpsc::sync_channel(1);
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || {
            let found = (name.as_str(), port).to_socket_addrs().map(Vec::from_iter);
            // Nobody waits any more when the limit ran out first.
            let _ = answer.send(found);
        })
        .map_err(|error| ureq::Error::Other(Box::new(NoThread(error))))?;
    match answered.recv_timeout(*limit.after) {
        Ok(found) => match found? {
            addresses if addresses.is_empty() => Err(ureq::Error::HostNotFound),
            addresses => Ok(addresses),
        },
        Err(RecvTimeoutError::Timeout) => Err(ureq::Error::Timeout(limit.reason)),
        Err(RecvTimeoutError::Disconnected) => Err(ureq::Error::HostNotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::{Lookup, addresses};
    use ureq::Timeout;
    use ureq::config::Config;
    use ureq::unversioned::resolver::Resolver as _;
    use ureq::unversioned::transport::NextTimeout;
    use ureq::unversioned::transport::time::Duration;

    fn limit() -> NextTimeout {
        NextTimeout { after: Duration::from_secs(60), reason: Timeout::Global, ..NextTimeout::default() }
    }

    #[test]
    fn addresses_are_their_own_answer() {
        for (uri, address) in [
            ("https://192.0.2.1", "192.0.2.1:443"),
            ("http://127.0.0.1", "127.0.0.1:80"),
            ("https://[2001:db8::1]:8443", "[2001:db8::1]:8443"),
        ] {
            assert_eq!(addresses(&uri.parse().unwrap(), limit()).unwrap(), [address.parse().unwrap()]);
        }
    }

    #[test]
    fn plain_http_does_not_leave_this_machine() {
        let lookup = |only_loopback, uri: &str| {
            let resolver = Lookup { only_loopback };
            resolver.resolve(&uri.parse().unwrap(), &Config::default(), limit()).map(|found| found.len())
        };
        // What a name that leads elsewhere would be resolved to.
        assert!(lookup(true, "http://192.0.2.1").unwrap_err().to_string().contains("not an address of this machine"));
        assert_eq!(lookup(true, "http://127.0.0.1").unwrap(), 1);
        assert_eq!(lookup(false, "https://192.0.2.1").unwrap(), 1);
        assert!(lookup(true, "http://localhost").unwrap() >= 1);
    }
}
