//! Connects the flow (what a service expects) with the transport (how it is reached).

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use crate::call_facts::CallFacts;
use crate::error::{Cause, Code, Error};
use crate::flow::{self, Ask, CredentialType, Credentials, KeptToken, Outcome, Service, check_key};
use crate::hold_back::{self, Guards, Identity, Owner, Realm, Turn, UserTurn, take_turn};
use crate::log::{Level, Log};
use crate::message::Endpoint;
use crate::operation::{ActiveOperations, Handle, Operation};
use crate::options::{Options, Release};
use crate::origin::Origin;
use crate::secret_source::SecretSource;
use crate::token::Token;
use crate::transport::{Connections, Exchange, Transport};
use crate::user_origins::UserOrigins;
use crate::wipe::PerProcess;

/// A handle of a client, which gets tokens from one service. Many threads may use it at once. A clone is the same
/// handle.
#[derive(Clone, Debug)]
pub struct Client {
    core: Arc<Core>,
    handle: Arc<Handle>,
    /// The timeout of each call.
    timeout: Duration,
    is_share: bool,
}

/// The state that all handles of a client share.
#[derive(Debug)]
struct Core {
    service: Box<dyn Service>,
    /// The realm and the time of holds.
    realm: Realm,
    hold_back: Duration,
    timeout: Duration,
    transport: Transport,
    /// For each process, because another thread of the parent may be changing them during fork.
    user_origins: PerProcess<UserOrigins>,
    running: PerProcess<ActiveOperations>,
    log: Option<Log>,
    secret_source: Option<SecretSource>,
    refresh_margin: Option<Duration>,
    /// The last field, so that it is dropped last: a release function reports that no more callbacks follow.
    _releases: Vec<Arc<Release>>,
}

/// A request that was sent, and waits for its response. Another operation than the one that has sent it may wait.
pub(crate) struct Pending {
    exchange: Exchange,
    endpoint: Endpoint,
    connections: Connections,
    /// The origin to which the user belongs, as far as known before.
    known: Option<Arc<Origin>>,
    /// If this is the second origin that is asked: which one, and the facts about the first request.
    first: Option<(Arc<Origin>, CallFacts)>,
}

impl Pending {
    /// Waits until the whole response was received. After a wait that ended early, another operation may continue.
    pub(crate) fn wait(&mut self, operation: &Operation<'_>) -> Result<(), Error> {
        self.exchange.wait(operation)
    }
}

/// The step after a response: the answer, or the same question to another origin.
pub(crate) type Step = ControlFlow<Result<(Outcome, CallFacts), Error>, Box<Pending>>;

/// Returns whose logins a client sends.
fn realm(service: &flow::Settings) -> Result<Realm, Error> {
    let (address, credential_type) = service.address();
    let (credential_type, may_lock) = match credential_type {
        CredentialType::Password => ("password", true),
        CredentialType::AuthToken => ("authtoken", false),
    };
    let name = if service.is_oauth2 { "oauth2" } else { "native" };
    let client_secret = service.client_secret_of_logins()?.unwrap_or_default();
    let guards = Guards { may_lock, key_may_be_wrong: !service.is_oauth2 };
    Realm::new([name, &address], credential_type, client_secret.expose(), guards)
}

/// Completes an error of the second request: the first one has contained the credentials.
fn after_first(mut error: Error, first: &CallFacts) -> Error {
    *error.call_mut() = error.call().following(first);
    error.request_sent(true)
}

/// Logs the end of a call after this time, in microseconds.
fn log_end(operation: &Operation<'_>, us: i64, done: &str, error: Option<&Error>) {
    let ms = us as f64 / 1e3;
    match error {
        None => operation.log(Level::Info, format_args!("token {done} after {ms:.1} ms")),
        Some(error) => {
            let (code, message) = (error.code().name(), error.message());
            operation.log(Level::Error, format_args!("failed after {ms:.1} ms, {code}: {message}"));
        }
    }
}

