//! Where users live: the origins that the OAuth 2.0 service named for them. A later call asks there first.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::origin::Origin;
use crate::secret::Secret;
use crate::wipe::{Fingerprint, fingerprint};

/// Maximum number of users.
const MAX_USERS: usize = 65_536;

/// The homes of users, by the fingerprint of the login: no login stays in memory.
#[derive(Default)]
pub(crate) struct Homes(Mutex<HashMap<Fingerprint, Arc<Origin>>>);

impl Homes {
    pub(crate) fn of(&self, login: &str) -> Option<Arc<Origin>> {
        self.with(|homes| match homes.is_empty() {
            true => None,
            false => homes.get(&of_login(login)).cloned(),
        })
    }

    /// Remembers the home of a user. If there are too many, another user is forgotten, and asked for again.
    pub(crate) fn remember(&self, login: &str, home: Arc<Origin>) {
        let user = of_login(login);
        self.with(|homes| {
            if homes.len() >= MAX_USERS && !homes.contains_key(&user) {
                if let Some(other) = homes.keys().next().copied() {
                    homes.remove(&other);
                }
            }
            homes.insert(user, home);
        });
    }

    pub(crate) fn forget(&self, login: &str) {
        self.with(|homes| {
            if !homes.is_empty() {
                homes.remove(&of_login(login));
            }
        });
    }

    fn with<R>(&self, change: impl FnOnce(&mut HashMap<Fingerprint, Arc<Origin>>) -> R) -> R {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Logins have no case.
fn of_login(login: &str) -> Fingerprint {
    fingerprint(&[Secret::from(login.to_ascii_lowercase()).expose()])
}

impl fmt::Debug for Homes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Homes")
    }
}
