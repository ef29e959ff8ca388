//! Looks host names up, within the time limit.
//!
//! The system's resolver cannot be interrupted, so it runs on threads of its own: as many as are needed, four at the most in
//! a process, each of which ends when there is nothing left to look up. Calls that want the same name at the same time
//! share one lookup. A call that runs out of time leaves; the thread goes on until the resolver gives up, by itself. What
//! was found is remembered for a minute, unless no connection could be made. An address needs no lookup.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use super::call::Call;
use super::cancel::Bell;
use super::failure;
use crate::cause::Cause;
use crate::error::Error;
use crate::per_process::PerProcess;

/// Enough for the system's resolver with its plug-ins; a size that is given is not looked up in the environment.
const STACK: usize = 256 * 1024;
/// Threads that wait for the resolver at the same time. More names than that have to wait for one to come free.
const MOST_THREADS: usize = 4;
/// How long an answer is remembered. DNS says how long it may be, but the system's resolver does not pass that on; curl
/// takes a minute too.
const REMEMBERED: Duration = Duration::from_secs(60);
/// More names are not remembered: a program talks to one server, and perhaps a proxy.
const MOST_REMEMBERED: usize = 16;
/// Of more addresses none is tried.
const MOST_ADDRESSES: usize = 16;

/// The lookups of a process, whatever client they are for.
static LOOKUPS: PerProcess<Mutex<Lookups>> = PerProcess::new();

#[derive(Default)]
struct Lookups {
    threads: usize,
    waiting: VecDeque<Arc<Lookup>>,
    under_way: Vec<Arc<Lookup>>,
    /// The one that was found last at the end.
    remembered: Vec<Known>,
}

struct Known {
    name: String,
    addresses: Vec<IpAddr>,
    since: Instant,
}

impl Lookups {
    fn remember(&mut self, name: &str, addresses: &[IpAddr]) {
        self.forget(name);
        if self.remembered.len() >= MOST_REMEMBERED {
            self.remembered.remove(0);
        }
        self.remembered.push(Known { name: name.to_owned(), addresses: addresses.to_vec(), since: Instant::now() });
    }

    fn forget(&mut self, name: &str) {
        self.remembered.retain(|known| known.name != name);
    }
}

struct Lookup {
    name: String,
    found: OnceLock<io::Result<Vec<IpAddr>>>,
    /// Whom to wake. A call that has run out of time takes its bell, and the descriptor in it, with it.
    callers: Mutex<Vec<Weak<Bell>>>,
}

/// The addresses of a host, in the order in which the system wants them tried.
///
/// `only_loopback`, for plain http: where `localhost` leads elsewhere, credentials must not follow in clear.
pub(super) fn addresses(host: &str, port: u16, only_loopback: bool, call: &Call<'_>) -> Result<Vec<SocketAddr>, Error> {
    let found = match host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => look_up(host, call)?,
    };
    let allowed = |address: &IpAddr| !only_loopback || address.is_loopback();
    let addresses: Vec<SocketAddr> =
        found.into_iter().filter(allowed).take(MOST_ADDRESSES).map(|address| SocketAddr::new(address, port)).collect();
    match addresses.is_empty() {
        true => Err(Error::new(Cause::NotLoopback).detail(call.peer_name())),
        false => Ok(addresses),
    }
}

/// Forgets what a name leads to: nobody answers there.
pub(super) fn forget(host: &str) {
    lookups().forget(host);
}

fn remembered(host: &str) -> Option<(Vec<IpAddr>, Duration)> {
    let lookups = lookups();
    let known = lookups.remembered.iter().find(|known| known.name == host)?;
    let age = known.since.elapsed();
    (age < REMEMBERED).then(|| (known.addresses.clone(), age))
}

fn look_up(host: &str, call: &Call<'_>) -> Result<Vec<IpAddr>, Error> {
    if let Some((addresses, age)) = remembered(host) {
        call.done(format_args!("lookup {host}: {}, known for {} s", Listed(&addresses), age.as_secs()));
        return Ok(addresses);
    }
    let lookup = join(host, call)?;
    loop {
        if let Some(found) = lookup.found.get() {
            return match found {
                Ok(addresses) => {
                    call.done(format_args!("lookup {host}: {}", Listed(addresses)));
                    Ok(addresses.clone())
                }
                Err(error) => Err(failure::of_lookup(error, call)),
            };
        }
        call.wait(&mut [call.watched_bell()], None)?;
    }
}

