//! The healthy services: the response that a request deserves.

use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::endpoint::Endpoint;
use crate::service::{api, native, oauth2};

/// Returns the response to a request that the service cannot accept, whatever a scenario is about.
pub(crate) fn fault(context: &Context) -> Option<Response> {
    match context.endpoint {
        Endpoint::Token => oauth2::request::fault(context),
        _ => None,
    }
}

/// Returns the response to wrong credentials, at an endpoint that gives tokens.
pub(crate) fn rejection(context: &Context) -> Option<Response> {
    match context.is_oauth2() {
        true => oauth2::grant::grant(context).err(),
        false => native::rejection(context),
    }
}

pub(crate) fn respond(context: &Context) -> Response {
    match context.endpoint {
        Endpoint::NativeToken | Endpoint::NativeRefresh | Endpoint::NativeRevoke => native::respond(context),
        Endpoint::Token => oauth2::grant::respond(context),
        Endpoint::Connections => oauth2::connections::respond(context),
        Endpoint::Api => api::respond(context),
    }
}
