//! Where users live: the origins that the OAuth 2.0 service named for them. A later call asks there first.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fingerprint::Fingerprint;
use crate::origin::Origin;
use crate::secret::Secret;

/// Maximum number of users.
const MAX_USERS: usize = 65_536;

/// The homes of users, by the fingerprint of the login: no login stays in memory.
#[derive(Default)]
pub(crate) struct Homes(Mutex<HashMap<Fingerprint, Arc<Origin>>>);

impl Homes {
    pub(crate) fn of(&self, login: &str) -> Option<Arc<Origin>> {
        self.change(login, |homes, user| homes.get(&user).cloned())
    }

    /// Remembers the home of a user. If there are too many, another user is forgotten, and asked for again.
    pub(crate) fn remember(&self, login: &str, home: Arc<Origin>) {
        let user = of_login(login);
        let mut homes = self.lock();
        let Some(user) = user else { return };
        let other = homes.keys().next().copied().filter(|_| homes.len() >= MAX_USERS && !homes.contains_key(&user));
        if let Some(other) = other {
            homes.remove(&other);
        }
        homes.insert(user, home);
    }

    pub(crate) fn forget(&self, login: &str) {
        self.change(login, |homes, user| homes.remove(&user));
    }

    /// Makes no fingerprint while no home is known: most programs have users of one region.
    fn change<R>(
        &self,
        login: &str,
        change: impl FnOnce(&mut HashMap<Fingerprint, Arc<Origin>>, Fingerprint) -> Option<R>,
    ) -> Option<R> {
        let mut homes = self.lock();
        if homes.is_empty() { None } else { change(&mut homes, of_login(login)?) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Fingerprint, Arc<Origin>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Logins have no case.
fn of_login(login: &str) -> Option<Fingerprint> {
    Fingerprint::of(&[Secret::from(login.to_ascii_lowercase()).expose()]).ok()
}

impl fmt::Debug for Homes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Homes")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Homes, MAX_USERS};
    use crate::origin::{HostPort, Origin};

    fn origin(host: &str) -> Arc<Origin> {
        Arc::new(Origin { is_https: true, place: HostPort { host: host.to_owned(), port: 443 } })
    }

    #[test]
    fn home_is_remembered_for_a_login_in_any_case() {
        let homes = Homes::default();
        assert_eq!(homes.of("a@b"), None);
        homes.remember("A@b", origin("eu2"));
        homes.remember("c@d", origin("us2"));
        assert_eq!(
            (homes.of("a@B"), homes.of("c@d"), homes.of("e@f")),
            (Some(origin("eu2")), Some(origin("us2")), None)
        );
        homes.remember("a@b", origin("us2"));
        assert_eq!(homes.of("a@b"), Some(origin("us2")));
        homes.forget("a@b");
        assert_eq!((homes.of("a@b"), homes.of("c@d")), (None, Some(origin("us2"))));
    }

    #[test]
    fn number_of_users_is_limited() {
        let (homes, home) = (Homes::default(), origin("eu2"));
        for user in 0..=MAX_USERS {
            homes.remember(&user.to_string(), Arc::clone(&home));
        }
        assert_eq!(homes.lock().len(), MAX_USERS);
        assert!(homes.of(&MAX_USERS.to_string()).is_some(), "the newest is remembered");
    }
}
