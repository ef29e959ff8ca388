//! All users and applications of a process, and the logins that run or wait. No clock, no lock.

use std::collections::VecDeque;
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
    /// It may begin. `forgotten`: the hold of another user that had to leave the table.
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
        self.applications.insert(owner.application);
        let oldest = self.users.insert(owner.user);
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
            self.applications.change(application, |entry| entry.record(user, guards, outcome, began, now));
            let is_of_user = match outcome {
                Outcome::Refused(Code::BadClient) => false,
                Outcome::Unanswered(_) => guards.may_lock,
                _ => true,
            };
            if is_of_user {
                self.users.change(user, |entry| entry.record(sent, outcome, began, now));
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
    /// Sorted. Small code, and a new entry among the most users moves two megabytes on average: less than a login takes. Not
    /// a hash map, because Valgrind takes the memory of a static one for lost.
    entries: Vec<(Fingerprint, T)>,
    /// The keys, oldest first.
    order: VecDeque<Fingerprint>,
}

impl<T: Default> Bounded<T> {
    fn get(&self, key: Fingerprint) -> Option<&T> {
        self.find(key).ok().and_then(|place| self.entries.get(place)).map(|(_, entry)| entry)
    }

    fn get_mut(&mut self, key: Fingerprint) -> Option<&mut T> {
        self.find(key).ok().and_then(|place| self.entries.get_mut(place)).map(|(_, entry)| entry)
    }

    /// Changes the entry of a key, which is made if it is not there.
    fn change(&mut self, key: Fingerprint, change: impl FnOnce(&mut T)) {
        self.insert(key);
        if let Some(entry) = self.get_mut(key) {
            change(entry);
        }
    }

    fn find(&self, key: Fingerprint) -> Result<usize, usize> {
        self.entries.binary_search_by_key(&key, |(key, _)| *key)
    }

