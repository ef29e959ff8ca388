//! An access token and its related values.

use std::time::Duration;

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
    lifetime: Option<Duration>,
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

    /// Sets the lifetime of a token that was issued at `issued_at`, in Unix seconds of the clock of its expiry.
    pub(crate) fn issued_at(mut self, issued_at: i64) -> Token {
        self.lifetime = self.expires_at.map(|end| span(issued_at, end));
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

    /// Returns the lifetime of the token when it was issued, by the server's clock; `None` if it is unknown or the token
    /// comes from the program.
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        self.lifetime
    }

    /// Returns the lifetime of the refresh token at that time.
    pub(crate) fn refresh_lifetime(&self) -> Option<Duration> {
        let issued_at = self.expires_at?.checked_sub_unsigned(self.lifetime?.as_secs())?;
        self.refresh_expires_at.map(|end| span(issued_at, end))
    }

    /// Returns the server's own text of that date.
    pub fn expiration_date(&self) -> &str {
        &self.expiration_date
    }
}

/// Returns the time between two times in Unix seconds; zero if `end` is earlier.
fn span(start: i64, end: i64) -> Duration {
    Duration::from_secs(end.checked_sub(start).and_then(|span| u64::try_from(span).ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    #[test]
    fn lifetimes_are_counted_by_the_clock_of_the_expiry() {
        let seconds =
            |token: &Token| [token.lifetime(), token.refresh_lifetime()].map(|time| time.map(|t| t.as_secs()));
        let token = |expires_at, refresh_expires_at| {
            let token = Token::new("Bearer", "t").with_refresh_token(Secret::default(), refresh_expires_at);
            token.with_expiry(expires_at, String::new())
        };
        for (expires_at, refresh_expires_at, issued_at, expected) in [
            (Some(3700), Some(1_000_100), 100, [Some(3600), Some(1_000_000)]),
            (Some(3700), None, 100, [Some(3600), None]),
            (None, Some(1_000_100), 100, [None, None]),
            (Some(99), Some(100), 100, [Some(0), Some(1)]),
            (Some(i64::MAX), None, i64::MIN, [Some(0), None]),
            (Some(i64::MIN), Some(0), i64::MAX, [Some(0), Some(0)]),
        ] {
            assert_eq!(
                seconds(&token(expires_at, refresh_expires_at).issued_at(issued_at)),
                expected,
                "{expires_at:?}"
            );
        }
        assert_eq!(seconds(&token(Some(3700), Some(9999))), [None, None], "a token of the program");
        assert_eq!(token(Some(10), None).issued_at(3).lifetime(), Some(Duration::from_secs(7)));
    }
}
