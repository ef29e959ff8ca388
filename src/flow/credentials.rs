//! Consumer key, login and secret, checked before anything is sent.

use super::ends::{has_space, is_quoted, password_advice};
use crate::error::{Cause, Error};
use crate::message::basic;
use crate::redact::is_invisible;
use crate::secret::Secret;

/// Maximum length of key, login and secret in bytes. Concur's limits are far lower. Keeps the request within the
/// transport's buffer.
const MAX_LEN: usize = 2048;

/// The credentials for a token. Borrowed: no copy is made here.
pub(crate) struct Credentials<'a> {
    pub(crate) key: &'a str,
    pub(crate) login: &'a str,
    pub(crate) secret: &'a str,
}

impl<'a> Credentials<'a> {
    /// Checks the credentials. Rejects characters that HTTP Basic (RFC 7617, section 2: no control characters) or a
    /// header does not allow, and a login or key with characters that only its file can have added, because the attempt
    /// would count against the account. The login and an empty `secret` are otherwise sent unchanged; a password may
    /// have any ends.
    pub(crate) fn new(key: &'a str, login: &'a str, secret: &'a str) -> Result<Credentials<'a>, Error> {
        check_key(key)?;
        let fault = if login.is_empty() {
            Some(Cause::LoginEmpty)
        } else if login.contains(char::is_control) {
            Some(Cause::LoginControl)
        } else if login.contains(is_invisible) {
            Some(Cause::LoginInvisible)
        } else if has_space(login) {
            Some(Cause::LoginSpace)
        } else if is_quoted(login) {
            Some(Cause::LoginQuoted)
        } else if login.len() > MAX_LEN {
            Some(Cause::LoginTooLong)
        } else if secret.contains(char::is_control) {
            Some(Cause::SecretControl)
        } else if secret.len() > MAX_LEN {
            Some(Cause::SecretTooLong)
        } else {
            None
        };
        match fault {
            Some(cause) => Err(cause.into()),
            None => Ok(Credentials { key, login, secret }),
        }
    }

    /// Checks what HTTP Basic requires in addition (RFC 7617, section 2): no colon in the login.
    pub(crate) fn check_for_basic(&self) -> Result<(), Error> {
        if self.login.contains(':') { Err(Cause::LoginColon.into()) } else { Ok(()) }
    }

    /// Returns the value of the Authorization header.
    pub(crate) fn basic(&self) -> Secret {
        basic(self.login, self.secret)
    }

    /// Describes the password after a rejection, if it looks wrong. Contains no part of it.
    pub(crate) fn advice(&self) -> Option<String> {
        password_advice(self.secret)
    }
}

/// Checks a consumer key, or the client ID of the OAuth 2.0 service.
pub(crate) fn check_key(key: &str) -> Result<(), Error> {
    let fault = if key.is_empty() {
        Cause::KeyEmpty
    } else if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        Cause::KeyNotVisibleAscii
    } else if is_quoted(key) {
        Cause::KeyQuoted
    } else if key.len() > MAX_LEN {
        Cause::KeyTooLong
    } else {
        return Ok(());
    };
    Err(fault.into())
}

#[cfg(test)]
mod tests {
    use super::{Credentials, MAX_LEN};
    use crate::error::Cause;

    fn basic(login: &str, secret: &str) -> String {
        Credentials::new("key", login, secret).unwrap().basic().expose().to_owned()
    }

    #[test]
    fn basic_matches_the_documented_example() {
        assert_eq!(
            basic("john_developer@hotmail.com", "Travel&Expense$2012"),
            "Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg=="
        );
    }

    #[test]
    fn empty_secret_keeps_the_colon_and_utf8_is_not_changed() {
        assert_eq!(basic("a@b", ""), "Basic YUBiOg==");
        assert_eq!(basic("jürgen@b", "pä:ß€"), "Basic asO8cmdlbkBiOnDDpDrDn+KCrA==");
    }

    #[test]
    fn long_secret_is_not_wrapped() {
        let value = basic("a@b", &"x".repeat(300));
        assert_eq!(value.len(), "Basic ".len() + (304usize).div_ceil(3) * 4);
        assert!(value.bytes().skip(6).all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)));
    }

    #[test]
    fn credential_that_cannot_be_sent_is_rejected_with_its_own_cause() {
        let long = "x".repeat(MAX_LEN + 1);
        for (key, login, secret, cause) in [
            ("", "l", "s", Cause::KeyEmpty),
            ("k k", "l", "s", Cause::KeyNotVisibleAscii),
            ("k\r\nX-Other: 1", "l", "s", Cause::KeyNotVisibleAscii),
            ("schlüssel", "l", "s", Cause::KeyNotVisibleAscii),
            ("\u{feff}k", "l", "s", Cause::KeyNotVisibleAscii),
            ("k\u{7f}", "l", "s", Cause::KeyNotVisibleAscii),
            ("\"k\"", "l", "s", Cause::KeyQuoted),
            (&long, "l", "s", Cause::KeyTooLong),
            ("k", "", "s", Cause::LoginEmpty),
            ("k", "l\n", "s", Cause::LoginControl),
            ("k", "l\u{85}", "s", Cause::LoginControl),
            ("k", "l\u{7f}", "s", Cause::LoginControl),
            ("k", "\tl", "s", Cause::LoginControl),
            ("k", "\u{feff}l", "s", Cause::LoginInvisible),
            ("k", "l\u{200b}", "s", Cause::LoginInvisible),
            ("k", "l\u{200f}l", "s", Cause::LoginInvisible),
            ("k", "l\u{2028}", "s", Cause::LoginInvisible),
            ("k", "l\u{2060}l", "s", Cause::LoginInvisible),
            ("k", "\u{202e}l", "s", Cause::LoginInvisible),
            ("k", "l\u{2069}", "s", Cause::LoginInvisible),
            ("k", " l", "s", Cause::LoginSpace),
            ("k", "l ", "s", Cause::LoginSpace),
            ("k", "l\u{a0}", "s", Cause::LoginSpace),
            ("k", " ", "s", Cause::LoginSpace),
            ("k", "\"l\"", "s", Cause::LoginQuoted),
            ("k", "„l“", "s", Cause::LoginQuoted),
            ("k", &long, "s", Cause::LoginTooLong),
            ("k", "l", "s\r\n", Cause::SecretControl),
            ("k", "l", &long, Cause::SecretTooLong),
        ] {
            let error = Credentials::new(key, login, secret).err().unwrap();
            assert_eq!(error.message(), cause.message());
        }
        let colon = Credentials::new("k", "l:s", "").unwrap().check_for_basic().unwrap_err();
        assert_eq!(colon.message(), Cause::LoginColon.message());
        for (login, secret) in [("l l", " s "), ("l'l", "\"s\""), ("'l", "\u{feff}s\u{200b}"), ("e\u{301}", "é")] {
            assert!(Credentials::new("k", login, secret).is_ok(), "{login:?} {secret:?}");
        }
        let longest = "x".repeat(MAX_LEN);
        assert!(Credentials::new(&longest, &longest, &longest).is_ok());
    }
}
