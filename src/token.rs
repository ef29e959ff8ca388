//! An access token and its related values.

use crate::secret::Secret;

/// An access token for a user, wiped when it is dropped.
#[derive(Debug)]
pub struct Token {
    /// Scheme, one space, value: memory contains the token only once.
    authorization: Secret,
    scheme: &'static str,
    refresh_token: Secret,
    refresh_expires_at: Option<i64>,
    instance_url: String,
    expires_at: Option<i64>,
    lifetime: Option<std::time::Duration>,
    expiration_date: String,
}

impl Token {
    /// An empty `value`: only the refresh token is known.
    pub(crate) fn new(scheme: &'static str, value: &str) -> Token {
        let parts: &[&str] = if value.is_empty() { &[] } else { &[scheme, " ", value] };
        Token {
            authorization: Secret::concat(parts),
            scheme,
            refresh_token: Secret::default(),
            refresh_expires_at: None,
            instance_url: String::new(),
            expires_at: None,
            lifetime: None,
            expiration_date: String::new(),
        }
    }

    pub(crate) fn with_refresh_token(mut self, refresh_token: Secret, expires_at: Option<i64>) -> Token {
        self.refresh_token = refresh_token;
        self.refresh_expires_at = expires_at;
        self
    }

    pub(crate) fn with_expiry(mut self, expires_at: Option<i64>, expiration_date: String) -> Token {
        self.expires_at = expires_at;
        self.expiration_date = expiration_date;
        self
    }

    pub(crate) fn with_instance_url(mut self, instance_url: String) -> Token {
        self.instance_url = instance_url;
        self
    }

    /// Returns the token itself: visible ASCII; empty if only the refresh token is known.
    pub fn value(&self) -> &str {
        self.authorization.expose().get(self.scheme.len() + 1..).unwrap_or_default()
    }

    /// Returns the word before the token in an Authorization header: `OAuth` for a token of the Native Flow, otherwise
    /// `Bearer`.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// Returns the whole value of an Authorization header; empty if the token is.
    pub fn authorization(&self) -> &str {
        self.authorization.expose()
    }

    /// Returns the refresh token, which is needed to renew the token later; empty if the server sent none.
    pub fn refresh_token(&self) -> &str {
        self.refresh_token.expose()
    }

    /// Returns the expiry of the refresh token, in Unix seconds (UTC); `None` if it is unknown.
    pub fn refresh_expires_at(&self) -> Option<i64> {
        self.refresh_expires_at
    }

    /// Returns the address at which the token is valid, spelled as the server sent it. Empty if the server sent no
    /// https address (or http on this machine), because a token must not be sent elsewhere.
    pub fn instance_url(&self) -> &str {
        &self.instance_url
    }

    /// Returns the expiry of the token, in Unix seconds (UTC); `None` if the server's date cannot be parsed.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// PROVISIONAL
    pub(crate) fn lifetime(&self) -> Option<std::time::Duration> {
        self.lifetime
    }

    /// Returns the server's own text of that date.
    pub fn expiration_date(&self) -> &str {
        &self.expiration_date
    }
}

#[cfg(test)]
mod tests {
    use super::Token;
    use crate::secret::Secret;

    #[test]
    fn token_is_stored_once_and_does_not_print() {
        let token = Token::new("OAuth", "t0k3n/+=").with_refresh_token(Secret::concat(&["r3fr3sh"]), None);
        assert_eq!(token.value(), "t0k3n/+=");
        assert_eq!(token.authorization(), "OAuth t0k3n/+=");
        assert!(token.authorization().as_bytes().as_ptr_range().contains(&token.value().as_ptr()));
        assert_eq!((Token::new("OAuth", "").authorization(), Token::new("OAuth", "").value()), ("", ""));
        let printed = format!("{token:?}");
        assert!(!printed.contains("t0k3n") && !printed.contains("r3fr3sh"), "{printed}");
    }
}
