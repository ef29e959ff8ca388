//! A model of one session's token, and a world that drives the machine through simulated years.
//!
//! The model is written from the description of sessions, not from `renewal.rs`: it keeps the history, and decides from
//! it which step is allowed. These rules are checked after each step:
//!
//! 1. An expired or rejected token is never handed out.
//! 2. A good token is never thrown away: while it is valid, each call gets it or renews it, and it is renewed only when
//!    that is due. A token of unknown expiry is used until it is rejected. A kept token replaces only a worse one.
//! 3. A login is sent only if there is no refresh token that may be accepted.
//! 4. In any hour at most 20 logins and 60 requests are sent. Callers are stopped only after 10 and 30.
//! 5. After a failure there is a pause, with the error that began it. Pauses grow, and have a longest and a shortest
//!    time. No request is sent in a pause, and none is held longer than the pause.
//! 6. The first renewal after a rejection is sent at once. If its token is rejected within a minute, the next renewal
//!    waits for the end of that minute, then two minutes, up to an hour.
//!
//! The wall clock steps by a year in both directions, and the server's clock differs. The machine is suspended for
//! weeks, also while a response is awaited. Responses are slow, and every kind of failure occurs.

use std::time::Duration;

use super::{Kind, Next, Renewal, State, Terms, Way};
use crate::clock::Ticks;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

fn ticks(ms: u64) -> Ticks {
    Ticks::default().after(Duration::from_millis(ms))
}

