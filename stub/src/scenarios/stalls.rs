//! Stalls: the connection stands and the response does not come, or does not end. A client's deadline must end these, and every cancel.

use std::time::Duration;

use super::bodies::{LIMIT, answered, documented, padded_to};
use super::scenario::{SILENCE_AFTER_ACCEPT, Scenario, on_own_port, script};
use crate::http::response::Length;
use crate::service::script::{Script, Step};

const SECOND: Duration = Duration::from_secs(1);
const BLOCK: usize = 64 * 1024;
const GIBIBYTE: usize = 1024 * 1024 * 1024;

pub(super) const TABLE: &[Scenario] = &[
    script("drip-gibibyte", "announces 1 GiB and sends it as fast as it is taken", |context| {
        let announced = documented(context).length(Length::ToldAs(GIBIBYTE.to_string()));
        Script::head_of(&announced, context)
            .then(Step::Repeat { block: vec![b' '; BLOCK], times: (GIBIBYTE / BLOCK) as u32 })
    }),
    script("drip-slow", "headers at once, then one byte of the body a second", |context| {
        let response = answered(padded_to(LIMIT, context), context);
        Script::head_of(&response, context).then(Step::Drip { bytes: response.body, every: SECOND })
    }),
    script("drip-headers", "status line at once, then one byte of a header a second", |_| {
        Script::silent()
            .status(200)
            .then(Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()))
            .then(Step::Drip { bytes: format!("X-Filler: {}", "x".repeat(BLOCK)).into_bytes(), every: SECOND })
    }),
    on_own_port(SILENCE_AFTER_ACCEPT, "accepts TCP and never says anything; has a port of its own"),
    script("silence-after-tls", "reads the request and never answers", |_| Script::silent().then(Step::Hold)),
    script("silence-after-headers", "sends the headers of a valid answer and never its body", |context| {
        Script::head_of(&documented(context), context).then(Step::Hold)
    }),
];
