//! `DELETE /app-mgmt/v0/connections`: ends all refresh tokens of the bearer for its application.

use crate::http::response::Response;
use crate::service::api;
use crate::service::bearer::bearer;
use crate::service::context::Context;
use crate::service::endpoint::Service;
use crate::service::issued::Kind;

pub(crate) fn respond(context: &Context) -> Response {
    let issued = &context.site.state.issued;
    let bearer = bearer(&context.request).filter(|bearer| bearer.service == Service::OAuth2);
    match bearer.and_then(|it| issued.holder(it.token, it.service, Kind::Access, context.now)) {
        Some(holder) => {
            issued.revoke_all(&holder, Service::OAuth2, Some(Kind::Refresh));
            Response::empty(200)
        }
        None => api::unauthorized(context),
    }
}
