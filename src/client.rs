//! Ties flow and transport together.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderValue, Uri};

use crate::error::Error;
use crate::flow::{self, Credentials};
use crate::log::{Level, Log};
use crate::options::Options;
use crate::token::Token;
use crate::transport::{Answer, Entry, Proxy, Transport};

/// Gets tokens from one service. May be used by many threads at once; a clone is the same client.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    endpoint: Uri,
    user_agent: HeaderValue,
    proxy: Option<Arc<Proxy>>,
    transport: Transport,
}

impl Client {
    /// Makes a client; reads the operating system's roots unless `options` names others.
    ///
    /// # Errors
    /// [`Code::InvalidOption`](crate::error::Code::InvalidOption) when the system has no roots.
    pub fn new(options: &Options) -> Result<Client, Error> {
        Ok(Client(Arc::new(Inner {
            endpoint: flow::token_endpoint(&options.base_url)?,
            user_agent: options.user_agent.clone(),
            proxy: options.transport.route.proxy.clone(),
            transport: Transport::new(options.transport.clone())?,
        })))
    }

    /// Gets an access token for a user with the Native Flow. `secret` may be empty.
    ///
    /// Sends the login once and never by itself again. Blocks for at most the options' timeout. The three texts are the
    /// caller's to wipe; every copy made here is wiped.
    ///
    /// # Errors
    /// [`Code::Denied`](crate::error::Code::Denied) when the server refuses login, secret or key: do not retry, the account may
    /// lock. All others: see [`Code`](crate::error::Code).
    pub fn get_token(&self, key: &str, login: &str, secret: &str) -> Result<Token, Error> {
        // Before anything else: from here on the call can be cancelled.
        let entry = self.0.transport.enter();
        let start = Instant::now();
        let result = self.try_to_get_token(&entry, key, login, secret);
        if let Some(log) = self.log() {
            let ms = start.elapsed().as_secs_f64() * 1e3;
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

    fn try_to_get_token(&self, entry: &Entry<'_>, key: &str, login: &str, secret: &str) -> Result<Token, Error> {
        let Inner { endpoint, user_agent, proxy, transport } = &*self.0;
        let credentials = Credentials::new(key, login, secret)?;
        match transport.send(entry, endpoint, || flow::token_request(endpoint, user_agent, &credentials))? {
            Answer::OfServer(response) => flow::read_token(&response, &credentials),
            Answer::OfProxy(response, name) => {
                let secrets = proxy.as_ref().map(|proxy| proxy.secrets()).unwrap_or_default();
                Err(flow::proxy_refusal(&response, &name, secrets))
            }
        }
    }

    /// Ends every call that is running on this client, on whatever thread, with
    /// [`Code::Cancelled`](crate::error::Code::Cancelled). Calls that begin later are not touched.
    pub fn cancel(&self) {
        self.0.transport.cancel();
    }

    /// The same for good: calls that begin later are cancelled too. For a client that is freed while a thread begins a call.
    pub fn close(&self) {
        self.0.transport.close();
    }

    pub(crate) fn log(&self) -> Option<&Log> {
        self.0.transport.log()
    }
}
