//! All users and applications of a process, and the logins that run or wait. No clock, no lock.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::DEFAULT_HOLD_BACK;
use super::application::Application;
use super::hold::Hold;
use super::identity::{Owner, Sent};
use super::outcome::Outcome;
use super::user::{Manner, User};
use crate::clock::Ticks;
use crate::error::Code;
use crate::fingerprint::Fingerprint;
use crate::operation::Waker;

/// The maximum number of users, and of applications.
const MAX_ENTRIES: usize = 65_536;
// With it, the table of a process stays below 16 MB.
const _: () = assert!(size_of::<(Fingerprint, User)>() <= 64 && size_of::<(Fingerprint, Application)>() <= 64);

/// The number of a turn, unique in the process and its ancestors.
pub(super) type Number = u64;

/// A request for a turn.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) number: Number,
    pub(super) owner: &'a Owner,
    /// `None`: the secret is not known yet.
    pub(super) sent: Option<Sent>,
    /// How long a refused secret is held; `None`: the login is neither held nor queued.
    pub(super) hold_back: Option<Duration>,
}

/// The answer to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turns {
    /// It may begin. `forgotten`: the hold of another user, for whom there was no room.
    Begun { forgotten: Option<Hold> },
    /// Another login has to end first.
    Waits,
}

#[derive(Default)]
pub(super) struct Table {
    users: Bounded<User>,
    applications: Bounded<Application>,
    running: Vec<Running>,
    waiting: Vec<Waiting>,
}

struct Running {
    number: Number,
    user: Fingerprint,
    /// `None`: its secret is not known yet.
    application: Option<Fingerprint>,
    /// `None`: it is not queued.
    manner: Option<Manner>,
}

struct Waiting {
    number: Number,
    user: Fingerprint,
    application: Fingerprint,
    manner: Manner,
    waker: Arc<Waker>,
}

impl Table {
    /// Begins a turn, if it may. A turn whose secret was not known before may already run. `waker`: is woken when the
    /// answer can be another one.
    ///
    /// # Errors
    /// The login is held.
    pub(super) fn begin(&mut self, wanted: Wanted<'_>, now: Ticks, waker: Option<&Arc<Waker>>) -> Result<Turns, Hold> {
        let Wanted { number, owner, sent, hold_back } = wanted;
        let manner = match hold_back {
            Some(hold_back) => {
                let running = self.running.iter().filter(|turn| turn.number != number && turn.manner.is_some());
                let running = running.filter(|turn| turn.application == Some(owner.application)).count();
                let application = self.applications.get(owner.application).copied().unwrap_or_default();
                let may_go = application.decide(owner.guards, running, now, hold_back)?;
                let manner = self.users.get(owner.user).copied().unwrap_or_default().decide(sent, now, hold_back)?;
                let is_begun = self.running.iter().any(|turn| turn.number == number);
                // Before the secret is known, nothing is sent.
                if !(may_go || sent.is_none()) || !(is_begun || self.is_free(number, owner.user, manner)) {
                    self.wait(wanted, manner, waker);
                    return Ok(Turns::Waits);
                }
                Some(manner)
            }
            None => None,
        };
        self.waiting.retain(|waiting| waiting.number != number);
        let application = sent.map(|_| owner.application);
        match self.running.iter_mut().find(|turn| turn.number == number) {
            Some(turn) => turn.application = application,
            None => self.running.push(Running { number, user: owner.user, application, manner }),
        }
        self.applications.entry(owner.application);
        let (_, oldest) = self.users.entry(owner.user);
        Ok(Turns::Begun { forgotten: oldest.and_then(|user| user.hold(now, DEFAULT_HOLD_BACK)) })
    }

    /// Whether no other login of the user excludes this one. A login that goes alone is not overtaken for ever by those
    /// that may overlap.
    fn is_free(&self, number: Number, user: Fingerprint, manner: Manner) -> bool {
        let mut running = self.running.iter().filter(|turn| turn.user == user);
        let mut waiting = self.waiting.iter().filter(|turn| turn.number != number && turn.user == user);
        match manner {
            Manner::Alone => running.all(|turn| turn.manner.is_none()),
            Manner::Beside => {
                running.all(|turn| turn.manner != Some(Manner::Alone))
                    && waiting.all(|turn| turn.manner != Manner::Alone)
            }
        }
    }

