//! Concur's API, behind a token: `/api/v3.0/…`. It accepts a token in its own scheme, while it is valid.

use crate::http::response::{JSON, Response};
use crate::service::bearer::bearer;
use crate::service::context::Context;
use crate::service::documents::error;
use crate::service::endpoint::Service;
use crate::service::issued::Kind;

/// Responds with an empty list. A token of the Native Flow that is not valid gets 403, one of OAuth 2.0 gets 401.
pub(crate) fn respond(context: &Context) -> Response {
    let Some(bearer) = bearer(&context.request) else {
        return unauthorized(context);
    };
    let issued = &context.site.state.issued;
    match (issued.holder(bearer.token, bearer.service, Kind::Access, context.now), bearer.service) {
        (Some(_), _) => Response::new(200, JSON, "{\"Items\":[],\"NextPage\":null}\n"),
        (None, Service::Native) => error(403, "The token has expired or was revoked.", context),
        (None, Service::OAuth2) => unauthorized(context),
    }
}

pub(crate) fn unauthorized(context: &Context) -> Response {
    error(401, "The token is missing or not valid.", context).challenge("Bearer")
}
