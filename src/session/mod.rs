//! One user's continuing access: a session keeps a token valid, for all threads that ask for one.

mod renewal;
mod secret_source;

pub(crate) use secret_source::SecretSource;

use std::time::Duration;

use crate::call_facts::CallFacts;
use crate::client::Client;
use crate::error::{Cause, Error};
use crate::log::Log;
use crate::secret::Secret;
use crate::token::Token;

/// A handle of a session. Many threads may use it at once. A clone is the same handle.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    client: Client,
}

impl Session {
    /// Makes a session of a user. Sends nothing.
    ///
    /// # Errors
    /// [`Code::InvalidArgument`](crate::error::Code::InvalidArgument) if key or login cannot be sent.
    pub(crate) fn new(client: &Client, key: &str, login: &str) -> Result<Session, Error> {
        let _ = (key, login);
        Ok(Session { client: client.clone() })
    }

    /// Returns a valid token; gets one if necessary.
    pub(crate) fn get_token(&self) -> Result<(Token, CallFacts), Error> {
        Err(Cause::Unforeseen.into())
    }

    /// As [`Session::get_token`], and uses this secret if a login is needed.
    pub(crate) fn log_in(&self, secret: &Secret) -> Result<(Token, CallFacts), Error> {
        let _ = secret;
        Err(Cause::Unforeseen.into())
    }

    /// Starts from a token that the program has kept.
    pub(crate) fn set_token(&self, token: Token) -> Result<(), Error> {
        drop(token);
        Err(Cause::Unforeseen.into())
    }

    /// The API has answered that the token with this value is not valid any more.
    pub(crate) fn reject_token(&self, value: &str) -> Result<(), Error> {
        let _ = value;
        Err(Cause::Unforeseen.into())
    }

    /// The next call may send the login once, even if it was refused.
    pub(crate) fn clear_hold(&self) -> Result<(), Error> {
        Err(Cause::Unforeseen.into())
    }

    /// Revokes the token at the service, and forgets it.
    pub(crate) fn log_out(&self) -> Result<(), Error> {
        Err(Cause::Unforeseen.into())
    }

    /// Returns the state as JSON, without a secret.
    pub(crate) fn status(&self) -> Result<String, Error> {
        Err(Cause::Unforeseen.into())
    }

    /// Makes another handle of the same session, with its own timeout and cancellation. A `timeout` of zero: this
    /// handle's.
    pub(crate) fn share(&self, timeout: Duration) -> Session {
        let _ = timeout;
        self.clone()
    }

    /// Ends calls with [`Code::Cancelled`](crate::error::Code::Cancelled), as [`Client::cancel`] does.
    pub(crate) fn cancel(&self) {}

    /// Ends the calls of this handle permanently.
    pub(crate) fn close(&self) {}

    pub(crate) fn log(&self) -> Option<&Log> {
        self.client.log()
    }
}
