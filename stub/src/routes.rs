//! Selects the response to a request.

use std::sync::Arc;

use crate::control;
use crate::http::lines::Fault;
use crate::http::request::Request;
use crate::http::response::{Response, TEXT};
use crate::log::Entry;
use crate::scenarios;
use crate::scenarios::scenario::{Play, Scenario};
use crate::scenarios::states::States;
use crate::service::bearer::bearer;
use crate::service::context::Context;
use crate::service::documents::{DOCUMENTED_TOKENS, Token};
use crate::service::endpoint::{Endpoint, Service};
use crate::service::healthy;
use crate::service::script::{Script, Step};
use crate::service::site::Site;

/// The steps of a response, and its log entry.
pub(crate) struct Reply {
    pub(crate) script: Script,
    pub(crate) entry: Entry,
}

enum Route {
    Healthy(Endpoint),
    Scenario(&'static Scenario, Endpoint),
    /// The scenario is not for the endpoint's service.
    OtherService,
    UnknownScenario,
    /// No path of Concur. It may be a command to the stub.
    Other,
}

impl Route {
    fn endpoint(&self) -> Option<Endpoint> {
        match self {
            Route::Healthy(endpoint) | Route::Scenario(_, endpoint) => Some(*endpoint),
            Route::OtherService | Route::UnknownScenario | Route::Other => None,
        }
    }
}

/// Replies to a request to the service.
pub(crate) fn reply(request: Request, site: &Arc<Site>, states: &States) -> Reply {
    let path = request.path().to_ascii_lowercase();
    let route = ordered(route(&path, &site.prefix), site);
    let context = counted(request, &route, site);
    let entry = Entry::Service {
        method: context.request.method.clone(),
        path: context.request.path().to_owned(),
        is_oauth2: context.is_oauth2(),
        login: context.credentials.basic.word(),
        key: context.credentials.key.word(),
        scenario: match route {
            Route::Healthy(_) => "healthy",
            Route::Scenario(scenario, _) => scenario.name,
            Route::UnknownScenario => "unknown",
            Route::OtherService | Route::Other => "-",
        },
    };
    let script = script(&route, &path, &context, states);
    let waits = route.endpoint().is_some_and(|it| it != Endpoint::Api) && site.state.orders.is_holding();
    Reply { script: if waits { script.first(Step::Wait) } else { script }, entry }
}

/// Replaces the healthy service by the scenario that a test has ordered.
fn ordered(route: Route, site: &Site) -> Route {
    let Route::Healthy(endpoint) = route else { return route };
    let scenario = site.state.orders.scenario().and_then(|name| scenarios::find(&name));
    let is_for = |scenario: &&'static Scenario| endpoint.service().is_some_and(|service| scenario.is_for(service));
    scenario.filter(is_for).map_or(route, |scenario| Route::Scenario(scenario, endpoint))
}

/// Replies to a request to the other origin. A request to the Native Flow follows a redirect. It gets a token in any
/// case, so that the client gets no error.
pub(crate) fn reply_elsewhere(request: Request, site: &Arc<Site>) -> Reply {
    let route = route(&request.path().to_ascii_lowercase(), &site.prefix);
    let context = counted(request, &route, site);
    let credentials_arrived = context.request.carries_credentials();
    if credentials_arrived {
        site.state.counts.add_credentials_elsewhere();
    }
    let script = match route {
        Route::Healthy(endpoint) | Route::Scenario(_, endpoint) => match endpoint {
            Endpoint::NativeToken | Endpoint::NativeRefresh => {
                let token = Token::documented(&context).document(&context);
                Script::response(&Response::new(200, context.media_type(), token), &context)
            }
            _ => healthy_script(&context),
        },
        Route::OtherService | Route::UnknownScenario | Route::Other => {
            Script::response(&text(404, "no such path\n"), &context)
        }
    };
    Reply { script, entry: Entry::Elsewhere { credentials_arrived } }
}

/// Replies to a request that cannot be parsed.
pub(crate) fn reply_to_fault(fault: Fault, site: &Arc<Site>) -> Reply {
    let response = text(400, &format!("bad request: {fault}\n"));
    let script = Script::response(&response, &Context::new(Request::default(), Endpoint::NativeToken, site));
    Reply { script, entry: Entry::BadRequest(fault) }
}

/// Parses the credentials of a request, and counts it.
fn counted(request: Request, route: &Route, site: &Arc<Site>) -> Context {
    let context = Context::new(request, route.endpoint().unwrap_or(Endpoint::NativeToken), site);
    let counts = &site.state.counts;
    counts.add_request();
    if context.has_secret_in_url() {
        counts.add_secret_in_url();
    }
    match context.endpoint {
        Endpoint::NativeRefresh => counts.add_refresh(),
        Endpoint::Token if context.parameter("grant_type") == b"refresh_token" => counts.add_refresh(),
        Endpoint::NativeRevoke | Endpoint::Connections => counts.add_revocation(),
        _ => {}
    }
    if !context.credentials.login.is_empty() {
        counts.add_login(context.credentials.account);
    }
    context
}

fn script(route: &Route, path: &str, context: &Context, states: &States) -> Script {
    let scenario = match route {
        Route::Healthy(_) => return healthy_script(context),
        Route::Scenario(scenario, _) => scenario,
        Route::UnknownScenario => return Script::response(&text(404, "unknown scenario\n"), context),
        Route::OtherService => {
            return Script::response(&text(404, "this scenario is for the other token service\n"), context);
        }
        Route::Other => {
            let command = path.strip_prefix(&*context.site.prefix).filter(|_| context.site.is_controlled);
            let response = command.and_then(|path| control::respond(path, context));
            return Script::response(&response.unwrap_or_else(|| text(404, "no such path\n")), context);
        }
    };
    if let Some(script) = fault(context) {
        return script;
    }
    // The form of a token matters only where there is a token.
    let is_about_tokens = scenario.checks_credentials || matches!(scenario.play, Play::Stateful(_));
    if is_about_tokens && !context.endpoint.gives_tokens() {
        if scenario.checks_credentials && revokes_documented_token(context) {
            return Script::keep_alive_response(&Response::empty(200), context);
        }
        return healthy_script(context);
    }
    if scenario.checks_credentials
        && let Some(rejection) = healthy::rejection(context)
    {
        return Script::keep_alive_response(&rejection, context);
    }
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

fn healthy_script(context: &Context) -> Script {
    fault(context).unwrap_or_else(|| Script::keep_alive_response(&healthy::respond(context), context))
}

/// Returns whether a token of a scenario revokes itself. The stub has not issued it, so the healthy service would reject it.
fn revokes_documented_token(context: &Context) -> bool {
    let Some(bearer) =
        bearer(&context.request).filter(|it| DOCUMENTED_TOKENS.iter().any(|own| own.as_bytes() == it.token))
    else {
        return false;
    };
    match context.endpoint {
        Endpoint::NativeRevoke => {
            let is_complete = context.request.is_framed && context.parameter("token") == bearer.token;
            bearer.service == Service::Native && is_complete
        }
        Endpoint::Connections => bearer.service == Service::OAuth2,
        _ => false,
    }
}

/// Rejects a request that the endpoint cannot accept, even if a scenario is about something else.
fn fault(context: &Context) -> Option<Script> {
    let (method, allowed) = (context.request.method.as_str(), context.endpoint.methods());
    if !allowed.contains(&method) {
        let allowed = allowed.join(", ");
        let rejected = text(405, &format!("only {} is supported here\n", allowed.replace(", ", " or ")));
        let rejected = rejected.header("Allow", allowed);
        return Some(match method {
            "HEAD" => Script::head_of(&rejected, context),
            _ => Script::response(&rejected, context),
        });
    }
    healthy::fault(context).map(|response| Script::keep_alive_response(&response, context))
}

/// Compares paths without case, as IIS does; `path` is in lower case. A wrong scenario name and a wrong path have
/// different responses, so that a typing error is found quickly.
fn route(path: &str, prefix: &str) -> Route {
    let Some(path) = path.strip_prefix(prefix) else { return Route::Other };
    let Some(rest) = path.strip_prefix("/scenario/") else {
        return Endpoint::find(path).map_or(Route::Other, Route::Healthy);
    };
    let name = rest.split('/').next().unwrap_or_default();
    let Some(scenario) = scenarios::find(name) else {
        return Route::UnknownScenario;
    };
    match Endpoint::find(rest.get(name.len()..).unwrap_or_default()) {
        None => Route::Other,
        Some(endpoint) if endpoint.service().is_some_and(|service| !scenario.is_for(service)) => Route::OtherService,
        Some(endpoint) => Route::Scenario(scenario, endpoint),
    }
}

fn text(status: u16, words: &str) -> Response {
    Response::new(status, TEXT, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(path: &str, prefix: &str) -> String {
        match route(&path.to_ascii_lowercase(), prefix) {
            Route::Healthy(endpoint) => format!("healthy {endpoint:?}"),
            Route::Scenario(scenario, endpoint) => format!("{} {endpoint:?}", scenario.name),
            Route::OtherService => "other service".to_owned(),
            Route::UnknownScenario => "unknown".to_owned(),
            Route::Other => "other".to_owned(),
        }
    }

    #[test]
    fn path_selects_the_response() {
        for (path, selected) in [
            ("/net2/oauth2/accesstoken.ashx", "healthy NativeToken"),
            ("/a/b/net2/oauth2/accesstoken.ashx", "other"),
            ("/scenario/ok/net2/oauth2/accesstoken.ashx", "ok NativeToken"),
            ("/Net2/OAuth2/AccessToken.ASHX", "healthy NativeToken"),
            ("/Scenario/Denied/NET2/oauth2/accesstoken.ashx", "denied NativeToken"),
            ("/scenario/denied/tenant/net2/oauth2/accesstoken.ashx", "other"),
            ("/scenario/denied/scenario/denied/net2/oauth2/accesstoken.ashx", "other"),
            ("/scenario/denide/net2/oauth2/accesstoken.ashx", "unknown"),
            ("/scenario/", "unknown"),
            ("/scenario/denied", "other"),
            ("/net2/oauth2/accesstoken.ashx/", "other"),
            ("//net2/oauth2/accesstoken.ashx", "other"),
            ("/net2/oauth2/accesstoken.ashx/net2/oauth2/accesstoken.ashx", "other"),
            ("/oauth2/v0/token/oauth2/v0/token", "other"),
            ("/oauth2/v0/token/net2/oauth2/accesstoken.ashx", "other"),
            ("/net2/oauth2/getaccesstoken.ashx", "healthy NativeRefresh"),
            ("/scenario/busy/net2/oauth2/revoketoken.ashx", "busy NativeRevoke"),
            ("/oauth2/v0/token", "healthy Token"),
            ("/scenario/busy/oauth2/v0/token", "busy Token"),
            ("/scenario/oauth2-code-14/oauth2/v0/token", "oauth2-code-14 Token"),
            ("/scenario/oauth2-code-14/net2/oauth2/accesstoken.ashx", "other service"),
            ("/scenario/busy/app-mgmt/v0/connections", "busy Connections"),
            ("/app-mgmt/v0/connections/", "other"),
            ("/api/v3.0/expense/reports", "healthy Api"),
            ("/scenario/busy/api/v3.0/expense/reports", "busy Api"),
            ("/api/v3.0/", "other"),
            ("/", "other"),
        ] {
            assert_eq!(routed(path, ""), selected, "{path}");
        }
    }

    #[test]
    fn prefix_is_required_before_every_path() {
        for (path, selected) in [
            ("/gateway/concur/net2/oauth2/accesstoken.ashx", "healthy NativeToken"),
            ("/Gateway/Concur/Scenario/ok/oauth2/v0/token", "ok Token"),
            ("/net2/oauth2/accesstoken.ashx", "other"),
            ("/gateway/net2/oauth2/accesstoken.ashx", "other"),
            ("/scenario/ok/gateway/concur/net2/oauth2/accesstoken.ashx", "other"),
        ] {
            assert_eq!(routed(path, "/gateway/concur"), selected, "{path}");
        }
    }
}
