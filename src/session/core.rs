//! The part of a session that all its handles share. It gets the token.

use std::cell::Cell;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use super::flight::Sight;
use super::question::{Question, Sent};
use super::renewal::{Kind, Next, Renewal, Terms, Way};
use super::sealed_token::SealedToken;
use super::shared::{self, LastError, Name, Shared};
use time::OffsetDateTime;

use crate::call_facts::CallFacts;
use crate::client::{Client, Step};
use crate::clock::Ticks;
use crate::error::{Cause, Code, Error};
use crate::fingerprint::Fingerprint;
use crate::flow::{Ask, KeptToken, Outcome};
use crate::hold_back::{self, Owner};
use crate::log::Level;
use crate::operation::{Ended, Operation, Waker};
use crate::sealed::Sealed;
use crate::secret::Secret;
use crate::secret_source::SecretSource;
use crate::token::Token;
use crate::transport::Connections;
use crate::wipe::{PerProcess, WipedVec};

/// The size of the buffer for a secret in bytes, the same as the maximum of a secret.
const SECRET_CAPACITY: usize = 2048;
/// A login is not sent with less time left: the answer would probably be lost.
const TIME_FOR_LOGIN: Duration = Duration::from_secs(1);
/// A refresh token that ends within this time is a warning.
const REFRESH_WARNING: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// A session of one user.
pub(super) struct Core {
    /// A handle of its own: the session goes on when the program frees its client.
    pub(super) client: Client,
    name: Name,
    /// Key, a line break, login.
    names: Sealed,
    pub(super) owner: Owner,
    me: Weak<Core>,
    shared: PerProcess<Shared>,
}

/// A token, how it was got, and the facts of the call.
pub(super) struct Got {
    pub(super) token: Token,
    /// The word for the log.
    pub(super) how: &'static str,
    pub(super) call: CallFacts,
}

/// Why a question was not sent.
struct NotSent {
    error: Error,
    /// The call itself ends: it was cancelled, or has too little time.
    leaves: bool,
}

/// The thread that asks. If it ends without a result, the waiting threads ask themselves.
struct Pilot<'a> {
    shared: &'a Shared,
    is_flying: bool,
}

impl Drop for Pilot<'_> {
    fn drop(&mut self) {
        if self.is_flying {
            let mut state = self.shared.lock();
            state.flight.end(None);
            state.wake();
        }
    }
}

/// A thread that waits for another one. It stops waiting when this is dropped.
struct Passenger<'a> {
    shared: &'a Shared,
    waker: Arc<Waker>,
}

impl Drop for Passenger<'_> {
    fn drop(&mut self) {
        let Some(sent) = self.shared.lock().flight.leave(&self.waker) else { return };
        // No thread is left to read the response: the outcome is unknown.
        let Sent { turn, .. } = *sent;
        let error = Error::new(Cause::TimedOut).request_sent(true);
        if let Some(turn) = turn {
            turn.conclude(Err(&error));
        }
        let mut state = self.shared.lock();
        state.tokens.failed(error, Kind::NoAnswer, Ticks::now(), random());
        state.publish();
        state.flight.end(None);
        state.wake();
    }
}

impl Core {
    /// Finds or makes the session of a user.
    ///
    /// # Errors
    /// Key or login cannot be sent.
    pub(super) fn of(client: &Client, key: &str, login: &str) -> Result<Arc<Core>, Error> {
        client.check_user(key, login)?;
        let folded = Secret::from(login.to_ascii_lowercase());
        let name = (client.identity(), Fingerprint::of(&[key, folded.expose()])?);
        shared::find_or_make(name, || {
            let names = Sealed::new(&Secret::concat(&[key, "\n", login]))?;
            let (client, owner) = (client.share(Duration::ZERO), client.owner(key, login)?);
            Ok(Arc::new_cyclic(|me| Core { client, name, names, owner, me: me.clone(), shared: PerProcess::new() }))
        })
    }

