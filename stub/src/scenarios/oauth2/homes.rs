//! Code 16: the user's home is another host. The login is not checked.

use super::super::scenario::{Scenario, of_oauth2, response};
use super::geolocations::odd_case;
use crate::http::response::Response;
use crate::service::context::Context;
use crate::service::oauth2::refusal::refused_with;

pub(super) const TABLE: &[Scenario] = &[
    moved("oauth2-elsewhere", "code 16: the user's home is the elsewhere listener", |context| {
        at(&context.site.elsewhere_url)
    }),
    moved("oauth2-elsewhere-case", "code 16: the elsewhere listener in odd case, with a slash at its end", |context| {
        at(&(odd_case(&context.site.elsewhere_url) + "/"))
    }),
    moved("oauth2-elsewhere-url", "code 16: the elsewhere listener with path and query", |context| {
        at(&format!("{}/Profile/v1/Me?id=1", context.site.elsewhere_url))
    }),
    moved(
        "oauth2-two-hops",
        "code 16: the elsewhere listener as localhost, which responds with code 16 too",
        |context| at(&context.site.elsewhere_url.replace("127.0.0.1", "localhost")),
    ),
    moved("oauth2-elsewhere-here", "code 16: the user's home is the origin that was asked", |context| {
        at(&context.base_url())
    }),
    moved("oauth2-elsewhere-missing", "code 16 without a geolocation", |_| refused_with(16, None)),
    moved("oauth2-elsewhere-empty", "code 16: the geolocation is empty", |_| at("")),
    moved("oauth2-elsewhere-garbled", "code 16: the geolocation is no URL", |_| at("us2 api\r\nX-Injected: yes")),
    moved("oauth2-elsewhere-http", "code 16: the elsewhere listener over http", |context| {
        at(&context.site.elsewhere_url.replace("https:", "http:"))
    }),
    moved("oauth2-elsewhere-user-info", "code 16: the elsewhere listener with user and password", |context| {
        at(&context.site.elsewhere_url.replace("://", "://user:password@"))
    }),
    moved("oauth2-elsewhere-concur", "code 16: a host of Concur, which is not the stub's", |_| {
        at("https://us2.api.concursolutions.com")
    }),
    moved("oauth2-elsewhere-port", "code 16: a host of Concur with port 8443", |_| {
        at("https://us2.api.concursolutions.com:8443")
    }),
    moved("oauth2-elsewhere-host", "code 16: another host", |_| at("https://login.example")),
    moved("oauth2-elsewhere-address", "code 16: an IP address", |_| at("https://203.0.113.7")),
    moved("oauth2-elsewhere-suffix", "code 16: concursolutions.com.evil.example", |_| {
        at("https://concursolutions.com.evil.example")
    }),
    moved("oauth2-elsewhere-label", "code 16: evilconcursolutions.com", |_| at("https://evilconcursolutions.com")),
    moved("oauth2-elsewhere-concur-user", "code 16: a host of Concur as the user of another host", |_| {
        at("https://us2.api.concursolutions.com@evil.example")
    }),
];

const fn moved(name: &'static str, summary: &'static str, play: fn(&Context) -> Response) -> Scenario {
    of_oauth2(response(name, summary, play))
}

fn at(geolocation: &str) -> Response {
    refused_with(16, Some(geolocation))
}