impl Client {
    /// Makes a client. Reads the operating system's root certificates unless `options` contains others.
    ///
    /// # Errors
    /// [`Code::InvalidOption`] if the system has no root certificates, or if options do not match.
    pub fn new(options: &Options) -> Result<Client, Error> {
        let core = Core {
            service: options.service.service(options.user_agent.clone())?,
            realm: realm(&options.service)?,
            hold_back: options.hold_back,
            timeout: options.timeout,
            transport: Transport::new(options.transport.clone())?,
            user_origins: PerProcess::new(),
            running: PerProcess::new(),
            log: options.log.clone(),
            secret_source: options.secret_source.clone(),
            refresh_margin: options.refresh_margin,
            _releases: options.releases.clone(),
        };
        Ok(Client { timeout: core.timeout, core: Arc::new(core), handle: Arc::default(), is_share: false })
    }

    /// Makes another handle of the same client, with its own timeout and cancellation. A `timeout` of zero: the
    /// client's.
    pub fn share(&self, timeout: Duration) -> Client {
        let timeout = if timeout.is_zero() { self.core.timeout } else { timeout };
        Client { core: Arc::clone(&self.core), handle: Arc::default(), timeout, is_share: true }
    }

    /// Gets an access token for a user. `secret` may be empty.
    ///
    /// Sends the login once. Only if the OAuth 2.0 service answers that the user belongs to another origin, which is
    /// trusted, it is sent there, once. Blocks for at most the handle's timeout. The caller wipes the three texts; every
    /// copy made here is wiped.
    ///
    /// # Errors
    /// [`Code::Denied`] if the server rejects login, secret or key: do not retry, because the account may be locked. All
    /// others: see [`Code`].
    pub fn get_token(&self, key: &str, login: &str, secret: &str) -> Result<(Token, CallFacts), Error> {
        self.token("received", || Ok(Ask::Token(Credentials::new(key, login, secret)?)))
    }

    /// Gets another token for the refresh token of `token`.
    ///
    /// # Errors
    /// [`Code::RefreshExpired`] if the server rejects the refresh token.
    pub fn refresh_token(&self, key: &str, token: KeptToken<'_>) -> Result<(Token, CallFacts), Error> {
        self.token("refreshed", || check_key(key).map(|()| Ask::Refresh { key, token }))
    }

    /// Gets a token for the application itself.
    ///
    /// # Errors
    /// [`Code::InvalidOption`] if the service has no such tokens.
    pub fn get_application_token(&self, key: &str) -> Result<(Token, CallFacts), Error> {
        self.token("received", || check_key(key).map(|()| Ask::ApplicationToken { key }))
    }

    /// Revokes `token`. The OAuth 2.0 service revokes all refresh tokens of its user for the application. `admin`: the
    /// token of an administrator, who revokes it.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] if the server refuses.
    pub fn revoke_token(&self, token: KeptToken<'_>, admin: Option<KeptToken<'_>>) -> Result<(), Error> {
        self.run("revoked", || Ok(Ask::Revoke { token, admin })).map(|_| ())
    }

