//! Account scenarios: the response depends on earlier requests. The state of each scenario exists as long as its stub.

use std::collections::HashMap;

use super::bodies::documented;
use super::scenario::{Scenario, Stateful, stateful};
use crate::service::context::Context;
use crate::service::credentials::Found;
use crate::service::documents::rejected;
use crate::service::script::Script;

pub(super) const TABLE: &[Scenario] = &[stateful(
    "locks",
    "the documented response; after three wrong passwords for a login, 403 for the correct one too",
    || Box::<Locks>::default(),
)];

/// In Concur each company sets this number (`loginFailuresAllowed`).
const FAILURES_ALLOWED: u32 = 3;

/// Number of wrong passwords for each account, by the account's number in the site.
#[derive(Default)]
struct Locks(HashMap<usize, u32>);

impl Stateful for Locks {
    /// Concur does not document the response for a locked account, so it is the 403 for wrong credentials.
    fn script(&mut self, context: &Context) -> Script {
        let account = context.site.account(&context.credentials.login);
        let failures = account.map(|account| self.0.entry(account).or_default());
        let is_locked = failures.as_ref().is_some_and(|failures| **failures >= FAILURES_ALLOWED);
        if let Some(failures) = failures
            && context.credentials.basic == Found::Wrong
        {
            *failures = failures.saturating_add(1);
        }
        let response = match context.credentials.rejection() {
            Some(status) => rejected(status, context),
            None if is_locked => rejected(403, context),
            None => documented(context),
        };
        Script::keep_alive_response(&response, context)
    }
}
