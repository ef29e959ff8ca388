//! Issues fresh tokens, which the stub knows from then on.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use time::OffsetDateTime;

use crate::clock::{self, ACCESS_LIFETIME, REFRESH_LIFETIME};
use crate::random::{hex, random};
use crate::service::context::Context;
use crate::service::documents::{EXPIRES_IN, Token};
use crate::service::endpoint::Service;
use crate::service::issued::{Holder, Kind};
use crate::service::site::State;

/// Returns an access token of the Native Flow: 20 random bytes in Base64, like real ones, usually valid for a year.
pub(crate) fn native(holder: &Holder, context: &Context) -> Token<'static> {
    let lifetime = context.site.state.orders.lifetime();
    let ends = lifetime.map_or_else(|| clock::year_from(context.now), |lifetime| context.now + lifetime);
    let token = STANDARD.encode(random::<20>());
    context.site.state.issued.add(&token, Service::Native, Kind::Access, holder, Some(ends));
    Token {
        instance_url: Some(format!("{}{}/", context.base_url(), context.site.prefix).into()),
        token: Some(token.into()),
        expiry: Some(clock::expiry(ends).into()),
        refresh_token: None,
        refresh_expiry: None,
    }
}

/// Returns a refresh token of the Native Flow. It does not expire.
pub(crate) fn native_refresh(holder: &Holder, state: &State) -> String {
    let token = format!("{}${}", hex(&random::<3>()), hex(&random::<10>()));
    state.issued.add(&token, Service::Native, Kind::Refresh, holder, None);
    token
}

/// Returns an access token of the OAuth 2.0 service, usually valid for an hour.
pub(crate) fn oauth2(holder: &Holder, context: &Context) -> Token<'static> {
    let token = format!("eyJhbGciOiJub25lIn0.{}.{}", parts::<24>(), parts::<32>());
    let lifetime = context.site.state.orders.lifetime();
    let ends = Some(context.now + lifetime.unwrap_or(ACCESS_LIFETIME));
    context.site.state.issued.add(&token, Service::OAuth2, Kind::Access, holder, ends);
    Token {
        instance_url: Some(context.base_url().into()),
        token: Some(token.into()),
        expiry: Some(lifetime.map_or(EXPIRES_IN.into(), |lifetime| lifetime.whole_seconds().to_string().into())),
        refresh_token: None,
        refresh_expiry: None,
    }
}

/// Returns a refresh token of the OAuth 2.0 service, valid for six months, and its end.
pub(crate) fn oauth2_refresh(holder: &Holder, state: &State) -> (String, OffsetDateTime) {
    // Base64 has characters that must be percent-encoded.
    let (token, ends) = (STANDARD.encode(random::<31>()), state.clock.now() + REFRESH_LIFETIME);
    state.issued.add(&token, Service::OAuth2, Kind::Refresh, holder, Some(ends));
    (token, ends)
}

pub(crate) fn with_refresh_token(token: Token<'static>, holder: &Holder, context: &Context) -> Token<'static> {
    let (refresh_token, ends) = oauth2_refresh(holder, &context.site.state);
    Token {
        refresh_token: Some(refresh_token.into()),
        refresh_expiry: Some(ends.unix_timestamp().to_string().into()),
        ..token
    }
}

fn parts<const N: usize>() -> String {
    URL_SAFE_NO_PAD.encode(random::<N>())
}