    /// Returns the state of this process. A child of fork begins with the access token of its parent.
    pub(super) fn shared(&self) -> &Shared {
        let parents = Cell::new(None);
        self.shared.get(
            || {
                let inherited = parents.take();
                if inherited.is_some() {
                    shared::adopt(self.name, &self.me);
                }
                Shared::new(inherited.unwrap_or_else(|| Renewal::new(self.client.refresh_margin())))
            },
            // The nearest ancestor is the last one.
            |parent| parents.set(parent.inherited()),
        )
    }

    fn key_and_login(&self) -> Result<(Secret, Secret), Error> {
        let names = self.names.open()?;
        let (key, login) = names.expose().split_once('\n').ok_or(Cause::Unforeseen)?;
        Ok((Secret::concat(&[key]), Secret::concat(&[login])))
    }

    /// Returns a valid token; asks for one if necessary. `own`: the secret of this call, instead of the secret callback's.
    pub(super) fn obtain(&self, operation: &Operation<'_>, own: Option<&Secret>) -> Result<Got, Error> {
        hold_back::check_not_in_callback(&self.owner)?;
        // A cancelled handle gets no token from memory either.
        if operation.is_over() {
            return Err(Error::new(Cause::CancelledBefore).unsent());
        }
        // Before a secret is used: its first call copies unused stack memory to the heap.
        let shared = self.shared();
        let source = own.map(|secret| Fingerprint::of(&[secret.expose()])).transpose()?;
        let (mut joined, mut passenger) = (None, None);
        loop {
            let mut state = shared.lock();
            let now = Ticks::now();
            match state.flight.look(joined, &source) {
                Sight::Take(sent) => {
                    drop(state);
                    operation.log(Level::Info, format_args!("request: reading the response for another call"));
                    drop(passenger);
                    return self.fly(operation, Some(*sent), Way::Login, own, Pilot { shared, is_flying: true });
                }
                Sight::Landed(Err(error)) => return Err(error),
                Sight::Flying => match state.tokens.usable(now).cloned() {
                    Some(old) => {
                        drop(state);
                        return hand_out(&old, "kept");
                    }
                    None => {
                        let waker = match &passenger {
                            Some(Passenger { waker, .. }) => Arc::clone(waker),
                            None => operation
                                .waker()
                                .map_err(|error| Error::new(Cause::NoResources).detail(error).unsent())?,
                        };
                        joined = Some(state.flight.join(Arc::clone(&waker)));
                        drop(state);
                        let Passenger { waker, .. } = passenger.get_or_insert_with(|| Passenger { shared, waker });
                        operation.wait(waker, &mut [waker.watched()], None, None).map_err(wait_ended)?;
                    }
                },
                // After a landing another flight may have begun already.
                Sight::Landed(Ok(())) => match state.tokens.next(now) {
                    Next::HandOut(token) => {
                        drop(state);
                        return hand_out(&token, "shared");
                    }
                    _ => joined = None,
                },
                Sight::Free => match state.tokens.next(now) {
                    Next::HandOut(token) => {
                        drop(state);
                        return hand_out(&token, "kept");
                    }
                    // This call has the secret that was missing.
                    Next::Fail(error, _) if own.is_some() && error.code() == Code::SecretNeeded => {
                        state.tokens.clear();
                    }
                    Next::Renew(way) => {
                        state.flight.begin(source);
                        drop(state);
                        drop(passenger);
                        let pilot = Pilot { shared, is_flying: true };
                        return self.fly(operation, None, way, own, pilot);
                    }
                    other => return Err(refusal(other)),
                },
            }
        }
    }

    /// Asks for a token, or reads the response to a question that was sent.
    fn fly(
        &self,
        operation: &Operation<'_>,
        sent: Option<Sent>,
        way: Way,
        own: Option<&Secret>,
        mut pilot: Pilot<'_>,
    ) -> Result<Got, Error> {
        let (mut sent, mut way) = (sent, way);
        loop {
            let asked = match sent.take() {
                Some(sent) => Ok(sent),
                None => self.send(operation, way, own, pilot.shared),
            };
            match asked {
                Ok(sent) => match self.read(operation, sent, &mut pilot)? {
                    Some(got) => return Ok(got),
                    // The refresh token is not valid any more. The bound of an hour counts for the login too.
                    None => {
                        let next = pilot.shared.lock().tokens.next(Ticks::now());
                        match next {
                            Next::HandOut(old) => return hand_out(&old, "kept"),
                            Next::Renew(next) => way = next,
                            other => return self.fail(operation, refusal(other), Way::Login, &mut pilot),
                        }
                    }
                },
                Err(NotSent { error, leaves }) => {
                    let others_wait = pilot.shared.lock().flight.has_passengers();
                    if leaves && (others_wait || error.code() == Code::Cancelled) {
                        // This call ends, and the others ask themselves.
                        return or_old(operation, pilot.shared, error);
                    }
                    return self.fail(operation, error, way, &mut pilot);
                }
            }
        }
    }

