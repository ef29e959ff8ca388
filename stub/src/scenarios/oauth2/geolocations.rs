//! Spellings of the geolocation in a token response.

use std::borrow::Cow;

use super::super::bodies::with;
use super::super::scenario::{Scenario, granting, of_oauth2, response};
use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::documents::Token;

pub(super) const TABLE: &[Scenario] = &[
    form("oauth2-geolocation-case", "the geolocation in odd case, with a slash at its end", |context| {
        located(odd_case(&context.base_url()) + "/", context)
    }),
    form("oauth2-geolocation-url", "the geolocation is a URL with path, query and fragment", |context| {
        located(format!("{}/Profile/v1/Me?id=1#top", context.base_url()), context)
    }),
    form("oauth2-geolocation-elsewhere", "the geolocation is the elsewhere listener", |context| {
        located(context.site.elsewhere_url.clone(), context)
    }),
    form("oauth2-geolocation-concur", "the geolocation is a host of Concur", |context| {
        located("https://us2.api.concursolutions.com".to_owned(), context)
    }),
    form("oauth2-geolocation-foreign", "the geolocation is another host", |context| {
        located("https://login.example".to_owned(), context)
    }),
    form("oauth2-geolocation-suffix", "the geolocation is concursolutions.com.evil.example", |context| {
        located("https://concursolutions.com.evil.example".to_owned(), context)
    }),
    form("oauth2-geolocation-user-info", "the geolocation has a user before the stub's host", |context| {
        located(context.base_url().replacen("://", "://user@", 1), context)
    }),
    form("oauth2-geolocation-empty", "the geolocation is empty", |context| located(String::new(), context)),
    form("oauth2-geolocation-host", "the geolocation has no scheme", |context| {
        located(context.base_url().replacen("https://", "", 1), context)
    }),
];

const fn form(name: &'static str, summary: &'static str, play: fn(&Context) -> Response) -> Scenario {
    of_oauth2(granting(response(name, summary, play)))
}

fn located(url: String, context: &Context) -> Response {
    with(Token { instance_url: Some(Cow::Owned(url)), ..Token::documented(context) }, context)
}

/// Every second letter in upper case.
pub(super) fn odd_case(url: &str) -> String {
    let odd = |(place, letter): (usize, char)| if place % 2 == 0 { letter.to_ascii_uppercase() } else { letter };
    url.chars().enumerate().map(odd).collect()
}
