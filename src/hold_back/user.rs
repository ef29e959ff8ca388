//! The history of the secrets of one user. It decides whether one of them may be sent. Pure: no clock, no lock.

use std::time::Duration;

use super::hold::{Hold, Why};
use super::identity::Sent;
use super::outcome::Outcome;
use crate::clock::Ticks;
use crate::error::Code;

/// For this time after a secret was accepted, logins with it may overlap. Afterwards one goes alone again, because the
/// password may have been changed, and many at once would lock the account.
const LATELY: Duration = Duration::from_secs(10);
/// The pause after the first login without a response, if the secret was accepted before. It doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest of these pauses, and the pause if the secret was never accepted.
const MAX_PAUSE: Duration = Duration::from_secs(5 * 60);
/// In this time, two different secrets may be refused. The third is held back.
const SECRETS_WINDOW: Duration = Duration::from_secs(15 * 60);

/// Whether other logins of the user may be sent at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Alone,
    Beside,
}

/// The last secrets of a user, newest outcome first.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct User([Option<Known>; 3]);

/// The history of one secret. As small as possible, because many users are remembered.
#[derive(Clone, Copy, Debug)]
struct Known {
    sent: Sent,
    at: Moment,
    verdict: Verdict,
    /// The number of logins without a response, since a secret was accepted.
    unanswered: u8,
    /// The number of the code of the last failure; 0: none since it was accepted.
    code: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Accepted once, and not refused since.
    Accepted,
    Refused,
    /// Never accepted, and no response.
    Unanswered,
    /// Refused, and then the hold was cleared: the secret may be sent once more.
    Cleared,
}

/// Milliseconds of [`Ticks`], in 40 bits: 34 years.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment([u8; 5]);

impl Moment {
    pub(super) fn of(ticks: Ticks) -> Moment {
        let ms = u64::try_from(ticks.since(Ticks::default()).as_millis()).unwrap_or(u64::MAX).min((1 << 40) - 1);
        let [a, b, c, d, e, ..] = ms.to_le_bytes();
        Moment([a, b, c, d, e])
    }

    pub(super) fn ticks(self) -> Ticks {
        let [a, b, c, d, e] = self.0;
        Ticks::default().after(Duration::from_millis(u64::from_le_bytes([a, b, c, d, e, 0, 0, 0])))
    }
}

impl User {
    /// Decides whether a login may be sent. `sent` is `None` if the secret is not known yet. `hold_back`: how long a
    /// refused secret is held.
    ///
    /// # Errors
    /// It may not.
    pub(super) fn decide(&self, sent: Option<Sent>, now: Ticks, hold_back: Duration) -> Result<Manner, Hold> {
        let known = sent.and_then(|sent| self.find(sent));
        let hold = known.and_then(|known| known.hold(now, hold_back)).or_else(|| self.many_secrets(now, hold_back));
        match (hold, known) {
            (Some(hold), _) => Err(hold),
            (None, Some(known)) if known.is_proven(now) => Ok(Manner::Beside),
            _ => Ok(Manner::Alone),
        }
    }

    /// Returns the hold that the next login will meet if the secret does not change.
    pub(super) fn hold(&self, now: Ticks, hold_back: Duration) -> Option<Hold> {
        let newest = self.0.iter().flatten().next()?;
        newest.hold(now, hold_back).or_else(|| self.many_secrets(now, hold_back))
    }

    /// Returns the code with which the newest secret was refused.
    pub(super) fn last_refusal(&self) -> Option<Code> {
        let newest = self.0.iter().flatten().next()?;
        let is_refused = match newest.verdict {
            Verdict::Refused | Verdict::Cleared => true,
            Verdict::Unanswered => newest.unanswered > 1,
            Verdict::Accepted => false,
        };
        is_refused.then(|| newest.code())
    }

