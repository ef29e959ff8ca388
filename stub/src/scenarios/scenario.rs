//! What an entry of a table is: a name, a sentence, and what is done.

use std::fmt;

use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::script::Script;

/// One way to respond, chosen by its name in the path: `/scenario/<name>/net2/oauth2/accesstoken.ashx`.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// The name in the path.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Whether wrong credentials are refused first, as the healthy service does.
    pub(crate) checks_credentials: bool,
    pub(crate) play: Play,
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
    /// On the silent listener; a path cannot choose it, for the path is inside TLS.
    OwnPort,
}

/// A scenario that remembers: what it does depends on the requests that came before.
pub(crate) trait Stateful: Send {
    /// What it does for one request. No other request is served by it at the same time.
    fn script(&mut self, context: &Context) -> Script;
}

pub(crate) const SILENCE_AFTER_ACCEPT: &str = "silence-after-accept";

/// An entry that is one HTTP response.
pub(super) const fn response(name: &'static str, summary: &'static str, play: fn(&Context) -> Response) -> Scenario {
    Scenario { name, summary, checks_credentials: false, play: Play::Response(play) }
}

/// An entry that is told step by step.
pub(super) const fn script(name: &'static str, summary: &'static str, play: fn(&Context) -> Script) -> Scenario {
    Scenario { name, summary, checks_credentials: false, play: Play::Script(play) }
}

/// An entry that keeps state. `new` makes it once for each stub, at the first request.
pub(super) const fn stateful(name: &'static str, summary: &'static str, new: fn() -> Box<dyn Stateful>) -> Scenario {
    Scenario { name, summary, checks_credentials: false, play: Play::Stateful(new) }
}

/// An entry that no path chooses.
pub(super) const fn on_own_port(name: &'static str, summary: &'static str) -> Scenario {
    Scenario { name, summary, checks_credentials: false, play: Play::OwnPort }
}

/// An entry that sends a token, if the credentials are right.
pub(super) const fn granting(scenario: Scenario) -> Scenario {
    Scenario { checks_credentials: true, ..scenario }
}
