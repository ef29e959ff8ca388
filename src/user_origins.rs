//! The origins to which users belong, as the OAuth 2.0 service named them. A later call asks there first.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fingerprint::Fingerprint;
use crate::origin::Origin;
use crate::secret::Secret;

/// Maximum number of users.
const MAX_USERS: usize = 65_536;

/// The origins of users, by the fingerprint of the login: no login stays in memory.
#[derive(Default)]
pub(crate) struct UserOrigins(Mutex<HashMap<Fingerprint, Arc<Origin>>>);

impl UserOrigins {
    pub(crate) fn of(&self, login: &str) -> Option<Arc<Origin>> {
        self.change(login, |origins, user| origins.get(&user).cloned())
    }

    /// Remembers the origin of a user. If there are too many, another user is forgotten, and asked for again.
    pub(crate) fn remember(&self, login: &str, origin: Arc<Origin>) {
        let user = of_login(login);
        let mut origins = self.lock();
        let Some(user) = user else { return };
        let other =
            origins.keys().next().copied().filter(|_| origins.len() >= MAX_USERS && !origins.contains_key(&user));
        if let Some(other) = other {
            origins.remove(&other);
        }
        origins.insert(user, origin);
    }

    pub(crate) fn forget(&self, login: &str) {
        self.change(login, |origins, user| origins.remove(&user));
    }

    /// Makes no fingerprint while no origin is known: most programs have users of one region.
    fn change<R>(
        &self,
        login: &str,
        change: impl FnOnce(&mut HashMap<Fingerprint, Arc<Origin>>, Fingerprint) -> Option<R>,
    ) -> Option<R> {
        let mut origins = self.lock();
        if origins.is_empty() { None } else { change(&mut origins, of_login(login)?) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, Arc<Origin>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logins have no case.
fn of_login(login: &str) -> Option<Fingerprint> {
    Fingerprint::of(&[Secret::from(login.to_ascii_lowercase()).expose()]).ok()
}

impl fmt::Debug for UserOrigins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserOrigins")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MAX_USERS, UserOrigins};
    use crate::origin::{HostPort, Origin};

    fn origin(host: &str) -> Arc<Origin> {
        Arc::new(Origin { is_https: true, place: HostPort { host: host.to_owned(), port: 443 } })
    }

    #[test]
    fn origin_is_remembered_for_a_login_in_any_case() {
        let origins = UserOrigins::default();
        assert_eq!(origins.of("a@b"), None);
        origins.remember("A@b", origin("eu2"));
        origins.remember("c@d", origin("us2"));
        assert_eq!(
            (origins.of("a@B"), origins.of("c@d"), origins.of("e@f")),
            (Some(origin("eu2")), Some(origin("us2")), None)
        );
        origins.remember("a@b", origin("us2"));
        assert_eq!(origins.of("a@b"), Some(origin("us2")));
        origins.forget("a@b");
        assert_eq!((origins.of("a@b"), origins.of("c@d")), (None, Some(origin("us2"))));
    }

    #[test]
    fn number_of_users_is_limited() {
        let (origins, origin) = (UserOrigins::default(), origin("eu2"));
        for user in 0..=MAX_USERS {
            origins.remember(&user.to_string(), Arc::clone(&origin));
        }
        assert_eq!(origins.lock().len(), MAX_USERS);
        assert!(origins.of(&MAX_USERS.to_string()).is_some(), "the newest is remembered");
    }
}
