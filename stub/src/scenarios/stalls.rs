//! Stalls: the connection stands and the answer does not come, or does not end. A client's deadline must end these, and every cancel.

use std::time::Duration;

use super::tokens::{LIMIT, answered, documented, padded_to};
use super::{Play, SILENCE_AFTER_ACCEPT, Scenario, script};
use crate::answer::Length;
use crate::script::{Script, Step};

const SECOND: Duration = Duration::from_secs(1);
const BLOCK: usize = 64 * 1024;
const GIBIBYTE: usize = 1024 * 1024 * 1024;

pub(super) const TABLE: &[Scenario] = &[
    script("drip-gibibyte", "announces 1 GiB and sends it as fast as it is taken", |ask| {
        let announced = documented(ask).length(Length::ToldAs(GIBIBYTE.to_string()));
        Script::head_of(&announced, ask)
            .then(Step::Repeat { block: vec![b' '; BLOCK], times: (GIBIBYTE / BLOCK) as u32 })
    }),
    script("drip-slow", "headers at once, then one byte of the body a second", |ask| {
        let answer = answered(padded_to(LIMIT, ask), ask);
        Script::head_of(&answer, ask).then(Step::Drip { bytes: answer.body.clone(), every: SECOND })
    }),
    script("drip-headers", "status line at once, then one byte of a header a second", |_| {
        Script::silent()
            .status(200)
            .then(Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()))
            .then(Step::Drip { bytes: format!("X-Filler: {}", "x".repeat(BLOCK)).into_bytes(), every: SECOND })
    }),
    Scenario {
        name: SILENCE_AFTER_ACCEPT,
        summary: "accepts TCP and never says anything; has a port of its own",
        checks_credentials: false,
        play: Play::OwnPort,
    },
    script("silence-after-tls", "reads the request and never answers", |_| Script::silent().then(Step::Hold)),
    script("silence-after-headers", "sends the headers of a valid answer and never its body", |ask| {
        Script::head_of(&documented(ask), ask).then(Step::Hold)
    }),
];
