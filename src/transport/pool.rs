//! Idle connections for later calls.

use std::mem;
use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant};

use http::HeaderMap;

use super::connection::Connection;
use super::net::name_cache;
use super::proxy::Proxy;
use super::tls::ClientCertificate;
use crate::origin::Origin;

/// Maximum number of idle connections. Only more threads than this would need more at once.
const MAX_IDLE: usize = 8;
/// Maximum age of a connection. A moved host or a revoked certificate is noticed after this time. One handshake in five
/// minutes costs almost nothing.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);
/// A request must arrive before the server's own timeout expires.
const SAFETY_MARGIN: Duration = Duration::from_secs(1);

/// The properties that must be equal to use a connection again.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) origin: Arc<Origin>,
    /// The proxy between this machine and the server.
    pub(super) proxy: Option<Arc<Proxy>>,
    /// The client certificate.
    pub(super) identity: Option<ClientCertificate>,
}

impl Key {
    /// Forgets the address of the other end after a failure: the name may have been resolved to the wrong host.
    pub(super) fn forget_address(&self) {
        name_cache::forget(&self.proxy.as_ref().map_or(&self.origin.place, |proxy| &proxy.place).host);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        let same_proxy = self.proxy.as_ref().map(Arc::as_ptr) == other.proxy.as_ref().map(Arc::as_ptr);
        let same_identity = self.identity.as_ref().map(ClientCertificate::as_ptr)
            == other.identity.as_ref().map(ClientCertificate::as_ptr);
        same_proxy && same_identity && self.origin == other.origin
    }
}

/// Idle connections.
pub(super) struct Pool<T = Connection>(Mutex<Vec<Idle<T>>>);

/// A connection that waits for a request.
struct Idle<T> {
    key: Key,
    connection: T,
    /// The time until which it may be used.
    until: Instant,
}

impl<T> Default for Pool<T> {
    fn default() -> Pool<T> {
        Pool(Mutex::new(Vec::new()))
    }
}

impl<T> Pool<T> {
    /// Takes the most recently used connection with this key. Expired connections are closed.
    pub(super) fn take(&self, key: &Key) -> Option<T> {
        let now = Instant::now();
        let (taken, over) = self.with(|idle| {
            let over: Vec<_> = idle.extract_if(.., |idle| now >= idle.until).collect();
            let at = idle.iter().rposition(|idle| idle.key == *key);
            (at.map(|at| idle.remove(at)), over)
        })?;
        // After the lock is released, because closing is a system call.
        drop(over);
        taken.map(|idle| idle.connection)
    }

    /// Keeps a connection for a later call. If there are more than eight with one key, the one that was idle longest is
    /// closed.
    pub(super) fn put(&self, key: Key, connection: T, until: Instant) {
        let oldest = self.with(|idle| {
            let of_key = idle.iter().filter(|idle| idle.key == key).count();
            let at = if of_key < MAX_IDLE { None } else { idle.iter().position(|idle| idle.key == key) };
            let oldest = at.map(|at| idle.remove(at));
            idle.push(Idle { key, connection, until });
            oldest
        });
        drop(oldest);
    }

    /// Closes all connections, unless the lock is taken: in a child of fork it may never be released. The remaining
    /// connections are then not used.
    pub(super) fn close_all(&self) {
        drop(self.with(mem::take));
    }

