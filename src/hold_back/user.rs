//! What is known of the secrets of one user, and whether one of them may be sent. Pure: no clock, no lock.

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
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
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

/// What is known of one secret. As small as possible, because many users are remembered.
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
            (Verdict::Unanswered, ..=1) => (Why::Unanswered, LONGEST_PAUSE),
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
    FIRST_PAUSE.saturating_mul(1 << u32::from(times.saturating_sub(1).min(16))).min(LONGEST_PAUSE)
}

/// Codes are below 128.
pub(super) fn number(code: Code) -> u8 {
    u8::try_from(code as i32).unwrap_or_default()
}

pub(super) fn code(number: u8) -> Code {
    Code::ALL.iter().copied().find(|code| *code as i32 == i32::from(number)).unwrap_or(Code::Internal)
}
