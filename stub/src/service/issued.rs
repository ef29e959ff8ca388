//! The tokens that a stub has issued: to which user and application, until when, and whether they were revoked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use crate::service::endpoint::Service;

/// A stub that runs for long forgets its oldest tokens.
const MAX_TOKENS: usize = 16 * 1024;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Access,
    Refresh,
}

/// Owner of a token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// Consumer key or client id.
    pub(crate) key: String,
    /// The account's number in the site; `None` for the token of an application.
    pub(crate) account: Option<usize>,
}

struct Entry {
    service: Service,
    kind: Kind,
    holder: Holder,
    /// `None`: does not expire.
    ends: Option<OffsetDateTime>,
    is_revoked: bool,
}

#[derive(Default)]
struct Tokens {
    entries: HashMap<Vec<u8>, Entry>,
    by_age: VecDeque<Vec<u8>>,
}

#[derive(Default)]
pub(crate) struct Issued(Mutex<Tokens>);

impl Issued {
    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, token: &str, service: Service, kind: Kind, holder: &Holder, ends: Option<OffsetDateTime>) {
        let mut tokens = self.tokens();
        if tokens.entries.len() >= MAX_TOKENS
            && let Some(oldest) = tokens.by_age.pop_front()
        {
            tokens.entries.remove(&oldest);
        }
        let token = token.as_bytes().to_vec();
        tokens.by_age.push_back(token.clone());
        tokens.entries.insert(token, Entry { service, kind, holder: holder.clone(), ends, is_revoked: false });
    }

    /// Returns the holder of a token that is valid at `now`.
    pub(crate) fn holder(&self, token: &[u8], service: Service, kind: Kind, now: OffsetDateTime) -> Option<Holder> {
        self.tokens().valid(token, service, kind, now).map(|entry| entry.holder.clone())
    }

    /// Returns the holder of a valid refresh token, and revokes the token: of two requests with it, one succeeds.
    pub(crate) fn spend(
        &self,
        token: &[u8],
        service: Service,
        now: OffsetDateTime,
        is_entitled: impl Fn(&Holder) -> bool,
    ) -> Option<Holder> {
        let mut tokens = self.tokens();
        let entry = tokens.valid(token, service, Kind::Refresh, now).filter(|entry| is_entitled(&entry.holder))?;
        entry.is_revoked = true;
        Some(entry.holder.clone())
    }

    pub(crate) fn revoke(&self, token: &[u8]) {
        if let Some(entry) = self.tokens().entries.get_mut(token) {
            entry.is_revoked = true;
        }
    }

    /// Revokes all tokens of a kind, or of both, that the holder has from a service.
    pub(crate) fn revoke_all(&self, holder: &Holder, service: Service, kind: Option<Kind>) {
        for entry in self.tokens().entries.values_mut() {
            let is_meant = kind.is_none_or(|kind| kind == entry.kind);
            if is_meant && entry.service == service && entry.holder == *holder {
                entry.is_revoked = true;
            }
        }
    }
}

impl Tokens {
    fn valid(&mut self, token: &[u8], service: Service, kind: Kind, now: OffsetDateTime) -> Option<&mut Entry> {
        self.entries.get_mut(token).filter(|entry| {
            let has_ended = entry.is_revoked || entry.ends.is_some_and(|ends| ends <= now);
            entry.service == service && entry.kind == kind && !has_ended
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-01-01 00:00:00 UTC);

    fn holder(account: usize) -> Holder {
        Holder { key: "k".to_owned(), account: Some(account) }
    }

    fn issued() -> Issued {
        let issued = Issued::default();
        let hour = Some(NOW + Duration::hours(1));
        issued.add("a", Service::OAuth2, Kind::Access, &holder(1), hour);
        issued.add("r", Service::OAuth2, Kind::Refresh, &holder(1), None);
        issued.add("n", Service::Native, Kind::Access, &holder(1), hour);
        issued.add("b", Service::OAuth2, Kind::Refresh, &holder(2), None);
        issued
    }

    fn valid(issued: &Issued, now: OffsetDateTime) -> String {
        let kinds = [("a", Service::OAuth2, Kind::Access), ("r", Service::OAuth2, Kind::Refresh)];
        let more = [("n", Service::Native, Kind::Access), ("b", Service::OAuth2, Kind::Refresh)];
        let all = kinds.into_iter().chain(more);
        all.filter(|(token, service, kind)| issued.holder(token.as_bytes(), *service, *kind, now).is_some())
            .map(|(token, ..)| token)
            .collect()
    }

    #[test]
    fn token_is_valid_for_its_service_and_kind_until_it_expires() {
        let issued = issued();
        assert_eq!(valid(&issued, NOW), "arnb");
        assert_eq!(valid(&issued, NOW + Duration::minutes(59)), "arnb");
        assert_eq!(valid(&issued, NOW + Duration::minutes(60)), "rb");
        assert!(issued.holder(b"a", Service::Native, Kind::Access, NOW).is_none());
        assert!(issued.holder(b"a", Service::OAuth2, Kind::Refresh, NOW).is_none());
        assert!(issued.holder(b"x", Service::OAuth2, Kind::Access, NOW).is_none());
        assert!(issued.holder(b"a", Service::OAuth2, Kind::Access, NOW) == Some(holder(1)));
    }

    #[test]
    fn refresh_token_is_spent_once_by_its_owner() {
        let issued = issued();
        let spend = |is_entitled| issued.spend(b"r", Service::OAuth2, NOW, |_| is_entitled).is_some();
        assert_eq!([spend(false), spend(true), spend(true)], [false, true, false]);
        assert!(issued.spend(b"a", Service::OAuth2, NOW, |_| true).is_none());
        assert_eq!(valid(&issued, NOW), "anb");
    }

    #[test]
    fn tokens_are_revoked_singly_or_by_holder() {
        let issued = issued();
        issued.revoke(b"n");
        assert_eq!(valid(&issued, NOW), "arb");
        issued.revoke_all(&holder(1), Service::OAuth2, Some(Kind::Refresh));
        assert_eq!(valid(&issued, NOW), "ab");
        issued.revoke_all(&holder(1), Service::OAuth2, None);
        assert_eq!(valid(&issued, NOW), "b");
    }

    #[test]
    fn oldest_token_is_forgotten() {
        let issued = issued();
        for number in 0..MAX_TOKENS - 3 {
            issued.add(&number.to_string(), Service::Native, Kind::Refresh, &holder(3), None);
        }
        assert_eq!(valid(&issued, NOW), "rnb");
        assert_eq!(issued.tokens().entries.len(), MAX_TOKENS);
    }
}
