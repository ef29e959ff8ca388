//! A response, and the time at which it was received.

use std::time::{Instant, SystemTime};

use http::Response;

use crate::error::Error;
use crate::wipe::WipedVec;

/// A response of a server or a proxy.
pub(crate) struct Answer {
    pub(crate) response: Response<Body>,
    pub(crate) came: Moment,
}

/// The time of an event. The code that reads a response gets the time from here, so it needs no clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Time of this machine's clock, which may be wrong and may be changed.
    pub(crate) wall: SystemTime,
    /// Used for time spans.
    pub(crate) monotonic: Instant,
}

impl Moment {
    pub(crate) fn now() -> Moment {
        Moment { wall: SystemTime::now(), monotonic: Instant::now() }
    }
}

/// The body of a response, or the part of it that was received.
///
/// A truncated body is still read: a rejection with a truncated body is a rejection, and a complete token is not lost
/// if the connection ends after it.
pub(crate) struct Body {
    /// The received bytes; they may contain a token.
    pub bytes: WipedVec<u8>,
    /// The reason why the body is truncated, if it is.
    pub cut: Option<Error>,
}
