//! Forms of a token response of the OAuth 2.0 service.

use super::super::bodies::{documented_json, ok};
use super::super::scenario::{Scenario, granting, of_oauth2, response};
use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::documents::{EXPIRES_IN, REFRESH_EXPIRES_IN};
use crate::service::endpoint::Endpoint;
use crate::service::healthy;
use crate::service::oauth2::grant::{Rotation, respond_with};

pub(super) const TABLE: &[Scenario] = &[
    form("oauth2-number", "expires_in is a number", |context| {
        ok(documented_json(context).replace(&format!("\"{EXPIRES_IN}\""), EXPIRES_IN), context)
    }),
    form("oauth2-expiry-zero", "expires_in: 0", |context| expiring("0", context)),
    form("oauth2-expiry-negative", "expires_in: -3600", |context| expiring("-3600", context)),
    form("oauth2-expiry-fraction", "expires_in: 3599.5", |context| expiring("3599.5", context)),
    form("oauth2-expiry-null", "expires_in: null", |context| expiring("null", context)),
    form("oauth2-expiry-ten-years", "expires_in: 315360001, a second more than ten years", |context| {
        expiring("315360001", context)
    }),
    form("oauth2-expiry-huge", "expires_in: a number of 40 digits", |context| expiring(&"9".repeat(40), context)),
    form("oauth2-refresh-expiry-string", "refresh_expires_in is a string", |context| {
        refresh_expiring(&format!("\"{REFRESH_EXPIRES_IN}\""), context)
    }),
    form("oauth2-refresh-expiry-past", "refresh_expires_in: a time in 2018", |context| {
        refresh_expiring("1517039403", context)
    }),
    form("oauth2-refresh-expiry-huge", "refresh_expires_in: a number of 40 digits", |context| {
        refresh_expiring(&"9".repeat(40), context)
    }),
    form("oauth2-refresh-expiry-missing", "without refresh_expires_in", |context| {
        let member = format!("\"refresh_expires_in\":{REFRESH_EXPIRES_IN},");
        ok(documented_json(context).replace(&member, ""), context)
    }),
    form("oauth2-token-type", "token_type: bEARER", |context| {
        ok(documented_json(context).replace("\"Bearer\"", "\"bEARER\""), context)
    }),
    form("oauth2-token-type-other", "token_type: MAC", |context| {
        ok(documented_json(context).replace("\"Bearer\"", "\"MAC\""), context)
    }),
    form("oauth2-token-type-missing", "without token_type", |context| {
        ok(documented_json(context).replace("\"token_type\":\"Bearer\",", ""), context)
    }),
    form("oauth2-upper-case", "names in upper case, which are other names", |context| {
        let document = documented_json(context);
        ok(document.replace("access_token", "ACCESS_TOKEN").replace("refresh_token", "REFRESH_TOKEN"), context)
    }),
    form("oauth2-nested", "the token inside another object", |context| {
        ok(format!("{{\"result\":{}}}", documented_json(context)), context)
    }),
    of_oauth2(response(
        "oauth2-refresh-repeated",
        "a refresh repeats the refresh token, which stays valid",
        |context| rotating(Rotation::Repeated, context),
    )),
    of_oauth2(response(
        "oauth2-refresh-omitted",
        "a refresh returns no refresh token; the old one stays valid",
        |context| rotating(Rotation::Omitted, context),
    )),
];

const fn form(name: &'static str, summary: &'static str, play: fn(&Context) -> Response) -> Scenario {
    of_oauth2(granting(response(name, summary, play)))
}

/// The healthy service, except that a refresh ends in another way.
fn rotating(rotation: Rotation, context: &Context) -> Response {
    match context.endpoint {
        Endpoint::Token => respond_with(rotation, context),
        _ => healthy::respond(context),
    }
}

/// `value` is JSON.
fn expiring(value: &str, context: &Context) -> Response {
    ok(documented_json(context).replace(&format!("\"{EXPIRES_IN}\""), value), context)
}

/// `value` is JSON.
fn refresh_expiring(value: &str, context: &Context) -> Response {
    ok(documented_json(context).replace(REFRESH_EXPIRES_IN, value), context)
}
