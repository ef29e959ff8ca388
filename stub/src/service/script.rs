//! The steps on a connection after its request: bytes, pauses, and an ending. Every scenario is a script.

use std::time::Duration;

use crate::http::response::Response;
use crate::service::context::Context;

pub(crate) enum Step {
    Send(Vec<u8>),
    /// Sends the block `times` times, as fast as the peer reads it.
    Repeat {
        block: Vec<u8>,
        times: u32,
    },
    /// Sends one byte at a time, with a pause after each.
    Drip {
        bytes: Vec<u8>,
        every: Duration,
    },
    Pause(Duration),
    /// Sends nothing until the peer closes the connection.
    Hold,
    /// Waits until the test releases the responses that it has ordered to wait.
    Wait,
}

#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// TLS close_notify, then FIN: a complete end.
    Close,
    /// FIN only: the peer cannot know whether an attacker truncated the stream.
    CutOff,
    /// RST.
    Reset,
}

pub(crate) struct Script {
    /// For the log; `None` if no status line is sent.
    pub(crate) status: Option<u16>,
    pub(crate) steps: Vec<Step>,
    pub(crate) ending: Ending,
    /// Wait for the next request instead of ending the connection.
    pub(crate) keeps_open: bool,
}

impl Script {
    /// Creates a script without steps. Steps can be added.
    pub(crate) fn silent() -> Script {
        Script { status: None, steps: Vec::new(), ending: Ending::Close, keeps_open: false }
    }

    pub(crate) fn response(response: &Response, context: &Context) -> Script {
        Script::whole(response, context, false)
    }

    /// Sends a response and keeps the connection open, if the stub is configured for it and the response allows it.
    pub(crate) fn keep_alive_response(response: &Response, context: &Context) -> Script {
        Script::whole(response, context, context.may_keep_open() && response.can_be_followed())
    }

    fn whole(response: &Response, context: &Context, keeps_open: bool) -> Script {
        let mut bytes = response.head(&context.headers(), keeps_open);
        bytes.extend_from_slice(&response.wire_body());
        Script { keeps_open, ..Script::silent().status(response.status).then(Step::Send(bytes)) }
    }

    /// Sends only the head of a response. Add steps for the body.
    pub(crate) fn head_of(response: &Response, context: &Context) -> Script {
        let head = response.head(&context.headers(), false);
        Script::silent().status(response.status).then(Step::Send(head))
    }

    pub(crate) fn status(mut self, status: u16) -> Script {
        self.status = Some(status);
        self
    }

    pub(crate) fn then(mut self, step: Step) -> Script {
        self.steps.push(step);
        self
    }

    pub(crate) fn first(mut self, step: Step) -> Script {
        self.steps.insert(0, step);
        self
    }

    pub(crate) fn ending(mut self, ending: Ending) -> Script {
        self.ending = ending;
        self
    }
}
