//! A token that a program has kept. It can be refreshed and revoked.

use http::HeaderValue;

use super::base_url::BaseUrl;
use crate::error::{Cause, Error};
use crate::message::secret_value;
use crate::secret::Secret;
use crate::token::Token;

/// The schemes of all services.
const SCHEMES: [&str; 2] = ["OAuth", "Bearer"];
/// Maximum length of a token in bytes. The documented ones have some hundred.
const MAX_LEN: usize = 16 * 1024;

/// The parts of a token that a program has kept. A part that is missing is empty.
#[derive(Clone, Copy)]
pub(crate) struct KeptToken<'a> {
    pub(crate) scheme: &'a str,
    /// Scheme, one space, value.
    pub(crate) authorization: &'a str,
    pub(crate) refresh_token: &'a str,
    pub(crate) instance_url: &'a str,
    pub(crate) refresh_expires_at: Option<i64>,
}

impl<'a> KeptToken<'a> {
    pub(crate) fn of(token: &'a Token) -> KeptToken<'a> {
        KeptToken {
            scheme: token.scheme(),
            authorization: token.authorization(),
            refresh_token: token.refresh_token(),
            instance_url: token.instance_url(),
            refresh_expires_at: token.refresh_expires_at(),
        }
    }

    /// Returns the token without its scheme.
    pub(crate) fn value(&self) -> &'a str {
        self.authorization.get(self.scheme.len() + 1..).unwrap_or_default()
    }

    /// Checks that a service whose tokens have this scheme can refresh the token.
    pub(super) fn check_for_refresh(&self, scheme: &str) -> Result<(), Error> {
        if self.scheme != scheme {
            return Err(Cause::TokenOfOtherService.into());
        }
        if self.refresh_token.is_empty() {
            return Err(Cause::NoRefreshToken.into());
        }
        Ok(())
    }

    /// Checks that the token can be sent to a service whose tokens have this scheme, to revoke a token.
    pub(super) fn check_for_revocation(&self, scheme: &str) -> Result<(), Error> {
        if self.scheme != scheme {
            return Err(Cause::TokenOfOtherService.into());
        }
        if self.authorization.is_empty() {
            return Err(Cause::NoTokenValue.into());
        }
        Ok(())
    }

    /// Makes the value of an Authorization header.
    pub(super) fn header_value(&self) -> Result<HeaderValue, Error> {
        secret_value(Secret::concat(&[self.authorization]))
    }
}

/// Makes a token from parts that a program has kept. `value` or `refresh_token` may be empty, not both. An empty
/// `instance_url`: the base URL. A time of -1 is unknown.
///
/// # Errors
/// [`Code::InvalidArgument`](crate::error::Code::InvalidArgument), with the name of the part.
pub(crate) fn restore(
    scheme: &str,
    value: &str,
    refresh_token: &str,
    instance_url: &str,
    expires_at: i64,
    refresh_expires_at: i64,
) -> Result<Token, Error> {
    let reject = |fault: &str| Err(Error::new(Cause::TokenPartRefused).detail(fault));
    let Some(scheme) = SCHEMES.into_iter().find(|known| *known == scheme) else {
        return reject("scheme is not \"OAuth\" or \"Bearer\"");
    };
    if value.is_empty() && refresh_token.is_empty() {
        return reject("value and refresh_token are both empty; a buffer that an earlier call has wiped is empty");
    }
    for (name, text) in [("value", value), ("refresh_token", refresh_token)] {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return reject(&format!("{name} contains a character that is not visible ASCII, such as a line break"));
        }
        if text.len() > MAX_LEN {
            return reject(&format!("{name} is longer than 16384 bytes"));
        }
    }
    if let (false, Err(error)) = (instance_url.is_empty(), BaseUrl::parse(instance_url)) {
        return reject(&format!("instance_url: {}", error.message()));
    }
    let time = |time: i64| (time >= 0).then_some(time);
    if expires_at < -1 || refresh_expires_at < -1 {
        return reject("expires_at or refresh_expires_at is less than -1, which means unknown");
    }
    Ok(Token::new(scheme, value)
        .with_refresh_token(Secret::concat(&[refresh_token]), time(refresh_expires_at))
        .with_expiry(time(expires_at), String::new())
        .with_instance_url(instance_url.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::restore;

    #[test]
    fn token_is_made_from_its_parts() {
        let token = restore("Bearer", "v", "r", "https://h", 7, 8).unwrap();
        assert_eq!((token.scheme(), token.value(), token.authorization()), ("Bearer", "v", "Bearer v"));
        assert_eq!((token.refresh_token(), token.instance_url()), ("r", "https://h"));
        assert_eq!((token.expires_at(), token.refresh_expires_at()), (Some(7), Some(8)));
        let token = restore("OAuth", "", "r", "", -1, -1).unwrap();
        assert_eq!((token.scheme(), token.value(), token.authorization()), ("OAuth", "", ""));
        assert_eq!((token.expires_at(), token.refresh_expires_at()), (None, None));
    }

    #[test]
    fn invalid_part_is_named_and_not_repeated() {
        let long = "x".repeat(16 * 1024 + 1);
        for (scheme, value, refresh_token, instance_url, time, part) in [
            ("", "v", "", "", -1, "scheme"),
            ("oauth", "v", "", "", -1, "scheme"),
            ("Basic", "v", "", "", -1, "scheme"),
            ("OAuth", "", "", "", -1, "both empty"),
            ("OAuth", "v3ry s3cret", "", "", -1, "value contains"),
            ("OAuth", "v", "v3ry\ns3cret", "", -1, "refresh_token contains"),
            ("OAuth", &long, "", "", -1, "value is longer"),
            ("OAuth", "v", "", "http://example.com", -1, "instance_url"),
            ("OAuth", "v", "", "us.api.concursolutions.com", -1, "instance_url"),
            ("OAuth", "v", "", "", -2, "less than -1"),
        ] {
            let error = restore(scheme, value, refresh_token, instance_url, time, -1).unwrap_err();
            assert!(error.message().contains(part), "{error}");
            assert!(!error.message().contains("v3ry"), "{error}");
        }
    }
}
