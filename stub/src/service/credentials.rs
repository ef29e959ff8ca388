//! Login, password and consumer key of a request, and whether they are correct.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::http::request::Request;
use crate::users::User;

/// The result for one header. The names appear in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    Ok,
    Wrong,
    Missing,
    Malformed,
}

impl Found {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Found::Ok => "ok",
            Found::Wrong => "wrong",
            Found::Missing => "missing",
            Found::Malformed => "malformed",
        }
    }
}

/// The checked credentials of one request. No `Debug`, because it contains the login.
pub(crate) struct Credentials {
    pub(crate) basic: Found,
    pub(crate) key: Found,
    /// The login as received. Some responses repeat it.
    pub(crate) login: Zeroizing<Vec<u8>>,
}

impl Credentials {
    /// Compares bytes without case folding or Unicode normalization, as the real server is assumed to do.
    pub(crate) fn check(request: &Request, users: &[User]) -> Credentials {
        let (basic, login, known) = match basic_pair(&request.authorization) {
            Pair::Missing => (Found::Missing, Vec::new(), None),
            Pair::Malformed => (Found::Malformed, Vec::new(), None),
            Pair::Given { login, secret } => {
                let known: Vec<&User> =
                    users.iter().filter(|it| it.login.as_bytes() == login && it.secret.as_bytes() == *secret).collect();
                match known.is_empty() {
                    true => (Found::Wrong, login, None),
                    false => (Found::Ok, login, Some(known)),
                }
            }
        };
        // If the user is known, the key must belong to that user. Otherwise any user's key counts as correct in the
        // log.
        let keys: Vec<&str> = match &known {
            Some(known) => known.iter().map(|it| it.key.as_str()).collect(),
            None => users.iter().map(|it| it.key.as_str()).collect(),
        };
        let key = match request.consumer_key.as_slice() {
            [] => Found::Missing,
            [one] if keys.iter().any(|key| key.as_bytes() == one.as_slice()) => Found::Ok,
            _ => Found::Wrong,
        };
        Credentials { basic, key, login: Zeroizing::new(login) }
    }

    /// The status that rejects the request; `None` if the response is a token.
    pub(crate) fn rejection(&self) -> Option<u16> {
        match (self.basic, self.key) {
            (Found::Missing, _) => Some(401),
            (Found::Malformed, _) => Some(400),
            (Found::Ok, Found::Ok) => None,
            _ => Some(403),
        }
    }
}

enum Pair {
    Missing,
    Malformed,
    Given { login: Vec<u8>, secret: Zeroizing<Vec<u8>> },
}

fn basic_pair(authorization: &[Zeroizing<Vec<u8>>]) -> Pair {
    let value = match authorization {
        [] => return Pair::Missing,
        [one] => one,
        _ => return Pair::Malformed,
    };
    let mut words = value.splitn(2, |byte| *byte == b' ');
    if !words.next().is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"basic")) {
        // Another scheme: Basic, the required scheme, is missing.
        return Pair::Missing;
    }
    let Ok(decoded) = STANDARD.decode(words.next().unwrap_or_default().trim_ascii()).map(Zeroizing::new) else {
        return Pair::Malformed;
    };
    let mut halves = decoded.splitn(2, |byte| *byte == b':');
    match (halves.next(), halves.next()) {
        (Some(login), Some(secret)) => Pair::Given { login: login.to_vec(), secret: Zeroizing::new(secret.to_vec()) },
        _ => Pair::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &str) -> Credentials {
        let users = [
            User::demo(),
            User { key: "other".to_owned(), login: "pin@example.com".to_owned(), secret: String::new() },
        ];
        let head = format!("GET / HTTP/1.0\r\n{headers}\r\n");
        Credentials::check(&Request::parse(head.as_bytes()).unwrap(), &users)
    }

    fn basic(pair: &str) -> String {
        format!("Authorization: Basic {}\r\n", STANDARD.encode(pair))
    }

    #[test]
    fn only_matching_login_password_and_key_get_a_token() {
        let demo = User::demo();
        let key = format!("X-ConsumerKey: {}\r\n", demo.key);
        let good = "Authorization: Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg==\r\n";
        let cases = [
            (format!("{good}{key}"), None),
            (format!("{}{key}", good.replace("Basic", "bAsIc")), None),
            (format!("{}X-ConsumerKey: other\r\n", basic("pin@example.com:")), None),
            (good.to_owned(), Some(403)),
            (format!("{good}X-ConsumerKey: other\r\n"), Some(403)),
            (format!("{good}{key}{key}"), Some(403)),
            (format!("{}{key}", basic("John_Developer@hotmail.com:Travel&Expense$2012")), Some(403)),
            (format!("{}{key}", basic("john_developer@hotmail.com:Travel&Expense$2012 ")), Some(403)),
            (key.clone(), Some(401)),
            (format!("Authorization: OAuth abc\r\n{key}"), Some(401)),
            (format!("Authorization: Basic\r\n{key}"), Some(400)),
            (format!("Authorization: Basic !!\r\n{key}"), Some(400)),
            (format!("{}{key}", basic("no colon")), Some(400)),
            (format!("{good}{good}{key}"), Some(400)),
        ];
        for (headers, status) in cases {
            assert_eq!(check(&headers).rejection(), status, "{headers}");
        }
    }
}
