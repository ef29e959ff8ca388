//! When a token is used, when it is renewed, and how: the pure machine of one session. No I/O, no clock, no lock.
//!
//! Lifetimes are counted by the monotonic clock, from before the request was sent: a token never looks valid for longer
//! than it is, and no change of the wall clock matters.

use std::time::Duration;

use crate::clock::Ticks;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A token `T` and its renewal. `F`: a failure, as the session returns it again in the pause after it.
#[derive(Clone, Debug)]
pub(crate) struct Renewal<T, F> {
    token: Option<Held<T>>,
    /// `None`: a tenth of the lifetime.
    margin: Option<Duration>,
    /// A refresh of the current token is under way.
    is_refreshing: bool,
    pause: Option<(F, Ticks)>,
    failures: Failures,
    /// Until then the API rejects tokens that were just issued.
    rejects_until: Ticks,
    /// How many tokens in a row it has rejected so.
    rejects: u32,
    logins: Rate<10, 360>,
    requests: Rate<30, 120>,
}

/// The token, and what is known about it.
#[derive(Clone, Debug)]
struct Held<T> {
    token: T,
    came: Ticks,
    /// [`Ticks::NEVER`] if the lifetime is unknown, as in `due`.
    end: Ticks,
    /// From then on the next caller renews it.
    due: Ticks,
    expires_at: Option<i64>,
    has_refresh: bool,
    is_rejected: bool,
    /// It was issued after its predecessor was rejected.
    follows_rejection: bool,
}

/// The facts that a service reports about a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// `None`: the token is used until it is rejected.
    pub(crate) lifetime: Option<Duration>,
    /// Unix seconds of the server's clock. Only compared with those of another token.
    pub(crate) expires_at: Option<i64>,
    pub(crate) has_refresh: bool,
}

/// How a token is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Refresh,
    Login,
}

/// The next step of a call. A `Duration` is the time until a request may be sent.
#[derive(Debug)]
pub(crate) enum Next<T, F> {
    HandOut(T),
    Renew(Way),
    /// The pause after this failure.
    Fail(F, Duration),
    /// Too many logins or requests in the last hour.
    TooMany(Duration),
    /// The API rejects tokens that were just issued.
    Rejected(Duration),
}

/// The kind of a failure: it decides the pause.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// No byte of the request was sent.
    Unsent { cancelled: bool },
    /// The refresh token was refused: a login is next.
    RefreshRefused,
    /// A login was refused, or its outcome is unknown and its secret was never accepted: the hold of the user answers.
    Refused,
    /// The service did not check the credentials, and asks for this pause.
    NotJudged { pause: Duration },
    /// No response after a byte was sent, except to a login with a secret that was never accepted.
    NoAnswer,
    /// Codes 80 to 84, a refresh that was refused for another reason, or a defect.
    StrangeAnswer,
    /// A failure that needs no pause because nothing is sent, such as a missing secret.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Fresh,
    /// Valid; the next caller renews it.
    Due,
    /// A renewal is due, but not before this time has passed.
    Paused(Duration),
    None,
}

impl<T: Clone, F: Clone> Renewal<T, F> {
    pub(crate) fn new(margin: Option<Duration>) -> Renewal<T, F> {
        Renewal {
            token: None,
            margin,
            is_refreshing: false,
            pause: None,
            failures: Failures::default(),
            rejects_until: Ticks::default(),
            rejects: 0,
            logins: Rate::default(),
            requests: Rate::default(),
        }
    }

    pub(crate) fn next(&self, now: Ticks) -> Next<T, F> {
        let held = self.token.as_ref();
        let way = if held.is_some_and(|held| held.has_refresh) { Way::Refresh } else { Way::Login };
        let logins = if way == Way::Login { self.logins.rest(now) } else { Duration::ZERO };
        let too_many = self.requests.rest(now).max(logins);
        let is_stopped = self.stop() > now || !too_many.is_zero();
        let token = if is_stopped { self.usable(now) } else { self.fresh(now) };
        match (token, &self.pause) {
            (Some(token), _) => Next::HandOut(token.clone()),
            _ if self.rejects_until > now => Next::Rejected(self.rejects_until.since(now)),
            (_, Some((failure, until))) if *until > now => Next::Fail(failure.clone(), until.since(now)),
            _ if !too_many.is_zero() => Next::TooMany(too_many),
            _ => Next::Renew(way),
        }
    }

