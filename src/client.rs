//! Connects the flow (what a service expects) with the transport (how it is reached).

use std::sync::Arc;
use std::time::Duration;

use crate::call_facts::CallFacts;
use crate::error::{Cause, Code, Error};
use crate::flow::{Ask, Credentials, KeptToken, Outcome, Service, check_key};
use crate::log::{Level, Log};
use crate::operation::{ActiveOperations, Handle, Operation};
use crate::options::{Options, Release};
use crate::origin::Origin;
use crate::token::Token;
use crate::transport::Transport;
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
    timeout: Duration,
    transport: Transport,
    /// For each process, because another thread of the parent may be changing them during fork.
    user_origins: PerProcess<UserOrigins>,
    running: PerProcess<ActiveOperations>,
    log: Option<Log>,
    /// The last field, so that it is dropped last: a release function reports that no more callbacks follow.
    _releases: Vec<Arc<Release>>,
}

impl Client {
    /// Makes a client. Reads the operating system's root certificates unless `options` contains others.
    ///
    /// # Errors
    /// [`Code::InvalidOption`] if the system has no root certificates, or if options do not match.
    pub fn new(options: &Options) -> Result<Client, Error> {
        let core = Core {
            service: options.service.service(options.user_agent.clone())?,
            timeout: options.timeout,
            transport: Transport::new(options.transport.clone())?,
            user_origins: PerProcess::new(),
            running: PerProcess::new(),
            log: options.log.clone(),
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
        let Core { transport, log, .. } = &*self.core;
        let operation = Operation::begin(self.running(), &self.handle, transport.keeps(), self.timeout, log.as_ref());
        let mut result = ask().map_err(Error::unsent).and_then(|ask| self.ask(&operation, &ask));
        let us = operation.complete(match &mut result {
            Ok((_, call)) => call,
            Err(error) => error.call_mut(),
        });
        if operation.is_logged() {
            let ms = us as f64 / 1e3;
            match &result {
                Ok(_) => operation.log(Level::Info, format_args!("token {done} after {ms:.1} ms")),
                Err(error) => {
                    let (code, message) = (error.code().name(), error.message());
                    operation.log(Level::Error, format_args!("failed after {ms:.1} ms, {code}: {message}"));
                }
            }
        }
        result
    }

    /// Asks the service, and once more if the user belongs to another origin.
    fn ask(&self, operation: &Operation<'_>, ask: &Ask<'_>) -> Result<(Outcome, CallFacts), Error> {
        let user_origins = self.core.user_origins.get(UserOrigins::default, |_| {});
        let login = match ask {
            Ask::Token(credentials) => Some(credentials.login),
            _ => None,
        };
        let known = login.and_then(|login| user_origins.of(login));
        let (origin, result) = match self.ask_at(operation, ask, known.as_ref()) {
            Ok((Outcome::AskAt { origin, .. }, first)) => {
                operation.log(Level::Warning, format_args!("user belongs to {origin}, asking there"));
                let second = match self.ask_at(operation, ask, Some(&origin)) {
                    Ok((outcome, call)) => Ok((outcome, call.following(&first))),
                    Err(mut error) => {
                        *error.call_mut() = error.call().following(&first);
                        // The first request has contained the credentials.
                        Err(error.request_sent(true))
                    }
                };
                (Some(origin), second)
            }
            first => (known.clone(), first),
        };
        match (login, origin, &result) {
            // Known only after a token came from there.
            (Some(login), Some(origin), Ok((Outcome::Token { .. }, _))) if known.as_ref() != Some(&origin) => {
                user_origins.remember(login, origin);
            }
            (Some(login), Some(_), Err(error)) if error.http_status().is_none() && error.code() != Code::Cancelled => {
                user_origins.forget(login);
            }
            _ => {}
        }
        match result? {
            (Outcome::AskAt { refusal, .. }, call) => Err(refusal.of_call(call)),
            outcome => Ok(outcome),
        }
    }

    fn ask_at(
        &self,
        operation: &Operation<'_>,
        ask: &Ask<'_>,
        origin: Option<&Arc<Origin>>,
    ) -> Result<(Outcome, CallFacts), Error> {
        let Core { service, transport, .. } = &*self.core;
        let request = service.request(ask, origin).map_err(Error::unsent)?;
        let (answer, call) = transport.send(operation, &request)?;
        let endpoint = request.endpoint.clone();
        // The request contains the credentials: dropped before the response is parsed.
        drop(request);
        let outcome = service.outcome(ask, &endpoint, &answer).map_err(|error| error.of_call(call))?;
        if let Outcome::Token { untrusted_url: Some(url), .. } = &outcome {
            let what = format_args!("token: instance URL left out, because its host is not trusted: {url}");
            operation.log(Level::Warning, what);
        }
        Ok((outcome, call))
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

    pub(crate) fn log(&self) -> Option<&Log> {
        self.core.log.as_ref()
    }
}
