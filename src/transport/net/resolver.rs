//! The system's resolver, which cannot be interrupted, on threads of this library.
//!
//! Calls for the same name share a lookup, and four names are looked up at a time. A call that ends leaves its lookup. A
//! lookup that no call waits for goes on until the resolver gives up, but it takes no place from the four. A lookup may hang
//! because its packets were lost, so a later call for the same name begins another one, and the first answer is for all.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::panic;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::{background, name_cache};
use crate::operation::Waker;
use crate::wipe::PerProcess;

/// What an administrator sees in the list of threads. Linux shows 15 bytes of it.
const THREAD_NAME: &str = "nativeflow-dns";
/// Names that calls wait for and that are looked up at the same time.
const MAX_NAMES: usize = 4;
/// Further threads, for lookups that no call waits for and for second lookups of a name.
const MAX_EXTRA: usize = 16;
/// Lookups of one name at the same time: a name that hangs leaves threads for others.
const MAX_OF_A_NAME: usize = 4;
/// A lookup is joined by later calls for so long, times the number of lookups of its name. Servers that work answer sooner.
const FRESH: Duration = Duration::from_secs(1);

/// The lookups of a process, whatever client they are for.
static LOOKUPS: PerProcess<Mutex<Lookups>> = PerProcess::new();

/// Addresses without a port, in the order in which the system wants them tried.
pub(super) type Found = Result<Vec<SocketAddr>, Failure>;

/// Why there are no addresses.
pub(super) enum Failure {
    System(io::Error),
    Panicked,
}

/// One call while it waits for a lookup.
pub(in crate::transport) struct Waiting<'a> {
    lookup: Arc<Lookup>,
    waker: &'a Arc<Waker>,
}

impl<'a> Waiting<'a> {
    /// Joins a lookup of that name, or begins one. `waker` is woken when there is an answer.
    ///
    /// # Errors
    /// The system starts no thread, and there is none that could do it later.
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
        // What cannot be started now waits for a thread that runs.
        let _ = start_threads(&mut lookups);
    }
}

/// In a child of fork it is another one, whose lock no thread of the parent holds.
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

