//! Addresses of host names, remembered for a minute, for all clients of a process.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::wipe::PerProcess;

/// How long an answer is remembered. DNS says how long it may be, but the system's resolver does not pass that on; curl
/// takes a minute too.
const REMEMBERED: Duration = Duration::from_secs(60);
/// More names are not remembered: a program talks to one server, and perhaps a proxy.
const MAX_NAMES: usize = 16;

static NAMES: PerProcess<Mutex<Vec<Known>>> = PerProcess::new();

/// One name. In the list the newest one is the last.
struct Known {
    name: String,
    addresses: Vec<SocketAddr>,
    since: Instant,
}

/// The addresses of a name, without a port, and how long ago they were found.
pub(in crate::transport) fn find(name: &str) -> Option<(Vec<SocketAddr>, Duration)> {
    let names = names();
    let known = names.iter().find(|known| known.name == name)?;
    let age = known.since.elapsed();
    (age < REMEMBERED).then(|| (known.addresses.clone(), age))
}

pub(super) fn remember(name: &str, addresses: &[SocketAddr]) {
    let mut names = names();
    names.retain(|known| known.name != name);
    if names.len() >= MAX_NAMES {
        names.remove(0);
    }
    names.push(Known { name: name.to_owned(), addresses: addresses.to_vec(), since: Instant::now() });
}

/// Forgets the addresses of a name: no answer came over a connection to it, so the name may lead to the wrong host.
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
    fn the_newest_names_are_remembered_until_they_are_forgotten() {
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
