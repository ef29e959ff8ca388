//! What a stub is started with.

use std::time::Duration;

use crate::users::User;

/// How to start a [`Stub`](crate::Stub).
#[derive(Clone, Debug)]
pub struct Options {
    /// Port of the main listener; 0 takes any free one. The others always take any.
    pub port: u16,
    /// More names for the certificate, for a test that leads such a name to 127.0.0.1 (in a network namespace, say). Who asks under
    /// one gets a fresh token's `Instance_Url` with it.
    pub host_names: Vec<String>,
    /// TLS 1.2 and no newer.
    pub only_tls12: bool,
    /// Keep connections for further requests, where the answer allows it. A scenario that is about the connection ends it all the same.
    pub keep_alive: bool,
    /// Who gets a token.
    pub users: Vec<User>,
    /// Write one line a request to stderr. Never holds a credential or a token.
    pub log: bool,
    /// Keep the raw head of every request for [`Stub::requests`](crate::Stub::requests). Turn it off in a process that runs for long:
    /// heads hold credentials and add up.
    pub record: bool,
    /// Keep the secrets of every TLS session for [`Stub::take_tls_secrets`](crate::Stub::take_tls_secrets).
    pub keep_tls_secrets: bool,
    /// [`Stub::wait`](crate::Stub::wait) returns once no connection is open and no request has come for this long.
    pub idle_exit: Option<Duration>,
    /// [`Stub::wait`](crate::Stub::wait) returns once this many requests have been dealt with.
    pub max_requests: Option<u64>,
}

impl Default for Options {
    /// Any port, the demo user, one request a connection, no log, requests recorded, no secrets of TLS, no end.
    fn default() -> Options {
        Options {
            port: 0,
            host_names: Vec::new(),
            only_tls12: false,
            keep_alive: false,
            users: vec![User::demo()],
            log: false,
            record: true,
            keep_tls_secrets: false,
            idle_exit: None,
            max_requests: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_credential() {
        let user = User::demo();
        let shown = format!("{user:?} {:#?}", Options::default());
        for text in [&user.key, &user.login, &user.secret] {
            assert!(!shown.contains(text.as_str()));
        }
        assert!(shown.contains("[redacted]"));
    }
}
