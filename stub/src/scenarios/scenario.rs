//! Entries of a table: a name, a summary, and a function.

use std::fmt;

use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::endpoint::Service;
use crate::service::script::Script;

/// One kind of response. Its name in the path selects it: `/scenario/<name>/net2/oauth2/accesstoken.ashx` or
/// `/scenario/<name>/oauth2/v0/token`.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// The name in the path.
    pub name: &'static str,
    /// One line about its behavior.
    pub summary: &'static str,
    /// The only service that has it; `None`: both have it.
    pub(crate) only: Option<Service>,
    /// Whether wrong credentials are rejected first, as in the healthy service.
    pub(crate) checks_credentials: bool,
    pub(crate) play: Play,
}

impl Scenario {
    /// Returns whether a request to this service can select it.
    pub fn is_for(&self, service: Service) -> bool {
        self.only.is_none_or(|only| only == service)
    }
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name).field("summary", &self.summary).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Play {
    Response(fn(&Context) -> Response),
    Script(fn(&Context) -> Script),
    Stateful(fn() -> Box<dyn Stateful>),
    /// On the silent listener. A path cannot select it, because the path is inside TLS.
    OwnPort,
}

/// A scenario with state: its behavior depends on earlier requests.
pub(crate) trait Stateful: Send {
    /// Returns the script for one request. It is called for one request at a time.
    fn script(&mut self, context: &Context) -> Script;
}

pub(crate) const SILENCE_AFTER_ACCEPT: &str = "silence-after-accept";

/// An entry that sends one HTTP response.
pub(super) const fn response(name: &'static str, summary: &'static str, play: fn(&Context) -> Response) -> Scenario {
    Scenario { name, summary, only: None, checks_credentials: false, play: Play::Response(play) }
}

/// An entry that runs several steps.
pub(super) const fn script(name: &'static str, summary: &'static str, play: fn(&Context) -> Script) -> Scenario {
    Scenario { name, summary, only: None, checks_credentials: false, play: Play::Script(play) }
}

/// An entry with state. `new` creates the state once per stub, at the first request.
pub(super) const fn stateful(name: &'static str, summary: &'static str, new: fn() -> Box<dyn Stateful>) -> Scenario {
    Scenario { name, summary, only: None, checks_credentials: false, play: Play::Stateful(new) }
}

/// An entry that no path selects.
pub(super) const fn on_own_port(name: &'static str, summary: &'static str) -> Scenario {
    Scenario { name, summary, only: None, checks_credentials: false, play: Play::OwnPort }
}

/// An entry that sends a token if the credentials are correct.
pub(super) const fn granting(scenario: Scenario) -> Scenario {
    Scenario { checks_credentials: true, ..scenario }
}

/// An entry of the OAuth 2.0 service, which the Native Flow does not have.
pub(super) const fn of_oauth2(scenario: Scenario) -> Scenario {
    Scenario { only: Some(Service::OAuth2), ..scenario }
}
