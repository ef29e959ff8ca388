//! Which answer a request gets.

use crate::answer::{Answer, TEXT};
use crate::ask::Ask;
use crate::credentials::Credentials;
use crate::listener::{Listener, Role};
use crate::request::{Fault, Request};
use crate::scenarios::{self, Play, Scenario};
use crate::script::Script;
use crate::token::{DOCUMENTED, granted, refused};

const ENDPOINT: &str = "/net2/oauth2/accesstoken.ashx";

/// What is done, and what the log says of it.
pub(crate) struct Reply {
    pub(crate) script: Script,
    pub(crate) said: Said,
}

pub(crate) enum Said {
    BadRequest(Fault),
    Elsewhere { credentials_arrived: bool },
    Service { method: String, path: String, basic: &'static str, key: &'static str, scenario: &'static str },
}

enum Route {
    Healthy,
    Scenario(&'static Scenario),
    UnknownScenario,
    NotFound,
}

pub(crate) fn reply(request: Result<Request, Fault>, listener: &Listener) -> Reply {
    let request = match request {
        Ok(request) => request,
        Err(fault) => {
            let answer = text(400, &format!("bad request: {fault}\n"));
            let script = Script::answer(&answer, &Ask::of_nobody(&listener.url));
            return Reply { script, said: Said::BadRequest(fault) };
        }
    };
    let credentials = Credentials::judge(&request, &listener.users);
    let ask = Ask::new(&request, credentials, listener);
    if listener.role == Role::Elsewhere {
        // Answers with a token whoever asks: a client that follows a redirect is to believe that it succeeded.
        return Reply {
            script: Script::answer(&Answer::new(200, ask.media_type(), DOCUMENTED.document(&ask)), &ask),
            said: Said::Elsewhere { credentials_arrived: request.carries_credentials() },
        };
    }
    let route = route(request.path());
    let said = Said::Service {
        method: request.method.clone(),
        path: request.path().to_owned(),
        basic: ask.credentials.basic.word(),
        key: ask.credentials.key.word(),
        scenario: match route {
            Route::Healthy => "healthy",
            Route::Scenario(scenario) => scenario.name,
            Route::UnknownScenario => "unknown",
            Route::NotFound => "-",
        },
    };
    Reply { script: script(&request, &route, &ask), said }
}

fn script(request: &Request, route: &Route, ask: &Ask) -> Script {
    let scenario = match route {
        Route::UnknownScenario => return Script::answer(&text(404, "unknown scenario\n"), ask),
        Route::NotFound => return Script::answer(&text(404, "no such path\n"), ask),
        Route::Healthy => None,
        Route::Scenario(scenario) => Some(scenario),
    };
    if !["GET", "POST"].contains(&request.method.as_str()) {
        let refused = text(405, "only GET and POST are answered here\n").header("Allow", "GET, POST");
        return match request.method.as_str() {
            "HEAD" => Script::head_of(&refused, ask),
            _ => Script::answer(&refused, ask),
        };
    }
    if scenario.is_none_or(|scenario| scenario.checks_credentials)
        && let Some(status) = ask.credentials.refusal()
    {
        return Script::lasting(&refused(status, ask), ask);
    }
    match scenario.map(|scenario| scenario.play) {
        None => Script::lasting(&granted(ask), ask),
        Some(Play::Answer(answer)) => Script::lasting(&answer(ask), ask),
        Some(Play::Script(script)) => script(ask),
        Some(Play::OwnPort) => {
            Script::answer(&text(404, "this scenario has a port of its own: see silent= in the ready line\n"), ask)
        }
    }
}

/// Compares paths without case, as IIS does. A typing error in a scenario's name is told apart from one in the path, so that it is
/// seen at once.
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

fn text(status: u16, words: &str) -> Answer {
    Answer::new(status, TEXT, words)
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
    fn the_path_picks_the_answer() {
        for (path, picked) in [
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
            assert_eq!(routed(path), picked, "{path}");
        }
    }
}