    /// Sends a refresh or a login.
    fn send(
        &self,
        operation: &Operation<'_>,
        way: Way,
        own: Option<&Secret>,
        shared: &Shared,
    ) -> Result<Sent, NotSent> {
        let not_sent = |error: Error| NotSent { leaves: operation.is_over(), error };
        let (key, login) = self.key_and_login().map_err(not_sent)?;
        let (question, turn, connections) = match way {
            Way::Refresh => {
                let token = shared.lock().tokens.current().cloned().ok_or(Cause::Unforeseen);
                let token = token.map_err(Error::from).and_then(|token| token.open()).map_err(not_sent)?;
                (Question::Refresh { key, token }, None, Connections::Any)
            }
            Way::Login => {
                let turn = hold_back::begin_user(operation, &self.owner, self.client.hold_back()).map_err(not_sent)?;
                let secret = match own {
                    Some(secret) => Secret::concat(&[secret.expose()]),
                    None => self.secret(&login).map_err(not_sent)?,
                };
                let turn = self
                    .client
                    .turn(operation, turn, key.expose(), login.expose(), secret.expose())
                    .map_err(not_sent)?;
                if operation.left() < TIME_FOR_LOGIN.min(self.client.timeout() / 2) {
                    return Err(NotSent { error: Error::new(Cause::TooLateForLogin).unsent(), leaves: true });
                }
                // An idle connection may have been lost without a sign, and the outcome would be unknown.
                (Question::Login { key, login, secret }, Some(turn), Connections::New)
            }
        };
        let ask = question.ask().map_err(|error| not_sent(error.unsent()))?;
        let since = Ticks::now();
        shared.lock().tokens.begins(since, way);
        match self.client.begin(operation, &ask, connections) {
            Ok(pending) => Ok(Sent { question, pending, turn, since }),
            Err(error) => {
                if let Some(turn) = turn {
                    turn.conclude(Err(&error));
                }
                // A part of the request may have left: only this call knows what followed.
                let leaves = operation.is_over() && error.request_was_sent() == Some(false);
                Err(NotSent { error, leaves })
            }
        }
    }

    /// Gets the secret from the program.
    fn secret(&self, login: &Secret) -> Result<Secret, Error> {
        let source = self.client.secret_source().ok_or(Cause::SecretNeeded)?;
        let mut buffer = WipedVec::zeroed(SECRET_CAPACITY);
        let last = hold_back::last_refusal(&self.owner);
        let length = {
            let _mark = hold_back::InCallback::enter(&self.owner);
            source.read(login.expose(), last, &mut buffer)
        };
        match (length, usize::try_from(length)) {
            (_, Ok(length)) if length <= SECRET_CAPACITY => {
                buffer.truncate(length);
                Secret::from_utf8(buffer).ok_or_else(|| Error::new(Cause::NotUtf8).detail("secret"))
            }
            (SecretSource::NONE, _) => Err(Cause::SecretNeeded.into()),
            (SecretSource::UNAVAILABLE, _) => Err(Cause::SecretUnavailable.into()),
            (length, _) => Err(Error::new(Cause::SecretCallbackFailed).detail(length)),
        }
        .map_err(Error::unsent)
    }

