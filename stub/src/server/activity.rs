//! Open connections, which can be closed, and requests, which are counted and recorded.

use std::collections::{BTreeMap, HashMap};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::server::handshake::Handshake;
use crate::service::place::Place;

/// Each connection has a thread. A client with more connections than this leaks them.
const MAX_CONNECTIONS: usize = 512;

pub(crate) struct Activity {
    state: Mutex<State>,
    changed: Condvar,
    record: bool,
}

struct State {
    open: HashMap<u64, Arc<TcpStream>>,
    next_id: u64,
    stopped: bool,
    handshakes: BTreeMap<Handshake, u64>,
    handled: u64,
    last_request: Instant,
    requests: Vec<Recorded>,
}

struct Recorded {
    place: Place,
    head: Zeroizing<Vec<u8>>,
    body: Zeroizing<Vec<u8>>,
}

/// The number of a recorded request.
#[derive(Clone, Copy)]
pub(crate) struct Record(usize);

/// Counts a connection as open until it is dropped.
pub(crate) struct Open {
    activity: Arc<Activity>,
    id: u64,
}

impl Activity {
    pub(crate) fn new(record: bool) -> Activity {
        Activity {
            state: Mutex::new(State {
                open: HashMap::new(),
                next_id: 0,
                stopped: false,
                handshakes: BTreeMap::new(),
                handled: 0,
                last_request: Instant::now(),
                requests: Vec::new(),
            }),
            changed: Condvar::new(),
            record,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns `None` if the stub has stopped or has too many connections. Drop the connection then.
    pub(crate) fn open(self: &Arc<Self>, socket: &Arc<TcpStream>) -> Option<Open> {
        let mut state = self.state();
        if state.stopped || state.open.len() >= MAX_CONNECTIONS {
            return None;
        }
        let id = state.next_id;
        state.next_id += 1;
        state.open.insert(id, Arc::clone(socket));
        Some(Open { activity: Arc::clone(self), id })
    }

    /// Only records the head. Idle time starts at the end of a request, and an open connection is never idle.
    pub(crate) fn request_came(&self, place: Place, head: &[u8]) -> Option<Record> {
        self.record.then(|| {
            let mut state = self.state();
            state.requests.push(Recorded { place, head: Zeroizing::new(head.to_vec()), body: Zeroizing::default() });
            Record(state.requests.len() - 1)
        })
    }

    pub(crate) fn body_came(&self, record: Option<Record>, body: &[u8]) {
        if let Some(Record(number)) = record
            && let Some(request) = self.state().requests.get_mut(number)
        {
            request.body = Zeroizing::new(body.to_vec());
        }
    }

    pub(crate) fn request_done(&self) {
        let mut state = self.state();
        state.last_request = Instant::now();
        state.handled += 1;
        self.changed.notify_all();
    }

    pub(crate) fn heads(&self, place: Place) -> Vec<Vec<u8>> {
        self.recorded(place, |request| request.head.to_vec())
    }

    pub(crate) fn bodies(&self, place: Place) -> Vec<Vec<u8>> {
        self.recorded(place, |request| request.body.to_vec())
    }

    fn recorded(&self, place: Place, part: fn(&Recorded) -> Vec<u8>) -> Vec<Vec<u8>> {
        self.state().requests.iter().filter(|request| request.place == place).map(part).collect()
    }

    pub(crate) fn handshake_done(&self, handshake: Handshake) {
        *self.state().handshakes.entry(handshake).or_default() += 1;
    }

    pub(crate) fn handshakes(&self) -> BTreeMap<Handshake, u64> {
        self.state().handshakes.clone()
    }

    pub(crate) fn connections(&self) -> u64 {
        self.state().next_id
    }

    pub(crate) fn stopped(&self) -> bool {
        self.state().stopped
    }

    /// Accepts no new connections and closes the open ones, which wakes the threads that wait on them.
    pub(crate) fn stop(&self) {
        let mut state = self.state();
        state.stopped = true;
        for socket in state.open.values() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        self.changed.notify_all();
    }

    /// Waits at most `limit` for the threads of closed connections.
    pub(crate) fn wait_until_closed(&self, limit: Duration) {
        let state = self.state();
        let _ = self.changed.wait_timeout_while(state, limit, |state| !state.open.is_empty());
    }

    /// Returns if the stub has stopped, has handled `max_requests`, or had no open connection and no request for
    /// `idle`.
    pub(crate) fn wait_until_over(&self, idle: Option<Duration>, max_requests: Option<u64>) {
        let mut state = self.state();
        loop {
            if state.stopped || max_requests.is_some_and(|maximum| state.handled >= maximum) {
                return;
            }
            let left = match idle {
                // A stalled client counts as a request in progress. The end of its connection wakes this thread.
                Some(idle) if state.open.is_empty() => Some(idle.saturating_sub(state.last_request.elapsed())),
                _ => None,
            };
            state = match left {
                Some(Duration::ZERO) => return,
                Some(left) => {
                    let woken = self.changed.wait_timeout(state, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = self.changed.wait(state);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.activity.state().open.remove(&self.id);
        self.activity.changed.notify_all();
    }
}
