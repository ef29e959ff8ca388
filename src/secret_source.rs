//! The program's function that gets a user's secret when a login is needed.

use std::fmt;
use std::sync::Arc;

use crate::error::Code;

/// Writes the secret of a login into the buffer, and returns its length in bytes, or one of the negative answers.
/// Receives the code with which the last secret of this user was refused.
#[derive(Clone)]
pub(crate) struct SecretSource(Arc<Source>);

type Source = dyn Fn(&str, Option<Code>, &mut [u8]) -> i32 + Send + Sync;

impl SecretSource {
    /// There is no secret.
    pub(crate) const NONE: i32 = -1;
    /// The secret cannot be read now.
    pub(crate) const UNAVAILABLE: i32 = -2;

    pub(crate) fn new(source: impl Fn(&str, Option<Code>, &mut [u8]) -> i32 + Send + Sync + 'static) -> SecretSource {
        SecretSource(Arc::new(source))
    }

    pub(crate) fn read(&self, login: &str, last: Option<Code>, buffer: &mut [u8]) -> i32 {
        (self.0)(login, last, buffer)
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretSource")
    }
}
