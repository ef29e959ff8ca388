//! Commands to the stub itself, which tests in other processes send: `/stub/…` on the port without TLS.

use crate::http::form::Form;
use crate::http::response::{JSON, Response, TEXT};
use crate::scenarios;
use crate::service::context::Context;
use crate::service::place::Place;

const USE: &str = "use advance-clock?seconds=N, move-users?to=service|elsewhere|anywhere, play?scenario=NAME, \
    set-token-lifetime?seconds=N, hold or release\n";

/// Returns `None` if there is no such command. `path` is in lower case.
pub(crate) fn respond(path: &str, context: &Context) -> Option<Response> {
    let state = &context.site.state;
    let query = Form::parse(context.request.query().as_bytes()).unwrap_or_default();
    let value = |name| query.get(name).and_then(|value| std::str::from_utf8(value).ok());
    let done = match path {
        "/stub/counts" => return Some(Response::new(200, JSON, state.counts.json())),
        "/stub/advance-clock" => value("seconds").and_then(|text| text.parse().ok()).map(|it| state.clock.advance(it)),
        "/stub/move-users" => home(value("to")).map(|it| state.accounts.set_home(it)),
        "/stub/play" => value("scenario").and_then(play).map(|it| state.orders.play(it)),
        "/stub/hold" | "/stub/release" => Some(path == "/stub/hold").map(|it| state.orders.hold(it)),
        "/stub/set-token-lifetime" => {
            value("seconds").and_then(|text| text.parse().ok()).map(|it| state.orders.set_lifetime(it))
        }
        _ => return None,
    };
    Some(match done {
        Some(()) => Response::new(200, TEXT, "done\n"),
        None => Response::new(400, TEXT, USE),
    })
}

fn home(name: Option<&str>) -> Option<Option<Place>> {
    match name? {
        "service" => Some(Some(Place::Service)),
        "elsewhere" => Some(Some(Place::Elsewhere)),
        "anywhere" => Some(None),
        _ => None,
    }
}

/// An empty name ends the scenario.
fn play(name: &str) -> Option<Option<&str>> {
    match name {
        "" => Some(None),
        name => scenarios::find(name).map(|scenario| Some(scenario.name)),
    }
}
