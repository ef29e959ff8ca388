//! A refused login is not sent again, and logins of one user go one at a time, so that no account is locked: for all
//! clients and sessions of a process.
//!
//! | question | module |
//! |---|---|
//! | whose login it is, without keeping it | `identity` |
//! | which failures are refusals | `outcome` |
//! | may a secret of a user be sent | `user` (pure) |
//! | may a login with a key be sent | `application` (pure) |
//! | all users, and the logins that run or wait | `table` |
//! | waits for a turn, and ends it | `turn` |
//! | the error of a login that is not sent | `hold` |
//! | calls from inside the function that reads a secret | `callback` |

mod application;
mod callback;
mod hold;
mod identity;
mod outcome;
mod table;
mod turn;
mod user;

pub(crate) use callback::{InCallback, check_not_in_callback};
pub(crate) use identity::{Guards, Identity, Owner, Realm};
pub(crate) use turn::{Turn, UserTurn, begin_user, take_turn};

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::clock::Ticks;
use crate::error::Code;
use hold::Hold;
use turn::with_table;

/// How long a refused secret is not sent again: long enough for a job that runs every night, short enough that a mistake
/// is over the next day.
pub(crate) const DEFAULT_HOLD_BACK: Duration = Duration::from_secs(20 * 60 * 60);

/// A hold, as a status shows it. Times in Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldFacts {
    /// The code of the failure that began it.
    pub(crate) code: Code,
    pub(crate) since: i64,
    /// `None`: until it is cleared, or until key or secret is changed.
    pub(crate) until: Option<i64>,
}

/// Lifts all holds of a user and of its application: the next login may be sent once.
pub(crate) fn clear(owner: &Owner) {
    with_table(|table| table.clear(owner));
}

/// Returns the hold that the next login of a session's user will meet if its secret does not change. A `hold_back` of zero:
/// the default.
pub(crate) fn held(owner: &Owner, hold_back: Duration) -> Option<HeldFacts> {
    let now = Ticks::now();
    let Hold { code, since, until, .. } = with_table(|table| table.hold(owner, now, of_session(hold_back)))?;
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    Some(HeldFacts {
        code,
        since: seconds(wall.saturating_sub(now.since(since))),
        until: until.map(|until| seconds(wall.saturating_add(until.since(now)))),
    })
}

/// A session is always held: zero means the default.
fn of_session(hold_back: Duration) -> Duration {
    if hold_back.is_zero() { DEFAULT_HOLD_BACK } else { hold_back }
}

/// Returns the code with which the last secret of a user was refused.
pub(crate) fn last_refusal(owner: &Owner) -> Option<Code> {
    with_table(|table| table.last_refusal(owner))
}
