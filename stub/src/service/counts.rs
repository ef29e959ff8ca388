//! Counts requests, logins and secrets in wrong places, which tests check.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Default)]
pub(crate) struct Counts {
    requests: AtomicU64,
    secrets_in_url: AtomicU64,
    credentials_elsewhere: AtomicU64,
    refreshes: AtomicU64,
    revocations: AtomicU64,
    /// For each account, by its number; then for all unknown logins.
    logins: Vec<AtomicU64>,
}

impl Counts {
    pub(crate) fn of(accounts: usize) -> Counts {
        Counts { logins: (0..=accounts).map(|_| AtomicU64::default()).collect(), ..Counts::default() }
    }

    pub(crate) fn add_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_secret_in_url(&self) {
        self.secrets_in_url.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_credentials_elsewhere(&self) {
        self.credentials_elsewhere.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_refresh(&self) {
        self.refreshes.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_revocation(&self) {
        self.revocations.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_login(&self, account: Option<usize>) {
        if let Some(count) = account.map_or(self.logins.last(), |account| self.logins.get(account)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn secrets_in_url(&self) -> u64 {
        self.secrets_in_url.load(Ordering::Relaxed)
    }

    pub(crate) fn credentials_elsewhere(&self) -> u64 {
        self.credentials_elsewhere.load(Ordering::Relaxed)
    }

    pub(crate) fn refreshes(&self) -> u64 {
        self.refreshes.load(Ordering::Relaxed)
    }

    pub(crate) fn revocations(&self) -> u64 {
        self.revocations.load(Ordering::Relaxed)
    }

    pub(crate) fn logins(&self, account: Option<usize>) -> u64 {
        let count = account.map_or(self.logins.last(), |account| self.logins.get(account));
        count.map_or(0, |count| count.load(Ordering::Relaxed))
    }

    /// One line of JSON. It contains no login.
    pub(crate) fn json(&self) -> String {
        let logins: Vec<String> = self.logins.iter().map(|count| count.load(Ordering::Relaxed).to_string()).collect();
        format!(
            "{{\"requests\":{},\"secrets_in_url\":{},\"credentials_elsewhere\":{},\"refreshes\":{},\"revocations\":{},\
             \"logins\":[{}]}}\n",
            self.requests(),
            self.secrets_in_url(),
            self.credentials_elsewhere(),
            self.refreshes(),
            self.revocations(),
            logins.join(",")
        )
    }
}