    /// Returns the token if it is valid and no renewal is due.
    pub(crate) fn fresh(&self, now: Ticks) -> Option<&T> {
        self.valid(now).filter(|held| now < held.due).map(|held| &held.token)
    }

    /// Returns the token and the moment from which a renewal is due.
    pub(crate) fn until_due(&self) -> Option<(&T, Ticks)> {
        self.token.as_ref().filter(|held| !held.is_rejected).map(|held| (&held.token, held.due.min(held.end)))
    }

    /// Returns the token if it is valid.
    pub(crate) fn usable(&self, now: Ticks) -> Option<&T> {
        self.valid(now).map(|held| &held.token)
    }

    /// Returns the token, even if it has expired.
    pub(crate) fn current(&self) -> Option<&T> {
        self.token.as_ref().map(|held| &held.token)
    }

    pub(crate) fn state(&self, now: Ticks) -> State {
        let stop = self.stop();
        match self.valid(now) {
            Some(held) if now < held.due => State::Fresh,
            _ if stop > now => State::Paused(stop.since(now)),
            Some(_) => State::Due,
            None => State::None,
        }
    }

    /// A request is about to be sent.
    pub(crate) fn begins(&mut self, now: Ticks, way: Way) {
        self.is_refreshing = way == Way::Refresh;
        self.requests.count(now);
        if way == Way::Login {
            self.logins.count(now);
        }
    }

    /// A token has come. Returns false if it has expired already: then it is kept for its refresh token only, and
    /// [`Renewal::failed`] must follow, with [`Kind::StrangeAnswer`].
    #[must_use]
    pub(crate) fn renewed(&mut self, token: T, terms: Terms, sent_at: Ticks, now: Ticks) -> bool {
        let follows_rejection = self.token.as_ref().is_some_and(|held| held.is_rejected);
        self.hold(token, terms, sent_at, now, follows_rejection);
        let is_valid = self.valid(now).is_some();
        if is_valid {
            self.pause = None;
            self.failures = Failures::default();
        }
        is_valid
    }

    /// A renewal has failed. Returns the pause that begins. While the old token is valid there is always one, except
    /// after a cancellation and before a login that follows a refused refresh.
    pub(crate) fn failed(&mut self, failure: F, kind: Kind, now: Ticks, random: u32) -> Option<Duration> {
        let valid_for = self.valid(now).map(|held| held.end.since(now));
        let Failures { unsent, unanswered, strange } = &mut self.failures;
        let pause = match (kind, valid_for) {
            (Kind::RefreshRefused, _) => {
                let refreshed = self.token.as_mut().filter(|_| self.is_refreshing)?;
                refreshed.has_refresh = false;
                return None;
            }
            (Kind::Unsent { cancelled: true }, _) | (Kind::Refused | Kind::Other, None) => return None,
            (Kind::NotJudged { pause }, None) => pause,
            (Kind::NotJudged { pause }, Some(_)) => pause.max(grown(unanswered, 5, 300, random)),
            (Kind::Unsent { .. }, _) => grown(unsent, 1, 60, random),
            (Kind::NoAnswer, _) => grown(unanswered, 5, 300, random),
            (Kind::StrangeAnswer, _) => grown(strange, 60, 3600, random),
            (Kind::Refused | Kind::Other, Some(valid_for)) => grown(strange, 60, 3600, random).min(valid_for),
        };
        self.pause = Some((failure, now.after(pause)));
        Some(pause)
    }

