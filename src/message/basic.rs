//! HTTP Basic (RFC 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::secret::Secret;
use crate::wipe::WipedText;

/// Returns the value of a header that identifies a user by a password: `Basic` and the Base64 form of `user:password`,
/// without line breaks. The user must not contain a colon.
pub(crate) fn basic(user: &str, password: &str) -> Secret {
    let pair = Secret::concat(&[user, ":", password]);
    let encoded = WipedText::from(STANDARD.encode(pair.expose()));
    Secret::concat(&["Basic ", &encoded])
}
