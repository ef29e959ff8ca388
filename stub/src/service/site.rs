//! The stub's data for one port: addresses, and the state that all ports share.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::clock::{Clock, REQUEST_TOKEN_LIFETIME};
use crate::service::accounts::Accounts;
use crate::service::counts::Counts;
use crate::service::issued::Issued;
use crate::service::orders::Orders;
use crate::service::place::Place;

/// The state that all ports of a stub share.
pub(crate) struct State {
    pub(crate) accounts: Accounts,
    pub(crate) issued: Issued,
    pub(crate) clock: Clock,
    pub(crate) counts: Counts,
    pub(crate) orders: Orders,
    started: OffsetDateTime,
}

impl State {
    pub(crate) fn new(accounts: Accounts) -> State {
        let counts = Counts::of(accounts.len());
        let clock = Clock::default();
        State { accounts, issued: Issued::default(), started: clock.now(), clock, counts, orders: Orders::default() }
    }

    /// Whether the request tokens of companies have expired. They were created when the stub started.
    pub(crate) fn request_tokens_have_expired(&self) -> bool {
        self.clock.now() - self.started >= REQUEST_TOKEN_LIFETIME
    }
}

pub(crate) struct Site {
    pub(crate) place: Place,
    /// URL of the port, without a slash at the end.
    pub(crate) url: String,
    /// URL of the service, without a slash at the end.
    pub(crate) service_url: String,
    /// Target of the redirects, without a slash at the end.
    pub(crate) elsewhere_url: String,
    /// The path before every path of the service, in lower case; empty, or with a slash at its start only.
    pub(crate) prefix: String,
    /// Additional host names that a client can use.
    pub(crate) host_names: Arc<[String]>,
    pub(crate) keep_alive: bool,
    /// Whether the port accepts commands to the stub itself.
    pub(crate) is_controlled: bool,
    pub(crate) state: Arc<State>,
}

impl Site {
    /// Returns the URL with the client's `Host` value, if that is an additional name of the stub.
    pub(crate) fn url_for(&self, host: &str) -> String {
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        let is_additional = self.host_names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let scheme = self.url.split("://").next().unwrap_or_default();
        match is_additional && port.bytes().all(|byte| byte.is_ascii_digit()) {
            true => format!("{scheme}://{host}"),
            false => self.url.clone(),
        }
    }

    pub(crate) fn url_of(&self, place: Place) -> &str {
        match place {
            Place::Service => &self.service_url,
            Place::Elsewhere => &self.elsewhere_url,
        }
    }
}

#[cfg(test)]
impl Site {
    /// The site of a stub with the demo user.
    pub(crate) fn demo() -> Arc<Site> {
        use crate::users::{DEMO_CLIENT_SECRET, User};
        let secret = DEMO_CLIENT_SECRET.to_owned();
        let accounts = Accounts::new(vec![User::demo()], vec![User::demo_company()], secret, None);
        Arc::new(Site {
            place: Place::Service,
            url: "http://localhost:1".to_owned(),
            service_url: "http://localhost:1".to_owned(),
            elsewhere_url: "http://127.0.0.1:2".to_owned(),
            prefix: String::new(),
            host_names: Arc::new([]),
            keep_alive: false,
            is_controlled: false,
            state: Arc::new(State::new(accounts)),
        })
    }
}
