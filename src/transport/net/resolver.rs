//! Runs the system's resolver, which cannot be interrupted, on threads of this library.
//!
//! Calls for the same name share a lookup, and four names are looked up at a time. If a call ends, its lookup continues
//! until the resolver returns. A lookup without a waiting call does not count as one of the four. A lookup may hang
//! because its packets were lost, so a later call for the same name begins another one. The first result is used for all.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::panic;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::{background, name_cache};
use crate::operation::Waker;
use crate::wipe::PerProcess;

/// The name in the system's list of threads. Linux shows 15 bytes of it.
const THREAD_NAME: &str = "nativeflow-dns";
/// Maximum number of names with waiting calls that are looked up at the same time.
const MAX_NAMES: usize = 4;
/// Maximum number of further threads. They run lookups without waiting calls and second lookups of a name.
const MAX_EXTRA: usize = 16;
/// Maximum number of lookups of one name at the same time: a name that hangs leaves threads for others.
const MAX_OF_A_NAME: usize = 4;
/// Later calls join a lookup within this time, multiplied by the number of lookups of its name. Working servers answer
/// sooner.
const JOINABLE: Duration = Duration::from_secs(1);

/// The lookups of a process, shared by all clients.
static LOOKUPS: PerProcess<Mutex<Lookups>> = PerProcess::new();

/// Addresses without a port, in the system's order of preference.
pub(super) type Found = Result<Vec<SocketAddr>, Failure>;

/// The reason why there are no addresses.
pub(super) enum Failure {
    System(io::Error),
    Panicked,
}

/// A call that waits for a lookup.
pub(in crate::transport) struct Waiting<'a> {
    lookup: Arc<Lookup>,
    waker: &'a Arc<Waker>,
}

impl<'a> Waiting<'a> {
    /// Joins a lookup of that name, or begins one. `waker` is woken when there is a result.
    ///
    /// # Errors
    /// The system cannot start a thread, and no running thread could do the lookup later.
    pub(in crate::transport) fn begin(name: &str, waker: &'a Arc<Waker>) -> io::Result<Waiting<'a>> {
        let mut lookups = lookups();
        let lookup = lookups.join(name, waker, Instant::now());
        if let Err(error) = start_threads(&mut lookups)
            && lookups.running.is_empty()
        {
            lookups.leave(&lookup, waker);
            return Err(error);
        }
        drop(lookups);
        Ok(Waiting { lookup, waker })
    }

    pub(in crate::transport) fn found(&self) -> Option<&Found> {
        self.lookup.found.get().map(Arc::as_ref)
    }

    /// Whether no thread was free for it yet.
    pub(super) fn is_queued(&self) -> bool {
        lookups().queued.iter().any(|entry| entry.is_of(&self.lookup))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut lookups = lookups();
        lookups.leave(&self.lookup, self.waker);
        // A lookup that cannot start now waits for a running thread.
        let _ = start_threads(&mut lookups);
    }
}

/// Returns the lookups of this process. A child of fork has its own, whose lock no thread of the parent holds.
fn lookups() -> MutexGuard<'static, Lookups> {
    // A panic cannot leave the lists half changed.
    LOOKUPS.get(Mutex::default, |_| ()).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a thread for each lookup that may begin.
fn start_threads(lookups: &mut Lookups) -> io::Result<()> {
    while let Some(lookup) = lookups.next(Instant::now()) {
        let first = Arc::clone(&lookup);
        if let Err(error) = background::start(THREAD_NAME, move || work(first)) {
            lookups.put_back(&lookup);
            return Err(error);
        }
    }
    Ok(())
}

/// The function of a thread: runs one lookup after another until there is none.
fn work(first: Arc<Lookup>) {
    let mut next = Some(first);
    while let Some(lookup) = next {
        // After a panic, the thread must still be counted as ended.
        let name = lookup.name.as_str();
        let found = panic::catch_unwind(|| resolve(name)).unwrap_or(Err(Failure::Panicked));
        // Not if a later lookup was faster.
        if let (Ok(addresses), None) = (&found, lookup.found.get()) {
            name_cache::remember(name, addresses);
        }
        let mut lookups = lookups();
        lookups.finish(&lookup, &Arc::new(found));
        next = lookups.next(Instant::now());
    }
}

fn resolve(name: &str) -> Found {
    panic_for_test(name);
    match (name, 0).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>) {
        Ok(addresses) if addresses.is_empty() => Err(Failure::System(io::Error::other("the name has no address"))),
        found => found.map_err(Failure::System),
    }
}

