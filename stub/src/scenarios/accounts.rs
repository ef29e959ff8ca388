//! Accounts: the response depends on the requests that came before. Each scenario keeps its state for as long as its stub runs.

use std::collections::HashMap;

use super::bodies::documented;
use super::scenario::{Scenario, Stateful, stateful};
use crate::service::context::Context;
use crate::service::credentials::Found;
use crate::service::documents::refused;
use crate::service::script::Script;

pub(super) const TABLE: &[Scenario] = &[stateful(
    "locks",
    "the documented answer; after three wrong passwords for a login, 403 for its right one too",
    || Box::<Locks>::default(),
)];

/// Concur leaves the number to each company (`loginFailuresAllowed`).
const FAILURES_ALLOWED: u32 = 3;

/// How many wrong passwords have come for each account, by its number in the site.
#[derive(Default)]
struct Locks(HashMap<usize, u32>);

impl Stateful for Locks {
    /// Concur has not documented how a locked account looks: it gets the 403 that all wrong credentials get.
    fn script(&mut self, context: &Context) -> Script {
        let account = context.site.account(&context.credentials.login);
        let failures = account.map(|account| self.0.entry(account).or_default());
        let is_locked = failures.as_ref().is_some_and(|failures| **failures >= FAILURES_ALLOWED);
        if let Some(failures) = failures
            && context.credentials.basic == Found::Wrong
        {
            *failures = failures.saturating_add(1);
        }
        let response = match context.credentials.refusal() {
            Some(status) => refused(status, context),
            None if is_locked => refused(403, context),
            None => documented(context),
        };
        Script::lasting(&response, context)
    }
}
