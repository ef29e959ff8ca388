//! A token between calls.

use crate::error::{Cause, Error};
use crate::fingerprint::Fingerprint;
use crate::sealed::Sealed;
use crate::secret::Secret;
use crate::token::Token;

/// A token whose secrets are encrypted.
pub(super) struct SealedToken {
    /// The authorization, then the refresh token: one text, because a token is opened more often than anything else.
    texts: Sealed,
    authorization_len: usize,
    has_refresh_token: bool,
    /// By this the token is recognized without being opened.
    value: Fingerprint,
    scheme: &'static str,
    instance_url: Box<str>,
    expiration_date: Box<str>,
    expires_at: Option<i64>,
    refresh_expires_at: Option<i64>,
}

impl SealedToken {
    /// # Errors
    /// [`Code::Internal`](crate::error::Code::Internal) if the system has no memory or no random numbers.
    pub(super) fn new(token: &Token) -> Result<SealedToken, Error> {
        Ok(SealedToken {
            texts: Sealed::new(&Secret::concat(&[token.authorization(), token.refresh_token()]))?,
            authorization_len: token.authorization().len(),
            has_refresh_token: !token.refresh_token().is_empty(),
            value: Fingerprint::of(&[token.value()])?,
            scheme: token.scheme(),
            instance_url: token.instance_url().into(),
            expiration_date: token.expiration_date().into(),
            expires_at: token.expires_at(),
            refresh_expires_at: token.refresh_expires_at(),
        })
    }

    /// Returns the token.
    pub(super) fn open(&self) -> Result<Token, Error> {
        let texts = self.texts.open()?;
        let (authorization, refresh_token) =
            texts.expose().split_at_checked(self.authorization_len).ok_or(Cause::Unforeseen)?;
        let (refresh_token, refresh_expires_at) =
            if self.has_refresh_token { (refresh_token, self.refresh_expires_at) } else { ("", None) };
        Ok(Token::new(self.scheme, authorization.get(self.scheme.len() + 1..).unwrap_or_default())
            .with_refresh_token(Secret::concat(&[refresh_token]), refresh_expires_at)
            .with_expiry(self.expires_at, self.expiration_date.to_string())
            .with_instance_url(self.instance_url.to_string()))
    }

    /// Returns the token for a child of fork. Its refresh token stays with the parent, because it may be used once.
    pub(super) fn without_refresh_token(&self) -> SealedToken {
        SealedToken {
            texts: self.texts.clone(),
            has_refresh_token: false,
            instance_url: self.instance_url.clone(),
            expiration_date: self.expiration_date.clone(),
            ..*self
        }
    }

    pub(super) fn has_refresh_token(&self) -> bool {
        self.has_refresh_token
    }

    /// Whether this is the token with this value.
    pub(super) fn has_value(&self, value: &str) -> bool {
        Fingerprint::of(&[value]).is_ok_and(|value| value == self.value)
    }

    pub(super) fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    pub(super) fn refresh_expires_at(&self) -> Option<i64> {
        if self.has_refresh_token { self.refresh_expires_at } else { None }
    }
}
