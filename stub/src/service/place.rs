//! The two origins of a stub.

/// An origin that users can live at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The service, with or without TLS.
    Service,
    /// The target of the redirects, and the other host of users.
    Elsewhere,
}
