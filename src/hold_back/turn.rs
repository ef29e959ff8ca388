//! The turn of a login: waits until it may be sent, and records its outcome.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use super::callback::check_not_in_callback;
use super::identity::{Identity, Owner, Sent};
use super::of_session;
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

/// Runs `work` with the table of this process. A child begins with a copy of the table of its parent.
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

/// Waits until a login of a plain call may be sent. With a `hold_back` of zero it is neither held nor queued.
///
/// # Errors
/// [`Code::HeldBack`](crate::error::Code::HeldBack): it may not be sent. Or the operation has ended. Nothing was sent.
pub(crate) fn take_turn(operation: &Operation<'_>, identity: &Identity, hold_back: Duration) -> Result<Turn, Error> {
    let hold_back = Some(hold_back).filter(|hold_back| !hold_back.is_zero());
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
    let mut _leaving = None;
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
                _leaving = Some(Leaving(wanted.number));
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

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, mpsc};
    use std::thread;
    use std::time::Duration;

    use super::{Turn, begin_user, take_turn};
    use crate::error::{Cause, Code, Error};
    use crate::hold_back::callback::InCallback;
    use crate::hold_back::identity::{Guards, Identity, Realm};
    use crate::hold_back::{DEFAULT_HOLD_BACK, clear, held, last_refusal};
    use crate::operation::{ActiveOperations, Operation, alone};

    const LIMIT: Duration = Duration::from_secs(60);
    const THREADS: usize = 32;

    /// A realm of one test: the table is that of the process.
    fn realm(test: &str, key_may_be_wrong: bool) -> Realm {
        Realm::new([test, "https://h"], "password", "", Guards { may_lock: true, key_may_be_wrong }).unwrap()
    }

    fn turn(operation: &Operation<'_>, identity: &Identity) -> Result<Turn, Error> {
        take_turn(operation, identity, DEFAULT_HOLD_BACK)
    }

    /// Runs `login` on many threads at once, some times each, with the number of the call.
    fn on_threads(times: usize, login: impl Fn(usize) + Sync) {
        let barrier = Barrier::new(THREADS);
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (barrier, login) = (&barrier, &login);
                scope.spawn(move || {
                    barrier.wait();
                    (0..times).for_each(|time| login(time * THREADS + number));
                });
            }
        });
    }

    /// A server that refuses everything: counts the logins that arrive.
    fn refuse(identity: &Identity, arrived: &AtomicUsize) -> Code {
        match turn(&alone(LIMIT), identity) {
            Ok(turn) => {
                arrived.fetch_add(1, Ordering::Relaxed);
                thread::yield_now();
                turn.conclude(Err(&Cause::Denied.into()));
                Code::Denied
            }
            Err(error) => error.code(),
        }
    }

    #[test]
    fn wrong_secret_is_sent_once_by_all_threads() {
        let (realm, arrived) = (realm("wrong secret", false), AtomicUsize::new(0));
        let identity = Identity::new(&realm, "k", "a", "x").unwrap();
        on_threads(300, |number| {
            let code = refuse(&identity, &arrived);
            assert!(code == Code::HeldBack || code == Code::Denied, "{number}: {code:?}");
        });
        assert_eq!(arrived.into_inner(), 1);
        let facts = held(&identity.owner, DEFAULT_HOLD_BACK).unwrap();
        assert_eq!((facts.code, facts.until.map(|until| until - facts.since)), (Code::Denied, Some(20 * 3600)));
        assert_eq!(last_refusal(&identity.owner), Some(Code::Denied));
    }

    #[test]
    fn new_wrong_secret_each_time_is_sent_twice() {
        let (realm, arrived) = (realm("new secrets", false), AtomicUsize::new(0));
        on_threads(10, |number| {
            refuse(&Identity::new(&realm, "k", "a", &number.to_string()).unwrap(), &arrived);
        });
        assert_eq!(arrived.into_inner(), 2);
    }

    #[test]
    fn wrong_key_is_sent_for_three_users() {
        let (realm, arrived) = (realm("wrong key", true), AtomicUsize::new(0));
        on_threads(2, |number| {
            refuse(&Identity::new(&realm, "k", &number.to_string(), "x").unwrap(), &arrived);
        });
        assert_eq!(arrived.into_inner(), 3);
        let identity = Identity::new(&realm, "k", "new", "x").unwrap();
        assert!(turn(&alone(LIMIT), &identity).err().unwrap().message().contains("consumer key"));
        clear(&identity.owner);
        assert!(turn(&alone(LIMIT), &identity).is_ok());
    }

    #[test]
    fn logins_with_an_accepted_secret_overlap() {
        let identity = Identity::new(&realm("overlap", true), "k", "a", "x").unwrap();
        turn(&alone(LIMIT), &identity).unwrap().conclude(Ok(()));
        let barrier = Barrier::new(THREADS);
        on_threads(1, |_| {
            let operation = alone(LIMIT);
            let turn = turn(&operation, &identity).unwrap();
            // Passes only if all have a turn at once.
            barrier.wait();
            turn.conclude(Ok(()));
        });
    }

    #[test]
    fn wait_for_a_turn_ends_with_the_operation() {
        let identity = Identity::new(&realm("waits", false), "k", "a", "x").unwrap();
        let first = turn(&alone(LIMIT), &identity).unwrap();
        let error = turn(&alone(Duration::from_millis(5)), &identity).err().unwrap();
        assert_eq!((error.code(), error.request_was_sent()), (Code::Timeout, Some(false)), "{error}");
        let running = ActiveOperations::default();
        let operation = Operation::begin(&running, &Arc::default(), false, LIMIT, None);
        running.cancel();
        let error = turn(&operation, &identity).err().unwrap();
        assert_eq!((error.code(), error.request_was_sent()), (Code::Cancelled, Some(false)), "{error}");
        // No thread waits any more. The first was not sent.
        drop(first);
        assert!(turn(&alone(LIMIT), &identity).is_ok());
    }

    #[test]
    fn turn_can_end_on_another_thread() {
        let identity = Identity::new(&realm("other thread", false), "k", "a", "x").unwrap();
        let first = turn(&alone(LIMIT), &identity).unwrap();
        let (sender, receiver) = mpsc::channel::<Turn>();
        let other = thread::spawn(move || receiver.recv().unwrap().conclude(Ok(())));
        sender.send(first).unwrap();
        assert!(turn(&alone(LIMIT), &identity).is_ok());
        other.join().unwrap();
    }

    #[test]
    fn panic_counts_as_a_login_without_response() {
        let identity = Identity::new(&realm("panic", false), "k", "a", "x").unwrap();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _turn = turn(&alone(LIMIT), &identity).unwrap();
            panic!("for the test");
        }));
        assert!(panicked.is_err());
        let error = turn(&alone(LIMIT), &identity).err().unwrap();
        assert!(error.message().contains(": NF_PANIC, ") && error.pause().is_some(), "{error}");
    }

    #[test]
    fn secret_is_read_by_one_session_at_a_time() {
        let identity = Identity::new(&realm("reading", true), "k", "a", "x").unwrap();
        let (reading, arrived) = (AtomicUsize::new(0), AtomicUsize::new(0));
        on_threads(20, |_| {
            let operation = alone(LIMIT);
            let turn = begin_user(&operation, &identity.owner, Duration::ZERO).unwrap();
            assert_eq!(reading.fetch_add(1, Ordering::Relaxed), 0);
            let inside = InCallback::enter(&identity.owner);
            let calls = [
                super::begin(&operation, &identity.owner, None, None).map(drop),
                take_turn(&operation, &identity, Duration::ZERO).map(drop),
            ];
            for call in calls {
                assert_eq!(call.unwrap_err().code(), Code::InvalidArgument);
            }
            let other = Identity::new(&realm("reading", true), "k", "b", "x").unwrap();
            assert!(take_turn(&operation, &other, DEFAULT_HOLD_BACK).is_ok(), "another user");
            drop(inside);
            reading.fetch_sub(1, Ordering::Relaxed);
            match turn.with_secret(&operation, &identity, Duration::ZERO) {
                Ok(turn) => {
                    arrived.fetch_add(1, Ordering::Relaxed);
                    turn.conclude(Err(&Cause::Denied.into()));
                }
                Err(error) => assert_eq!(error.code(), Code::HeldBack),
            }
        });
        assert_eq!(arrived.into_inner(), 1);
    }

    #[test]
    fn plain_call_without_hold_is_neither_held_nor_queued() {
        let identity = Identity::new(&realm("no hold", true), "k", "a", "x").unwrap();
        let _running = turn(&alone(LIMIT), &identity).unwrap();
        for _ in 0..5 {
            let turn = take_turn(&alone(Duration::from_millis(1)), &identity, Duration::ZERO).unwrap();
            turn.conclude(Err(&Cause::Denied.into()));
        }
        let error = turn(&alone(LIMIT), &identity).err().unwrap();
        assert!(error.message().contains(": NF_DENIED, 0 s ago"), "{error}");
        assert!(held(&identity.owner, Duration::ZERO).is_some(), "of a session");
    }
}
