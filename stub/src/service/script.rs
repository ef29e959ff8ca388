//! What happens on a connection after its request: bytes, pauses, and an ending. Every scenario is one of these, faults included.

use std::time::Duration;

use crate::http::response::Response;
use crate::service::context::Context;

pub(crate) enum Step {
    Send(Vec<u8>),
    /// The same block over and over, as fast as the peer takes it.
    Repeat {
        block: Vec<u8>,
        times: u32,
    },
    /// One byte at a time, with a pause after each.
    Drip {
        bytes: Vec<u8>,
        every: Duration,
    },
    Pause(Duration),
    /// Nothing, until the peer goes.
    Hold,
}

#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// TLS close_notify, then FIN: nothing is missing.
    Close,
    /// FIN alone: the peer cannot tell whether an attacker cut the connection.
    CutOff,
    /// RST.
    Reset,
}

pub(crate) struct Script {
    /// For the log; `None` if no status line is sent.
    pub(crate) status: Option<u16>,
    pub(crate) steps: Vec<Step>,
    pub(crate) ending: Ending,
    /// Instead of the ending the next request is waited for.
    pub(crate) keeps: bool,
}

impl Script {
    /// Not a response at all, or one that is put together by the steps to come.
    pub(crate) fn silent() -> Script {
        Script { status: None, steps: Vec::new(), ending: Ending::Close, keeps: false }
    }

    pub(crate) fn response(response: &Response, context: &Context) -> Script {
        Script::whole(response, context, false)
    }

    /// A response after which the connection is kept, if the stub does that and the response allows it.
    pub(crate) fn lasting(response: &Response, context: &Context) -> Script {
        Script::whole(response, context, context.may_keep() && response.can_be_followed())
    }

    fn whole(response: &Response, context: &Context, keeps: bool) -> Script {
        let mut bytes = response.head(&context.headers(), keeps);
        bytes.extend_from_slice(&response.wire_body());
        Script { keeps, ..Script::silent().status(response.status).then(Step::Send(bytes)) }
    }

    /// Only the head of a response; what should follow it is up to the steps to come.
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
