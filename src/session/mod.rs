//! One user's continuing access: a session keeps a token valid. All threads share it.
//!
//! | question | module |
//! |---|---|
//! | when a token is due, when it is asked for again | `renewal`: pure, no clock |
//! | one request for all threads, and who reads its response | `flight`: pure, no lock |
//! | the state of one process; the sessions of a process | `shared` |
//! | how a token is got, kept and revoked | `core` |
//! | a question that was sent | `question` |
//! | a token between calls, encrypted | `sealed_token` |
//! | the state as JSON | `status` |

mod core;
mod flight;
#[cfg(test)]
mod flight_races;
mod question;
mod renewal;
mod sealed_token;
mod shared;
mod status;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use self::core::{Core, Got};
use crate::call_facts::CallFacts;
use crate::client::Client;
use crate::error::Error;
use crate::log::Log;
use crate::operation::{ActiveOperations, Handle, Operation};
use crate::secret::Secret;
use crate::token::Token;
use crate::wipe::PerProcess;

/// A handle of a session. Many threads may use it at once. A clone is the same handle.
#[derive(Clone)]
pub(crate) struct Session {
    core: Arc<Core>,
    /// The calls of the first handle and its shares. Not the client's: to cancel its calls does not end these.
    running: Arc<PerProcess<ActiveOperations>>,
    handle: Arc<Handle>,
    /// The timeout of each call.
    timeout: Duration,
    is_share: bool,
}

impl Session {
    /// Makes a session of a user, or another handle of it. Sends nothing.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`](crate::error::Code::InvalidArgument) if key or login cannot be sent.
    pub(crate) fn new(client: &Client, key: &str, login: &str) -> Result<Session, Error> {
        let core = Core::of(client, key, login).map_err(Error::unsent)?;
        let (running, handle, timeout) = (Arc::new(PerProcess::new()), Arc::default(), client.timeout());
        Ok(Session { core, running, handle, timeout, is_share: false })
    }

    /// Returns the token if it is not due yet, and this handle was not cancelled. Waits for nothing and makes no system
    /// call.
    pub(crate) fn fresh_token(&self) -> Option<Token> {
        if self.handle.is_closed() {
            return None;
        }
        self.core.shared().open_fresh()
    }

    /// Returns a valid token; asks for one if necessary.
    pub(crate) fn get_token(&self) -> Result<(Token, CallFacts), Error> {
        self.token(None)
    }

    /// As [`Session::get_token`], and uses this secret if a login is needed.
    pub(crate) fn log_in(&self, secret: &Secret) -> Result<(Token, CallFacts), Error> {
        self.token(Some(secret))
    }

    fn token(&self, own: Option<&Secret>) -> Result<(Token, CallFacts), Error> {
        let operation = self.operation();
        let result = self.core.obtain(&operation, own);
        let how = result.as_ref().map_or("", |got| got.how);
        self.core.client.complete(&operation, how, result.map(|Got { token, call, .. }| (token, call)))
    }

    /// Takes a token that the program has kept, if the session has none, or one that was rejected or expires earlier.
    pub(crate) fn set_token(&self, token: &Token) -> Result<(), Error> {
        self.core.set_token(token)
    }

    /// The API has answered that the token with this value is not valid any more.
    pub(crate) fn reject_token(&self, value: &str) -> Result<(), Error> {
        self.core.reject(value);
        Ok(())
    }

    /// The next call may send the login once, even if it was refused.
    pub(crate) fn clear_hold(&self) -> Result<(), Error> {
        self.core.clear_hold();
        Ok(())
    }

    /// Revokes the token at the service, and forgets it.
    pub(crate) fn log_out(&self) -> Result<(), Error> {
        let operation = self.operation();
        let result = self.core.log_out(&operation);
        self.core.client.complete(&operation, "revoked", result.map(|call| ((), call))).map(|_| ())
    }

    /// Returns the state as JSON, without a secret.
    pub(crate) fn status(&self) -> Result<String, Error> {
        Ok(status::of(&self.core))
    }

    /// Makes another handle of the same session, with its own timeout and cancellation. A `timeout` of zero: this
    /// handle's.
    pub(crate) fn share(&self, timeout: Duration) -> Session {
        let timeout = if timeout.is_zero() { self.timeout } else { timeout };
        Session { handle: Arc::default(), timeout, is_share: true, ..self.clone() }
    }

    /// Ends calls with [`Code::Cancelled`](crate::error::Code::Cancelled), as [`Client::cancel`] does.
    pub(crate) fn cancel(&self) {
        if self.is_share {
            self.close();
        } else if let Some(running) = self.running.existing() {
            running.cancel();
        }
    }

    /// Ends the calls of this handle permanently.
    pub(crate) fn close(&self) {
        self.running().close(&self.handle);
    }

    pub(crate) fn log(&self) -> Option<&Log> {
        self.core.client.log()
    }

    fn operation(&self) -> Operation<'_> {
        self.core.client.operation(self.running(), &self.handle, self.timeout)
    }

    fn running(&self) -> &ActiveOperations {
        self.running.get(ActiveOperations::default, ActiveOperations::close_idle)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session")
    }
}
