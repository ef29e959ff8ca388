//! Ties flow and transport together.

use http::HeaderValue;

use crate::error::Error;
use crate::flow::{self, BaseUrl, Credentials};
use crate::options::Options;
use crate::token::Token;
use crate::transport::Transport;

/// Gets tokens from one service. May be used by many threads at once.
#[derive(Debug)]
pub struct Client {
    base_url: BaseUrl,
    user_agent: HeaderValue,
    transport: Transport,
}

impl Client {
    /// Makes a client; reads the operating system's roots unless `options` names others.
    ///
    /// # Errors
    /// [`Code::InvalidOption`](crate::Code::InvalidOption) when the system has no roots.
    pub fn new(options: &Options) -> Result<Client, Error> {
        Ok(Client {
            base_url: options.base_url.clone(),
            user_agent: options.user_agent.clone(),
            transport: Transport::new(&options.trust, options.timeout, options.base_url.is_plain())?,
        })
    }

    /// Gets an access token for a user with the Native Flow. `secret` may be empty.
    ///
    /// Sends the login once and never by itself again. Blocks for at most the options' timeout. The three texts are the
    /// caller's to wipe; every copy made here is wiped.
    ///
    /// # Errors
    /// [`Code::Denied`](crate::Code::Denied) when the server refuses login, secret or key: do not retry, the account may
    /// lock. All others: see [`Code`](crate::Code).
    pub fn get_token(&self, key: &str, login: &str, secret: &str) -> Result<Token, Error> {
        let credentials = Credentials::new(key, login, secret)?;
        let request = flow::token_request(&self.base_url, &self.user_agent, &credentials)?;
        let response = self.transport.send(request)?;
        flow::read_token(&response, &credentials)
    }
}