/// Joins the lookup of that name, or begins one.
fn join(host: &str, call: &Call<'_>) -> Result<Arc<Lookup>, Error> {
    let mut lookups = lookups();
    if let Some(same) = lookups.waiting.iter().chain(&lookups.under_way).find(|lookup| lookup.name == host) {
        same.wake_too(call.bell());
        return Ok(Arc::clone(same));
    }
    let lookup = Arc::new(Lookup {
        name: host.to_owned(),
        found: OnceLock::new(),
        callers: Mutex::new(vec![Arc::downgrade(call.bell())]),
    });
    if lookups.threads < MOST_THREADS {
        match thread::Builder::new().stack_size(STACK).spawn(work) {
            Ok(_) => lookups.threads += 1,
            // Another one will come to it.
            Err(_) if lookups.threads > 0 => {}
            Err(error) => {
                return Err(Error::new(Cause::NoThread).detail(format_args!("{}: {error}", call.peer_name())));
            }
        }
    }
    lookups.waiting.push_back(Arc::clone(&lookup));
    Ok(lookup)
}

fn lookups() -> MutexGuard<'static, Lookups> {
    locked(LOOKUPS.get(Mutex::default, |_| ()))
}

/// Nothing under these locks can panic half-way.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a thread does: one lookup after another, until there is none.
fn work() {
    // The host's signals are for the host's threads. A thread starts with the mask of the one that started it.
    #[cfg(unix)]
    let _ = nix::sys::signal::SigSet::all().thread_block();
    loop {
        let lookup = {
            let mut lookups = lookups();
            let Some(lookup) = lookups.waiting.pop_front() else {
                lookups.threads -= 1;
                return;
            };
            lookups.under_way.push(Arc::clone(&lookup));
            lookup
        };
        let found = (lookup.name.as_str(), 0).to_socket_addrs().and_then(|found| {
            let addresses: Vec<IpAddr> = found.map(|to| to.ip()).collect();
            if addresses.is_empty() { Err(io::Error::other("the name has no address")) } else { Ok(addresses) }
        });
        // Before anyone is woken: who asks from now on asks anew.
        {
            let mut lookups = lookups();
            lookups.under_way.retain(|other| !Arc::ptr_eq(other, &lookup));
            if let Ok(addresses) = &found {
                lookups.remember(&lookup.name, addresses);
            }
        }
        lookup.answer(found);
    }
}

impl Lookup {
    fn wake_too(&self, bell: &Arc<Bell>) {
        let mut callers = locked(&self.callers);
        callers.retain(|caller| caller.strong_count() > 0);
        callers.push(Arc::downgrade(bell));
    }

    fn answer(&self, found: io::Result<Vec<IpAddr>>) {
        // Only this thread answers.
        let _ = self.found.set(found);
        locked(&self.callers).drain(..).filter_map(|bell| bell.upgrade()).for_each(|bell| bell.ring());
    }
}

/// Addresses for a line of the log.
struct Listed<'a>(&'a [IpAddr]);

impl std::fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, address) in self.0.iter().enumerate() {
            write!(f, "{}{address}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_THREADS, addresses, lookups};
    use crate::error::{Code, Error};
    use crate::transport::call::Call;
    use crate::transport::cancel::Bell;
    use crate::transport::identity::Nobody;
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Duration;

    fn look_up(host: &str, only_loopback: bool) -> Result<Vec<SocketAddr>, Error> {
        let bell = Arc::new(Bell::new().unwrap());
        addresses(
            host,
            7,
            only_loopback,
            &Call::new(&bell, None, &Nobody::default(), host, None, Duration::from_secs(60)),
        )
    }

    #[test]
    fn addresses_are_their_own_answer() {
        for (host, address) in [("192.0.2.1", "192.0.2.1:7"), ("2001:db8::1", "[2001:db8::1]:7")] {
            assert_eq!(look_up(host, false).unwrap(), [address.parse().unwrap()]);
        }
    }

    #[test]
    fn plain_http_does_not_leave_this_machine() {
        // What a name that leads elsewhere would be resolved to.
        let error = look_up("192.0.2.1", true).unwrap_err();
        assert_eq!(error.code(), Code::Connect);
        assert!(error.message().contains("not this machine"), "{error}");
        assert_eq!(look_up("127.0.0.1", true).unwrap().len(), 1);
        assert!(!look_up("localhost", true).unwrap().is_empty());
    }

    #[test]
    fn lookups_are_shared_and_their_threads_end() {
        std::thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    assert!(!look_up("localhost", false).unwrap().is_empty());
                    assert!(lookups().threads <= MOST_THREADS);
                });
            }
        });
        // The last of them ends by itself.
        while lookups().threads > 0 {
            std::thread::yield_now();
        }
        assert!(lookups().waiting.is_empty() && lookups().under_way.is_empty());
    }
}