    /// Records the outcome of a login that began at `began`.
    pub(super) fn record(&mut self, sent: Sent, outcome: Outcome, began: Ticks, now: Ticks) {
        let old = self.find(sent).copied();
        // Logins that overlap are one event: they were all sent before the first outcome was known.
        let is_later = old.is_none_or(|old| began > old.at.ticks());
        let new = |verdict, unanswered, code: u8| Known { sent, at: Moment::of(now), verdict, unanswered, code };
        let changed = match (outcome, old.map(|old| (old.verdict, old.unanswered))) {
            (Outcome::Nothing, _) => return,
            (Outcome::Accepted | Outcome::Refused(_), Some((Verdict::Refused, _))) if !is_later => return,
            (Outcome::Accepted, _) => new(Verdict::Accepted, 0, 0),
            (Outcome::Refused(code), _) => new(Verdict::Refused, 0, number(code)),
            (Outcome::Unanswered(_), Some((Verdict::Refused, _) | (_, 1..))) if !is_later => return,
            (Outcome::Unanswered(code), Some((verdict @ (Verdict::Accepted | Verdict::Unanswered), times))) => {
                new(verdict, times.saturating_add(1), number(code))
            }
            (Outcome::Unanswered(code), _) => new(Verdict::Unanswered, 1, number(code)),
        };
        let mut others = self.0.into_iter().flatten().filter(|known| known.sent != sent);
        self.0 = [Some(changed), others.next(), others.next()];
    }

    /// Lifts all holds. The next login may be sent once.
    pub(super) fn clear(&mut self) {
        for place in &mut self.0 {
            match place {
                Some(known) if known.verdict == Verdict::Refused => known.verdict = Verdict::Cleared,
                Some(known) if known.verdict == Verdict::Accepted => known.unanswered = 0,
                Some(known) if known.verdict == Verdict::Unanswered => *place = None,
                _ => {}
            }
        }
    }

    fn find(&self, sent: Sent) -> Option<&Known> {
        self.0.iter().flatten().find(|known| known.sent == sent)
    }

    /// Returns the hold after two different secrets were refused since one was accepted, until the first of these
    /// refusals is old. A secret that got no response counts too, because the server may have refused it.
    fn many_secrets(&self, now: Ticks, hold_back: Duration) -> Option<Hold> {
        let window = SECRETS_WINDOW.min(hold_back);
        let mut failed =
            self.0.iter().flatten().take_while(|known| known.verdict != Verdict::Accepted).filter(|known| {
                matches!(known.verdict, Verdict::Refused | Verdict::Unanswered) && known.at.ticks().after(window) > now
            });
        let (newest, first) = (failed.next()?, failed.next()?);
        let until = Some(first.at.ticks().after(window));
        Some(Hold { why: Why::ManySecrets, code: newest.code(), since: newest.at.ticks(), until })
    }
}

impl Known {
    fn hold(&self, now: Ticks, hold_back: Duration) -> Option<Hold> {
        let (why, span) = match (self.verdict, self.unanswered) {
            (Verdict::Accepted, 0) | (Verdict::Cleared, _) => return None,
            (Verdict::Accepted, times) => (Why::Unanswered, pause(times)),
            (Verdict::Unanswered, ..=1) => (Why::Unanswered, MAX_PAUSE),
            (Verdict::Unanswered, _) => (Why::NeverAnswered, hold_back),
            (Verdict::Refused, _) => (Why::Refused, hold_back),
        };
        let until = self.at.ticks().after(span);
        (until > now).then(|| Hold { why, code: self.code(), since: self.at.ticks(), until: Some(until) })
    }

    fn is_proven(&self, now: Ticks) -> bool {
        self.verdict == Verdict::Accepted && self.code == 0 && self.at.ticks().after(LATELY) > now
    }

    fn code(&self) -> Code {
        code(self.code)
    }
}

fn pause(times: u8) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << u32::from(times.saturating_sub(1).min(16))).min(MAX_PAUSE)
}

/// Codes are below 128.
pub(super) fn number(code: Code) -> u8 {
    u8::try_from(code as i32).unwrap_or_default()
}

