//! The state of a session as JSON.

use std::time::Duration;

use super::core::{Core, unix_now};
use super::renewal::State;
use crate::clock::Ticks;
use crate::hold_back;

/// Writes the status. Keys are added and never removed. Times are Unix seconds.
pub(super) fn of(core: &Core) -> String {
    let (now, unix) = (Ticks::now(), unix_now());
    let state = core.shared().lock();
    let (phase, current, last) = (state.tokens.state(now), state.tokens.current().cloned(), state.last_error);
    drop(state);
    let held = hold_back::held(&core.owner, core.client.hold_back());
    let after = |rest: Duration| unix.saturating_add(i64::try_from(rest.as_secs()).unwrap_or(i64::MAX));
    let (mut name, mut pause) = match phase {
        State::None => ("none", None),
        State::Fresh => ("fresh", None),
        State::Due => ("due", None),
        State::Paused(rest) => ("paused", Some(after(rest))),
    };
    if held.is_some() && name != "fresh" {
        (name, pause) = ("held", None);
    }
    let hold = held.map_or("null".to_owned(), |held| {
        format!("{{\"code\":{},\"since\":{},\"until\":{}}}", held.code as i32, held.since, number(held.until))
    });
    let last = last.map_or("null".to_owned(), |last| {
        let call = last.call.map_or("null".to_owned(), |call| format!("\"{call}\""));
        format!("{{\"code\":{},\"at\":{},\"call_id\":{call}}}", last.code as i32, last.at)
    });
    let expires_at = number(current.as_ref().and_then(|token| token.expires_at()));
    let refresh_expires_at = number(current.as_ref().and_then(|token| token.refresh_expires_at()));
    format!(
        "{{\"state\":\"{name}\",\"expires_at\":{expires_at},\"refresh_expires_at\":{refresh_expires_at},\
         \"hold\":{hold},\"pause_until\":{},\"last_error\":{last}}}",
        number(pause)
    )
}

fn number(value: Option<i64>) -> String {
    value.map_or("null".to_owned(), |value| value.to_string())
}
