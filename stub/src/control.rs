//! Commands to the stub itself, which tests in other processes send: `/stub/…` on the port without TLS.

use crate::http::form::Form;
use crate::http::response::{JSON, Response, TEXT};
use crate::service::context::Context;
use crate::service::place::Place;

/// Returns `None` if there is no such command. `path` is in lower case.
pub(crate) fn respond(path: &str, context: &Context) -> Option<Response> {
    let state = &context.site.state;
    let query = Form::parse(context.request.query().as_bytes()).unwrap_or_default();
    let value = |name| query.get(name).and_then(|value| std::str::from_utf8(value).ok());
    let done = match path {
        "/stub/counts" => return Some(Response::new(200, JSON, state.counts.json())),
        "/stub/advance-clock" => value("seconds").and_then(|text| text.parse().ok()).map(|it| state.clock.advance(it)),
        "/stub/move-users" => home(value("to")).map(|it| state.accounts.set_home(it)),
        _ => return None,
    };
    Some(match done {
        Some(()) => Response::new(200, TEXT, "done\n"),
        None => Response::new(400, TEXT, "use advance-clock?seconds=N or move-users?to=service|elsewhere|anywhere\n"),
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
