//! Counts wrong passwords and locks accounts.

use std::collections::HashMap;

/// Wrong passwords for each account, by the account's number in the site.
pub(crate) struct Lockout {
    /// In Concur each company sets this number (`loginFailuresAllowed`). `None`: no account is ever locked.
    allowed: Option<u32>,
    failures: HashMap<usize, u32>,
}

impl Lockout {
    pub(crate) fn after(allowed: Option<u32>) -> Lockout {
        Lockout { allowed, failures: HashMap::new() }
    }

    /// Counts a wrong password. Returns whether the account was locked before this attempt.
    pub(crate) fn attempt(&mut self, account: Option<usize>, is_wrong: bool) -> bool {
        let Some(account) = account else { return false };
        let failures = self.failures.entry(account).or_default();
        let was_locked = self.allowed.is_some_and(|allowed| *failures >= allowed);
        if is_wrong {
            *failures = failures.saturating_add(1);
        }
        was_locked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_is_locked_after_the_allowed_number_of_wrong_passwords() {
        let mut lockout = Lockout::after(Some(2));
        let mut attempts = |account, wrong: [bool; 5]| wrong.map(|wrong| lockout.attempt(account, wrong));
        assert_eq!(attempts(Some(0), [true, false, true, false, true]), [false, false, false, true, true]);
        assert_eq!(attempts(Some(1), [false, true, false, false, false]), [false; 5]);
        assert_eq!(attempts(None, [true; 5]), [false; 5]);
        let mut never = Lockout::after(None);
        assert_eq!([true; 5].map(|wrong| never.attempt(Some(0), wrong)), [false; 5]);
    }
}