    /// Reads the response. Returns `None` if the refresh token was refused: a login must follow.
    fn read(&self, operation: &Operation<'_>, sent: Sent, pilot: &mut Pilot<'_>) -> Result<Option<Got>, Error> {
        let mut sent = sent;
        loop {
            let mut cut = sent.pending.wait(operation).err();
            // Only this call ends. After another failure there is nothing left to read.
            let ends =
                |error: &mut Error| matches!(error.code(), Code::Timeout | Code::Cancelled) && operation.is_over();
            if let Some(error) = cut.take_if(ends) {
                let mut state = pilot.shared.lock();
                match state.flight.hand_over(Box::new(sent)) {
                    Ok(()) => {
                        pilot.is_flying = false;
                        state.wake();
                        drop(state);
                        operation.log(Level::Info, format_args!("request: another call reads the response"));
                        return or_old(operation, pilot.shared, error).map(Some);
                    }
                    Err(back) => {
                        sent = *back;
                        cut = Some(error);
                    }
                }
            }
            let Sent { question, pending, turn, since } = sent;
            let step = question.ask().map(|ask| self.client.conclude(operation, &ask, pending, cut));
            match step {
                Ok(Step::Continue(pending)) => {
                    let pending = *pending;
                    pilot.shared.lock().tokens.begins(Ticks::now(), question.way());
                    sent = Sent { question, pending, turn, since };
                }
                Ok(Step::Break(Ok((Outcome::Token { token, .. }, call)))) => {
                    if let Some(turn) = turn {
                        turn.conclude(Ok(()));
                    }
                    return self.keep(operation, token, call, question.way(), since, pilot).map(Some);
                }
                Ok(Step::Break(Ok((_, call)))) => {
                    let error = Error::new(Cause::Unforeseen).of_call(call);
                    return self.fail(operation, error, question.way(), pilot).map(Some);
                }
                Ok(Step::Break(Err(error))) | Err(error) => {
                    if let Some(turn) = turn {
                        turn.conclude(Err(&error));
                    }
                    if question.way() == Way::Refresh && error.code() == Code::RefreshExpired {
                        operation.log(Level::Warning, format_args!("refresh token refused, a login follows"));
                        pilot.shared.lock().tokens.failed(error, Kind::RefreshRefused, Ticks::now(), 0);
                        return Ok(None);
                    }
                    return self.fail(operation, error, question.way(), pilot).map(Some);
                }
            }
        }
    }

    /// Keeps a new token and gives it to all that wait.
    fn keep(
        &self,
        operation: &Operation<'_>,
        token: Token,
        call: CallFacts,
        way: Way,
        since: Ticks,
        pilot: &mut Pilot<'_>,
    ) -> Result<Got, Error> {
        let sealed = match SealedToken::new(&token) {
            Ok(sealed) => Arc::new(sealed),
            Err(error) => return self.fail(operation, error.of_call(call), way, pilot),
        };
        let terms = self.terms(&sealed, token.lifetime());
        let mut state = pilot.shared.lock();
        if !state.tokens.renewed(Arc::clone(&sealed), terms, since, Ticks::now()) {
            drop(state);
            return self.fail(operation, Error::new(Cause::TokenExpiredOnArrival).of_call(call), way, pilot);
        }
        state.publish();
        state.last_error = None;
        state.flight.end(Some(Ok(())));
        pilot.is_flying = false;
        state.wake();
        drop(state);
        warn_of_end(operation, &token);
        Ok(Got { token, how: if way == Way::Refresh { "refreshed" } else { "received" }, call })
    }

    /// Ends the flight with an error that all share.
    fn fail(&self, operation: &Operation<'_>, mut error: Error, way: Way, pilot: &mut Pilot<'_>) -> Result<Got, Error> {
        // Before it is shared: it names this call.
        operation.complete(error.call_mut());
        let now = Ticks::now();
        let mut state = pilot.shared.lock();
        state.last_error = Some(LastError { code: error.code(), at: unix_now(), call: error.call().id });
        let is_held = hold_back::held(&self.owner, self.client.hold_back()).is_some();
        state.tokens.failed(error.clone(), kind_of(&error, way, is_held), now, random());
        state.publish();
        state.flight.end(Some(Err(error.clone())));
        pilot.is_flying = false;
        state.wake();
        drop(state);
        or_old(operation, pilot.shared, error)
    }

