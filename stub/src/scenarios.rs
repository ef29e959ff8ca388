//! The table of everything that can happen to a client. An entry is a name, a sentence, and what is done.

mod errors;
mod not_answers;
mod stalls;
mod tokens;

use std::fmt;
use std::sync::LazyLock;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::script::Script;

/// One way to answer, chosen by its name in the path: `/scenario/<name>/net2/oauth2/accesstoken.ashx`.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// The name in the path.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Whether wrong credentials are refused first, as the healthy service does.
    pub(crate) checks_credentials: bool,
    pub(crate) play: Play,
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario").field("name", &self.name).field("summary", &self.summary).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Play {
    Answer(fn(&Ask) -> Answer),
    Script(fn(&Ask) -> Script),
    /// On the silent listener; a path cannot choose it, for the path is inside TLS.
    OwnPort,
}

pub(crate) const SILENCE_AFTER_ACCEPT: &str = "silence-after-accept";

/// Every scenario, in the order of `--list`.
pub fn scenarios() -> &'static [Scenario] {
    static ALL: LazyLock<Vec<Scenario>> =
        LazyLock::new(|| [errors::TABLE, tokens::TABLE, not_answers::TABLE, stalls::TABLE].concat());
    &ALL
}

pub(crate) fn find(name: &str) -> Option<&'static Scenario> {
    scenarios().iter().find(|scenario| scenario.name == name)
}

/// An entry that is one HTTP answer.
const fn answer(name: &'static str, summary: &'static str, play: fn(&Ask) -> Answer) -> Scenario {
    Scenario { name, summary, checks_credentials: false, play: Play::Answer(play) }
}

/// An entry that is told step by step.
const fn script(name: &'static str, summary: &'static str, play: fn(&Ask) -> Script) -> Scenario {
    Scenario { name, summary, checks_credentials: false, play: Play::Script(play) }
}

/// An entry that answers with a token, if the credentials are right.
const fn granting(scenario: Scenario) -> Scenario {
    Scenario { checks_credentials: true, ..scenario }
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
