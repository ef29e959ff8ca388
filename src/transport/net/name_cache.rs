//! Caches addresses of host names for a minute. All clients of a process share the cache.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::wipe::PerProcess;

/// The time for which a result is cached. DNS limits it, but the system's resolver does not return that limit. curl
/// caches for a minute too.
const CACHE_TIME: Duration = Duration::from_secs(60);
/// Maximum number of names: a program connects to one server, and sometimes to a proxy.
const MAX_NAMES: usize = 16;

static NAMES: PerProcess<Mutex<Vec<Known>>> = PerProcess::new();

/// One name. The newest entry of the list is the last.
struct Known {
    name: String,
    addresses: Vec<SocketAddr>,
    since: Instant,
}

/// Returns the addresses of a name, without a port, and the time since they were found.
pub(in crate::transport) fn find(name: &str) -> Option<(Vec<SocketAddr>, Duration)> {
    let names = names();
    let known = names.iter().find(|known| known.name == name)?;
    let age = known.since.elapsed();
    (age < CACHE_TIME).then(|| (known.addresses.clone(), age))
}

pub(super) fn remember(name: &str, addresses: &[SocketAddr]) {
    let mut names = names();
    names.retain(|known| known.name != name);
    if names.len() >= MAX_NAMES {
        names.remove(0);
    }
    names.push(Known { name: name.to_owned(), addresses: addresses.to_vec(), since: Instant::now() });
}

/// Removes a name: no response came over a connection to its addresses, so they may belong to the wrong host.
pub(in crate::transport) fn forget(name: &str) {
    names().retain(|known| known.name != name);
}

fn names() -> MutexGuard<'static, Vec<Known>> {
    // A panic cannot leave the list half changed.
    NAMES.get(Mutex::default, |_| ()).lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAMES, find, forget, remember};

    #[test]
    fn newest_names_are_cached_until_they_are_removed() {
        let address = "192.0.2.1:0".parse().unwrap();
        let name = |number| format!("{number}.cache.test");
        for number in 0..=MAX_NAMES {
            remember(&name(number), &[address]);
        }
        assert!(find(&name(0)).is_none(), "the oldest one made room");
        assert_eq!(find(&name(MAX_NAMES)).unwrap().0, [address]);
        forget(&name(MAX_NAMES));
        assert!(find(&name(MAX_NAMES)).is_none());
    }
}
