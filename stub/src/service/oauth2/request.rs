//! The form of a request to the token endpoint. It is the same in every grant.

use crate::http::body::Framing;
use crate::http::form::FORM;
use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::oauth2::refusal::invalid_request;

/// Returns the rejection of a request whose form is wrong.
pub(crate) fn fault(context: &Context) -> Option<Response> {
    let request = &context.request;
    if context.has_secret_in_url() {
        return Some(invalid_request(400, "a secret in the URL", context));
    }
    if request.framing == Framing::Chunks {
        return Some(invalid_request(400, "a body in chunks", context));
    }
    match request.content_type.as_slice() {
        [media_type] if media_type.eq_ignore_ascii_case(FORM.as_bytes()) => {}
        _ => return Some(invalid_request(415, "Content-Type is not application/x-www-form-urlencoded", context)),
    }
    context.form.as_ref().err().map(|fault| invalid_request(400, fault, context))
}
