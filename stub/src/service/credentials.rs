//! Login, password and consumer key or client of a request, and whether they are correct.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::http::form::Form;
use crate::http::request::Request;
use crate::service::accounts::Accounts;
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
    /// Login and password.
    pub(crate) basic: Found,
    /// The consumer key, or client id and client secret.
    pub(crate) key: Found,
    /// The login as received. Some responses repeat it.
    pub(crate) login: Zeroizing<Vec<u8>>,
    /// The number of the account with this login.
    pub(crate) account: Option<usize>,
}

impl Credentials {
    pub(crate) fn missing() -> Credentials {
        Credentials { basic: Found::Missing, key: Found::Missing, login: Zeroizing::default(), account: None }
    }

    /// Those of the Native Flow. Compares bytes without case folding or Unicode normalization, as the real server is
    /// assumed to do.
    pub(crate) fn of_headers(request: &Request, accounts: &Accounts) -> Credentials {
        let users = accounts.users();
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
        Credentials { basic, key, account: accounts.number(&login), login: Zeroizing::new(login) }
    }

    /// Those of a form: of the OAuth 2.0 service, or of a refresh of the Native Flow, which has no login.
    pub(crate) fn of_form(form: &Form, accounts: &Accounts) -> Credentials {
        let given = |name| form.get(name).filter(|value| !value.is_empty());
        let key = match (given("client_id"), given("client_secret")) {
            (Some(key), Some(secret)) if accounts.is_application(key) && accounts.is_client_secret(secret) => Found::Ok,
            (None, _) | (_, None) => Found::Missing,
            _ => Found::Wrong,
        };
        let login = given("username").unwrap_or_default();
        let is_company = form.get("credtype") == Some(b"authtoken");
        let matching = |secret| accounts.matching(is_company, given("client_id").unwrap_or_default(), login, secret);
        let basic = match form.get("password") {
            _ if login.is_empty() => Found::Missing,
            None => Found::Missing,
            Some(secret) if matching(secret).is_some() => Found::Ok,
            Some(_) => Found::Wrong,
        };
        Credentials { basic, key, account: accounts.number(login), login: Zeroizing::new(login.to_vec()) }
    }

    /// Whether an account's password was sent and is wrong.
    pub(crate) fn is_wrong_password(&self) -> bool {
        self.basic == Found::Wrong
    }

    /// The status with which the Native Flow rejects the request; `None` if the response is a token.
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
        let head = format!("GET / HTTP/1.0\r\n{headers}\r\n");
        Credentials::of_headers(&Request::parse(head.as_bytes()).unwrap(), &accounts())
    }

    fn accounts() -> Accounts {
        let pin = User { key: "other".to_owned(), login: "pin@example.com".to_owned(), secret: String::new() };
        Accounts::new(vec![User::demo(), pin], vec![User::demo_company()], "app".to_owned(), None)
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

    #[test]
    fn form_needs_the_client_secret_and_a_user_or_company_of_the_client() {
        let (demo, company) = (User::demo(), User::demo_company());
        let client = format!("client_id={}&client_secret=app", demo.key);
        let login = "username=john_developer%40hotmail.com&password=Travel%26Expense%242012";
        let token = format!("username={}&password=at-request%2Btoken%2Fof%3Dcompany", company.login);
        for (form, key, basic) in [
            (format!("{client}&{login}"), Found::Ok, Found::Ok),
            (format!("{client}&{login}&credtype=password"), Found::Ok, Found::Ok),
            (format!("{client}&{login}&credtype=authtoken"), Found::Ok, Found::Wrong),
            (format!("{client}&{token}&credtype=authtoken"), Found::Ok, Found::Ok),
            (format!("{client}&{token}"), Found::Ok, Found::Wrong),
            (format!("{client}&{login}x"), Found::Ok, Found::Wrong),
            (format!("client_id=other&client_secret=app&{login}"), Found::Ok, Found::Wrong),
            ("client_id=other&client_secret=app&username=pin%40example.com&password=".to_owned(), Found::Ok, Found::Ok),
            ("client_id=other&client_secret=app&username=pin%40example.com".to_owned(), Found::Ok, Found::Missing),
            (format!("client_id=none&client_secret=app&{login}"), Found::Wrong, Found::Wrong),
            (format!("client_id={}&client_secret=App&{login}", demo.key), Found::Wrong, Found::Ok),
            (format!("client_id={}&{login}", demo.key), Found::Missing, Found::Ok),
            (format!("{client}&username=&password=x"), Found::Ok, Found::Missing),
            (client.clone(), Found::Ok, Found::Missing),
        ] {
            let found = Credentials::of_form(&Form::parse(form.as_bytes()).unwrap(), &accounts());
            assert_eq!((found.key, found.basic), (key, basic), "{form}");
        }
    }
}
