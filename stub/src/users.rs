//! The users of a stub, and the file that lists them. Credentials come from a file or stdin, never from the command
//! line, which every process can read.

use std::fmt;

use zeroize::Zeroize;

/// The secret of every application of a stub that is started without another one.
pub(crate) const DEMO_CLIENT_SECRET: &str = "c5Gk/demo+Client=Secret";

/// One user, or one company. Only the combination of all three values gets a token.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The consumer key or client id that belongs to this user's application.
    pub key: String,
    /// The login, without a colon (RFC 7617: the first colon ends it), or a company's UUID. A login that begins with
    /// `admin` is that of a Web Services Administrator, who may revoke the tokens of others in the Native Flow.
    pub login: String,
    /// The password or PIN, or a company's request token. May be empty.
    pub secret: String,
}

impl User {
    /// The user of a stub that is started without others.
    pub fn demo() -> User {
        User {
            key: "kX3demoConsumerKey0123".to_owned(),
            login: "john_developer@hotmail.com".to_owned(),
            secret: "Travel&Expense$2012".to_owned(),
        }
    }

    /// The company of a stub that is started without others. It belongs to the application of [`User::demo`].
    pub fn demo_company() -> User {
        User {
            key: User::demo().key.clone(),
            login: "5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f".to_owned(),
            secret: "at-request+token/of=company".to_owned(),
        }
    }

    pub(crate) fn is_administrator(&self) -> bool {
        self.login.starts_with("admin")
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User { [redacted] }")
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.key.zeroize();
        self.login.zeroize();
        self.secret.zeroize();
    }
}

/// A users file is invalid. Names the line, never its contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsersFileError {
    line: usize,
    cause: &'static str,
}

impl fmt::Display for UsersFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(self.cause),
            line => write!(f, "line {line}: {}", self.cause),
        }
    }
}

impl std::error::Error for UsersFileError {}

/// Reads lines of `key<TAB>login<TAB>secret`. Skips empty lines and lines that begin with `#`. A secret may be empty
/// and may contain tabs. Ignores a byte order mark and CR before LF.
///
/// # Errors
/// A line without two tabs, an empty key or login, a colon in a login, or no user.
pub fn parse_users(text: &str) -> Result<Vec<User>, UsersFileError> {
    let mut users = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |cause| UsersFileError { line: number + 1, cause };
        let mut fields = line.splitn(3, '\t');
        let (Some(key), Some(login), Some(secret)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(wrong("expected key<TAB>login<TAB>secret"));
        };
        if key.is_empty() || login.is_empty() {
            return Err(wrong("key and login must not be empty"));
        }
        if login.contains(':') {
            return Err(wrong("a login cannot contain a colon (RFC 7617)"));
        }
        users.push(User { key: key.to_owned(), login: login.to_owned(), secret: secret.to_owned() });
    }
    if users.is_empty() {
        return Err(UsersFileError { line: 0, cause: "contains no user" });
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_file_may_have_comments_crlf_empty_secrets_and_tabs_in_secrets() {
        let users = parse_users("\u{feff}# who\r\n\r\nk1\ta@b.c\tpass\tword\r\nk2\td@e.f\t\n").unwrap();
        assert_eq!(users.len(), 2);
        assert_eq!((&*users[0].key, &*users[0].login, &*users[0].secret), ("k1", "a@b.c", "pass\tword"));
        assert_eq!(users[1].secret, "");
    }

    #[test]
    fn users_file_error_names_the_line_and_not_the_secret() {
        for text in ["k\ta@b.c\tx\nhunt hunt", "k\ta@b.c\tx\nk\thu:nt\ty", "k\ta@b.c\tx\n\thunt\ty"] {
            let message = parse_users(text).unwrap_err().to_string();
            assert!(message.starts_with("line 2: "), "{message}");
            assert!(!message.contains("hu"), "{message}");
        }
        assert_eq!(parse_users("# none\n").unwrap_err().to_string(), "contains no user");
    }
}
