//! The healthy Native Flow: a token, its refresh and its revocation.

use crate::http::body::Framing;
use crate::http::response::Response;
use crate::service::bearer::bearer;
use crate::service::context::Context;
use crate::service::credentials::Found;
use crate::service::documents::{Token, error};
use crate::service::endpoint::{Endpoint, Service};
use crate::service::issued::{Holder, Kind};
use crate::service::issuing;

/// Returns the response to a request that cannot get a token: the format, login or application is wrong. Whether a
/// refresh token is valid is not checked.
pub(crate) fn rejection(context: &Context) -> Option<Response> {
    let credentials = &context.credentials;
    let status = match context.endpoint {
        Endpoint::NativeRefresh if context.form.is_err() => Some(400),
        Endpoint::NativeRefresh if context.parameter("refresh_token").is_empty() => Some(400),
        Endpoint::NativeRefresh => match credentials.key {
            Found::Missing => Some(400),
            Found::Ok => None,
            _ => Some(403),
        },
        _ => {
            let is_wrong = credentials.is_wrong_password();
            let is_locked = context.site.state.accounts.lockout().attempt(credentials.account, is_wrong);
            // Concur does not document the response for a locked account, so it is the one for wrong credentials.
            credentials.rejection().or(is_locked.then_some(403))
        }
    };
    status.map(|status| rejected(status, context))
}

/// The response of the healthy service.
pub(crate) fn respond(context: &Context) -> Response {
    if context.endpoint == Endpoint::NativeRevoke {
        return revoke(context);
    }
    if let Some(rejection) = rejection(context) {
        return rejection;
    }
    let token = match context.endpoint {
        Endpoint::NativeRefresh => refreshed(context),
        _ => {
            let key = String::from_utf8_lossy(context.consumer_key()).into_owned();
            let holder = Holder { key, account: context.credentials.account };
            let refresh_token = Some(issuing::native_refresh(&holder, &context.site.state).into());
            Some(Token { refresh_token, ..issuing::native(&holder, context) })
        }
    };
    match token {
        Some(token) => Response::new(200, context.media_type(), token.document(context)),
        None => rejected(403, context),
    }
}

/// A new access token. The refresh token stays valid and is not repeated.
fn refreshed(context: &Context) -> Option<Token<'static>> {
    let issued = &context.site.state.issued;
    let holder = issued.holder(context.parameter("refresh_token"), Service::Native, Kind::Refresh, context.now)?;
    (holder.key.as_bytes() == context.consumer_key()).then(|| issuing::native(&holder, context))
}

/// Revokes one token (`token`), or all tokens of a user for the application (`consumerKey` or `client_id`, and `user`).
/// The bearer may revoke its own tokens; a Web Services Administrator, those of others.
fn revoke(context: &Context) -> Response {
    let (request, state) = (&context.request, &context.site.state);
    if request.framing == Framing::Chunks || !request.is_framed || context.form.is_err() {
        return rejected(400, context);
    }
    let Some(bearer) = bearer(request)
        .filter(|it| it.service == Service::Native)
        .and_then(|it| state.issued.holder(it.token, Service::Native, Kind::Access, context.now))
    else {
        return rejected(if request.authorization.is_empty() { 401 } else { 403 }, context);
    };
    let is_administrator = bearer.account.and_then(|it| state.accounts.get(it)).is_some_and(|it| it.is_administrator());
    let may_revoke = |owner: &Holder| is_administrator || *owner == bearer;
    let (token, user) = (context.parameter("token"), context.parameter("user"));
    let key =
        [context.parameter("consumerKey"), context.parameter("client_id")].into_iter().find(|key| !key.is_empty());
    match (token, user, key) {
        ([_, ..], [], None) => match state.issued.holder(token, Service::Native, Kind::Access, context.now) {
            Some(owner) if may_revoke(&owner) => state.issued.revoke(token),
            _ => return rejected(403, context),
        },
        ([], [_, ..], Some(key)) => {
            let owner = Holder { key: String::from_utf8_lossy(key).into_owned(), account: state.accounts.number(user) };
            match owner.account.is_some() && may_revoke(&owner) {
                true => state.issued.revoke_all(&owner, Service::Native, None),
                false => return rejected(403, context),
            }
        }
        _ => return rejected(400, context),
    }
    Response::empty(200)
}

/// Wrong login, password and key have the same message, as in Concur.
pub(crate) fn rejected(status: u16, context: &Context) -> Response {
    let message = match status {
        400 => "The request is badly formed.",
        401 => "Authorization header is missing.",
        _ => "Access is denied for the given credentials.",
    };
    error(status, message, context)
}