    /// Takes a token that the program has kept.
    pub(super) fn set_token(&self, token: &Token) -> Result<(), Error> {
        if token.scheme() != self.client.scheme() {
            return Err(Error::from(Cause::TokenOfOtherService).unsent());
        }
        // As in `obtain`.
        let shared = self.shared();
        let sealed = Arc::new(SealedToken::new(token)?);
        let lifetime =
            token.expires_at().map(|at| Duration::from_secs(at.saturating_sub(unix_now()).max(0).unsigned_abs()));
        // Without a value, only the refresh token counts.
        let lifetime = if token.value().is_empty() { Some(Duration::ZERO) } else { lifetime };
        let terms = self.terms(&sealed, lifetime);
        let mut state = shared.lock();
        let is_current = state.tokens.current().is_some_and(|current| current.has_value(token.value()));
        if !is_current {
            state.tokens.set(sealed, terms, Ticks::now());
            state.publish();
        }
        Ok(())
    }

    fn terms(&self, token: &SealedToken, lifetime: Option<Duration>) -> Terms {
        let has_refresh = token.has_refresh_token() && self.client.can_refresh();
        Terms { lifetime, expires_at: token.expires_at(), has_refresh }
    }

    /// Lifts the hold of the user, and ends all pauses.
    pub(super) fn clear_hold(&self) {
        hold_back::clear(&self.owner);
        self.shared().lock().tokens.clear();
    }

    /// Marks a token as rejected by the API. Any other token than the current one changes nothing.
    pub(super) fn reject(&self, value: &str) {
        let mut state = self.shared().lock();
        if state.tokens.current().is_some_and(|current| current.has_value(value)) {
            state.tokens.rejected(Ticks::now());
            state.publish();
        }
    }

    /// Revokes the token and forgets it.
    pub(super) fn log_out(&self, operation: &Operation<'_>) -> Result<CallFacts, Error> {
        hold_back::check_not_in_callback(&self.owner)?;
        let shared = self.shared();
        let mut pilot = self.alone(operation, shared)?;
        let result = self.revoke(operation, &mut pilot);
        // Another thread may read the response to a refresh now: it decides what the token is.
        let mut state = shared.lock();
        let current = state.tokens.current().cloned();
        state.tokens.forget();
        state.publish();
        drop(state);
        result.map_err(|error| match current.and_then(|token| token.expires_at()) {
            Some(at) => error.advise(&format!(
                "The session has forgotten the token; for the service it is valid until {}.",
                date(at)
            )),
            None => error.advise("The session has forgotten the token. The service may still accept it."),
        })
    }

    /// Waits until no other thread asks.
    fn alone<'a>(&self, operation: &Operation<'_>, shared: &'a Shared) -> Result<Pilot<'a>, Error> {
        let mut passenger = None;
        loop {
            let mut state = shared.lock();
            match state.flight.look(None, &None) {
                Sight::Take(sent) => {
                    drop(state);
                    // A failure of it does not matter here.
                    let _ = self.read(operation, *sent, &mut Pilot { shared, is_flying: true });
                }
                Sight::Flying => {
                    let waker =
                        operation.waker().map_err(|error| Error::new(Cause::NoResources).detail(error).unsent())?;
                    state.flight.join(Arc::clone(&waker));
                    drop(state);
                    let Passenger { waker, .. } = passenger.get_or_insert_with(|| Passenger { shared, waker });
                    operation.wait(waker, &mut [waker.watched()], None, None).map_err(wait_ended)?;
                }
                Sight::Free | Sight::Landed(_) => {
                    state.flight.begin(None);
                    return Ok(Pilot { shared, is_flying: true });
                }
            }
        }
    }

    fn revoke(&self, operation: &Operation<'_>, pilot: &mut Pilot<'_>) -> Result<CallFacts, Error> {
        let now = Ticks::now();
        let state = pilot.shared.lock();
        let (valid, can_refresh) = (
            state.tokens.usable(now).cloned(),
            state.tokens.current().is_some_and(|token| token.has_refresh_token()) && self.client.can_refresh(),
        );
        drop(state);
        let token = match valid {
            Some(token) => token.open()?,
            None if can_refresh => {
                let sent = self.send(operation, Way::Refresh, None, pilot.shared).map_err(|not_sent| not_sent.error)?;
                match self.read(operation, sent, pilot)? {
                    Some(got) => got.token,
                    None => return Ok(CallFacts::default()),
                }
            }
            None => return Ok(CallFacts::default()),
        };
        let ask = Ask::Revoke { token: KeptToken::of(&token), admin: None };
        self.client.ask(operation, &ask).map(|(_, call)| call)
    }
}

