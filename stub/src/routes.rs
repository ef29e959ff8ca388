//! Selects the response to a request.

use std::sync::Arc;

use crate::http::lines::Fault;
use crate::http::request::Request;
use crate::http::response::{Response, TEXT};
use crate::log::Entry;
use crate::scenarios;
use crate::scenarios::scenario::{Play, Scenario};
use crate::scenarios::states::States;
use crate::service::context::Context;
use crate::service::documents::{DOCUMENTED, granted, rejected};
use crate::service::script::Script;
use crate::service::site::Site;

const ENDPOINT: &str = "/net2/oauth2/accesstoken.ashx";

/// The steps of a response, and its log entry.
pub(crate) struct Reply {
    pub(crate) script: Script,
    pub(crate) entry: Entry,
}

enum Route {
    Healthy,
    Scenario(&'static Scenario),
    UnknownScenario,
    NotFound,
}

/// Replies to a request to the service.
pub(crate) fn reply(request: Request, site: &Arc<Site>, states: &States) -> Reply {
    let route = route(request.path());
    let context = Context::new(request, site);
    let entry = Entry::Service {
        method: context.request.method.clone(),
        path: context.request.path().to_owned(),
        basic: context.credentials.basic.word(),
        key: context.credentials.key.word(),
        scenario: match route {
            Route::Healthy => "healthy",
            Route::Scenario(scenario) => scenario.name,
            Route::UnknownScenario => "unknown",
            Route::NotFound => "-",
        },
    };
    Reply { script: script(&route, &context, states), entry }
}

/// Replies to a request that follows a redirect. It always sends a token, so that the client gets no error.
pub(crate) fn reply_elsewhere(request: Request, site: &Arc<Site>) -> Reply {
    let context = Context::new(request, site);
    let token = Response::new(200, context.media_type(), DOCUMENTED.document(&context));
    let entry = Entry::Elsewhere { credentials_arrived: context.request.carries_credentials() };
    Reply { script: Script::response(&token, &context), entry }
}

/// Replies to a request that cannot be parsed.
pub(crate) fn reply_to_fault(fault: Fault, site: &Arc<Site>) -> Reply {
    let response = text(400, &format!("bad request: {fault}\n"));
    let script = Script::response(&response, &Context::new(Request::default(), site));
    Reply { script, entry: Entry::BadRequest(fault) }
}

fn script(route: &Route, context: &Context, states: &States) -> Script {
    let scenario = match route {
        Route::UnknownScenario => return Script::response(&text(404, "unknown scenario\n"), context),
        Route::NotFound => return Script::response(&text(404, "no such path\n"), context),
        Route::Healthy => None,
        Route::Scenario(scenario) => Some(scenario),
    };
    let method = context.request.method.as_str();
    if !["GET", "POST"].contains(&method) {
        let rejected = text(405, "only GET and POST are supported here\n").header("Allow", "GET, POST");
        return match method {
            "HEAD" => Script::head_of(&rejected, context),
            _ => Script::response(&rejected, context),
        };
    }
    if scenario.is_none_or(|scenario| scenario.checks_credentials)
        && let Some(status) = context.credentials.rejection()
    {
        return Script::keep_alive_response(&rejected(status, context), context);
    }
    let Some(scenario) = scenario else { return Script::keep_alive_response(&granted(context), context) };
    match scenario.play {
        Play::Response(response) => Script::keep_alive_response(&response(context), context),
        Play::Script(script) => script(context),
        Play::Stateful(new) => states.script(scenario.name, new, context),
        Play::OwnPort => {
            let hint = text(404, "this scenario has its own port: see silent= in the ready line\n");
            Script::response(&hint, context)
        }
    }
}

/// Compares paths without case, as IIS does. A wrong scenario name and a wrong path have different responses, so that a
/// typing error is found quickly.
fn route(path: &str) -> Route {
    let path = path.to_ascii_lowercase();
    let (found, rest) = match path.strip_prefix("/scenario/") {
        None => (Route::Healthy, path.as_str()),
        Some(rest) => {
            let name = rest.split('/').next().unwrap_or_default();
            let Some(scenario) = scenarios::find(name) else {
                return Route::UnknownScenario;
            };
            (Route::Scenario(scenario), rest.get(name.len()..).unwrap_or_default())
        }
    };
    match rest.ends_with(ENDPOINT) {
        true => found,
        false => Route::NotFound,
    }
}

fn text(status: u16, words: &str) -> Response {
    Response::new(status, TEXT, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(path: &str) -> &'static str {
        match route(path) {
            Route::Healthy => "healthy",
            Route::Scenario(scenario) => scenario.name,
            Route::UnknownScenario => "unknown",
            Route::NotFound => "not found",
        }
    }

    #[test]
    fn path_selects_the_response() {
        for (path, selected) in [
            ("/net2/oauth2/accesstoken.ashx", "healthy"),
            ("/a/b/net2/oauth2/accesstoken.ashx", "healthy"),
            ("/scenario/ok/net2/oauth2/accesstoken.ashx", "ok"),
            ("/Net2/OAuth2/AccessToken.ASHX", "healthy"),
            ("/Scenario/Denied/NET2/oauth2/accesstoken.ashx", "denied"),
            ("/scenario/denied/tenant/net2/oauth2/accesstoken.ashx", "denied"),
            ("/scenario/denide/net2/oauth2/accesstoken.ashx", "unknown"),
            ("/scenario/", "unknown"),
            ("/scenario/denied", "not found"),
            ("/net2/oauth2/accesstoken.ashx/", "not found"),
            ("/net2/oauth2/getaccesstoken.ashx", "not found"),
            ("/", "not found"),
        ] {
            assert_eq!(routed(path), selected, "{path}");
        }
    }
}
