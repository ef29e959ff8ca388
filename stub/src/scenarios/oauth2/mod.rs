//! Scenarios of the OAuth 2.0 service only.

mod codes;
mod geolocations;
mod homes;
mod tokens;

use super::scenario::Scenario;

pub(super) fn tables() -> Vec<Scenario> {
    [codes::TABLE, tokens::TABLE, geolocations::TABLE, homes::TABLE].concat()
}
