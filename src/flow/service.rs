//! The questions that a service answers, and the meaning of its responses. Each service implements [`Service`]; its
//! callers do not depend on which one it is.

use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use super::base_url::BaseUrl;
use super::credentials::Credentials;
use super::kept_token::KeptToken;
use super::trusted_hosts::TrustedHosts;
use crate::error::{Cause, Error};
use crate::message::{Answer, Endpoint, Request};
use crate::origin::Origin;
use crate::redact::Redactor;
use crate::sealed::Sealed;
use crate::secret::Secret;
use crate::token::Token;

/// A service that issues tokens.
pub(crate) trait Service: fmt::Debug + Send + Sync {
    /// The scheme of its tokens.
    fn scheme(&self) -> &'static str;

    /// Whether it has what a refresh needs, apart from the refresh token.
    fn can_refresh(&self) -> bool;

    /// Makes the request for `ask`. `at`: the origin to ask, instead of the usual one.
    ///
    /// # Errors
    /// The service does not answer this question, or a host that would get a token is not trusted.
    fn request(&self, ask: &Ask<'_>, at: Option<&Arc<Origin>>) -> Result<Request, Error>;

    /// Returns the meaning of the response to a request of this service for `ask`, which was sent to `endpoint`.
    ///
    /// # Errors
    /// The reason why the request failed.
    fn outcome(&self, ask: &Ask<'_>, endpoint: &Endpoint, answer: &Answer) -> Result<Outcome, Error>;
}

/// A question to a service. It borrows all secrets.
pub(crate) enum Ask<'a> {
    /// A token for a user.
    Token(Credentials<'a>),
    /// A new token for a refresh token.
    Refresh { key: &'a str, token: KeptToken<'a> },
    /// The end of a token, or of all refresh tokens of its user for the application.
    Revoke { token: KeptToken<'a>, admin: Option<KeptToken<'a>> },
    /// A token for the application itself.
    ApplicationToken { key: &'a str },
}

impl Ask<'_> {
    /// Returns the login, if this sends one.
    pub(crate) fn login(&self) -> Option<&str> {
        match self {
            Ask::Token(credentials) => Some(credentials.login),
            _ => None,
        }
    }

    /// Returns the cause to report for a failure of this request. Most causes of a rejection are about a login, which
    /// only the request for a user's token contains.
    pub(super) fn cause(&self, cause: Cause) -> Cause {
        match (self, cause) {
            (Ask::Token(_), cause) => cause,
            (_, Cause::BadRequest) => Cause::RequestRefused,
            (
                Ask::Revoke { .. },
                Cause::Denied | Cause::NoLoginArrived | Cause::RefusedByEither | Cause::RefusedWithoutStatus,
            ) => Cause::RevokeRefused,
            (_, Cause::ClientDenied) => Cause::ClientDeniedWithoutLogin,
            (_, Cause::RefusedByEither) => Cause::RefusedByEitherWithoutLogin,
            // Only the Native Flow has this cause, and only for status 403.
            (_, Cause::Denied) => Cause::RefreshRefused,
            // Nothing else was sent.
            (Ask::ApplicationToken { .. }, Cause::LoginOrClientDenied | Cause::LoginDenied) => {
                Cause::ClientDeniedWithoutLogin
            }
            (Ask::ApplicationToken { .. }, Cause::RefusedWithoutStatus) => Cause::RefusedByEitherWithoutLogin,
            (
                _,
                Cause::NoLoginArrived | Cause::RefusedWithoutStatus | Cause::LoginOrClientDenied | Cause::LoginDenied,
            ) => Cause::RefreshDenied,
            (_, cause) => cause,
        }
    }

    /// Makes the redactor that removes everything that was sent from a server's error text.
    pub(super) fn redactor(&self, client_secret: &str) -> Redactor {
        match self {
            Ask::Token(credentials) => {
                let pair = Secret::concat(&[credentials.login, ":", credentials.secret]);
                let values = [credentials.key, credentials.login, credentials.secret, client_secret];
                Redactor::new(&values, &[pair.expose()])
            }
            Ask::Refresh { key, token } => {
                Redactor::new(&[key, client_secret, token.refresh_token, token.value()], &[])
            }
            Ask::Revoke { token, admin } => {
                let admin = admin.map_or("", |admin| admin.value());
                Redactor::new(&[token.value(), token.refresh_token, admin], &[])
            }
            Ask::ApplicationToken { key } => Redactor::new(&[key, client_secret], &[]),
        }
    }
}

/// The meaning of a response.
pub(crate) enum Outcome {
    /// A token. `untrusted_url`: an instance URL that the server named and that is not in the token, because it is not
    /// trusted.
    Token { token: Token, untrusted_url: Option<String> },
    /// The token is revoked.
    Revoked,
    /// The user belongs to another origin, which is trusted. The service has not checked the credentials. `refusal`: the
    /// error if it is not asked there, because this origin was already the second one.
    AskAt { origin: Arc<Origin>, refusal: Error },
}

/// The application that asks: what does not change between calls.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) base: BaseUrl,
    pub(crate) user_agent: HeaderValue,
    pub(crate) trusted: TrustedHosts,
    client_secret: Option<Sealed>,
}

impl Application {
    pub(crate) fn new(
        base: BaseUrl,
        user_agent: HeaderValue,
        trusted: TrustedHosts,
        client_secret: Option<Sealed>,
    ) -> Application {
        Application { base, user_agent, trusted, client_secret }
    }

    pub(super) fn has_client_secret(&self) -> bool {
        self.client_secret.is_some()
    }

    /// Returns the client secret; `None` if there is none.
    pub(crate) fn client_secret(&self) -> Result<Option<Secret>, Error> {
        self.client_secret.as_ref().map(Sealed::open).transpose()
    }
}