    /// Under the lock, entries are only added and removed. If it is taken, nothing is kept.
    fn with<R>(&self, change: impl FnOnce(&mut Vec<Idle<T>>) -> R) -> Option<R> {
        match self.0.try_lock() {
            Ok(mut idle) => Some(change(&mut idle)),
            Err(TryLockError::Poisoned(idle)) => Some(change(&mut idle.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// Returns the time until which a connection that is idle from `now` on may be used: at most `wanted`, and at most the
/// time that the server has announced. `None`: it is not worth keeping. `since`: the time at which it was opened.
pub(super) fn usable_until(now: Instant, since: Instant, wanted: Duration, headers: &HeaderMap) -> Option<Instant> {
    let longest = announced(headers).map_or(wanted, |announced| wanted.min(announced.saturating_sub(SAFETY_MARGIN)));
    let until = (now + longest).min(since + MAX_AGE);
    (until > now).then_some(until)
}

/// Returns the time for which the server keeps an idle connection open: `Keep-Alive: timeout=5, max=100` (RFC 2068,
/// section 19.7.1.1).
fn announced(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all("keep-alive").iter().filter_map(|value| value.to_str().ok());
    let parameters = values.flat_map(|value| value.split(',')).filter_map(|parameter| parameter.split_once('='));
    parameters
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("timeout"))
        .filter_map(|(_, seconds)| seconds.trim().trim_matches('"').parse().ok())
        .min()
        .map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use http::HeaderMap;

    use super::{Key, MAX_AGE, MAX_IDLE, Pool, usable_until};
    use crate::origin::{HostPort, Origin};
    use crate::transport::proxy::Proxy;
    use crate::transport::tls::ClientCertificate;

    fn key(is_https: bool, place: &str, proxy: Option<&Arc<Proxy>>) -> Key {
        let origin = Origin { is_https, place: HostPort::parse(place, 443).unwrap() };
        Key { origin: Arc::new(origin), proxy: proxy.cloned(), identity: None }
    }

    /// Reads a new client certificate twice: each result counts as a certificate of its own.
    fn client_certificates() -> [ClientCertificate; 2] {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default().self_signed(&key).unwrap();
        let path = std::env::temp_dir().join(format!("nativeflow-pool-{}.pem", std::process::id()));
        std::fs::write(&path, certificate.pem() + &key.serialize_pem()).unwrap();
        let file = path.to_str().unwrap();
        let both = [(); 2].map(|()| ClientCertificate::read(file, file).unwrap());
        std::fs::remove_file(&path).unwrap();
        both
    }

    #[test]
    fn connection_is_used_only_for_its_own_origin_proxy_and_certificate() {
        let proxies = ["http://proxy:1", "http://user:x@proxy:1"].map(|url| Arc::new(Proxy::parse(url).unwrap()));
        let [first, second] = client_certificates();
        let keys = [
            key(true, "a.example", None),
            key(true, "b.example", None),
            key(true, "a.example:444", None),
            key(false, "a.example:443", None),
            key(true, "a.example", Some(&proxies[0])),
            key(true, "a.example", Some(&proxies[1])),
            Key { identity: Some(first), ..key(true, "a.example", None) },
            Key { identity: Some(second), ..key(true, "a.example", None) },
        ];
        let (pool, until) = (Pool::default(), Instant::now() + Duration::from_secs(60));
        for (number, of) in keys.iter().enumerate() {
            pool.put(of.clone(), number, until);
        }
        for (number, of) in keys.iter().enumerate().rev() {
            assert_eq!(pool.take(of), Some(number));
            assert_eq!(pool.take(of), None);
        }
    }

    #[test]
    fn oldest_of_nine_connections_is_closed_and_the_newest_used_first() {
        let (pool, until) = (Pool::default(), Instant::now() + Duration::from_secs(60));
        let (of, other) = (key(true, "a", None), key(true, "b", None));
        pool.put(other.clone(), 100, until);
        (0..=MAX_IDLE).for_each(|number| pool.put(of.clone(), number, until));
        let taken: Vec<usize> = std::iter::from_fn(|| pool.take(&of)).collect();
        assert_eq!(taken, (1..=MAX_IDLE).rev().collect::<Vec<_>>());
        pool.put(of.clone(), 1, Instant::now());
        assert_eq!((pool.take(&of), pool.take(&other)), (None, Some(100)));
    }

    #[test]
    fn shortest_of_three_limits_applies() {
        let since = Instant::now();
        let seconds = Duration::from_secs;
        for (header, age, wanted, left) in [
            (None, 0, 60, Some(60)),
            (Some("timeout=5"), 0, 60, Some(4)),
            (Some("timeout=5, max=100"), 0, 60, Some(4)),
            (Some("max=100 , Timeout = \"5\""), 0, 60, Some(4)),
            (Some("timeout=5"), 0, 2, Some(2)),
            (Some("timeout=1"), 0, 60, None),
            (Some("timeout=0"), 0, 60, None),
            (Some("timeout=99999999999999999999999"), 0, 60, Some(60)),
            (Some("timeout=18446744073709551615"), 0, 60, Some(60)),
            (Some("timeout=soon, 5, timeout"), 0, 60, Some(60)),
            (None, 290, 60, Some(10)),
            (None, 300, 60, None),
            (None, 3000, 60, None),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(header) = header {
                headers.insert("keep-alive", header.parse().unwrap());
            }
            let now = since + seconds(age);
            let until = usable_until(now, since, seconds(wanted), &headers);
            assert_eq!(until.map(|until| until - now), left.map(seconds), "{header:?}, {age} s old");
        }
        assert_eq!(MAX_AGE, seconds(300));
    }
}
