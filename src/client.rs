//! Ties flow and transport together.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::error::Error;
use crate::flow::{self, Credentials};
use crate::log::{Level, Log};
use crate::message::Endpoint;
use crate::operation::{ActiveOperations, Handle, Operation};
use crate::options::{Options, Release};
use crate::token::Token;
use crate::transport::Transport;
use crate::wipe::PerProcess;

/// A handle of a client, which gets tokens from one service. May be used by many threads at once; a clone is the same handle.
#[derive(Clone, Debug)]
pub struct Client {
    core: Arc<Core>,
    handle: Arc<Handle>,
    /// The limit of each call.
    timeout: Duration,
    is_share: bool,
}

/// What all handles of a client have in common.
#[derive(Debug)]
struct Core {
    endpoint: Endpoint,
    user_agent: HeaderValue,
    timeout: Duration,
    transport: Transport,
    running: PerProcess<ActiveOperations>,
    log: Option<Log>,
    /// Behind everything that calls back, because they say that nothing does any more.
    _releases: Vec<Arc<Release>>,
}

impl Client {
    /// Makes a client; reads the operating system's roots unless `options` names others.
    ///
    /// # Errors
    /// [`Code::InvalidOption`](crate::error::Code::InvalidOption) when the system has no roots.
    pub fn new(options: &Options) -> Result<Client, Error> {
        let core = Core {
            endpoint: flow::token_endpoint(&options.base_url)?,
            user_agent: options.user_agent.clone(),
            timeout: options.timeout,
            transport: Transport::new(options.transport.clone())?,
            running: PerProcess::new(),
            log: options.log.clone(),
            _releases: options.releases.clone(),
        };
        Ok(Client { timeout: core.timeout, core: Arc::new(core), handle: Arc::default(), is_share: false })
    }

    /// Another handle of the same client, with its own limit and cancellation. `timeout` of zero: the client's.
    pub fn share(&self, timeout: Duration) -> Client {
        let timeout = if timeout.is_zero() { self.core.timeout } else { timeout };
        Client { core: Arc::clone(&self.core), handle: Arc::default(), timeout, is_share: true }
    }

    /// Gets an access token for a user with the Native Flow. `secret` may be empty.
    ///
    /// Sends the login once and never by itself again. Blocks for at most the handle's timeout. The three texts are the
    /// caller's to wipe; every copy made here is wiped.
    ///
    /// # Errors
    /// [`Code::Denied`](crate::error::Code::Denied) when the server refuses login, secret or key: do not retry, the account may
    /// lock. All others: see [`Code`](crate::error::Code).
    pub fn get_token(&self, key: &str, login: &str, secret: &str) -> Result<Token, Error> {
        // Before anything else: from here on the call can be cancelled, and its limit counts.
        let Core { transport, log, .. } = &*self.core;
        let (running, log) = (self.running(), log.as_ref());
        let operation = Operation::begin(running, &self.handle, transport.keeps(), self.timeout, log);
        let result = self.try_to_get_token(&operation, key, login, secret);
        if let Some(log) = log {
            let ms = operation.elapsed_ms();
            match &result {
                Ok(_) => log.write(Level::Info, format_args!("token received after {ms:.1} ms")),
                Err(error) => {
                    let (code, message) = (error.code().name(), error.message());
                    log.write(Level::Error, format_args!("failed after {ms:.1} ms, {code}: {message}"));
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
    ) -> Result<Token, Error> {
        let Core { endpoint, user_agent, transport, .. } = &*self.core;
        let credentials = Credentials::new(key, login, secret)?;
        let request = flow::token_request(endpoint, user_agent, &credentials)?;
        let answer = transport.send(operation, &request)?;
        // Before its meaning is looked for: it repeats the credentials.
        drop(request);
        flow::read_token(&answer, &credentials)
    }

    /// Ends calls with [`Code::Cancelled`](crate::error::Code::Cancelled), on whatever thread. On the first handle: every
    /// call that is running on any handle; calls that begin later are not touched. On another one: its own calls, those that
    /// begin later too, so that a cancellation that comes first is not lost.
    pub fn cancel(&self) {
        if self.is_share {
            self.close();
        } else if let Some(running) = self.core.running.existing() {
            running.cancel();
        }
    }

    /// Ends the calls of this handle for good: for one that is freed while a thread begins a call.
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
