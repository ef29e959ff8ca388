//! Whether logins with a key may be sent. Pure: no clock, no lock.
//!
//! The Native Flow does not say whether it refuses the login or the key. With a wrong key every login of a batch would be
//! refused and would count against its account. So before a login with the key is accepted, only a few are sent.

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

/// What is known of a key, and of its client secret if there is one.
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
    /// Returns whether another login may be sent now, beside those that run. `false`: when one of them has ended.
    ///
    /// # Errors
    /// None may.
    pub(super) fn decide(&self, guards: Guards, running: usize, now: Ticks, hold_back: Duration) -> Result<bool, Hold> {
        if let Some(hold) = self.hold(now, hold_back) {
            return Err(hold);
        }
        let refused = self.refused.iter().flatten().count();
        Ok(self.is_accepted || !guards.key_may_be_wrong || refused + running < MAX_REFUSED)
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
            Outcome::Refused(code @ Code::BadClient) => self.last = refusal(code, true),
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