    /// The API has rejected the current token.
    pub(crate) fn rejected(&mut self, now: Ticks) {
        let Some(held) = self.token.as_mut().filter(|held| !held.is_rejected) else { return };
        held.is_rejected = true;
        self.rejects = if held.follows_rejection && now.since(held.came) < MINUTE { self.rejects + 1 } else { 0 };
        if let Some(doublings) = self.rejects.checked_sub(1) {
            let wait = MINUTE.saturating_mul(1 << doublings.min(6)).min(HOUR);
            self.rejects_until = self.rejects_until.max(held.came.after(wait));
        }
    }

    /// Takes a token that the program has kept, if there is none, or if the current one was rejected or expires earlier.
    /// The caller has compared the values: a token never replaces itself.
    pub(crate) fn set(&mut self, token: T, terms: Terms, now: Ticks) -> bool {
        let is_better = self.token.as_ref().is_none_or(|held| match (held.expires_at, terms.expires_at) {
            _ if held.is_rejected => true,
            // Both by the server's clock: this machine's may be wrong.
            (Some(current), Some(new)) => current < new,
            (_, None) => now >= held.end,
            (None, Some(_)) => false,
        });
        if is_better {
            self.hold(token, terms, now, now, false);
        }
        is_better
    }

    pub(crate) fn forget(&mut self) {
        self.token = None;
        self.is_refreshing = false;
    }

    /// Ends all pauses. The bound of an hour stays.
    pub(crate) fn clear(&mut self) {
        self.pause = None;
        self.rejects = 0;
        self.rejects_until = Ticks::default();
    }

    /// Returns the state of a child after fork: without pauses, and without the refresh token, which only one process
    /// may use. `stripped` removes it from the token.
    pub(crate) fn inherited(&self, stripped: impl FnOnce(&T) -> T) -> Renewal<T, F> {
        let token = self.token.as_ref();
        let token = token.map(|held| Held { token: stripped(&held.token), has_refresh: false, ..held.clone() });
        Renewal { token, is_refreshing: false, pause: None, failures: Failures::default(), ..self.clone() }
    }

    fn hold(&mut self, token: T, terms: Terms, counted_from: Ticks, came: Ticks, follows_rejection: bool) {
        let Terms { lifetime, expires_at, has_refresh } = terms;
        let (end, due) = lifetime.map_or((Ticks::NEVER, Ticks::NEVER), |lifetime| {
            let margin = self.margin.unwrap_or_else(|| (lifetime / 10).clamp(MINUTE, DAY)).min(lifetime / 2);
            (counted_from.after(lifetime), counted_from.after(lifetime - margin))
        });
        self.is_refreshing = false;
        self.token =
            Some(Held { token, came, end, due, expires_at, has_refresh, is_rejected: false, follows_rejection });
    }

    fn valid(&self, now: Ticks) -> Option<&Held<T>> {
        self.token.as_ref().filter(|held| !held.is_rejected && now < held.end)
    }

    /// The end of the pauses.
    fn stop(&self) -> Ticks {
        self.pause.as_ref().map_or(self.rejects_until, |(_, until)| self.rejects_until.max(*until))
    }
}

/// How often renewals have failed since the last success.
#[derive(Clone, Debug, Default)]
struct Failures {
    unsent: u32,
    unanswered: u32,
    strange: u32,
}

/// Returns the next pause: `first` seconds, doubled after each failure. Up to a quarter is added at random, so that many
/// sessions do not send at once. Never longer than `longest`.
fn grown(failures: &mut u32, first: u32, longest: u32, random: u32) -> Duration {
    // With the quarter it is `longest`.
    let pause = first.saturating_mul(1 << (*failures).min(12)).min(longest / 5 * 4);
    *failures += 1;
    let pause = u64::from(pause) * 1000;
    Duration::from_millis(pause + ((pause / 4 * u64::from(random)) >> 32))
}

/// Permits `BURST` events at once, and one more in each `SECONDS`: in an hour at most `BURST + 3600 / SECONDS`. This is
/// the generic cell rate algorithm.
#[derive(Clone, Copy, Debug, Default)]
struct Rate<const BURST: u32, const SECONDS: u32>(Ticks);

