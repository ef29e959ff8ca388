//! A question of a session to the service. It owns its secrets, because another thread may read the answer.

use super::renewal::Way;
use crate::client::Pending;
use crate::clock::Ticks;
use crate::error::Error;
use crate::flow::{Ask, Credentials, KeptToken};
use crate::hold_back::Turn;
use crate::secret::Secret;
use crate::token::Token;

/// The question itself.
pub(super) enum Question {
    Login { key: Secret, login: Secret, secret: Secret },
    Refresh { key: Secret, token: Token },
}

impl Question {
    /// # Errors
    /// The credentials cannot be sent.
    pub(super) fn ask(&self) -> Result<Ask<'_>, Error> {
        Ok(match self {
            Question::Login { key, login, secret } => {
                Ask::Token(Credentials::new(key.expose(), login.expose(), secret.expose())?)
            }
            Question::Refresh { key, token } => Ask::Refresh { key: key.expose(), token: KeptToken::of(token) },
        })
    }

    pub(super) fn way(&self) -> Way {
        match self {
            Question::Login { .. } => Way::Login,
            Question::Refresh { .. } => Way::Refresh,
        }
    }
}

/// A question that was sent.
pub(super) struct Sent {
    pub(super) question: Question,
    pub(super) pending: Pending,
    /// The turn of a login.
    pub(super) turn: Option<Turn>,
    /// A moment before the request was sent. The lifetime of the token counts from here.
    pub(super) since: Ticks,
}
