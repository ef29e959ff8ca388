//! The state of a session in one process, and the sessions of this process.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use super::core::Core;
use super::flight::Flight;
use super::question::Sent;
use super::renewal::Renewal;
use super::sealed_token::SealedToken;
use crate::call_id::CallId;
use crate::clock::Ticks;
use crate::error::{Code, Error};
use crate::fingerprint::Fingerprint;
use crate::operation::Waker;
use crate::thread_number::{COPIES, own_copy};
use crate::token::Token;
use crate::wipe::PerProcess;

pub(super) type Tokens = Renewal<Arc<SealedToken>, Error>;

/// A child of fork has its own, because another thread of the parent may hold the locks of the parent's.
pub(super) struct Shared {
    /// The token for most calls. Changed only under the lock of the state, and only for a moment. Threads use different copies.
    fresh: [Fresh; COPIES],
    /// The beginning for a child of fork. Changed under the same lock.
    inherited: RwLock<Tokens>,
    state: Mutex<State>,
}

/// The token and the moment from which it is due. Alone in its line of the processor's cache.
#[repr(align(64))]
struct Fresh(RwLock<Option<(Arc<SealedToken>, Ticks)>>);

pub(super) struct State {
    pub(super) tokens: Tokens,
    /// Failures are shared by calls with an equal secret; `None`: the secret callback's.
    pub(super) flight: Flight<Arc<Waker>, Box<Sent>, Option<Fingerprint>, Error>,
    pub(super) last_error: Option<LastError>,
}

/// The last failure. The status shows it.
#[derive(Clone, Copy)]
pub(super) struct LastError {
    pub(super) code: Code,
    /// Unix seconds.
    pub(super) at: i64,
    pub(super) call: Option<CallId>,
}

fn inherited(tokens: &Tokens) -> Tokens {
    tokens.inherited(|token| Arc::new(token.without_refresh_token()))
}

fn fresh(tokens: &Tokens) -> Option<(Arc<SealedToken>, Ticks)> {
    tokens.until_due().map(|(token, due)| (Arc::clone(token), due))
}

impl Shared {
    pub(super) fn new(tokens: Tokens) -> Shared {
        Shared {
            fresh: std::array::from_fn(|_| Fresh(RwLock::new(fresh(&tokens)))),
            inherited: RwLock::new(inherited(&tokens)),
            state: Mutex::new(State { tokens, flight: Flight::new(), last_error: None }),
        }
    }

    /// Returns what a child of fork takes over. `None` if the parent was changing it at that moment.
    pub(super) fn inherited(&self) -> Option<Tokens> {
        self.inherited.try_read().ok().map(|tokens| tokens.clone())
    }

    /// Opens the token if it is not due yet. It stays locked during that, because threads that count references to it would
    /// wait for each other.
    pub(super) fn open_fresh(&self) -> Option<Token> {
        let Fresh(fresh) = self.fresh.get(own_copy())?;
        let fresh = fresh.read().unwrap_or_else(PoisonError::into_inner);
        let (token, due) = fresh.as_ref()?;
        if Ticks::now() < *due { token.open().ok() } else { None }
    }

    pub(super) fn lock(&self) -> Locked<'_> {
        Locked { shared: self, state: self.state.lock().unwrap_or_else(PoisonError::into_inner) }
    }
}

/// The state, locked. No code of the calling program runs under this lock.
pub(super) struct Locked<'a> {
    shared: &'a Shared,
    state: MutexGuard<'a, State>,
}

impl Locked<'_> {
    /// Makes a change of the token known to the threads that do not lock.
    pub(super) fn publish(&self) {
        for Fresh(copy) in &self.shared.fresh {
            set(copy, fresh(&self.state.tokens));
        }
        set(&self.shared.inherited, inherited(&self.state.tokens));
    }

    /// Wakes the threads that wait, after a change.
    pub(super) fn wake(&self) {
        self.state.flight.waiting().for_each(|waker| waker.wake());
    }
}

fn set<T>(place: &RwLock<T>, value: T) {
    let old = mem::replace(&mut *place.write().unwrap_or_else(PoisonError::into_inner), value);
    // Not under the lock.
    drop(old);
}

impl std::ops::Deref for Locked<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl std::ops::DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

/// Which session: the client, and the fingerprint of key and login.
pub(super) type Name = (usize, Fingerprint);

/// The sessions of this process. Handles with the same client, key and login are one session.
static SESSIONS: PerProcess<Mutex<HashMap<Name, Weak<Core>>>> = PerProcess::new();

fn sessions() -> MutexGuard<'static, HashMap<Name, Weak<Core>>> {
    SESSIONS.get(Mutex::default, |_| {}).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the session with this name, made if there is none.
pub(super) fn find_or_make(name: Name, make: impl FnOnce() -> Result<Arc<Core>, Error>) -> Result<Arc<Core>, Error> {
    if let Some(found) = sessions().get(&name).and_then(Weak::upgrade) {
        return Ok(found);
    }
    // Not under the lock: dropping another one takes it.
    let made = make()?;
    let mut sessions = sessions();
    if let Some(found) = sessions.get(&name).and_then(Weak::upgrade) {
        drop(sessions);
        return Ok(found);
    }
    sessions.insert(name, Arc::downgrade(&made));
    Ok(made)
}

/// In a child of fork: a session of the parent is one of the child too.
pub(super) fn adopt(name: Name, core: &Weak<Core>) {
    sessions().entry(name).or_insert_with(|| core.clone());
}

/// Forgets a session whose last handle was dropped.
pub(super) fn forget(name: &Name) {
    let mut sessions = sessions();
    if sessions.get(name).is_some_and(|core| core.strong_count() == 0) {
        sessions.remove(name);
    }
}