/// What a thread does: one lookup after another, until there is none.
fn work(first: Arc<Lookup>) {
    let mut next = Some(first);
    while let Some(lookup) = next {
        // A panic must not take the thread's place with it.
        let name = lookup.name.as_str();
        let found = panic::catch_unwind(|| resolve(name)).unwrap_or(Err(Failure::Panicked));
        // Not if a lookup that was begun later was faster.
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

/// A panic that a test can ask for.
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
    /// Without a thread, in the order in which they were asked for.
    queued: Vec<Entry>,
    /// The newest one is the last.
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
        // The first answer stays.
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
        // One with an answer still runs if another lookup of the name was faster. That answer may have been forgotten since.
        let newest =
            self.running.iter_mut().rfind(|entry| entry.lookup.name == name && entry.lookup.found.get().is_none());
        if let Some(newest) = newest
            && (count >= MAX_OF_A_NAME || now.saturating_duration_since(newest.since) < FRESH * count as u32)
        {
            newest.callers.push(Arc::clone(waker));
            return Arc::clone(&newest.lookup);
        }
        let lookup = Arc::new(Lookup { name: name.to_owned(), found: OnceLock::new() });
        self.queued.push(Entry { lookup: Arc::clone(&lookup), since: now, callers: vec![Arc::clone(waker)] });
        lookup
    }

    /// A call waits no longer. Without callers a lookup does not stay in the queue.
    fn leave(&mut self, lookup: &Arc<Lookup>, waker: &Arc<Waker>) {
        if let Some(entry) = self.queued.iter_mut().chain(&mut self.running).find(|entry| entry.is_of(lookup)) {
            entry.callers.retain(|caller| !Arc::ptr_eq(caller, waker));
        }
        self.queued.retain(|entry| !entry.callers.is_empty());
    }

    /// The next lookup that may begin, which then counts as running.
    fn next(&mut self, now: Instant) -> Option<Arc<Lookup>> {
        let place = self.queued.iter().position(|entry| self.may_begin(&entry.lookup.name))?;
        let entry = Entry { since: now, ..self.queued.remove(place) };
        let lookup = Arc::clone(&entry.lookup);
        self.running.push(entry);
        Some(lookup)
    }

    /// Queues again what got no thread.
    fn put_back(&mut self, lookup: &Arc<Lookup>) {
        if let Some(place) = self.running.iter().position(|entry| entry.is_of(lookup)) {
            self.queued.insert(0, self.running.remove(place));
        }
    }

    /// Takes an answer for those who wait for it. Addresses are for all who want that name. A failure is not: a later lookup
    /// may succeed.
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

    /// Joins and begins what may begin; which lookup the call waits for, and whether it runs.
    fn ask(lookups: &mut Lookups, name: &str, waker: &Arc<Waker>, now: Instant) -> (Arc<Lookup>, bool) {
        let lookup = lookups.join(name, waker, now);
        while lookups.next(now).is_some() {}
        let runs = lookups.running.iter().any(|entry| entry.is_of(&lookup));
        (lookup, runs)
    }

    fn addresses() -> Arc<super::Found> {
        Arc::new(Ok(vec!["192.0.2.1:0".parse::<SocketAddr>().unwrap()]))
    }

    #[test]
    fn lookups_without_callers_take_no_place() {
        let (mut lookups, waker, now) = (Lookups::default(), waker(), Instant::now());
        let mut count = 0;
        // Names that hang, and calls that end.
        for number in 0..100 {
            let (lookup, runs) = ask(&mut lookups, &format!("{number}.test"), &waker, now);
            count += usize::from(runs);
            lookups.leave(&lookup, &waker);
        }
        assert_eq!(count, MAX_NAMES + MAX_EXTRA);
        assert!(lookups.queued.is_empty(), "calls that end leave the queue");
    }

    #[test]
    fn four_names_are_looked_up_at_a_time() {
        let (mut lookups, waker, now) = (Lookups::default(), waker(), Instant::now());
        let names: Vec<_> = (0..=MAX_NAMES).map(|number| format!("{number}.test")).collect();
        let all: Vec<_> = names.iter().map(|name| ask(&mut lookups, name, &waker, now)).collect();
        assert_eq!(all.iter().filter(|(_, runs)| *runs).count(), MAX_NAMES);
        let (first, last) = (&all[0].0, &all[MAX_NAMES].0);
        assert!(ask(&mut lookups, &names[MAX_NAMES], &waker, now).0.name == last.name && lookups.queued.len() == 1);
        lookups.leave(first, &waker);
        assert!(Arc::ptr_eq(&lookups.next(now).unwrap(), last), "the place of a lookup without callers is free");
        assert!(lookups.next(now).is_none());
    }

    #[test]
    fn old_lookups_are_not_joined() {
        let (mut lookups, now) = (Lookups::default(), Instant::now());
        let (first, second) = (waker(), waker());
        let (lost, _) = ask(&mut lookups, "a.test", &first, now);
        let at = |ms| now + Duration::from_millis(ms);
        assert!(Arc::ptr_eq(&lost, &ask(&mut lookups, "a.test", &second, at(900)).0));
        let (newer, runs) = ask(&mut lookups, "a.test", &second, at(1000));
        assert!(runs && !Arc::ptr_eq(&lost, &newer));
        assert!(Arc::ptr_eq(&newer, &ask(&mut lookups, "a.test", &second, at(2900)).0));
        // One name never takes all threads.
        for hour in 1..100 {
            ask(&mut lookups, "a.test", &second, now + Duration::from_secs(hour * 3600));
        }
        assert_eq!(lookups.running.len(), MAX_OF_A_NAME);

        // A failure is for those who wait for that lookup, addresses are for all.
        lookups.finish(&newer, &Arc::new(Err(Failure::Panicked)));
        assert!(lost.found.get().is_none() && newer.found.get().is_some());
        let last = Arc::clone(&lookups.running.last().unwrap().lookup);
        lookups.finish(&last, &addresses());
        assert!(lost.found.get().unwrap().is_ok());
        let answered = lookups.running.iter().all(|entry| entry.callers.is_empty());
        assert!(answered && lookups.queued.is_empty());

        // The answer may be forgotten since: a lookup that still runs does not give it again.
        assert!(ask(&mut lookups, "a.test", &first, now).0.found.get().is_none());
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
        // The last of them ends by itself.
        while !lookups().running.is_empty() {
            std::thread::yield_now();
        }
        assert!(lookups().queued.is_empty());
    }
}