impl<const BURST: u32, const SECONDS: u32> Rate<BURST, SECONDS> {
    const INTERVAL: Duration = Duration::from_secs(SECONDS as u64);

    /// Returns the time until the next event is permitted.
    fn rest(self, now: Ticks) -> Duration {
        self.0.since(now).saturating_sub(Self::INTERVAL * (BURST - 1))
    }

    fn count(&mut self, now: Ticks) {
        self.0 = self.0.max(now).after(Self::INTERVAL);
    }
}

#[cfg(test)]
#[path = "renewal_model.rs"]
mod model;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Kind, Next, Rate, Renewal, Terms, Way};
    use crate::clock::Ticks;

    type Machine = Renewal<(), ()>;

    fn at(seconds: u64) -> Ticks {
        Ticks::default().after(Duration::from_secs(seconds))
    }

    /// The token of a server whose clock began with ours.
    fn terms(end: Option<u64>, now: u64) -> Terms {
        let lifetime = end.map(|end| Duration::from_secs(end.saturating_sub(now)));
        Terms { lifetime, expires_at: end.map(|end| i64::try_from(end).unwrap()), has_refresh: true }
    }

    fn with_token(end: Option<u64>) -> Machine {
        let mut machine = Machine::new(None);
        assert!(machine.renewed((), terms(end, 0), at(0), at(0)));
        machine
    }

    #[test]
    fn token_is_renewed_a_margin_before_its_end() {
        const HOUR: u64 = 3600;
        for (margin, lifetime, due) in [
            (None, HOUR, HOUR - 360),
            (None, 600, 540),
            (None, 599, 539),
            (None, 90, 45),
            (None, 1, 1),
            (None, 365 * 24 * HOUR, 364 * 24 * HOUR),
            (Some(0), HOUR, HOUR),
            (Some(1), HOUR, HOUR - 1),
            (Some(HOUR), 24 * HOUR, 23 * HOUR),
            (Some(24 * HOUR), HOUR, HOUR / 2),
        ] {
            let mut machine = Machine::new(margin.map(Duration::from_secs));
            assert!(machine.renewed((), terms(Some(lifetime), 0), at(0), at(0)));
            assert!(machine.fresh(at(due - 1)).is_some(), "{margin:?} {lifetime}");
            assert!(machine.fresh(at(due)).is_none() || lifetime == 1, "{margin:?} {lifetime}");
            assert!(machine.usable(at(lifetime - 1)).is_some() && machine.usable(at(lifetime)).is_none());
        }
        assert!(with_token(None).fresh(at(100 * 365 * 24 * HOUR)).is_some());
    }

    #[test]
    fn kept_token_replaces_only_a_worse_one() {
        for (current, is_rejected, kept, is_taken) in [
            (Some(100), false, Some(101), true),
            (Some(100), false, Some(100), false),
            (Some(100), false, Some(99), false),
            (Some(100), false, None, false),
            (Some(10), false, None, true),
            (Some(10), false, Some(11), true),
            (Some(10), false, Some(9), false),
            (None, false, Some(100), false),
            (None, false, None, false),
            (Some(100), true, Some(99), true),
            (None, true, None, true),
        ] {
            let mut machine = with_token(current);
            if is_rejected {
                machine.rejected(at(20));
            }
            assert_eq!(machine.set((), terms(kept, 20), at(20)), is_taken, "{current:?} {is_rejected} {kept:?}");
        }
        // The wall clock was set back by a year: the lifetime looks longer, the expiry is the same.
        let mut machine = with_token(Some(100));
        let old = Terms { lifetime: Some(Duration::from_secs(365 * 24 * 3600)), ..terms(Some(99), 0) };
        assert!(!machine.set((), old, at(20)));
        assert!(Machine::new(None).set((), terms(Some(9), 20), at(20)), "it may have a refresh token");
    }

    #[test]
    fn pauses_grow_up_to_a_longest_one() {
        let not_judged = Kind::NotJudged { pause: Duration::from_secs(20) };
        for (kind, is_valid, shortest, longest) in [
            (Kind::Unsent { cancelled: false }, false, [1, 2, 4, 8, 16, 32, 48, 48], 60),
            (Kind::NoAnswer, false, [5, 10, 20, 40, 80, 160, 240, 240], 300),
            (Kind::StrangeAnswer, false, [60, 120, 240, 480, 960, 1920, 2880, 2880], 3600),
            (not_judged, false, [20; 8], 20),
            (not_judged, true, [20, 20, 20, 40, 80, 160, 240, 240], 300),
            (Kind::Refused, true, [60, 120, 240, 480, 960, 1920, 2880, 2880], 3600),
            (Kind::Other, true, [60, 120, 240, 480, 960, 1920, 2880, 2880], 3600),
            (Kind::NoAnswer, true, [5, 10, 20, 40, 80, 160, 240, 240], 300),
        ] {
            let machine = if is_valid { with_token(Some(1_000_000)) } else { Machine::new(None) };
            let (mut low, mut high) = (machine.clone(), machine);
            for least in shortest {
                let pause = low.failed((), kind, at(0), 0).unwrap();
                assert_eq!(pause, Duration::from_secs(least), "{kind:?}");
                let most = high.failed((), kind, at(0), u32::MAX).unwrap();
                assert!(most >= pause && most <= pause * 5 / 4, "{kind:?} {most:?}");
            }
            let last = high.failed((), kind, at(0), u32::MAX).unwrap();
            assert_eq!(last.as_millis().div_ceil(1000), longest, "{kind:?}");
        }
        for kind in [Kind::Refused, Kind::Other, Kind::RefreshRefused, Kind::Unsent { cancelled: true }] {
            assert_eq!(Machine::new(None).failed((), kind, at(0), 0), None, "{kind:?}");
        }
        // A refusal is answered by the hold, as soon as the old token has expired.
        assert_eq!(with_token(Some(30)).failed((), Kind::Refused, at(10), 0), Some(Duration::from_secs(20)));
    }

    #[test]
    fn success_ends_the_pause_and_its_growth() {
        let mut machine = Machine::new(None);
        machine.failed((), Kind::StrangeAnswer, at(0), 0);
        machine.failed((), Kind::StrangeAnswer, at(0), 0);
        assert!(matches!(machine.next(at(1)), Next::Fail((), rest) if rest.as_secs() == 119));
        // It came too late: only its refresh token is of use.
        assert!(!machine.renewed((), terms(Some(2), 1), at(1), at(2)));
        assert!(matches!(machine.next(at(2)), Next::Fail((), _)));
        assert!(machine.renewed((), terms(Some(30), 1), at(1), at(2)));
        assert!(matches!(machine.next(at(2)), Next::HandOut(())));
        assert!(matches!(machine.next(at(31)), Next::Renew(Way::Refresh)));
        assert_eq!(machine.failed((), Kind::StrangeAnswer, at(31), 0), Some(Duration::from_secs(60)));
    }

    #[test]
    fn bound_of_an_hour_is_reached_and_kept() {
        fn sent_in_an_hour<const BURST: u32, const SECONDS: u32>(mut rate: Rate<BURST, SECONDS>) -> usize {
            let mut times = Vec::new();
            for second in 10_000..30_000 {
                while rate.rest(at(second)).is_zero() {
                    rate.count(at(second));
                    times.push(second);
                }
            }
            let in_hour_from =
                |start: u64| times.iter().filter(|&&time| (start..=start + 3600).contains(&time)).count();
            times.iter().map(|&start| in_hour_from(start)).max().unwrap()
        }
        let machine = Machine::new(None);
        assert_eq!((sent_in_an_hour(machine.logins), sent_in_an_hour(machine.requests)), (20, 60));
    }

    #[test]
    fn machine_is_small() {
        assert!(size_of::<Machine>() <= 200, "{}", size_of::<Machine>());
    }
}
