//! The users, companies and applications of a stub, and where the users live.

use std::sync::{Mutex, MutexGuard, PoisonError};

use zeroize::Zeroizing;

use crate::service::lockout::Lockout;
use crate::service::place::Place;
use crate::users::User;

pub(crate) struct Accounts {
    /// Users, then companies. The number of an account is its place here.
    all: Vec<User>,
    users: usize,
    client_secret: Zeroizing<String>,
    lockout: Mutex<Lockout>,
    home: Mutex<Option<Place>>,
}

impl Accounts {
    pub(crate) fn new(
        users: Vec<User>,
        companies: Vec<User>,
        client_secret: String,
        failures_allowed: Option<u32>,
    ) -> Accounts {
        let count = users.len();
        Accounts {
            all: users.into_iter().chain(companies).collect(),
            users: count,
            client_secret: Zeroizing::new(client_secret),
            lockout: Mutex::new(Lockout::after(failures_allowed)),
            home: Mutex::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    pub(crate) fn users(&self) -> &[User] {
        self.all.get(..self.users).unwrap_or_default()
    }

    pub(crate) fn get(&self, account: usize) -> Option<&User> {
        self.all.get(account)
    }

    /// Returns the number of the account with this login or UUID.
    pub(crate) fn number(&self, login: &[u8]) -> Option<usize> {
        self.all.iter().position(|user| user.login.as_bytes() == login)
    }

    /// Returns the number of the user, or of the company, whose three values these are.
    pub(crate) fn matching(&self, is_company: bool, key: &[u8], login: &[u8], secret: &[u8]) -> Option<usize> {
        let is_meant = |(number, user): &(usize, &User)| {
            (*number >= self.users) == is_company
                && user.key.as_bytes() == key
                && user.login.as_bytes() == login
                && user.secret.as_bytes() == secret
        };
        self.all.iter().enumerate().find(is_meant).map(|(number, _)| number)
    }

    pub(crate) fn is_application(&self, key: &[u8]) -> bool {
        self.all.iter().any(|user| user.key.as_bytes() == key)
    }

    pub(crate) fn is_client_secret(&self, secret: &[u8]) -> bool {
        self.client_secret.as_bytes() == secret
    }

    pub(crate) fn lockout(&self) -> MutexGuard<'_, Lockout> {
        self.lockout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the users live; `None` if each port serves them.
    pub(crate) fn home(&self) -> Option<Place> {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_home(&self, home: Option<Place>) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = home;
    }
}
