//! An access token and what came with it.

use crate::secret::Secret;

/// An access token for a user, wiped when it is dropped.
#[derive(Debug)]
pub struct Token {
    /// Scheme, one blank, value: the token stands in memory once.
    authorization: Secret,
    scheme: &'static str,
    refresh_token: Secret,
    instance_url: String,
    expires_at: Option<i64>,
    expiration_date: String,
}

impl Token {
    pub(crate) fn new(scheme: &'static str, value: &str) -> Token {
        Token {
            authorization: Secret::concat(&[scheme, " ", value]),
            scheme,
            refresh_token: Secret::default(),
            instance_url: String::new(),
            expires_at: None,
            expiration_date: String::new(),
        }
    }

    pub(crate) fn with_refresh_token(mut self, refresh_token: Secret) -> Token {
        self.refresh_token = refresh_token;
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

    /// The token itself: visible ASCII, never empty.
    pub fn value(&self) -> &str {
        self.authorization.expose().get(self.scheme.len() + 1..).unwrap_or_default()
    }

    /// The word before it in an Authorization header: `OAuth`, for a token of the Native Flow.
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The whole value of an Authorization header.
    pub fn authorization(&self) -> &str {
        self.authorization.expose()
    }

    /// Needed to renew the token later; empty if the server sent none.
    pub fn refresh_token(&self) -> &str {
        self.refresh_token.expose()
    }

    /// Where the token is to be used, as the server spelt it; empty if the server named no https address (or http on this
    /// machine), for a token must not be sent elsewhere.
    pub fn instance_url(&self) -> &str {
        &self.instance_url
    }

    /// When the token expires, in Unix seconds (UTC); `None` if the server's date cannot be read.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// The server's own text of that date.
    pub fn expiration_date(&self) -> &str {
        &self.expiration_date
    }
}

#[cfg(test)]
mod tests {
    use super::Token;
    use crate::secret::Secret;

    #[test]
    fn a_token_is_there_once_and_does_not_print() {
        let token = Token::new("OAuth", "t0k3n/+=").with_refresh_token(Secret::concat(&["r3fr3sh"]));
        assert_eq!(token.value(), "t0k3n/+=");
        assert_eq!(token.authorization(), "OAuth t0k3n/+=");
        assert!(token.authorization().as_bytes().as_ptr_range().contains(&token.value().as_ptr()));
        let printed = format!("{token:?}");
        assert!(!printed.contains("t0k3n") && !printed.contains("r3fr3sh"), "{printed}");
    }
}
