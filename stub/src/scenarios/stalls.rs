//! Stalled responses: the connection stays open, and the response does not arrive or does not end. A client ends them
//! by its timeout or by cancelling.

use std::time::Duration;

use super::bodies::{MAX_RESPONSE_LEN, documented, ok, padded_to};
use super::scenario::{SILENCE_AFTER_ACCEPT, Scenario, on_own_port, script};
use crate::http::response::Length;
use crate::service::script::{Script, Step};

const SECOND: Duration = Duration::from_secs(1);
const BLOCK: usize = 64 * 1024;
const GIBIBYTE: usize = 1024 * 1024 * 1024;

pub(super) const TABLE: &[Scenario] = &[
    script("drip-gibibyte", "announces 1 GiB and sends it as fast as the client reads", |context| {
        let announced = documented(context).length(Length::Text(GIBIBYTE.to_string()));
        Script::head_of(&announced, context)
            .then(Step::Repeat { block: vec![b' '; BLOCK], times: (GIBIBYTE / BLOCK) as u32 })
    }),
    script("drip-slow", "headers immediately, then one byte of the body per second", |context| {
        let response = ok(padded_to(MAX_RESPONSE_LEN, context), context);
        Script::head_of(&response, context).then(Step::Drip { bytes: response.body, every: SECOND })
    }),
    script("drip-headers", "status line immediately, then one byte of a header per second", |_| {
        Script::silent()
            .status(200)
            .then(Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()))
            .then(Step::Drip { bytes: format!("X-Filler: {}", "x".repeat(BLOCK)).into_bytes(), every: SECOND })
    }),
    on_own_port(SILENCE_AFTER_ACCEPT, "accepts TCP and sends nothing; has its own port"),
    script("silence-after-tls", "reads the request and sends nothing", |_| Script::silent().then(Step::Hold)),
    script("silence-after-headers", "sends the headers of a valid response and no body", |context| {
        Script::head_of(&documented(context), context).then(Step::Hold)
    }),
];
