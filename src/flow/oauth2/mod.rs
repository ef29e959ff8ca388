//! The OAuth 2.0 service, Concur's current API: its requests, and the meaning of its responses.
//!
//! | question | module |
//! |---|---|
//! | the requests and their endpoints | `request` |
//! | reads a response: a token or an error | `answer` |
//! | the values in a response | `members` |
//! | the meaning of an error number | `number` |
//! | the origin of a user or a token, as the server names it | `geolocation` |

mod answer;
mod geolocation;
mod members;
mod number;
mod request;

use std::sync::Arc;

use super::kept_token::KeptToken;
use super::response;
use super::service::{Application, Ask, Outcome, Service};
use crate::error::{Cause, Error};
use crate::message::{Answer, Endpoint, Request};
use crate::origin::Origin;
use crate::secret::Secret;
use answer::Answers;

pub(crate) use request::CredentialType;

/// The scheme of its tokens.
const SCHEME: &str = "Bearer";

/// The OAuth 2.0 service, asked by one application.
#[derive(Debug)]
pub(crate) struct OAuth2 {
    application: Application,
    /// Made once, because most requests go there.
    token_endpoint: Endpoint,
    credential_type: CredentialType,
}

impl OAuth2 {
    /// # Errors
    /// The application has no client secret.
    pub(crate) fn new(application: Application, credential_type: CredentialType) -> Result<OAuth2, Error> {
        let token_endpoint = request::token_endpoint(&application.base)?;
        let service = OAuth2 { application, token_endpoint, credential_type };
        service.client_secret()?;
        Ok(service)
    }

    fn client_secret(&self) -> Result<Secret, Error> {
        self.application.client_secret()?.ok_or_else(|| Cause::ClientSecretMissing.into())
    }

    /// Returns the origin that a kept token belongs to; `None`: the base URL's.
    fn origin_of(&self, token: &KeptToken<'_>) -> Result<Option<Arc<Origin>>, Error> {
        if token.instance_url.is_empty() {
            return Ok(None);
        }
        let origin = geolocation::origin(token.instance_url);
        match origin.filter(|origin| self.application.trusted.trusts(origin)) {
            Some(origin) => Ok(Some(Arc::new(origin))),
            None => Err(Error::new(Cause::TokenHostNotTrusted).detail(geolocation::shown(token.instance_url))),
        }
    }
}

impl Service for OAuth2 {
    fn scheme(&self) -> &'static str {
        SCHEME
    }

    fn can_refresh(&self) -> bool {
        self.application.has_client_secret()
    }

    fn request(&self, ask: &Ask<'_>, at: Option<&Arc<Origin>>) -> Result<Request, Error> {
        let of_token = match (ask, at) {
            (Ask::Refresh { token, .. }, None) => {
                token.check_for_refresh(SCHEME)?;
                self.origin_of(token)?
            }
            (Ask::Revoke { token, admin }, None) => {
                if admin.is_some() {
                    return Err(Cause::AdminNotUsed.into());
                }
                token.check_for_revocation(SCHEME)?;
                self.origin_of(token)?
            }
            _ => None,
        };
        let base = at.or(of_token.as_ref()).map(|origin| self.application.base.at(origin));
        let base = base.as_ref().unwrap_or(&self.application.base);
        let endpoint = match ask {
            Ask::Revoke { .. } => request::connections_endpoint(base)?,
            _ if base.origin == self.application.base.origin => self.token_endpoint.clone(),
            _ => request::token_endpoint(base)?,
        };
        let client_secret = self.client_secret()?;
        let user_agent = &self.application.user_agent;
        request::make(&endpoint, user_agent, ask, client_secret.expose(), self.credential_type)
    }

    fn outcome(&self, ask: &Ask<'_>, endpoint: &Endpoint, answer: &Answer) -> Result<Outcome, Error> {
        response::read(answer, endpoint, &Answers { application: &self.application, ask, asked: &endpoint.origin })
    }
}