/// Panics if a test requests it.
#[cfg(test_panic)]
fn panic_for_test(name: &str) {
    assert!(name != "panic-for-test.invalid", "as the test asked for");
}

#[cfg(not(test_panic))]
fn panic_for_test(_: &str) {}

struct Lookup {
    name: String,
    found: OnceLock<Arc<Found>>,
}

#[derive(Default)]
struct Lookups {
    /// Lookups without a thread, in the order of the requests.
    queued: Vec<Entry>,
    /// The newest lookup is the last.
    running: Vec<Entry>,
}

struct Entry {
    lookup: Arc<Lookup>,
    since: Instant,
    callers: Vec<Arc<Waker>>,
}

impl Entry {
    fn is_of(&self, lookup: &Arc<Lookup>) -> bool {
        Arc::ptr_eq(&self.lookup, lookup)
    }

    fn answer(&mut self, found: &Arc<Found>) {
        // The first result stays.
        let _ = self.lookup.found.set(Arc::clone(found));
        self.callers.drain(..).for_each(|waker| waker.wake());
    }
}

impl Lookups {
    /// Joins a lookup of that name that was begun a short time ago, or queues a new one.
    fn join(&mut self, name: &str, waker: &Arc<Waker>, now: Instant) -> Arc<Lookup> {
        if let Some(queued) = self.queued.iter_mut().find(|entry| entry.lookup.name == name) {
            queued.callers.push(Arc::clone(waker));
            return Arc::clone(&queued.lookup);
        }
        let count = self.running_of(name);
        // A lookup with a result still runs if another lookup of the name was faster. The result may have been removed
        // from the cache since.
        let newest =
            self.running.iter_mut().rfind(|entry| entry.lookup.name == name && entry.lookup.found.get().is_none());
        if let Some(newest) = newest
            && (count >= MAX_OF_A_NAME || now.saturating_duration_since(newest.since) < JOINABLE * count as u32)
        {
            newest.callers.push(Arc::clone(waker));
            return Arc::clone(&newest.lookup);
        }
        let lookup = Arc::new(Lookup { name: name.to_owned(), found: OnceLock::new() });
        self.queued.push(Entry { lookup: Arc::clone(&lookup), since: now, callers: vec![Arc::clone(waker)] });
        lookup
    }

    /// Removes a call that waits no longer. A queued lookup without callers is removed.
    fn leave(&mut self, lookup: &Arc<Lookup>, waker: &Arc<Waker>) {
        if let Some(entry) = self.queued.iter_mut().chain(&mut self.running).find(|entry| entry.is_of(lookup)) {
            entry.callers.retain(|caller| !Arc::ptr_eq(caller, waker));
        }
        self.queued.retain(|entry| !entry.callers.is_empty());
    }

    /// Returns the next lookup that may begin, and counts it as running.
    fn next(&mut self, now: Instant) -> Option<Arc<Lookup>> {
        let place = self.queued.iter().position(|entry| self.may_begin(&entry.lookup.name))?;
        let entry = Entry { since: now, ..self.queued.remove(place) };
        let lookup = Arc::clone(&entry.lookup);
        self.running.push(entry);
        Some(lookup)
    }

    /// Queues a lookup again that got no thread.
    fn put_back(&mut self, lookup: &Arc<Lookup>) {
        if let Some(place) = self.running.iter().position(|entry| entry.is_of(lookup)) {
            self.queued.insert(0, self.running.remove(place));
        }
    }

    /// Passes a result to the waiting calls. Addresses go to all calls for that name. A failure goes only to the calls
    /// of this lookup, because a later lookup may succeed.
    fn finish(&mut self, lookup: &Arc<Lookup>, found: &Arc<Found>) {
        if let Some(place) = self.running.iter().position(|entry| entry.is_of(lookup)) {
            self.running.remove(place).answer(found);
        }
        if found.is_ok() {
            let same = self.queued.iter_mut().chain(&mut self.running).filter(|entry| entry.lookup.name == lookup.name);
            same.for_each(|entry| entry.answer(found));
            self.queued.retain(|entry| !entry.callers.is_empty());
        }
    }

    fn may_begin(&self, name: &str) -> bool {
        let mut wanted: Vec<&str> = self
            .running
            .iter()
            .filter(|entry| !entry.callers.is_empty())
            .map(|entry| entry.lookup.name.as_str())
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        self.running.len() < MAX_NAMES + MAX_EXTRA
            && self.running_of(name) < MAX_OF_A_NAME
            && (wanted.len() < MAX_NAMES || wanted.contains(&name))
    }

