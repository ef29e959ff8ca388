//! Account scenarios: the response depends on earlier requests. The state of each scenario exists as long as its stub.

use super::bodies::documented;
use super::scenario::{Scenario, Stateful, stateful};
use crate::service::context::Context;
use crate::service::healthy;
use crate::service::lockout::Lockout;
use crate::service::native::rejected;
use crate::service::oauth2::refusal::refused;
use crate::service::script::Script;

pub(super) const TABLE: &[Scenario] = &[stateful(
    "locks",
    "the documented response; after three wrong passwords for a login, 403 (or code 14) for the correct one too",
    || Box::new(Locks(Lockout::after(Some(FAILURES_ALLOWED)))),
)];

const FAILURES_ALLOWED: u32 = 3;

struct Locks(Lockout);

impl Stateful for Locks {
    fn script(&mut self, context: &Context) -> Script {
        let credentials = &context.credentials;
        let is_locked = self.0.attempt(credentials.account, credentials.is_wrong_password());
        let response = match healthy::rejection(context) {
            // Concur documents no response of the Native Flow for a locked account, so it is the one for wrong
            // credentials.
            None if is_locked && !context.is_oauth2() => rejected(403, context),
            _ if is_locked && context.is_oauth2() => refused(14, context),
            Some(rejection) => rejection,
            None => documented(context),
        };
        Script::keep_alive_response(&response, context)
    }
}
