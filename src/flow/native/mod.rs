//! The Native Flow: its requests, and the meaning of its responses.
//!
//! | question | module |
//! |---|---|
//! | the requests and their endpoints | `request` |
//! | reads a response: a token or an error | `answer` |
//! | the hosts with their own users | `hosts` |
//! | the places of token and error in a document | `envelope` |
//! | the time at which the token expires | `expiry` |

mod answer;
mod envelope;
mod expiry;
mod hosts;
mod request;

use std::sync::Arc;

use super::response;
use super::service::{Application, Ask, Outcome, Service};
use crate::error::{Cause, Error};
use crate::message::{Answer, Endpoint, Request};
use crate::origin::Origin;
use crate::secret::Secret;
use answer::Answers;

pub(super) use hosts::PRODUCTION;

/// The scheme of its tokens.
const SCHEME: &str = "OAuth";

/// The Native Flow, asked by one application.
#[derive(Debug)]
pub(crate) struct Native {
    application: Application,
    /// Made once, because most requests go there.
    token_endpoint: Endpoint,
}

impl Native {
    pub(crate) fn new(application: Application) -> Result<Native, Error> {
        Ok(Native { token_endpoint: request::token_endpoint(&application.base)?, application })
    }

    /// Returns the client secret, which only a refresh needs.
    fn client_secret(&self) -> Result<Secret, Error> {
        self.application.client_secret()?.ok_or_else(|| Cause::RefreshNeedsClientSecret.into())
    }
}

impl Service for Native {
    fn scheme(&self) -> &'static str {
        SCHEME
    }

    fn can_refresh(&self) -> bool {
        self.application.has_client_secret()
    }

    /// All requests go to the base URL: the users of the Native Flow have no other origin.
    fn request(&self, ask: &Ask<'_>, _: Option<&Arc<Origin>>) -> Result<Request, Error> {
        match ask {
            Ask::Token(credentials) => {
                credentials.check_for_basic()?;
                request::token(&self.token_endpoint, &self.application.user_agent, credentials)
            }
            Ask::Refresh { key, token } => {
                let client_secret = self.client_secret()?;
                token.check_for_refresh(SCHEME)?;
                request::refresh(&self.application, key, client_secret.expose(), token)
            }
            Ask::Revoke { token, admin } => {
                let bearer = admin.as_ref().unwrap_or(token);
                token.check_for_revocation(SCHEME)?;
                bearer.check_for_revocation(SCHEME)?;
                request::revoke(&self.application, token, bearer)
            }
            Ask::ApplicationToken { .. } => Err(Cause::ApplicationTokenNeedsOAuth2.into()),
        }
    }

    fn outcome(&self, ask: &Ask<'_>, endpoint: &Endpoint, answer: &Answer) -> Result<Outcome, Error> {
        let client_secret = match ask {
            Ask::Refresh { .. } => self.client_secret()?,
            _ => Secret::default(),
        };
        response::read(answer, endpoint, &Answers { ask, client_secret: client_secret.expose() })
    }
}
