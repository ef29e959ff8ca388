//! Each documented error code, and errors without one.

use super::super::scenario::{Scenario, of_oauth2, response};
use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::oauth2::refusal::{invalid_request, refused, refused_with, refused_without_code};

pub(super) const TABLE: &[Scenario] = &[
    code("oauth2-code-5", "code 5: wrong credentials, or wrong client id or secret", |context| refused(5, context)),
    code("oauth2-code-19", "code 19: wrong credentials", |context| refused(19, context)),
    code("oauth2-code-100", "code 100: wrong credentials", |context| refused(100, context)),
    code("oauth2-code-61", "code 61: wrong client", |context| refused(61, context)),
    code("oauth2-code-64", "code 64: wrong client", |context| refused(64, context)),
    code("oauth2-code-10", "code 10: account disabled", |context| refused(10, context)),
    code("oauth2-code-11", "code 11: account disabled", |context| refused(11, context)),
    code("oauth2-code-12", "code 12: logon denied", |context| refused(12, context)),
    code("oauth2-code-13", "code 13: logon denied", |context| refused(13, context)),
    code("oauth2-code-14", "code 14: account locked", |context| refused(14, context)),
    code("oauth2-code-20", "code 20: denied by IP restriction", |context| refused(20, context)),
    code("oauth2-code-21", "code 21: single sign-on only", |context| refused(21, context)),
    code("oauth2-code-53", "code 53: company not enabled for the client", |context| refused(53, context)),
    code("oauth2-code-59", "code 59: client disabled", |context| refused(59, context)),
    code("oauth2-code-60", "code 60: grant not enabled for the application", |context| refused(60, context)),
    code("oauth2-code-54", "code 54: scope", |context| refused(54, context)),
    code("oauth2-code-107", "code 107: refresh not allowed for the application", |context| refused(107, context)),
    code("oauth2-code-108", "code 108: refresh token bad or expired", |context| refused(108, context)),
    code("oauth2-code-123", "code 123: principal disabled", |context| refused(123, context)),
    code("oauth2-code-136", "code 136: request token was not issued for this client", |context| refused(136, context)),
    code("oauth2-code-134", "code 134: company under maintenance", |context| refused(134, context)),
    code("oauth2-code-139", "code 139: password must be changed", |context| refused(139, context)),
    code("oauth2-code-51", "code 51: malformed request", |context| refused(51, context)),
    code("oauth2-code-52", "code 52: malformed request", |context| refused(52, context)),
    code("oauth2-code-62", "code 62: malformed request", |context| refused(62, context)),
    code("oauth2-code-63", "code 63: malformed request", |context| refused(63, context)),
    code("oauth2-code-65", "code 65: malformed request", |context| refused(65, context)),
    code("oauth2-code-106", "code 106: malformed request", |context| refused(106, context)),
    code("oauth2-code-120", "code 120: malformed request", |context| refused(120, context)),
    code("oauth2-code-135", "code 135: malformed request", |context| refused(135, context)),
    code("oauth2-code-unknown", "code 9999, error invalid_grant", |context| refused(9999, context)),
    code("oauth2-error", "400, error invalid_grant without a code", |context| {
        refused_without_code(400, "invalid_grant", "Refused without a code.", context)
    }),
    code("oauth2-error-client", "401, error invalid_client without a code", |context| {
        refused_without_code(401, "invalid_client", "Refused without a code.", context)
    }),
    code("oauth2-error-request", "400, error invalid_request without a code", |context| {
        invalid_request(400, "Refused without a code.", context)
    }),
    code("oauth2-error-scope", "400, error invalid_scope without a code", |context| {
        refused_without_code(400, "invalid_scope", "Refused without a code.", context)
    }),
    code("oauth2-error-grant-type", "400, error unsupported_grant_type without a code", |context| {
        refused_without_code(400, "unsupported_grant_type", "Refused without a code.", context)
    }),
    code("oauth2-error-unknown", "403, an unknown error without a code", |context| {
        refused_without_code(403, "other_error", "Refused without a code.", context)
    }),
    code("oauth2-error-echo", "400, the description repeats login, password and client id", |context| {
        let [login, client, secret] = ["username", "client_id", "password"].map(|it| lossy(context.parameter(it)));
        refused_without_code(400, "invalid_grant", &format!("{login} {secret} of {client} is wrong."), context)
    }),
    code("oauth2-code-without-geolocation", "code 5 without a geolocation", |_| refused_with(5, None)),
];

const fn code(name: &'static str, summary: &'static str, play: fn(&Context) -> Response) -> Scenario {
    of_oauth2(response(name, summary, play))
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