fn span(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn ms(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap()
}

/// Splitmix64: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}

/// A token that the session has.
#[derive(Clone, Copy, Debug)]
struct Kept {
    id: u32,
    /// The time at which the session received it.
    came: u64,
    /// The time of its end, and of its renewal; `None` if it is unknown.
    end: Option<u64>,
    due: Option<u64>,
    /// The end by the server's clock, in seconds.
    expires_at: Option<i64>,
    has_refresh: bool,
    is_rejected: bool,
    /// It came from the first renewal after a rejection.
    follows_rejection: bool,
}

impl Kept {
    fn is_valid(&self, now: u64) -> bool {
        !self.is_rejected && self.end.is_none_or(|end| now < end)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Pace {
    Unsent,
    Unanswered,
    Strange,
}

impl Pace {
    /// The first and the longest pause.
    fn times(self) -> (u64, u64) {
        match self {
            Pace::Unsent => (SECOND, MINUTE),
            Pace::Unanswered => (5 * SECOND, 5 * MINUTE),
            Pace::Strange => (MINUTE, HOUR),
        }
    }
}

struct Model {
    margin: Option<u64>,
    token: Option<Kept>,
    /// The failures since the last success.
    failures: Vec<Pace>,
    /// The pause: the error that began it, and its end.
    pause: Option<(u32, u64)>,
    /// How many tokens in a row were rejected within a minute after a rejection, and the end of the wait.
    young: u32,
    wait_end: u64,
    /// The time of each request, and whether it was a login.
    requests: Vec<(u64, bool)>,
}

impl Model {
    fn kept(&self, id: u32, terms: Terms, counted_from: u64, came: u64) -> Kept {
        let lifetime = terms.lifetime.map(ms);
        let margin = |lifetime: u64| {
            let margin = self.margin.unwrap_or_else(|| (lifetime / 10).clamp(MINUTE, DAY));
            margin.min(lifetime / 2)
        };
        Kept {
            id,
            came,
            end: lifetime.map(|lifetime| counted_from + lifetime),
            due: lifetime.map(|lifetime| counted_from + lifetime - margin(lifetime)),
            expires_at: terms.expires_at,
            has_refresh: terms.has_refresh,
            is_rejected: false,
            follows_rejection: false,
        }
    }

    fn valid(&self, now: u64) -> Option<Kept> {
        self.token.filter(|token| token.is_valid(now))
    }

    /// A token that no renewal is due for.
    fn fresh(&self, now: u64) -> Option<Kept> {
        self.valid(now).filter(|token| token.due.is_none_or(|due| now < due))
    }

    fn way(&self) -> Way {
        if self.token.is_some_and(|token| token.has_refresh) { Way::Refresh } else { Way::Login }
    }

    fn sent_in_last_hour(&self, now: u64, only_logins: bool) -> usize {
        let in_hour = |&&(at, is_login): &&(u64, bool)| at + HOUR >= now && (is_login || !only_logins);
        self.requests.iter().filter(in_hour).count()
    }

    fn was_busy(&self, now: u64) -> bool {
        let logins = self.sent_in_last_hour(now, true);
        self.sent_in_last_hour(now, false) >= 30 || self.way() == Way::Login && logins >= 10
    }

    fn is_paused(&self, now: u64) -> bool {
        self.pause.is_some_and(|(_, end)| now < end)
    }

    fn check_next(&self, next: &Next<u32, u32>, now: u64) {
        let (valid, fresh) = (self.valid(now), self.fresh(now));
        match *next {
            Next::HandOut(id) => {
                let valid = valid.expect("1. an expired or rejected token, or none, was handed out");
                assert_eq!(id, valid.id, "2. another token was handed out");
                let is_stopped = self.is_paused(now) || now < self.wait_end || self.was_busy(now);
                assert!(fresh.is_some() || is_stopped, "2. a token was not renewed when that was due");
            }
            Next::Renew(way) => {
                assert!(fresh.is_none(), "2. a token was renewed before that was due");
                assert_eq!(way, self.way(), "3. the way of the renewal");
                assert!(!self.is_paused(now), "5. a request in a pause");
                assert!(now >= self.wait_end, "6. a request although tokens just issued are rejected");
            }
            Next::Fail(failure, rest) => {
                assert!(valid.is_none(), "2. a good token was thrown away in a pause");
                assert_eq!(self.pause, Some((failure, now + ms(rest))), "5. the error and the rest of a pause");
                assert!(self.is_paused(now), "5. held longer than the pause");
            }
            Next::TooMany(rest) => {
                assert!(valid.is_none(), "2. a good token was thrown away because of the bound");
                assert!(self.was_busy(now), "4. stopped although few requests were sent");
                assert!(!rest.is_zero() && ms(rest) <= 6 * MINUTE, "4. the rest: {rest:?}");
            }
            Next::Rejected(rest) => {
                assert!(valid.is_none(), "2. a good token was thrown away because of a rejection");
                assert!(now < self.wait_end, "6. the first renewal after a rejection was not sent at once");
                assert_eq!(now + ms(rest), self.wait_end, "6. the rest of the wait");
            }
        }
    }

    /// A request is sent.
    fn begins(&mut self, now: u64, way: Way) {
        self.requests.retain(|(at, _)| at + HOUR >= now);
        self.requests.push((now, way == Way::Login));
        assert!(self.sent_in_last_hour(now, true) <= 20, "4. more than 20 logins in an hour");
        assert!(self.sent_in_last_hour(now, false) <= 60, "4. more than 60 requests in an hour");
    }

    /// Returns whether the token was valid when it came.
    fn renewed(&mut self, id: u32, terms: Terms, sent_at: u64, now: u64) -> bool {
        let follows_rejection = self.token.is_some_and(|token| token.is_rejected);
        self.token = Some(Kept { follows_rejection, ..self.kept(id, terms, sent_at, now) });
        let is_valid = self.valid(now).is_some();
        if is_valid {
            self.failures.clear();
            self.pause = None;
        }
        is_valid
    }

    /// `rest`: what the machine reports as the rest of the pause that begins.
    fn failed(&mut self, id: u32, kind: Kind, now: u64, rest: Option<u64>) {
        let valid = self.valid(now);
        let (pace, least, end) = match kind {
            Kind::Unsent { cancelled: true } | Kind::RefreshRefused => return,
            Kind::Refused | Kind::Other => match valid {
                // It answers itself: the hold of the user, or the missing secret.
                None => return,
                Some(token) => (Pace::Strange, 0, token.end.unwrap_or(u64::MAX)),
            },
            Kind::NotJudged { pause } if valid.is_none() => {
                assert_eq!(rest, Some(ms(pause)), "5. the pause that the server asks for");
                self.pause = Some((id, now + ms(pause)));
                return;
            }
            Kind::NotJudged { pause } => (Pace::Unanswered, ms(pause), u64::MAX),
            Kind::Unsent { .. } => (Pace::Unsent, 0, u64::MAX),
            Kind::NoAnswer => (Pace::Unanswered, 0, u64::MAX),
            Kind::StrangeAnswer => (Pace::Strange, 0, u64::MAX),
        };
        let (first, longest) = pace.times();
        let before = self.failures.iter().filter(|&&other| other == pace).count();
        let nominal = first.saturating_mul(1 << before.min(20)).min(longest);
        // Jitter: a quarter longer, and a fifth shorter at the longest pause.
        let shortest = if nominal == longest { nominal / 5 * 4 } else { nominal };
        let (shortest, longest) = (shortest.max(least), (nominal / 4 * 5).min(longest).max(least));
        let most = end - now;
        let rest = rest.expect("5. a pause after a failure");
        assert!((shortest.min(most)..=longest.min(most)).contains(&rest), "5. {pace:?} {before} {rest}");
        self.failures.push(pace);
        self.pause = Some((id, now + rest));
    }

    fn rejected(&mut self, now: u64) {
        let Some(token) = self.token.as_mut().filter(|token| !token.is_rejected) else { return };
        token.is_rejected = true;
        if token.follows_rejection && now - token.came < MINUTE {
            self.young += 1;
            self.wait_end = self.wait_end.max(token.came + (MINUTE << (self.young - 1).min(10)).min(HOUR));
        } else {
            self.young = 0;
        }
    }

    /// Returns whether a kept token replaces the current one.
    fn set(&mut self, id: u32, terms: Terms, now: u64) -> bool {
        let is_better = match self.token {
            None => true,
            Some(token) if token.is_rejected => true,
            Some(token) => match (token.expires_at, terms.expires_at) {
                (Some(current), Some(new)) => current < new,
                // It may be valid; the current one is not.
                (_, None) => !token.is_valid(now),
                (None, Some(_)) => false,
            },
        };
        if is_better {
            self.token = Some(self.kept(id, terms, now, now));
        }
        is_better
    }

    fn check_state(&self, state: State, now: u64) {
        let stop = self.pause.map_or(0, |(_, end)| end).max(self.wait_end);
        let expected = match () {
            () if self.fresh(now).is_some() => State::Fresh,
            () if now < stop => State::Paused(span(stop - now)),
            () if self.valid(now).is_some() => State::Due,
            () => State::None,
        };
        assert_eq!(state, expected, "5, 6. the state");
    }
}

/// The behavior of the server at the moment.
#[derive(Clone, Copy, Debug)]
enum Weather {
    Healthy,
    RejectsTokens,
    ShortLifetimes,
    RefusesRefreshes,
    Unreachable,
    Overloaded,
    Mixed,
}

#[derive(Clone, Copy)]
struct Flight {
    way: Way,
    /// The token that is refreshed.
    token: Option<u32>,
    sent_at: u64,
    answers_at: u64,
    weather: Weather,
}

#[derive(Default, Debug)]
struct Counts {
    calls: u64,
    logins: u64,
    refreshes: u64,
    tokens: u64,
    failures: u64,
    rejections: u64,
    stopped: u64,
    paused: u64,
    rejected_young: u64,
    set: u64,
    most_logins: usize,
    most_requests: usize,
}

struct World {
    random: Random,
    machine: Renewal<u32, u32>,
    model: Model,
    /// Milliseconds of the clock that does not stop.
    now: u64,
    /// The wall clock and the server's clock: their difference from it, in seconds.
    wall: i64,
    server: i64,
    weather: Weather,
    /// The longest time between two calls.
    patience: u64,
    /// Until then the weather does not change.
    storm_end: u64,
    flight: Option<Flight>,
    last_id: u32,
    /// Tokens that the program has kept.
    old: Vec<(u32, Option<i64>, bool)>,
    counts: Counts,
}

impl World {
    fn new(seed: u64) -> World {
        let mut random = Random(seed);
        let margin = random.of(&[None, None, Some(0), Some(30 * SECOND), Some(HOUR), Some(30 * DAY)]);
        World {
            machine: Renewal::new(margin.map(span)),
            model: Model {
                margin,
                token: None,
                failures: Vec::new(),
                pause: None,
                young: 0,
                wait_end: 0,
                requests: Vec::new(),
            },
            now: random.below(DAY),
            wall: 1_800_000_000,
            server: 1_800_000_000 + i64::try_from(random.below(7200)).unwrap() - 3600,
            weather: Weather::Healthy,
            patience: MINUTE,
            storm_end: 0,
            flight: None,
            last_id: 0,
            old: Vec::new(),
            random,
            counts: Counts::default(),
        }
    }

    fn id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }

    fn seconds(&self) -> i64 {
        i64::try_from(self.now / SECOND).unwrap()
    }

    /// The terms of a new token, by the server's clock.
    fn terms(&mut self, sent_at: u64, weather: Weather) -> Terms {
        let lifetime = match weather {
            Weather::ShortLifetimes => self.random.of(&[0, 1, 2, 30, 60, 119]),
            _ => self.random.of(&[600, 3600, 3600, 7200, 86_400, 365 * 86_400]),
        };
        let is_known = !self.random.one_in(12);
        let issued_at = i64::try_from(sent_at / SECOND).unwrap() + self.server;
        Terms {
            lifetime: is_known.then(|| Duration::from_secs(lifetime)),
            expires_at: is_known.then(|| issued_at + i64::try_from(lifetime).unwrap()),
            has_refresh: !self.random.one_in(3),
        }
    }

    fn step(&mut self) {
        self.pass_time();
        if self.now >= self.storm_end && self.random.one_in(60) {
            self.change_weather();
        }
        match self.random.below(200) {
            0 => self.wall += self.random.of(&[-1, 1]) * 365 * 86_400,
            1 => self.reject(),
            2 | 3 => self.set(),
            4 => self.forget(),
            5 => self.clear(),
            6 => self.fork(),
            _ => self.call(),
        }
        if matches!(self.weather, Weather::RejectsTokens) && self.random.one_in(4) {
            self.reject();
        }
        self.check();
    }

    fn change_weather(&mut self) {
        use Weather::{Healthy, Mixed, Overloaded, RefusesRefreshes, RejectsTokens, ShortLifetimes, Unreachable};
        let bad = [RejectsTokens, ShortLifetimes, RefusesRefreshes, Unreachable, Overloaded, Mixed];
        self.weather = if self.random.one_in(3) { Healthy } else { self.random.of(&bad) };
        self.patience = self.random.of(&[50, 2 * SECOND, 20 * SECOND, MINUTE, 20 * MINUTE, 4 * HOUR, 3 * DAY]);
        if self.random.one_in(1000) {
            // A call each second for hours.
            self.patience = 2 * SECOND;
            self.storm_end = self.now + 3 * HOUR;
        }
    }

    fn pass_time(&mut self) {
        // The machine is suspended.
        let is_long = self.random.one_in(500);
        let passed = if is_long { self.random.below(40 * DAY) } else { self.random.below(self.patience) };
        match self.flight.filter(|flight| flight.answers_at <= self.now + passed) {
            Some(flight) => {
                self.now = self.now.max(flight.answers_at);
                self.flight = None;
                self.answer(flight);
            }
            None => self.now += passed,
        }
    }

    /// Checks the rules that apply at any time, also while a response is awaited.
    fn check(&mut self) {
        let (now, machine) = (ticks(self.now), &self.machine);
        assert_eq!(
            machine.usable(now).copied(),
            self.model.valid(self.now).map(|token| token.id),
            "1, 2. the valid token"
        );
        assert_eq!(
            machine.fresh(now).copied(),
            self.model.fresh(self.now).map(|token| token.id),
            "1, 2. the fresh token"
        );
        assert_eq!(machine.current().copied(), self.model.token.map(|token| token.id));
        self.model.check_state(machine.state(now), self.now);
    }

    fn call(&mut self) {
        if self.flight.is_some() {
            return;
        }
        self.counts.calls += 1;
        let next = self.machine.next(ticks(self.now));
        self.model.check_next(&next, self.now);
        match next {
            Next::HandOut(_) => {}
            Next::Renew(way) => self.send(way),
            Next::Fail(..) => self.counts.paused += 1,
            Next::TooMany(_) => self.counts.stopped += 1,
            Next::Rejected(_) => self.counts.rejected_young += 1,
        }
    }

    fn send(&mut self, way: Way) {
        let is_unreachable = matches!(self.weather, Weather::Unreachable)
            || matches!(self.weather, Weather::Mixed) && self.random.one_in(3);
        if is_unreachable && !self.random.one_in(4) {
            self.now += self.random.below(10 * SECOND);
            let kind = Kind::Unsent { cancelled: self.random.one_in(4) };
            return self.fail(kind);
        }
        self.machine.begins(ticks(self.now), way);
        self.model.begins(self.now, way);
        let (logins, requests) =
            (self.model.sent_in_last_hour(self.now, true), self.model.sent_in_last_hour(self.now, false));
        self.counts.most_logins = self.counts.most_logins.max(logins);
        self.counts.most_requests = self.counts.most_requests.max(requests);
        match way {
            Way::Login => self.counts.logins += 1,
            Way::Refresh => self.counts.refreshes += 1,
        }
        let took = if self.random.one_in(10) { self.random.below(2 * MINUTE) } else { self.random.below(SECOND) };
        // The machine is suspended while the response is awaited.
        let took = if self.random.one_in(200) { took + self.random.below(30 * DAY) } else { took };
        let token = self.model.token.map(|token| token.id);
        self.flight =
            Some(Flight { way, token, sent_at: self.now, answers_at: self.now + took, weather: self.weather });
    }

    fn answer(&mut self, flight: Flight) {
        let is_refresh = flight.way == Way::Refresh;
        let pause = span(self.random.of(&[5 * SECOND, 30 * SECOND, 10 * MINUTE, DAY]));
        let other = self.random.of(&[
            Kind::NotJudged { pause },
            Kind::NoAnswer,
            Kind::StrangeAnswer,
            if is_refresh { Kind::RefreshRefused } else { Kind::Refused },
            Kind::Other,
        ]);
        let kind = match flight.weather {
            Weather::Healthy | Weather::RejectsTokens | Weather::ShortLifetimes => None,
            Weather::RefusesRefreshes => is_refresh.then_some(Kind::RefreshRefused),
            Weather::Unreachable => Some(Kind::NoAnswer),
            Weather::Overloaded => Some(Kind::NotJudged { pause: span(5 * SECOND) }),
            Weather::Mixed => (!self.random.one_in(3)).then_some(other),
        };
        if let Some(kind) = kind.or_else(|| self.random.one_in(100).then_some(other)) {
            return self.fail_refresh(kind, flight);
        }
        let (id, terms) = (self.id(), self.terms(flight.sent_at, flight.weather));
        self.counts.tokens += 1;
        self.old.push((id, terms.expires_at, terms.has_refresh));
        let is_valid = self.machine.renewed(id, terms, ticks(flight.sent_at), ticks(self.now));
        assert_eq!(is_valid, self.model.renewed(id, terms, flight.sent_at, self.now));
        if !is_valid {
            self.fail(Kind::StrangeAnswer);
        }
    }

    /// A refused refresh token is the one that was sent: another one may be there now.
    fn fail_refresh(&mut self, kind: Kind, flight: Flight) {
        if let (Kind::RefreshRefused, Some(token)) = (kind, &mut self.model.token)
            && Some(token.id) == flight.token
        {
            token.has_refresh = false;
        }
        self.fail(kind);
    }

    fn fail(&mut self, kind: Kind) {
        self.counts.failures += 1;
        let (id, random) = (self.id(), self.random.next() as u32);
        let random = self.random.of(&[random, random, 0, u32::MAX]);
        let rest = self.machine.failed(id, kind, ticks(self.now), random).map(ms);
        self.model.failed(id, kind, self.now, rest);
    }

    fn reject(&mut self) {
        self.counts.rejections += 1;
        self.machine.rejected(ticks(self.now));
        self.model.rejected(self.now);
    }

    /// The program gives a token that it has kept, or one of another process.
    fn set(&mut self) {
        let (id, expires_at, has_refresh) = if self.random.one_in(2) || self.old.is_empty() {
            let terms = self.terms(self.now, self.weather);
            (self.id(), terms.expires_at, terms.has_refresh)
        } else {
            let recent = self.old.len().min(4) as u64;
            self.old[self.old.len() - 1 - usize::try_from(self.random.below(recent)).unwrap()]
        };
        // The session compares values first: the same token changes nothing.
        if self.model.token.is_some_and(|token| token.id == id) {
            return;
        }
        self.counts.set += 1;
        let wall = self.seconds() + self.wall;
        let lifetime = expires_at.map(|end| Duration::from_secs(u64::try_from(end - wall).unwrap_or(0)));
        let terms = Terms { lifetime, expires_at, has_refresh };
        let is_taken = self.machine.set(id, terms, ticks(self.now));
        assert_eq!(is_taken, self.model.set(id, terms, self.now), "2. a kept token replaces only a worse one");
        if is_taken {
            self.token_changed();
        }
    }

    /// The response to a refresh that has been sent is about the old token.
    fn token_changed(&mut self) {
        if let Some(flight) = &mut self.flight {
            flight.token = None;
        }
    }

    fn forget(&mut self) {
        self.machine.forget();
        self.model.token = None;
        self.token_changed();
    }

    fn clear(&mut self) {
        self.machine.clear();
        (self.model.pause, self.model.young, self.model.wait_end) = (None, 0, 0);
    }

    /// The child goes on: without the refresh token, and without a request under way.
    fn fork(&mut self) {
        self.machine = self.machine.inherited(|&id| id);
        self.flight = None;
        self.model.pause = None;
        self.model.failures.clear();
        if let Some(token) = &mut self.model.token {
            token.has_refresh = false;
        }
    }
}

fn simulate(seed: u64, years: u64, totals: &mut Counts) -> u64 {
    let mut world = World::new(seed);
    let (start, mut steps) = (world.now, 0);
    world.change_weather();
    (world.patience, world.storm_end) = (2 * SECOND, start + 3 * HOUR);
    while world.now - start < years * YEAR {
        let step = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| world.step()));
        if let Err(panic) = step {
            eprintln!("seed {seed}, step {steps}, {} ms, {:?}: {:?}", world.now, world.weather, world.model.token);
            std::panic::resume_unwind(panic);
        }
        steps += 1;
    }
    let counts = world.counts;
    totals.calls += counts.calls;
    totals.logins += counts.logins;
    totals.refreshes += counts.refreshes;
    totals.tokens += counts.tokens;
    totals.failures += counts.failures;
    totals.rejections += counts.rejections;
    totals.stopped += counts.stopped;
    totals.paused += counts.paused;
    totals.rejected_young += counts.rejected_young;
    totals.set += counts.set;
    totals.most_logins = totals.most_logins.max(counts.most_logins);
    totals.most_requests = totals.most_requests.max(counts.most_requests);
    steps
}

#[test]
fn machine_keeps_the_rules_of_the_model_for_centuries() {
    let mut counts = Counts::default();
    for seed in 0..200 {
        simulate(seed, 5, &mut counts);
    }
    // Every part has been reached.
    let reached = [counts.stopped, counts.paused, counts.rejected_young, counts.set];
    assert!(reached.iter().all(|&count| count > 100), "{counts:?}");
}

#[ignore = "slow"]
#[test]
fn machine_keeps_the_rules_of_the_model_for_millennia() {
    let (mut counts, mut steps) = (Counts::default(), 0);
    let (worlds, years) = (4000, 10);
    for seed in 0..worlds {
        steps += simulate(1_000_000 + seed, years, &mut counts);
    }
    println!("{} simulated years, {steps} events: {counts:?}", worlds * years);
}