    fn running_of(&self, name: &str) -> usize {
        self.running.iter().filter(|entry| entry.lookup.name == name).count()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use super::{Failure, Lookup, Lookups, MAX_EXTRA, MAX_NAMES, MAX_OF_A_NAME, Waiting, lookups};
    use crate::operation::Waker;

    fn waker() -> Arc<Waker> {
        Arc::new(Waker::new().unwrap())
    }

    /// Joins a lookup and begins what may begin. Returns the lookup that the call waits for, and whether it runs.
    fn join_lookup(lookups: &mut Lookups, name: &str, waker: &Arc<Waker>, now: Instant) -> (Arc<Lookup>, bool) {
        let lookup = lookups.join(name, waker, now);
        while lookups.next(now).is_some() {}
        let runs = lookups.running.iter().any(|entry| entry.is_of(&lookup));
        (lookup, runs)
    }

    fn addresses() -> Arc<super::Found> {
        Arc::new(Ok(vec!["192.0.2.1:0".parse::<SocketAddr>().unwrap()]))
    }

    #[test]
    fn lookup_without_callers_does_not_count() {
        let (mut lookups, waker, now) = (Lookups::default(), waker(), Instant::now());
        let mut count = 0;
        // Names that hang, and calls that end.
        for number in 0..100 {
            let (lookup, runs) = join_lookup(&mut lookups, &format!("{number}.test"), &waker, now);
            count += usize::from(runs);
            lookups.leave(&lookup, &waker);
        }
        assert_eq!(count, MAX_NAMES + MAX_EXTRA);
        assert!(lookups.queued.is_empty(), "calls that end leave the queue");
    }

    #[test]
    fn only_four_names_are_looked_up_at_a_time() {
        let (mut lookups, waker, now) = (Lookups::default(), waker(), Instant::now());
        let names: Vec<_> = (0..=MAX_NAMES).map(|number| format!("{number}.test")).collect();
        let all: Vec<_> = names.iter().map(|name| join_lookup(&mut lookups, name, &waker, now)).collect();
        assert_eq!(all.iter().filter(|(_, runs)| *runs).count(), MAX_NAMES);
        let (first, last) = (&all[0].0, &all[MAX_NAMES].0);
        assert!(
            join_lookup(&mut lookups, &names[MAX_NAMES], &waker, now).0.name == last.name && lookups.queued.len() == 1
        );
        lookups.leave(first, &waker);
        assert!(Arc::ptr_eq(&lookups.next(now).unwrap(), last), "the place of a lookup without callers is free");
        assert!(lookups.next(now).is_none());
    }

    #[test]
    fn old_lookup_is_not_joined() {
        let (mut lookups, now) = (Lookups::default(), Instant::now());
        let (first, second) = (waker(), waker());
        let (lost, _) = join_lookup(&mut lookups, "a.test", &first, now);
        let at = |ms| now + Duration::from_millis(ms);
        assert!(Arc::ptr_eq(&lost, &join_lookup(&mut lookups, "a.test", &second, at(900)).0));
        let (newer, runs) = join_lookup(&mut lookups, "a.test", &second, at(1000));
        assert!(runs && !Arc::ptr_eq(&lost, &newer));
        assert!(Arc::ptr_eq(&newer, &join_lookup(&mut lookups, "a.test", &second, at(2900)).0));
        // One name never uses all threads.
        for hour in 1..100 {
            join_lookup(&mut lookups, "a.test", &second, now + Duration::from_secs(hour * 3600));
        }
        assert_eq!(lookups.running.len(), MAX_OF_A_NAME);

        // A failure is for the calls of that lookup, addresses are for all.
        lookups.finish(&newer, &Arc::new(Err(Failure::Panicked)));
        assert!(lost.found.get().is_none() && newer.found.get().is_some());
        let last = Arc::clone(&lookups.running.last().unwrap().lookup);
        lookups.finish(&last, &addresses());
        assert!(lost.found.get().unwrap().is_ok());
        let answered = lookups.running.iter().all(|entry| entry.callers.is_empty());
        assert!(answered && lookups.queued.is_empty());

        // The result may have been removed since: a lookup that still runs does not return it again.
        assert!(join_lookup(&mut lookups, "a.test", &first, now).0.found.get().is_none());
    }

    #[test]
    fn lookups_are_shared_and_their_threads_end() {
        std::thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    let waker = waker();
                    let waiting = Waiting::begin("localhost", &waker).unwrap();
                    while waiting.found().is_none() {
                        std::thread::yield_now();
                    }
                    assert!(waiting.found().unwrap().is_ok());
                });
            }
        });
        // The last thread ends without a request.
        while !lookups().running.is_empty() {
            std::thread::yield_now();
        }
        assert!(lookups().queued.is_empty());
    }
}
