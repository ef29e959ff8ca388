//! What happens on a connection after its request: bytes, pauses, and an ending. Every scenario is one of these, faults included.

use std::time::Duration;

use crate::answer::Answer;
use crate::ask::Ask;

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
    /// Not an answer at all, or one that is put together by the steps to come.
    pub(crate) fn silent() -> Script {
        Script { status: None, steps: Vec::new(), ending: Ending::Close, keeps: false }
    }

    pub(crate) fn answer(answer: &Answer, ask: &Ask) -> Script {
        Script::answered(answer, ask, false)
    }

    /// An answer after which the connection is kept, if the stub does that and the answer allows it.
    pub(crate) fn lasting(answer: &Answer, ask: &Ask) -> Script {
        Script::answered(answer, ask, ask.keep_alive && answer.can_be_followed())
    }

    fn answered(answer: &Answer, ask: &Ask, keeps: bool) -> Script {
        let mut bytes = answer.head(ask, keeps);
        bytes.extend_from_slice(&answer.wire_body());
        Script { keeps, ..Script::silent().status(answer.status).then(Step::Send(bytes)) }
    }

    /// Only the head of an answer; what should follow it is up to the steps to come.
    pub(crate) fn head_of(answer: &Answer, ask: &Ask) -> Script {
        Script::silent().status(answer.status).then(Step::Send(answer.head(ask, false)))
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
