//! What came back behind the response head.

use zeroize::Zeroizing;

use crate::error::Error;

/// The body of a response, as far as it arrived.
///
/// A body that ends early still counts: a refusal whose body is cut is a refusal, and a token that arrived whole is not
/// lost because the connection died a byte later.
pub(crate) struct Body {
    /// The bytes that arrived; they may hold a token.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Why there are no more of them, when the end of the body was not reached.
    pub cut: Option<Error>,
}

impl Body {
    /// Of an answer that has none.
    pub(crate) fn empty() -> Body {
        Body { bytes: Zeroizing::default(), cut: None }
    }
}