    fn wait(&mut self, wanted: Wanted<'_>, manner: Manner, waker: Option<&Arc<Waker>>) {
        let Wanted { number, owner: &Owner { user, application, .. }, .. } = wanted;
        match (self.waiting.iter_mut().find(|waiting| waiting.number == number), waker) {
            (Some(waiting), _) => waiting.manner = manner,
            (None, Some(waker)) => {
                self.waiting.push(Waiting { number, user, application, manner, waker: Arc::clone(waker) });
            }
            (None, None) => {}
        }
    }

    /// Ends a wait without a turn.
    pub(super) fn leave(&mut self, number: Number) {
        if let Some(place) = self.waiting.iter().position(|waiting| waiting.number == number) {
            let Waiting { user, application, .. } = self.waiting.swap_remove(place);
            self.wake(user, application);
        }
    }

    /// Ends a turn. One that began in a parent of this process is not known here.
    pub(super) fn end(
        &mut self,
        number: Number,
        owner: &Owner,
        sent: Option<Sent>,
        outcome: Outcome,
        began: Ticks,
        now: Ticks,
    ) {
        let Some(place) = self.running.iter().position(|turn| turn.number == number) else { return };
        self.running.swap_remove(place);
        if let Some(sent) = sent
            && outcome != Outcome::Nothing
        {
            let Owner { user, application, guards } = *owner;
            self.applications.entry(application).0.record(user, guards, outcome, began, now);
            let is_of_user = match outcome {
                Outcome::Refused(Code::BadClient) => false,
                Outcome::Unanswered(_) => guards.may_lock,
                _ => true,
            };
            if is_of_user {
                self.users.entry(user).0.record(sent, outcome, began, now);
            }
        }
        self.wake(owner.user, owner.application);
    }

    fn wake(&self, user: Fingerprint, application: Fingerprint) {
        for waiting in self.waiting.iter().filter(|turn| turn.user == user || turn.application == application) {
            waiting.waker.wake();
        }
    }

    /// Lifts all holds of a user and of its application.
    pub(super) fn clear(&mut self, owner: &Owner) {
        if let Some(user) = self.users.get_mut(owner.user) {
            user.clear();
        }
        if let Some(application) = self.applications.get_mut(owner.application) {
            application.clear();
        }
    }

    /// Returns the hold that the next login of a user will meet if its secret does not change.
    pub(super) fn hold(&self, owner: &Owner, now: Ticks, hold_back: Duration) -> Option<Hold> {
        let of_application = self.applications.get(owner.application).and_then(|known| known.hold(now, hold_back));
        of_application.or_else(|| self.users.get(owner.user).and_then(|user| user.hold(now, hold_back)))
    }

    /// Returns the code with which the last secret of a user was refused.
    pub(super) fn last_refusal(&self, owner: &Owner) -> Option<Code> {
        self.users.get(owner.user).and_then(User::last_refusal)
    }

    /// Returns the table for a child of fork, which does not share the running logins.
    pub(super) fn for_child(&self) -> Table {
        Table { users: self.users.clone(), applications: self.applications.clone(), ..Table::default() }
    }
}

/// A map with a maximum number of entries.
#[derive(Clone, Default)]
struct Bounded<T> {
    entries: HashMap<Fingerprint, T>,
    /// The keys, oldest first.
    order: VecDeque<Fingerprint>,
}

impl<T: Default> Bounded<T> {
    fn get(&self, key: Fingerprint) -> Option<&T> {
        self.entries.get(&key)
    }

    fn get_mut(&mut self, key: Fingerprint) -> Option<&mut T> {
        self.entries.get_mut(&key)
    }

    /// Returns the entry of a key, and the oldest one if it was removed because there was no room.
    fn entry(&mut self, key: Fingerprint) -> (&mut T, Option<T>) {
        let mut oldest = None;
        if !self.entries.contains_key(&key) {
            if self.order.len() >= MAX_ENTRIES {
                oldest = self.order.pop_front().and_then(|oldest| self.entries.remove(&oldest));
            }
            self.order.push_back(key);
        }
        (self.entries.entry(key).or_default(), oldest)
    }
}