    /// Makes the entry of a key, if it is not there. Returns the oldest one if it was removed because there was no room.
    fn insert(&mut self, key: Fingerprint) -> Option<T> {
        if self.find(key).is_ok() {
            return None;
        }
        let is_full = self.order.len() >= MAX_ENTRIES;
        let oldest = if is_full { self.order.pop_front() } else { None };
        let oldest = oldest.and_then(|oldest| self.find(oldest).ok()).map(|place| self.entries.remove(place).1);
        self.order.push_back(key);
        let place = self.find(key).unwrap_or_else(|place| place);
        self.entries.insert(place, (key, T::default()));
        oldest
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{MAX_ENTRIES, Table, Turns, Wanted};
    use crate::clock::Ticks;
    use crate::error::Code;
    use crate::hold_back::DEFAULT_HOLD_BACK;
    use crate::hold_back::hold::{Hold, Why};
    use crate::hold_back::identity::{Guards, Identity, Realm};
    use crate::hold_back::outcome::Outcome;
    use crate::operation::Waker;

    const HOLD_BACK: Duration = DEFAULT_HOLD_BACK;
    const NO: Outcome = Outcome::Refused(Code::Denied);

    fn realm(may_lock: bool, key_may_be_wrong: bool) -> Realm {
        Realm::new(["s", "https://h"], "password", "", Guards { may_lock, key_may_be_wrong }).unwrap()
    }

    fn at(seconds: u64) -> Ticks {
        Ticks::default().after(Duration::from_secs(seconds))
    }

    /// A table with a clock of whole seconds.
    struct Scene {
        table: Table,
        realm: Realm,
        now: u64,
    }

    impl Scene {
        fn new(realm: Realm) -> Scene {
            Scene { table: Table::default(), realm, now: 0 }
        }

        fn identity(&self, login: &str, secret: &str) -> Identity {
            Identity::new(&self.realm, "k", login, secret).unwrap()
        }

        fn begin(&mut self, number: u64, login: &str, secret: &str) -> Result<Turns, Hold> {
            let waker = Arc::new(Waker::new().unwrap());
            let identity = self.identity(login, secret);
            let wanted =
                Wanted { number, owner: &identity.owner, sent: Some(identity.sent), hold_back: Some(HOLD_BACK) };
            self.table.begin(wanted, at(self.now), Some(&waker))
        }

        fn end(&mut self, number: u64, login: &str, secret: &str, outcome: Outcome) {
            let Identity { owner, sent } = self.identity(login, secret);
            let began = at(self.now);
            self.now += 1;
            self.table.end(number, &owner, Some(sent), outcome, began, at(self.now));
        }
    }

    const BEGUN: Result<Turns, Hold> = Ok(Turns::Begun { forgotten: None });
    const WAITS: Result<Turns, Hold> = Ok(Turns::Waits);

    #[test]
    fn logins_of_a_user_go_one_at_a_time_until_one_is_accepted() {
        let mut scene = Scene::new(realm(true, true));
        assert_eq!(scene.begin(1, "a", "x"), BEGUN);
        assert_eq!(scene.begin(2, "A", "x"), WAITS, "the same user");
        assert_eq!(scene.begin(3, "a", "y"), WAITS, "another secret");
        assert_eq!(scene.begin(4, "b", "x"), BEGUN, "another user");
        scene.end(1, "a", "x", Outcome::Accepted);
        // The one with the other secret is not overtaken.
        assert_eq!(scene.begin(2, "a", "x"), WAITS);
        assert_eq!(scene.begin(3, "a", "y"), BEGUN);
        scene.end(3, "a", "y", NO);
        assert_eq!(scene.begin(2, "a", "x"), BEGUN);
        assert_eq!(scene.begin(5, "a", "x"), BEGUN, "logins with an accepted secret may overlap");
        assert_eq!(scene.begin(6, "a", "z"), WAITS);
        scene.table.leave(6);
        assert_eq!(scene.begin(7, "a", "x"), BEGUN);
    }

    #[test]
    fn secret_that_is_being_read_is_read_by_one_and_then_goes_first() {
        let mut scene = Scene::new(realm(true, true));
        let identity = scene.identity("a", "x");
        let read = |table: &mut Table, number, sent| {
            let wanted = Wanted { number, owner: &identity.owner, sent, hold_back: Some(HOLD_BACK) };
            table.begin(wanted, at(5), Some(&Arc::new(Waker::new().unwrap())))
        };
        scene.end(0, "a", "x", Outcome::Accepted);
        assert_eq!(read(&mut scene.table, 1, None), BEGUN);
        assert_eq!(read(&mut scene.table, 2, None), WAITS);
        for (number, login) in [(3, "b"), (4, "c"), (5, "d")] {
            assert_eq!(scene.begin(number, login, "x"), BEGUN, "a secret that is being read takes no place of the key");
        }
        assert_eq!(read(&mut scene.table, 1, Some(identity.sent)), WAITS, "the key");
        scene.end(3, "b", "x", Outcome::Nothing);
        assert_eq!(read(&mut scene.table, 1, Some(identity.sent)), BEGUN);
        scene.end(1, "a", "x", NO);
        assert_eq!(read(&mut scene.table, 2, None), BEGUN);
        assert_eq!(read(&mut scene.table, 2, Some(identity.sent)).unwrap_err().why, Why::Refused);
        scene.table.end(2, &identity.owner, None, Outcome::Nothing, at(5), at(5));
        assert_eq!(scene.begin(6, "a", "y"), WAITS, "the key");
        scene.end(4, "c", "x", Outcome::Accepted);
        assert_eq!(scene.begin(6, "a", "y"), BEGUN);
    }

    #[test]
    fn turn_that_is_not_queued_excludes_nobody_but_is_recorded() {
        let mut scene = Scene::new(realm(true, true));
        let identity = scene.identity("a", "x");
        let free = Wanted { number: 1, owner: &identity.owner, sent: Some(identity.sent), hold_back: None };
        for number in 1..9 {
            assert_eq!(scene.table.begin(Wanted { number, ..free }, at(0), None), BEGUN);
        }
        assert_eq!(scene.begin(9, "a", "x"), BEGUN);
        scene.end(1, "a", "x", NO);
        assert_eq!(scene.begin(10, "a", "x").unwrap_err().why, Why::Refused);
        assert_eq!(scene.table.begin(Wanted { number: 11, ..free }, at(1), None), BEGUN);
    }

    #[test]
    fn refused_client_holds_its_users_and_not_their_secrets() {
        let mut scene = Scene::new(realm(true, false));
        assert_eq!(scene.begin(1, "a", "x"), BEGUN);
        scene.end(1, "a", "x", Outcome::Refused(Code::BadClient));
        for login in ["a", "b"] {
            assert_eq!(scene.begin(2, login, "x").unwrap_err().why, Why::Client);
        }
        let owner = scene.identity("b", "x").owner;
        scene.table.clear(&owner);
        assert_eq!(scene.begin(3, "a", "x"), BEGUN);
        assert_eq!(scene.table.last_refusal(&owner), None);
    }

    #[test]
    fn request_token_without_response_is_not_held() {
        let lost = Outcome::Unanswered(Code::Timeout);
        for (may_lock, is_held) in [(true, true), (false, false)] {
            let mut scene = Scene::new(realm(may_lock, false));
            assert_eq!(scene.begin(1, "a", "x"), BEGUN);
            scene.end(1, "a", "x", lost);
            assert_eq!(scene.begin(2, "a", "x").is_err(), is_held);
            scene.end(2, "a", "x", NO);
            assert!(scene.begin(3, "a", "x").is_err() || is_held, "a refusal is held");
        }
    }

    #[test]
    fn child_knows_the_holds_of_its_parent_and_not_its_logins() {
        let mut scene = Scene::new(realm(true, true));
        assert_eq!(scene.begin(1, "a", "x"), BEGUN);
        scene.end(1, "a", "x", NO);
        assert_eq!(scene.begin(2, "b", "x"), BEGUN);
        scene.table = scene.table.for_child();
        assert_eq!(scene.begin(3, "a", "x").unwrap_err().why, Why::Refused);
        assert_eq!(scene.begin(4, "b", "x"), BEGUN);
        // The end of an inherited turn changes nothing.
        scene.end(2, "b", "x", NO);
        assert_eq!(scene.begin(5, "b", "x"), WAITS);
        scene.end(4, "b", "x", Outcome::Nothing);
        assert_eq!(scene.begin(5, "b", "x"), BEGUN);
    }

    #[test]
    fn oldest_user_is_forgotten_and_named_if_it_was_held() {
        let mut scene = Scene::new(realm(true, false));
        for number in 0..MAX_ENTRIES as u64 {
            assert_eq!(scene.begin(number, &number.to_string(), "x"), BEGUN);
            scene.end(number, &number.to_string(), "x", if number == 1 { NO } else { Outcome::Accepted });
        }
        let last = MAX_ENTRIES as u64;
        assert_eq!(scene.begin(last, "new", "x"), BEGUN, "the oldest was not held");
        assert_eq!(scene.begin(last + 1, "1", "x").unwrap_err().why, Why::Refused, "still known");
        let Ok(Turns::Begun { forgotten: Some(hold) }) = scene.begin(last + 2, "newer", "x") else { panic!() };
        assert_eq!((hold.why, hold.code), (Why::Refused, Code::Denied));
        assert_eq!(scene.table.users.entries.len(), MAX_ENTRIES);
        assert_eq!(scene.table.users.order.len(), MAX_ENTRIES);
        scene.end(last, "new", "x", Outcome::Accepted);
        assert_eq!(scene.begin(last + 3, "1", "x").map(|_| ()), Ok(()), "forgotten");
    }
}
