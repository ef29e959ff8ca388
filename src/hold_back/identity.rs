//! The user of a login and its secret, as fingerprints: no login, key or secret stays in memory.

use crate::error::Error;
use crate::fingerprint::Fingerprint;
use crate::secret::Secret;

/// A service, as one application uses it: what does not change for a client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Realm {
    service: Fingerprint,
    credential_type: &'static str,
    /// The client secret, if logins contain one.
    client_secret: Option<Fingerprint>,
    guards: Guards,
}

/// The rules that depend on the service and on the kind of secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guards {
    /// A login can lock the account, so a login without a response counts. Not for request tokens.
    pub(crate) may_lock: bool,
    /// The service does not report whether it refuses the login or the key.
    pub(crate) key_may_be_wrong: bool,
}

impl Realm {
    /// Makes a realm. `service`: name and base URL. `client_secret`: empty if logins do not contain it.
    ///
    /// # Errors
    /// The system has no memory or no random numbers for a key of fingerprints.
    pub(crate) fn new(
        service: [&str; 2],
        credential_type: &'static str,
        client_secret: &str,
        guards: Guards,
    ) -> Result<Realm, Error> {
        let is_given = !client_secret.is_empty();
        let client_secret = is_given.then(|| Fingerprint::of(&[client_secret])).transpose()?;
        Ok(Realm { service: Fingerprint::of(&service)?, credential_type, client_secret, guards })
    }

    /// Returns the user of a login, which has no case.
    ///
    /// # Errors
    /// As [`Realm::new`].
    pub(crate) fn user(&self, key: &str, login: &str) -> Result<Owner, Error> {
        let key = Fingerprint::of(&[self.service.as_ref(), key.as_bytes()])?;
        let login = Secret::from(login.to_ascii_lowercase());
        let user = [key.as_ref(), self.credential_type.as_bytes(), login.expose().as_bytes()];
        Ok(Owner {
            user: Fingerprint::of(&user)?,
            application: self.client_secret.map_or(key, |client_secret| key.and(&client_secret)),
            guards: self.guards,
        })
    }

    fn client_secret(&self) -> &[u8] {
        self.client_secret.as_ref().map_or(&[], |secret| secret.as_ref())
    }
}

/// A user of an application.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner {
    pub(super) user: Fingerprint,
    pub(super) application: Fingerprint,
    pub(super) guards: Guards,
}

/// One login: a user and what is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity {
    pub(super) owner: Owner,
    pub(super) sent: Sent,
}

/// The secrets of a login: the beginning of the fingerprint of secret and client secret. Enough to compare it with
/// the few others of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent(pub(super) u64);

impl Identity {
    /// # Errors
    /// As [`Realm::new`].
    pub(crate) fn new(realm: &Realm, key: &str, login: &str, secret: &str) -> Result<Identity, Error> {
        let sent = Fingerprint::of(&[secret.as_bytes(), realm.client_secret()])?;
        Ok(Identity { owner: realm.user(key, login)?, sent: Sent(sent.start()) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Guards, Identity, Realm};

    const GUARDS: Guards = Guards { may_lock: true, key_may_be_wrong: true };

    fn realm(service: &str, base: &str, credential_type: &'static str, client_secret: &str) -> Realm {
        Realm::new([service, base], credential_type, client_secret, GUARDS).unwrap()
    }

    fn prints(realm: &Realm, key: &str, login: &str, secret: &str) -> [u64; 3] {
        let Identity { owner, sent } = Identity::new(realm, key, login, secret).unwrap();
        [owner.user.start(), owner.application.start(), sent.0]
    }

    /// Which of user, application and what is sent are the same as those of the first login.
    #[test]
    fn user_application_and_secret_depend_on_their_parts_alone() {
        let usual = realm("s", "https://h/p", "password", "c");
        let first = prints(&usual, "k", "a@b", "x");
        for (realm, key, login, secret, same) in [
            (usual, "k", "A@B", "x", [true, true, true]),
            (usual, "k", "a@b", "X", [true, true, false]),
            (usual, "k", "a@c", "x", [false, true, true]),
            (usual, "k", "ä@b", "x", [false, true, true]),
            (usual, "K", "a@b", "x", [false, false, true]),
            (realm("s", "https://h/p", "password", "d"), "k", "a@b", "x", [true, false, false]),
            (realm("s", "https://h/p", "password", ""), "k", "a@b", "x", [true, false, false]),
            (realm("s", "https://h/p", "authtoken", "c"), "k", "a@b", "x", [false, true, true]),
            (realm("s", "https://h/P", "password", "c"), "k", "a@b", "x", [false, false, true]),
            (realm("t", "https://h/p", "password", "c"), "k", "a@b", "x", [false, false, true]),
        ] {
            let other = prints(&realm, key, login, secret);
            let equal: Vec<bool> = first.iter().zip(other).map(|(one, other)| *one == other).collect();
            assert_eq!(equal, same, "{realm:?} {key} {login} {secret}");
        }
    }
}
