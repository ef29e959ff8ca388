//! The errors of the OAuth 2.0 service: Concur's codes, and the name and status that go with each.

use crate::http::response::{JSON, Response};
use crate::service::context::Context;
use crate::service::documents::json_text;

/// Returns the `error` (RFC 6749, 5.2) and the status of a code. Concur documents the statuses 400, 401, 403 and 404,
/// but not which code has which.
fn form_of(code: u32) -> (&'static str, u16) {
    match code {
        51 | 52 | 62 | 63 | 65 | 106 | 120 | 135 => ("invalid_request", 400),
        54 => ("invalid_scope", 400),
        59 | 61 | 64 => ("invalid_client", 401),
        53 | 60 | 107 => ("unauthorized_client", 403),
        20 | 21 | 134 => ("invalid_grant", 403),
        _ => ("invalid_grant", 400),
    }
}

/// Refuses with a code, and names the stub itself as geolocation.
pub(crate) fn refused(code: u32, context: &Context) -> Response {
    refused_with(code, Some(&context.base_url()))
}

/// `geolocation` is written as JSON text.
pub(crate) fn refused_with(code: u32, geolocation: Option<&str>) -> Response {
    let (error, status) = form_of(code);
    response(status, Some(code), error, &format!("Refused with code {code}."), geolocation)
}

/// Refuses a request without a code.
pub(crate) fn invalid_request(status: u16, description: &str, context: &Context) -> Response {
    refused_without_code(status, "invalid_request", description, context)
}

pub(crate) fn refused_without_code(status: u16, error: &str, description: &str, context: &Context) -> Response {
    response(status, None, error, description, Some(&context.base_url()))
}

fn response(status: u16, code: Option<u32>, error: &str, description: &str, geolocation: Option<&str>) -> Response {
    let code = code.map(|code| format!("\"code\":{code},")).unwrap_or_default();
    let geolocation = geolocation.map(|url| format!(",\"geolocation\":\"{}\"", json_text(url))).unwrap_or_default();
    let document =
        format!("{{{code}\"error\":\"{error}\",\"error_description\":\"{}\"{geolocation}}}", json_text(description));
    Response::new(status, JSON, document)
}
