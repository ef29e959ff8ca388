//! The turn of a login: waits until it may be sent, and records its outcome.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use super::DEFAULT_HOLD_BACK;
use super::callback::check_not_in_callback;
use super::identity::{Identity, Owner, Sent};
use super::outcome::Outcome;
use super::table::{Number, Table, Turns, Wanted};
use crate::clock::Ticks;
use crate::error::{Cause, Error};
use crate::log::Level;
use crate::operation::{Ended, Operation};
use crate::wipe::PerProcess;

/// One for each process, because another thread of the parent may be changing it during fork.
static TABLE: PerProcess<Mutex<Table>> = PerProcess::new();
/// A child goes on with the numbers of its parent, so that it does not end turns of its own instead of inherited ones.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

/// Who sends a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// A call with its own secret.
    Plain,
    Session,
}

/// Runs `work` with the table of this process. That of a child begins as a copy of its parent's.
pub(super) fn with_table<R>(work: impl FnOnce(&mut Table) -> R) -> R {
    work(&mut lock(TABLE.existing().unwrap_or_else(new_table)))
}

/// Not inlined, because it runs once in a process.
#[inline(never)]
fn new_table() -> &'static Mutex<Table> {
    let inherited = Mutex::new(Table::default());
    TABLE.get(
        || Mutex::new(std::mem::take(&mut *lock(&inherited))),
        // The last one is the parent's. If another thread of the parent held the lock, the child begins without holds.
        |ancestor| {
            let ancestor = match ancestor.try_lock() {
                Ok(table) => table,
                Err(TryLockError::Poisoned(table)) => table.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            *lock(&inherited) = ancestor.for_child();
        },
    )
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The right to send one login. If it is dropped without an outcome, nothing was sent.
pub(crate) struct Turn(Running);

/// The right to get the secret of a user, and to send one login with it afterwards.
pub(crate) struct UserTurn(Running);

struct Running {
    number: Number,
    owner: Owner,
    sent: Option<Sent>,
    began: Ticks,
    outcome: Outcome,
}

/// Waits until this login may be sent. With a `hold_back` of zero, a plain call is neither held nor queued, and a session
/// uses the default.
///
/// # Errors
/// [`Code::HeldBack`](crate::error::Code::HeldBack): it may not be sent. Or the operation has ended. Nothing was sent.
pub(crate) fn take_turn(
    operation: &Operation<'_>,
    identity: &Identity,
    hold_back: Duration,
    caller: Caller,
) -> Result<Turn, Error> {
    let hold_back = match caller {
        Caller::Plain => Some(hold_back).filter(|hold_back| !hold_back.is_zero()),
        Caller::Session => Some(of_session(hold_back)),
    };
    begin(operation, &identity.owner, Some(identity.sent), hold_back).map(Turn)
}

/// Waits until the secret of a user may be read for a login of a session: by one at a time.
///
/// # Errors
/// As [`take_turn`], if no secret at all may be sent.
pub(crate) fn begin_user(operation: &Operation<'_>, owner: &Owner, hold_back: Duration) -> Result<UserTurn, Error> {
    begin(operation, owner, None, Some(of_session(hold_back))).map(UserTurn)
}

impl UserTurn {
    /// Goes on with the secret. Waits only for logins of other users.
    ///
    /// # Errors
    /// As [`take_turn`].
    pub(crate) fn with_secret(
        self,
        operation: &Operation<'_>,
        identity: &Identity,
        hold_back: Duration,
    ) -> Result<Turn, Error> {
        let Running { number, .. } = self.0;
        let began = admit(
            operation,
            Wanted {
                number,
                owner: &identity.owner,
                sent: Some(identity.sent),
                hold_back: Some(of_session(hold_back)),
            },
        )?;
        let mut running = self.0;
        running.sent = Some(identity.sent);
        running.began = began;
        Ok(Turn(running))
    }
}

impl Turn {
    /// Ends the turn with the outcome of its login.
    pub(crate) fn conclude(mut self, result: Result<(), &Error>) {
        self.0.outcome = Outcome::of(result);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Running { number, ref owner, sent, began, mut outcome } = *self;
        if thread::panicking() && outcome == Outcome::Nothing {
            // It is unknown how far it came.
            outcome = Outcome::Unanswered(crate::error::Code::Panic);
        }
        with_table(|table| table.end(number, owner, sent, outcome, began, Ticks::now()));
    }
}

fn of_session(hold_back: Duration) -> Duration {
    if hold_back.is_zero() { DEFAULT_HOLD_BACK } else { hold_back }
}

fn begin(
    operation: &Operation<'_>,
    owner: &Owner,
    sent: Option<Sent>,
    hold_back: Option<Duration>,
) -> Result<Running, Error> {
    check_not_in_callback(owner)?;
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    let began = admit(operation, Wanted { number, owner, sent, hold_back })?;
    Ok(Running { number, owner: *owner, sent, began, outcome: Outcome::Nothing })
}

/// Waits until the turn may begin. Returns the time at which it does.
fn admit(operation: &Operation<'_>, wanted: Wanted<'_>) -> Result<Ticks, Error> {
    let mut waker = None;
    let mut leaving = None;
    loop {
        let now = Ticks::now();
        let answer = with_table(|table| table.begin(wanted, now, waker.as_ref()));
        match (answer.map_err(|hold| hold.error(now))?, &waker) {
            (Turns::Begun { forgotten }, _) => {
                if let Some(hold) = forgotten {
                    let lost = hold.error(now).message();
                    operation.log(Level::Warning, format_args!("hold back: too many users, oldest forgotten: {lost}"));
                }
                return Ok(now);
            }
            (Turns::Waits, None) => {
                operation.log(Level::Info, format_args!("hold back: waiting for another login to end"));
                waker = Some(operation.waker().map_err(|error| Error::new(Cause::NoResources).detail(error).unsent())?);
                leaving = Some(Leaving(wanted.number));
            }
            (Turns::Waits, Some(waker)) => {
                operation.wait(waker, &mut [waker.watched()], None, None).map_err(ended)?;
            }
        }
    }
}

/// Ends a wait without a turn.
struct Leaving(Number);

impl Drop for Leaving {
    fn drop(&mut self) {
        with_table(|table| table.leave(self.0));
    }
}

fn ended(ended: Ended) -> Error {
    match ended {
        Ended::TimedOut => Error::new(Cause::TurnTimedOut),
        Ended::Cancelled => Error::new(Cause::CancelledBefore),
        Ended::Failed(error) => Error::new(Cause::NoResources).detail(error),
    }
    .unsent()
}