    fn token<'a>(&self, done: &str, ask: impl FnOnce() -> Result<Ask<'a>, Error>) -> Result<(Token, CallFacts), Error> {
        match self.run(done, ask)? {
            (Outcome::Token { token, .. }, call) => Ok((token, call)),
            (Outcome::Revoked | Outcome::AskAt { .. }, call) => Err(Error::new(Cause::Unforeseen).of_call(call)),
        }
    }

    /// Runs one call. `done` is the word of a success in the log, such as "received".
    fn run<'a>(&self, done: &str, ask: impl FnOnce() -> Result<Ask<'a>, Error>) -> Result<(Outcome, CallFacts), Error> {
        // First of all: from here on the call can be cancelled, and its timeout runs.
        let operation = self.operation(self.running(), &self.handle, self.timeout);
        let result = ask().map_err(Error::unsent).and_then(|ask| self.ask_in_turn(&operation, &ask));
        self.complete(&operation, done, result)
    }

    /// Asks the service. A login waits for its turn first.
    fn ask_in_turn(&self, operation: &Operation<'_>, ask: &Ask<'_>) -> Result<(Outcome, CallFacts), Error> {
        let Ask::Token(Credentials { key, login, secret }) = ask else { return self.ask(operation, ask) };
        let identity = Identity::new(&self.core.realm, key, login, secret).map_err(Error::unsent)?;
        let turn = take_turn(operation, &identity, self.core.hold_back)?;
        let result = self.ask(operation, ask);
        turn.conclude(result.as_ref().map(|_| ()));
        result
    }

    /// Lifts the holds of a user, and of the application: the next call may send the login once. Sends nothing.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if key or login cannot be sent.
    pub fn clear_hold(&self, key: &str, login: &str) -> Result<(), Error> {
        self.check_user(key, login)?;
        hold_back::clear(&self.core.realm.user(key, login)?);
        Ok(())
    }

    /// Begins an operation that ends with `running` or `handle`.
    pub(crate) fn operation<'a>(
        &'a self,
        running: &'a ActiveOperations,
        handle: &Arc<Handle>,
        timeout: Duration,
    ) -> Operation<'a> {
        Operation::begin(running, handle, self.core.transport.keeps(), timeout, self.core.log.as_ref())
    }

    /// Completes the facts of a call that ends now, and logs its end. `done` is the word of a success in the log, such as
    /// "received".
    pub(crate) fn complete<T>(
        &self,
        operation: &Operation<'_>,
        done: &str,
        mut result: Result<(T, CallFacts), Error>,
    ) -> Result<(T, CallFacts), Error> {
        let us = operation.complete(match &mut result {
            Ok((_, call)) => call,
            Err(error) => error.call_mut(),
        });
        if operation.is_logged() {
            log_end(operation, us, done, result.as_ref().err());
        }
        result
    }

    /// Asks the service, and once more if the user belongs to another origin.
    pub(crate) fn ask(&self, operation: &Operation<'_>, ask: &Ask<'_>) -> Result<(Outcome, CallFacts), Error> {
        let mut pending = self.begin(operation, ask, Connections::Any)?;
        loop {
            let cut = pending.wait(operation).err();
            match self.conclude(operation, ask, pending, cut) {
                Step::Break(result) => return result,
                Step::Continue(next) => pending = *next,
            }
        }
    }

    /// Sends the request for `ask`.
    ///
    /// # Errors
    /// Each error contains whether a byte of the request was sent.
    pub(crate) fn begin(
        &self,
        operation: &Operation<'_>,
        ask: &Ask<'_>,
        connections: Connections,
    ) -> Result<Pending, Error> {
        let known = ask.login().and_then(|login| self.user_origins().of(login));
        let pending = self.begin_at(operation, ask, known.as_ref(), connections);
        pending
            .map(|(exchange, endpoint)| Pending { exchange, endpoint, connections, known: known.clone(), first: None })
            .inspect_err(|error| self.note_origin(ask, known.as_ref(), None, Err(error)))
    }

    fn begin_at(
        &self,
        operation: &Operation<'_>,
        ask: &Ask<'_>,
        origin: Option<&Arc<Origin>>,
        connections: Connections,
    ) -> Result<(Exchange, Endpoint), Error> {
        let Core { service, transport, .. } = &*self.core;
        let request = service.request(ask, origin).map_err(Error::unsent)?;
        let exchange = transport.begin(operation, &request, connections)?;
        // The request contains the credentials: dropped before the response is read.
        Ok((exchange, request.endpoint.clone()))
    }

    /// Ends a request after a wait that succeeded or failed with `cut`. If the user belongs to another origin, asks there.
    pub(crate) fn conclude(
        &self,
        operation: &Operation<'_>,
        ask: &Ask<'_>,
        pending: Pending,
        cut: Option<Error>,
    ) -> Step {
        let Core { service, transport, .. } = &*self.core;
        let Pending { exchange, endpoint, connections, known, first } = pending;
        let result = transport.conclude(operation, exchange, cut).and_then(|(answer, call)| {
            let outcome = service.outcome(ask, &endpoint, &answer);
            outcome.map(|outcome| (outcome, call)).map_err(|error| error.of_call(call))
        });
        if let Ok((Outcome::Token { untrusted_url: Some(url), .. }, _)) = &result {
            let what = format_args!("token: instance URL left out, because its host is not trusted: {url}");
            operation.log(Level::Warning, what);
        }
        let Some((second, first)) = first else {
            let (origin, call) = match result {
                Ok((Outcome::AskAt { origin, .. }, call)) => (origin, call),
                result => {
                    self.note_origin(ask, known.as_ref(), None, result.as_ref().map(|(outcome, _)| outcome));
                    return Step::Break(result);
                }
            };
            operation.log(Level::Warning, format_args!("user belongs to {origin}, asking there"));
            return match self.begin_at(operation, ask, Some(&origin), connections) {
                Ok((exchange, endpoint)) => {
                    let first = Some((origin, call));
                    Step::Continue(Box::new(Pending { exchange, endpoint, connections, known, first }))
                }
                Err(error) => {
                    self.note_origin(ask, known.as_ref(), Some(&origin), Err(&error));
                    Step::Break(Err(after_first(error, &call)))
                }
            };
        };
        self.note_origin(ask, known.as_ref(), Some(&second), result.as_ref().map(|(outcome, _)| outcome));
        Step::Break(match result {
            Ok((Outcome::AskAt { refusal, .. }, call)) => Err(refusal.of_call(call.following(&first))),
            Ok((outcome, call)) => Ok((outcome, call.following(&first))),
            Err(error) => Err(after_first(error, &first)),
        })
    }

    /// Remembers or forgets the origin of a user. `known`: asked first; `second`: asked after it.
    fn note_origin(
        &self,
        ask: &Ask<'_>,
        known: Option<&Arc<Origin>>,
        second: Option<&Arc<Origin>>,
        result: Result<&Outcome, &Error>,
    ) {
        let (Some(login), Some(origin)) = (ask.login(), second.or(known)) else { return };
        match result {
            // Known only after a token came from there.
            Ok(Outcome::Token { .. }) if known != Some(origin) => {
                self.user_origins().remember(login, Arc::clone(origin));
            }
            Err(error) if error.http_status().is_none() && error.code() != Code::Cancelled => {
                self.user_origins().forget(login);
            }
            _ => {}
        }
    }

    fn user_origins(&self) -> &UserOrigins {
        self.core.user_origins.get(UserOrigins::default, |_| {})
    }

    /// Ends calls with [`Code::Cancelled`], on any thread. The first handle ends all running calls, of all handles; calls
    /// that begin later are not affected. Another handle ends its own calls, and also those that begin later, so that an
    /// early cancellation is not lost.
    pub fn cancel(&self) {
        if self.is_share {
            self.close();
        } else if let Some(running) = self.core.running.existing() {
            running.cancel();
        }
    }

    /// Ends the calls of this handle permanently: used if a handle is freed while a thread begins a call.
    pub fn close(&self) {
        self.running().close(&self.handle);
    }

    fn running(&self) -> &ActiveOperations {
        self.core.running.get(ActiveOperations::default, ActiveOperations::close_idle)
    }

    /// Checks a question without sending it.
    ///
    /// # Errors
    /// The service cannot be asked this.
    pub(crate) fn check(&self, ask: &Ask<'_>) -> Result<(), Error> {
        self.core.service.request(ask, None).map(drop)
    }

    /// Checks whether the service can be asked for a token of this user, whatever its secret is.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`] if key or login cannot be sent.
    pub(crate) fn check_user(&self, key: &str, login: &str) -> Result<(), Error> {
        // Not empty, because a company needs its request token.
        self.check(&Ask::Token(Credentials::new(key, login, "a secret")?))
    }

    /// Goes on with the turn of a user, as soon as its secret is known.
    pub(crate) fn turn(
        &self,
        operation: &Operation<'_>,
        turn: UserTurn,
        key: &str,
        login: &str,
        secret: &str,
    ) -> Result<Turn, Error> {
        turn.with_secret(operation, &Identity::new(&self.core.realm, key, login, secret)?, self.core.hold_back)
    }

    /// Returns whose login it is.
    pub(crate) fn owner(&self, key: &str, login: &str) -> Result<Owner, Error> {
        self.core.realm.user(key, login)
    }

    pub(crate) fn hold_back(&self) -> Duration {
        self.core.hold_back
    }

    pub(crate) fn secret_source(&self) -> Option<&SecretSource> {
        self.core.secret_source.as_ref()
    }

    pub(crate) fn refresh_margin(&self) -> Option<Duration> {
        self.core.refresh_margin
    }

    /// Returns the scheme of the service's tokens.
    pub(crate) fn scheme(&self) -> &'static str {
        self.core.service.scheme()
    }

    /// Whether tokens can be refreshed, if they have a refresh token.
    pub(crate) fn can_refresh(&self) -> bool {
        self.core.service.can_refresh()
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Returns a number that no other client has while this one exists.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.core).addr()
    }

    pub(crate) fn log(&self) -> Option<&Log> {
        self.core.log.as_ref()
    }
}
