//! Connects the flow (what a service expects) with the transport (how it is reached).

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::call_facts::CallFacts;
use crate::error::Error;
use crate::flow::{self, Credentials};
use crate::log::{Level, Log};
use crate::message::Endpoint;
use crate::operation::{ActiveOperations, Handle, Operation};
use crate::options::{Options, Release};
use crate::token::Token;
use crate::transport::Transport;
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
    endpoint: Endpoint,
    user_agent: HeaderValue,
    timeout: Duration,
    transport: Transport,
    running: PerProcess<ActiveOperations>,
    log: Option<Log>,
    /// The last field, so that it is dropped last: a release function reports that no more callbacks follow.
    _releases: Vec<Arc<Release>>,
}

impl Client {
    /// Makes a client. Reads the operating system's root certificates unless `options` contains others.
    ///
    /// # Errors
    /// [`Code::InvalidOption`](crate::error::Code::InvalidOption) if the system has no root certificates.
    pub fn new(options: &Options) -> Result<Client, Error> {
        let core = Core {
            endpoint: flow::native::token_endpoint(&options.base_url)?,
            user_agent: options.user_agent.clone(),
            timeout: options.timeout,
            transport: Transport::new(options.transport.clone())?,
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

    /// Gets an access token for a user with the Native Flow. `secret` may be empty.
    ///
    /// Sends the login once and never repeats it. Blocks for at most the handle's timeout. The caller wipes the three
    /// texts; every copy made here is wiped.
    ///
    /// # Errors
    /// [`Code::Denied`](crate::error::Code::Denied) if the server rejects login, secret or key: do not retry, because
    /// the account may be locked. All others: see [`Code`](crate::error::Code).
    pub fn get_token(&self, key: &str, login: &str, secret: &str) -> Result<(Token, CallFacts), Error> {
        // First of all: from here on the call can be cancelled, and its timeout runs.
        let Core { transport, log, .. } = &*self.core;
        let operation = Operation::begin(self.running(), &self.handle, transport.keeps(), self.timeout, log.as_ref());
        let mut result = self.try_to_get_token(&operation, key, login, secret);
        let us = operation.complete(match &mut result {
            Ok((_, call)) => call,
            Err(error) => error.call_mut(),
        });
        if operation.is_logged() {
            let ms = us as f64 / 1e3;
            match &result {
                Ok(_) => operation.log(Level::Info, format_args!("token received after {ms:.1} ms")),
                Err(error) => {
                    let (code, message) = (error.code().name(), error.message());
                    operation.log(Level::Error, format_args!("failed after {ms:.1} ms, {code}: {message}"));
                }
            }
        }
        result
    }

    fn try_to_get_token(
        &self,
        operation: &Operation<'_>,
        key: &str,
        login: &str,
        secret: &str,
    ) -> Result<(Token, CallFacts), Error> {
        let Core { endpoint, user_agent, transport, .. } = &*self.core;
        let credentials = Credentials::new(key, login, secret)?;
        let request = flow::native::token_request(endpoint, user_agent, &credentials)?;
        let (answer, call) = transport.send(operation, &request)?;
        // The request contains the credentials: dropped before the response is parsed.
        drop(request);
        match flow::native::read_token(&answer, &credentials) {
            Ok(token) => Ok((token, call)),
            Err(error) => Err(error.of_call(call)),
        }
    }

    /// Ends calls with [`Code::Cancelled`](crate::error::Code::Cancelled), on any thread. The first handle ends all
    /// running calls, of all handles; calls that begin later are not affected. Another handle ends its own calls, and
    /// also those that begin later, so that an early cancellation is not lost.
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