pub(super) fn code(number: u8) -> Code {
    Code::ALL.iter().copied().find(|code| *code as i32 == i32::from(number)).unwrap_or(Code::Internal)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Manner, Moment, User, code, number};
    use crate::clock::Ticks;
    use crate::error::Code;
    use crate::hold_back::hold::Why;
    use crate::hold_back::identity::Sent;
    use crate::hold_back::outcome::Outcome::{self, Accepted, Nothing, Refused, Unanswered};

    const HOUR: Duration = Duration::from_secs(3600);
    const A: Sent = Sent(1);
    const B: Sent = Sent(2);
    const C: Sent = Sent(3);
    const D: Sent = Sent(4);
    const NO: Outcome = Refused(Code::Denied);
    const LOST: Outcome = Unanswered(Code::Timeout);

    fn at(seconds: u64) -> Ticks {
        Ticks::default().after(Duration::from_secs(seconds))
    }

    /// The user after these logins: what was sent, when, and the outcome.
    fn after(logins: &[(Sent, u64, Outcome)]) -> User {
        let mut user = User::default();
        for &(sent, seconds, outcome) in logins {
            user.record(sent, outcome, at(seconds), at(seconds));
        }
        user
    }

    /// The decision, in short: the manner, or the reason and the seconds until the hold ends.
    fn decide(user: &User, sent: Sent, seconds: u64, hold_back: Duration) -> Result<Manner, (Why, u64)> {
        user.decide(Some(sent), at(seconds), hold_back).map_err(|hold| {
            let rest = hold.until.unwrap().since(at(seconds));
            assert!(!rest.is_zero() && rest.subsec_millis() == 0, "{hold:?}");
            (hold.why, rest.as_secs())
        })
    }

    #[test]
    fn login_is_held_after_these_outcomes() {
        use Manner::{Alone, Beside};
        use Why::{ManySecrets, NeverAnswered, Refused, Unanswered};
        for (logins, sent, seconds, decision) in [
            (&[][..], A, 0, Ok(Alone)),
            (&[(A, 0, Nothing)], A, 0, Ok(Alone)),
            // Accepted: logins may overlap now.
            (&[(A, 0, Accepted)], A, 9, Ok(Beside)),
            (&[(A, 0, Accepted)], A, 10, Ok(Alone)),
            (&[(A, 0, Accepted)], B, 0, Ok(Alone)),
            (&[(A, 0, Accepted), (A, 5, Accepted)], A, 14, Ok(Beside)),
            // Refused: the same secret is held for the whole time, another one is not.
            (&[(A, 0, NO)], A, 0, Err((Refused, 3600))),
            (&[(A, 0, NO)], A, 3599, Err((Refused, 1))),
            (&[(A, 0, NO)], A, 3600, Ok(Alone)),
            (&[(A, 0, NO)], B, 0, Ok(Alone)),
            (&[(A, 0, Accepted), (A, 1, NO)], A, 2, Err((Refused, 3599))),
            (&[(A, 0, NO), (B, 1, Accepted)], A, 2, Err((Refused, 3598))),
            (&[(A, 0, NO), (B, 1, Accepted)], B, 2, Ok(Beside)),
            (&[(A, 0, NO), (A, 1, Nothing)], A, 2, Err((Refused, 3598))),
            // Sent again by a call that is not held.
            (&[(A, 0, NO), (A, 10, NO)], A, 11, Err((Refused, 3599))),
            (&[(A, 0, NO), (A, 10, Accepted)], A, 11, Ok(Beside)),
            (&[(A, 0, NO), (A, 10, LOST)], A, 11, Err((Unanswered, 299))),
            // Two different secrets refused: the third is held until the first refusal is old.
            (&[(A, 0, NO), (B, 100, NO)], C, 100, Err((ManySecrets, 800))),
            (&[(A, 0, NO), (B, 100, NO)], C, 899, Err((ManySecrets, 1))),
            (&[(A, 0, NO), (B, 100, NO)], C, 900, Ok(Alone)),
            (&[(A, 0, NO), (B, 100, NO)], A, 900, Err((Refused, 2700))),
            (&[(A, 0, NO), (B, 100, NO), (C, 900, NO)], D, 901, Err((ManySecrets, 99))),
            (&[(A, 0, NO), (A, 1, NO)], B, 2, Ok(Alone)),
            (&[(A, 0, NO), (B, 899, NO)], C, 899, Err((ManySecrets, 1))),
            (&[(A, 0, NO), (B, 900, NO)], C, 900, Ok(Alone)),
            (&[(A, 0, NO), (B, 1, Accepted), (C, 2, NO)], D, 3, Ok(Alone)),
            (&[(A, 0, Accepted), (B, 1, NO), (C, 2, NO)], A, 3, Err((ManySecrets, 898))),
            (&[(A, 0, LOST), (B, 1, NO)], C, 2, Err((ManySecrets, 898))),
            // No response, and accepted before: a growing pause.
            (&[(A, 0, Accepted), (A, 1, LOST)], A, 1, Err((Unanswered, 5))),
            (&[(A, 0, Accepted), (A, 1, LOST)], A, 6, Ok(Alone)),
            (&[(A, 0, Accepted), (A, 1, LOST)], B, 1, Ok(Alone)),
            (&[(A, 0, Accepted), (A, 1, LOST), (A, 6, LOST)], A, 6, Err((Unanswered, 10))),
            (&[(A, 0, Accepted), (A, 1, LOST), (A, 2, LOST), (A, 3, LOST)], A, 3, Err((Unanswered, 20))),
            (&[(A, 0, Accepted), (A, 1, LOST), (A, 6, Accepted)], A, 6, Ok(Beside)),
            (&[(A, 0, Accepted), (A, 1, LOST), (A, 6, Accepted), (A, 7, LOST)], A, 7, Err((Unanswered, 5))),
            // No response, and never accepted: once more after five minutes.
            (&[(A, 0, LOST)], A, 0, Err((Unanswered, 300))),
            (&[(A, 0, LOST)], A, 300, Ok(Alone)),
            (&[(A, 0, LOST)], B, 0, Ok(Alone)),
            (&[(A, 0, LOST), (A, 300, LOST)], A, 301, Err((NeverAnswered, 3599))),
            (&[(A, 0, LOST), (A, 300, LOST)], A, 3900, Ok(Alone)),
            (&[(A, 0, LOST), (A, 300, NO)], A, 301, Err((Refused, 3599))),
            (&[(A, 0, LOST), (A, 300, Accepted)], A, 300, Ok(Beside)),
            (&[(B, 0, Accepted), (A, 1, LOST)], A, 1, Err((Unanswered, 300))),
        ] {
            assert_eq!(decide(&after(logins), sent, seconds, HOUR), decision, "{logins:?} {sent:?} at {seconds} s");
        }
    }

    #[test]
    fn pause_of_an_accepted_secret_grows_to_five_minutes() {
        let mut user = after(&[(A, 0, Accepted)]);
        let pauses: Vec<u64> = (1..=300)
            .map(|seconds| {
                user.record(A, LOST, at(seconds), at(seconds));
                decide(&user, A, seconds, HOUR).unwrap_err().1
            })
            .collect();
        assert_eq!(pauses[..8], [5, 10, 20, 40, 80, 160, 300, 300]);
        assert!(pauses[8..].iter().all(|pause| *pause == 300));
    }

    #[test]
    fn each_client_holds_a_refusal_for_its_own_time() {
        let user = after(&[(A, 0, NO), (B, 1, NO)]);
        let short = Duration::from_secs(30);
        assert_eq!(decide(&user, A, 29, short), Err((Why::Refused, 1)));
        assert_eq!(decide(&user, C, 29, short), Err((Why::ManySecrets, 1)));
        assert_eq!(decide(&user, C, 30, short), Ok(Manner::Alone));
        assert_eq!(decide(&user, A, 30, short), Ok(Manner::Alone));
        assert_eq!(decide(&user, A, 30, HOUR), Err((Why::Refused, 3570)));
    }

    #[test]
    fn outcomes_of_logins_that_overlap_are_one_event() {
        // Sent, began, outcome; all at second 20.
        for (logins, decision) in [
            // The refusal counts, in either order, and its first code.
            (&[(9, NO), (8, Accepted)][..], Err((Why::Refused, 3600))),
            (&[(9, Accepted), (8, NO)], Err((Why::Refused, 3600))),
            (&[(9, NO), (8, LOST)], Err((Why::Refused, 3600))),
            (&[(9, NO), (8, Refused(Code::AccountLocked))], Err((Why::Refused, 3600))),
            // Thirty threads without a response are one pause.
            (&[(1, LOST), (2, LOST), (3, LOST)], Err((Why::Unanswered, 5))),
        ] {
            let mut user = after(&[(A, 0, Accepted)]);
            for &(began, outcome) in logins {
                user.record(A, outcome, at(began), at(20));
            }
            assert_eq!(decide(&user, A, 20, HOUR), decision, "{logins:?}");
            if decision == Err((Why::Refused, 3600)) {
                assert_eq!(user.last_refusal(), Some(Code::Denied), "{logins:?}");
            }
        }
    }

    #[test]
    fn cleared_hold_lets_one_login_go() {
        for (logins, sent, last) in [
            (&[(A, 0, NO)][..], A, Some(Code::Denied)),
            (&[(A, 0, NO), (B, 1, NO)], A, Some(Code::Denied)),
            (&[(A, 0, NO), (B, 1, NO)], C, Some(Code::Denied)),
            (&[(A, 0, LOST), (A, 300, LOST)], A, None),
            (&[(A, 0, LOST)], A, None),
            (&[(A, 0, Accepted), (A, 1, LOST)], A, None),
        ] {
            let mut user = after(logins);
            let now = logins.iter().map(|(_, seconds, _)| *seconds).max().unwrap();
            let is_held = |user: &User| decide(user, sent, now, HOUR).is_err();
            assert!(is_held(&user), "{logins:?}");
            user.clear();
            assert_eq!(decide(&user, sent, now, HOUR), Ok(Manner::Alone), "{logins:?}");
            assert_eq!(user.last_refusal(), last, "{logins:?}");
            user.record(sent, NO, at(now + 1), at(now + 1));
            assert_eq!(decide(&user, sent, now + 2, HOUR), Err((Why::Refused, 3599)), "{logins:?}");
        }
    }

    #[test]
    fn last_refusal_is_that_of_the_newest_secret() {
        for (logins, code) in [
            (&[][..], None),
            (&[(A, 0, NO)], Some(Code::Denied)),
            (&[(A, 0, NO), (B, 1, Refused(Code::AccountLocked))], Some(Code::AccountLocked)),
            (&[(A, 0, NO), (B, 1, Accepted)], None),
            (&[(A, 0, LOST)], None),
            (&[(A, 0, LOST), (A, 300, LOST)], Some(Code::Timeout)),
            (&[(A, 0, Accepted), (A, 1, LOST)], None),
        ] {
            assert_eq!(after(logins).last_refusal(), code, "{logins:?}");
        }
    }

    #[test]
    fn time_and_code_are_stored_unchanged() {
        for ms in [0, 1, 255, 1 << 32, (1 << 40) - 1, 1 << 40, u64::MAX] {
            let ticks = Ticks::default().after(Duration::from_millis(ms));
            let stored = Moment::of(ticks).ticks().since(Ticks::default());
            assert_eq!(stored, Duration::from_millis(ms.min((1 << 40) - 1)));
        }
        for &each in Code::ALL {
            assert_eq!(code(number(each)), each);
        }
    }
}
