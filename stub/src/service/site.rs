//! The stub's data for one port: addresses, users, and whether connections stay open.

use std::sync::Arc;

use crate::users::User;

pub(crate) struct Site {
    /// URL of the port, without a slash at the end.
    pub(crate) url: String,
    /// Additional host names that a client can use.
    pub(crate) host_names: Arc<[String]>,
    /// Target of the redirects, without a slash at the end.
    pub(crate) elsewhere_url: String,
    pub(crate) users: Arc<[User]>,
    pub(crate) keep_alive: bool,
}

impl Site {
    /// Returns the number of the account with this login.
    pub(crate) fn account(&self, login: &[u8]) -> Option<usize> {
        self.users.iter().position(|user| user.login.as_bytes() == login)
    }

    /// Returns the URL with the client's `Host` value, if that is an additional name of the stub.
    pub(crate) fn url_for(&self, host: &str) -> String {
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        let is_additional = self.host_names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let scheme = self.url.split("://").next().unwrap_or_default();
        match is_additional && port.bytes().all(|byte| byte.is_ascii_digit()) {
            true => format!("{scheme}://{host}"),
            false => self.url.clone(),
        }
    }
}

#[cfg(test)]
impl Site {
    /// The site of a stub with the demo user.
    pub(crate) fn demo() -> Arc<Site> {
        Arc::new(Site {
            url: "http://localhost:1".to_owned(),
            host_names: Arc::new([]),
            elsewhere_url: "http://127.0.0.1:2".to_owned(),
            users: Arc::new([User::demo()]),
            keep_alive: false,
        })
    }
}
