//! `POST /oauth2/v0/token`: the grants, and the token for each.

use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::credentials::Found;
use crate::service::documents::Token;
use crate::service::endpoint::Service;
use crate::service::issued::{Holder, Kind};
use crate::service::issuing;
use crate::service::oauth2::refusal::{invalid_request, refused, refused_with, refused_without_code};
use crate::service::place::Place;

/// A request whose client and login are correct. Whether a refresh token is valid is not checked yet.
pub(crate) enum Grant {
    Password(Holder),
    Refresh,
    Application(Holder),
}

/// The refresh token after a refresh.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// A new one; the old one is revoked.
    New,
    /// The response repeats the old one, which stays valid.
    Repeated,
    /// The response has none; the old one stays valid.
    Omitted,
}

/// Checks the parameters.
pub(crate) fn grant(context: &Context) -> Result<Grant, Response> {
    let credentials = &context.credentials;
    match credentials.key {
        Found::Ok => {}
        Found::Missing => return Err(invalid_request(400, "client_id or client_secret is missing", context)),
        _ => return Err(refused(61, context)),
    }
    let missing = |what| Err(invalid_request(400, what, context));
    match context.parameter("grant_type") {
        b"" => missing("grant_type is missing"),
        b"password" => password(context).map(Grant::Password),
        b"refresh_token" if context.parameter("refresh_token").is_empty() => missing("refresh_token is missing"),
        b"refresh_token" => Ok(Grant::Refresh),
        b"client_credentials" => Ok(Grant::Application(holder(context, None))),
        _ => Err(refused_without_code(400, "unsupported_grant_type", "The grant type is unknown.", context)),
    }
}

/// The response of the healthy service.
pub(crate) fn respond(context: &Context) -> Response {
    respond_with(Rotation::New, context)
}

pub(crate) fn respond_with(rotation: Rotation, context: &Context) -> Response {
    let token = match grant(context) {
        Ok(Grant::Password(holder)) => issuing::with_refresh_token(issuing::oauth2(&holder, context), &holder, context),
        Ok(Grant::Application(holder)) => issuing::oauth2(&holder, context),
        Ok(Grant::Refresh) => match refreshed(rotation, context) {
            Some(token) => token,
            None => return refused(108, context),
        },
        Err(refusal) => return refusal,
    };
    Response::new(200, context.media_type(), token.document(context))
}

fn password(context: &Context) -> Result<Holder, Response> {
    if !matches!(context.parameter("credtype"), b"" | b"password" | b"authtoken") {
        return Err(invalid_request(400, "credtype is unknown", context));
    }
    let credentials = &context.credentials;
    if credentials.basic == Found::Missing {
        return Err(invalid_request(400, "username or password is missing", context));
    }
    if let Some(url) = home_elsewhere(context) {
        return Err(refused_with(16, Some(&url)));
    }
    let accounts = &context.site.state.accounts;
    let is_locked = accounts.lockout().attempt(credentials.account, credentials.is_wrong_password());
    let is_request_token = context.parameter("credtype") == b"authtoken";
    match credentials.basic {
        _ if is_locked => Err(refused(14, context)),
        _ if is_request_token && context.site.state.request_tokens_have_expired() => Err(refused(5, context)),
        Found::Ok => Ok(holder(context, credentials.account)),
        _ => Err(refused(5, context)),
    }
}

/// Returns the geolocation of users who live at the other origin. Under the name `localhost`, the port of the other
/// origin is the first of two hops: it names itself by its address.
fn home_elsewhere(context: &Context) -> Option<String> {
    let site = &context.site;
    let is_first_hop = site.place == Place::Elsewhere && context.request.host.starts_with("localhost:");
    let home = if is_first_hop { Some(Place::Elsewhere) } else { site.state.accounts.home() };
    let is_here = home.is_none_or(|home| home == site.place) && !is_first_hop;
    (!is_here).then(|| home.map_or_else(String::new, |home| site.url_of(home).to_owned()))
}

fn refreshed(rotation: Rotation, context: &Context) -> Option<Token<'static>> {
    let issued = &context.site.state.issued;
    let sent = context.parameter("refresh_token");
    let is_own = |holder: &Holder| holder.key.as_bytes() == context.consumer_key();
    let holder = match rotation {
        Rotation::New => issued.spend(sent, Service::OAuth2, context.now, is_own)?,
        Rotation::Repeated | Rotation::Omitted => {
            issued.holder(sent, Service::OAuth2, Kind::Refresh, context.now).filter(is_own)?
        }
    };
    let token = issuing::oauth2(&holder, context);
    Some(match rotation {
        Rotation::New => issuing::with_refresh_token(token, &holder, context),
        Rotation::Repeated => Token { refresh_token: Some(String::from_utf8_lossy(sent).into_owned().into()), ..token },
        Rotation::Omitted => token,
    })
}

fn holder(context: &Context, account: Option<usize>) -> Holder {
    Holder { key: String::from_utf8_lossy(context.consumer_key()).into_owned(), account }
}