/// Returns the error of a call for which nothing may be sent now.
fn refusal<T>(next: Next<T, Error>) -> Error {
    match next {
        Next::Fail(error, rest) => error.retry_after(Some(rest)),
        Next::TooMany(rest) => Error::new(Cause::TooManyRequests).retry_after(Some(rest)).unsent(),
        Next::Rejected(rest) => Error::new(Cause::FreshTokensRejected).retry_after(Some(rest)).unsent(),
        Next::HandOut(_) | Next::Renew(_) => Cause::Unforeseen.into(),
    }
}

/// Returns a token from the session's memory.
fn hand_out(token: &SealedToken, how: &'static str) -> Result<Got, Error> {
    Ok(Got { token: token.open()?, how, call: CallFacts::default() })
}

/// After a failed renewal: the old token as long as it is valid, else the error.
fn or_old(operation: &Operation<'_>, shared: &Shared, error: Error) -> Result<Got, Error> {
    if error.code() == Code::Cancelled {
        return Err(error);
    }
    let Some(old) = shared.lock().tokens.usable(Ticks::now()).cloned() else { return Err(error) };
    let (code, message) = (error.code().name(), error.message());
    operation.log(Level::Warning, format_args!("token: not renewed, the old one is used; {code}: {message}"));
    hand_out(&old, "kept")
}

/// Returns the kind of a failure, which decides the next attempt.
fn kind_of(error: &Error, way: Way, is_held: bool) -> Kind {
    let is_sent = error.request_was_sent() != Some(false);
    match error.code() {
        Code::HeldBack => Kind::Other,
        // The place that has the secret is asked again after this pause.
        Code::SecretNeeded => error.pause().map_or(Kind::Other, |pause| Kind::NotJudged { pause }),
        // The call itself had too little time: another one may have more.
        Code::Cancelled | Code::Timeout if !is_sent => Kind::Unsent { cancelled: true },
        _ if way == Way::Login && is_held => Kind::Refused,
        Code::Busy | Code::Maintenance | Code::ServerError => {
            error.pause().map_or(Kind::StrangeAnswer, |pause| Kind::NotJudged { pause })
        }
        Code::Timeout | Code::Cancelled | Code::Disconnected if is_sent => Kind::NoAnswer,
        _ if is_sent => Kind::StrangeAnswer,
        _ => Kind::Unsent { cancelled: false },
    }
}

/// Warns if the refresh token ends soon.
fn warn_of_end(operation: &Operation<'_>, token: &Token) {
    if let Some(rest) = token.refresh_lifetime()
        && rest < REFRESH_WARNING
    {
        let days = rest.as_secs() / (24 * 60 * 60);
        operation.log(Level::Warning, format_args!("token: the refresh token ends in {days} days"));
    }
}

fn wait_ended(ended: Ended) -> Error {
    match ended {
        Ended::TimedOut => Error::new(Cause::WaitTimedOut),
        Ended::Cancelled => Error::new(Cause::WaitCancelled),
        Ended::Failed(error) => Error::new(Cause::NoResources).detail(error),
    }
}

/// Returns a time in Unix seconds as a date.
fn date(at: i64) -> String {
    match OffsetDateTime::from_unix_timestamp(at) {
        Ok(time) => {
            let (date, (hour, minute, second)) = (time.date(), time.to_hms());
            let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
            format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
        }
        Err(_) => at.to_string(),
    }
}

/// Returns a number for the length of a pause.
fn random() -> u32 {
    u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(0)
}

/// Returns the wall clock in Unix seconds.
pub(super) fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

impl Drop for Core {
    fn drop(&mut self) {
        shared::forget(&self.name);
    }
}
