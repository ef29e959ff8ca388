//! HTTP Basic (RFC 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::secret::Secret;
use crate::wipe::WipedText;

/// The value of a header that names a user with its password: `Basic` and the Base64 form of `user:password`, one unbroken
/// line. The user must hold no colon.
pub(crate) fn basic(user: &str, password: &str) -> Secret {
    let pair = Secret::concat(&[user, ":", password]);
    let encoded = WipedText::from(STANDARD.encode(pair.expose()));
    Secret::concat(&["Basic ", &encoded])
}
