//! Whether logins with a key may be sent. Pure: no clock, no lock.
//!
//! The Native Flow does not report whether it refuses the login or the key. With a wrong key every login of a batch would be
//! refused and would count against its account. So before a login with the key is accepted, only a few are sent. The OAuth
//! 2.0 service reports that the client is wrong: before a login is accepted, one goes at a time.

use std::time::Duration;

use super::hold::{Hold, Why};
use super::identity::Guards;
use super::outcome::Outcome;
use super::user::{Moment, code, number};
use crate::clock::Ticks;
use crate::error::Code;
use crate::fingerprint::Fingerprint;

/// The number of users who may be refused with a key that was never accepted.
const MAX_REFUSED: usize = 3;

/// The history of a key, and of its client secret if there is one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Application {
    /// A login with it was accepted.
    is_accepted: bool,
    /// The users who were refused before it was accepted: the beginnings of their fingerprints.
    refused: [Option<u32>; MAX_REFUSED],
    last: Option<Refusal>,
}

/// The last refusal.
#[derive(Clone, Copy, Debug)]
struct Refusal {
    at: Moment,
    code: u8,
    /// The server has refused the application itself, and not a user.
    is_of_client: bool,
}

impl Application {
    /// Returns whether another login may be sent now while others run. `false`: when one of them has ended.
    ///
    /// # Errors
    /// None may.
    pub(super) fn decide(&self, guards: Guards, running: usize, now: Ticks, hold_back: Duration) -> Result<bool, Hold> {
        if let Some(hold) = self.hold(now, hold_back) {
            return Err(hold);
        }
        let refused = self.refused.iter().flatten().count();
        let places = if guards.key_may_be_wrong { MAX_REFUSED } else { 1 };
        Ok(self.is_accepted || refused + running < places)
    }

    pub(super) fn hold(&self, now: Ticks, hold_back: Duration) -> Option<Hold> {
        let Refusal { at, code: number, is_of_client } = self.last?;
        let (since, code) = (at.ticks(), code(number));
        let until = since.after(hold_back);
        if is_of_client {
            return (until > now).then_some(Hold { why: Why::Client, code, since, until: Some(until) });
        }
        let is_key = self.refused.iter().all(Option::is_some);
        is_key.then_some(Hold { why: Why::Key, code, since, until: None })
    }

    /// Records the outcome of a login of `user` that began at `began`.
    pub(super) fn record(&mut self, user: Fingerprint, guards: Guards, outcome: Outcome, began: Ticks, now: Ticks) {
        let refusal = |code, is_of_client| Some(Refusal { at: Moment::of(now), code: number(code), is_of_client });
        match outcome {
            // As for a user: of logins that overlap, the refusal counts.
            Outcome::Accepted if !self.last.is_some_and(|last| last.is_of_client && last.at.ticks() >= began) => {
                *self = Application { is_accepted: true, ..Application::default() };
            }
            Outcome::Refused(code @ Code::BadClient) => {
                *self = Application { last: refusal(code, true), ..Application::default() };
            }
            Outcome::Refused(code) if guards.key_may_be_wrong && !self.is_accepted => {
                let user = Some(user.start() as u32);
                if !self.refused.contains(&user)
                    && let Some(free) = self.refused.iter_mut().find(|place| place.is_none())
                {
                    *free = user;
                    self.last = refusal(code, false);
                }
            }
            _ => {}
        }
    }

