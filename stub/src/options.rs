//! Options of a stub.

use std::fmt;
use std::time::Duration;

use crate::users::{DEMO_CLIENT_SECRET, User};

/// How to start a [`Stub`](crate::Stub).
#[derive(Clone)]
pub struct Options {
    /// Port of the main listener; 0 selects any free port. The other listeners always use any free port.
    pub port: u16,
    /// Additional names in the certificate. A test can resolve such a name to 127.0.0.1 (for example in a
    /// network namespace). A client that connects to one receives it in a fresh token's `Instance_Url`.
    pub host_names: Vec<String>,
    /// Offer TLS 1.2 only.
    pub only_tls12: bool,
    /// Keep connections open for further requests, if the response allows it. Scenarios about the connection end it
    /// anyway.
    pub keep_alive: bool,
    /// The users that get a token.
    pub users: Vec<User>,
    /// The companies that get a token for their request token (`credtype=authtoken`): `login` is the UUID.
    pub companies: Vec<User>,
    /// The secret of every application: `client_secret`, or the consumer secret of the Native Flow.
    pub client_secret: String,
    /// Lock an account after this number of wrong passwords, until the stub ends.
    pub failures_allowed: Option<u32>,
    /// A path before every path of the service, as a gateway requires: empty, or with a slash at its start and none at
    /// its end.
    pub prefix: String,
    /// Write one line per request to stderr. It never contains credentials or tokens.
    pub log: bool,
    /// Keep every request for [`Stub::requests`](crate::Stub::requests) and [`Stub::bodies`](crate::Stub::bodies). Disable it in a long-running
    /// process, because heads contain credentials and accumulate.
    pub record: bool,
    /// Keep the secrets of every TLS session for [`Stub::take_tls_secrets`](crate::Stub::take_tls_secrets).
    pub keep_tls_secrets: bool,
    /// [`Stub::wait`](crate::Stub::wait) returns after this time without an open connection and without a request.
    pub idle_exit: Option<Duration>,
    /// [`Stub::wait`](crate::Stub::wait) returns after this many requests.
    pub max_requests: Option<u64>,
}

impl Default for Options {
    /// Any port, the demo user, one request per connection, no log, recorded requests, no TLS secrets, no end.
    fn default() -> Options {
        Options {
            port: 0,
            host_names: Vec::new(),
            only_tls12: false,
            keep_alive: false,
            users: vec![User::demo()],
            companies: vec![User::demo_company()],
            client_secret: DEMO_CLIENT_SECRET.to_owned(),
            failures_allowed: None,
            prefix: String::new(),
            log: false,
            record: true,
            keep_tls_secrets: false,
            idle_exit: None,
            max_requests: None,
        }
    }
}

/// Returns whether a text can be [`Options::prefix`].
pub fn is_prefix(text: &str) -> bool {
    text.is_empty() || (text.starts_with('/') && !text.ends_with('/'))
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("users", &self.users).field("port", &self.port).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_contains_no_credential() {
        let user = User::demo();
        let shown = format!("{user:?} {:#?}", Options::default());
        for text in [user.key.as_str(), &user.login, &user.secret, DEMO_CLIENT_SECRET] {
            assert!(!shown.contains(text));
        }
        assert!(shown.contains("[redacted]"));
    }
}
