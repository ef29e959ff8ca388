//! All scenarios, one table per file.

mod accounts;
mod bodies;
mod errors;
mod invalid;
mod oauth2;
mod stalls;
mod tokens;

pub(crate) mod scenario;
pub(crate) mod states;

use std::sync::LazyLock;

use crate::scenarios::scenario::Scenario;

/// Every scenario, in the order of `--list`.
pub fn scenarios() -> &'static [Scenario] {
    static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
        let of_both = [errors::TABLE, tokens::TABLE, accounts::TABLE, invalid::TABLE, stalls::TABLE].concat();
        [of_both, oauth2::tables()].concat()
    });
    &ALL
}

pub(crate) fn find(name: &str) -> Option<&'static Scenario> {
    scenarios().iter().find(|scenario| scenario.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_fit_a_path() {
        let mut seen = HashSet::new();
        for scenario in scenarios() {
            assert!(seen.insert(scenario.name), "{} twice", scenario.name);
            assert!(
                scenario.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{}",
                scenario.name
            );
            assert!(!scenario.summary.is_empty() && !scenario.summary.contains('\n'));
        }
    }
}