    /// Lifts the hold.
    pub(super) fn clear(&mut self) {
        *self = Application { is_accepted: self.is_accepted, ..Application::default() };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Application;
    use crate::clock::Ticks;
    use crate::error::Code;
    use crate::fingerprint::Fingerprint;
    use crate::hold_back::hold::Why;
    use crate::hold_back::identity::Guards;
    use crate::hold_back::outcome::Outcome::{self, Accepted, Nothing, Refused, Unanswered};

    const NATIVE: Guards = Guards { may_lock: true, key_may_be_wrong: true };
    const OAUTH2: Guards = Guards { may_lock: true, key_may_be_wrong: false };
    const HOUR: Duration = Duration::from_secs(3600);
    const NO: Outcome = Refused(Code::Denied);
    const BAD: Outcome = Refused(Code::BadClient);

    fn at(seconds: u64) -> Ticks {
        Ticks::default().after(Duration::from_secs(seconds))
    }

    /// The application after one login a second: the users and their outcomes.
    fn after(guards: Guards, logins: &[(&str, Outcome)]) -> Application {
        let mut application = Application::default();
        for (second, &(user, outcome)) in (0..).zip(logins) {
            application.record(Fingerprint::of(&[user]).unwrap(), guards, outcome, at(second), at(second));
        }
        application
    }

    #[test]
    fn few_logins_go_before_one_is_accepted() {
        let lost = Unanswered(Code::Timeout);
        for (logins, running, may_go) in [
            (&[][..], 0, Ok(true)),
            (&[], 2, Ok(true)),
            (&[], 3, Ok(false)),
            (&[("a", NO)], 1, Ok(true)),
            (&[("a", NO)], 2, Ok(false)),
            (&[("a", NO), ("b", NO)], 1, Ok(false)),
            (&[("a", NO), ("b", NO)], 0, Ok(true)),
            (&[("a", NO), ("a", NO), ("a", NO)], 0, Ok(true)),
            (&[("a", NO), ("b", lost), ("c", Nothing)], 1, Ok(true)),
            (&[("a", NO), ("b", NO), ("c", NO)], 0, Err(Why::Key)),
            (&[("a", NO), ("b", NO), ("c", Accepted)], 99, Ok(true)),
            (&[("a", Accepted), ("b", NO), ("c", NO), ("d", NO)], 99, Ok(true)),
        ] {
            let application = after(NATIVE, logins);
            // No time lifts the hold of a key.
            let decision = application.decide(NATIVE, running, at(1_000_000), HOUR).map_err(|hold| hold.why);
            assert_eq!(decision, may_go, "{logins:?}, {running} run");
        }
    }

    #[test]
    fn logins_of_a_client_go_one_at_a_time_until_one_is_accepted() {
        for (logins, running, may_go) in [
            (&[][..], 0, true),
            (&[], 1, false),
            (&[("a", NO), ("b", NO), ("c", NO), ("d", NO)], 0, true),
            (&[("a", NO)], 1, false),
            (&[("a", Nothing)], 1, false),
            (&[("a", Accepted)], 99, true),
            (&[("a", Accepted), ("b", NO)], 99, true),
        ] {
            let decision = after(OAUTH2, logins).decide(OAUTH2, running, at(9), HOUR);
            assert_eq!(decision, Ok(may_go), "{logins:?}, {running} run");
        }
    }

    #[test]
    fn refused_client_is_held_until_the_hold_ends_or_is_cleared() {
        for logins in [&[("a", BAD)][..], &[("a", Accepted), ("b", BAD)], &[("a", BAD), ("b", NO)]] {
            let mut application = after(OAUTH2, logins);
            let hold = application.decide(OAUTH2, 0, at(3600 - 1), HOUR).unwrap_err();
            assert_eq!((hold.why, hold.code), (Why::Client, Code::BadClient), "{logins:?}");
            assert_eq!(application.decide(OAUTH2, 0, at(3700), HOUR), Ok(true), "{logins:?}");
            assert_eq!(application.decide(OAUTH2, 1, at(3700), HOUR), Ok(false), "{logins:?}");
            application.clear();
            assert_eq!(application.decide(OAUTH2, 0, at(2), HOUR), Ok(true), "{logins:?}");
        }
        // A login that overlaps with the refused one does not lift the hold; a later one does.
        let user = Fingerprint::of(&["a"]).unwrap();
        let mut application = after(OAUTH2, &[("a", BAD)]);
        application.record(user, OAUTH2, Accepted, at(0), at(5));
        assert!(application.decide(OAUTH2, 0, at(6), HOUR).is_err());
        application.record(user, OAUTH2, Accepted, at(4), at(5));
        assert_eq!(application.decide(OAUTH2, 0, at(6), HOUR), Ok(true));
    }

    #[test]
    fn cleared_key_is_tried_again_with_few_users() {
        let mut application = after(NATIVE, &[("a", NO), ("b", NO), ("c", NO)]);
        application.clear();
        assert_eq!(application.decide(NATIVE, 2, at(9), HOUR), Ok(true));
        assert_eq!(application.decide(NATIVE, 3, at(9), HOUR), Ok(false));
    }
}
