//! What came back, and when.

use std::time::{Instant, SystemTime};

use http::Response;

use crate::error::Error;
use crate::wipe::WipedVec;

/// An answer of a server or a proxy.
pub(crate) struct Answer {
    pub(crate) response: Response<Body>,
    pub(crate) came: Moment,
}

/// When something happened. Who reads an answer is told, and needs no clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// By this machine's clock, which may be wrong and may be set.
    pub(crate) wall: SystemTime,
    /// For spans of time.
    pub(crate) monotonic: Instant,
}

impl Moment {
    pub(crate) fn now() -> Moment {
        Moment { wall: SystemTime::now(), monotonic: Instant::now() }
    }
}

/// The body of a response, as far as it arrived.
///
/// A body that ends early still counts: a refusal whose body is cut is a refusal, and a token that arrived whole is not
/// lost because the connection died a byte later.
pub(crate) struct Body {
    /// The bytes that arrived; they may hold a token.
    pub bytes: WipedVec<u8>,
    /// Why there are no more of them, when the end of the body was not reached.
    pub cut: Option<Error>,
}
