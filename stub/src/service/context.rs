//! The data that a scenario can use: one request, and the site that received it.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::clock;
use crate::http::form::{Form, FormFault};
use crate::http::request::Request;
use crate::http::response::{JSON, XML};
use crate::random::random_id;
use crate::service::credentials::Credentials;
use crate::service::endpoint::{Endpoint, Service};
use crate::service::site::Site;

/// Parameters that a URL must not contain, except where the Native Flow requires it.
const SECRETS: &[&str] = &["client_secret", "password", "username", "refresh_token", "token", "access_token"];

/// The format of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// The Native Flow's default.
    Xml,
    /// The Native Flow's, if the client prefers it.
    Json,
    /// The only one of the OAuth 2.0 service.
    OAuth2,
}

/// No `Debug`, because it contains credentials.
pub(crate) struct Context {
    pub(crate) request: Request,
    pub(crate) endpoint: Endpoint,
    /// The parameters, from the body or from the query, as the endpoint requires.
    pub(crate) form: Result<Form, FormFault>,
    pub(crate) credentials: Credentials,
    pub(crate) site: Arc<Site>,
    pub(crate) now: OffsetDateTime,
    correlation_id: String,
}

impl Context {
    pub(crate) fn new(request: Request, endpoint: Endpoint, site: &Arc<Site>) -> Context {
        let form = match endpoint {
            Endpoint::Token => request.body.bytes().map_or(Err("the body is longer than 64 KiB"), Form::parse),
            Endpoint::NativeRefresh | Endpoint::NativeRevoke => Form::parse(request.query().as_bytes()),
            Endpoint::NativeToken | Endpoint::Connections | Endpoint::Api => Ok(Form::default()),
        };
        let accounts = &site.state.accounts;
        let credentials = match (endpoint, &form) {
            (Endpoint::NativeToken, _) => Credentials::of_headers(&request, accounts),
            (_, Ok(form)) => Credentials::of_form(form, accounts),
            (_, Err(_)) => Credentials::missing(),
        };
        Context {
            request,
            endpoint,
            form,
            credentials,
            site: Arc::clone(site),
            now: site.state.clock.now(),
            correlation_id: random_id(),
        }
    }

    pub(crate) fn is_oauth2(&self) -> bool {
        self.endpoint.service() == Some(Service::OAuth2)
    }

    /// The format that the service uses, and the client prefers.
    pub(crate) fn format(&self) -> Format {
        match (self.is_oauth2(), self.request.wants_json) {
            (true, _) => Format::OAuth2,
            (false, true) => Format::Json,
            (false, false) => Format::Xml,
        }
    }

    /// The media type of the format.
    pub(crate) fn media_type(&self) -> &'static str {
        match self.format() {
            Format::Json | Format::OAuth2 => JSON,
            Format::Xml => XML,
        }
    }

    /// A parameter of the request; empty if it is missing.
    pub(crate) fn parameter(&self, name: &str) -> &[u8] {
        self.form.as_ref().ok().and_then(|form| form.get(name)).unwrap_or_default()
    }

    /// A query that cannot be parsed may contain anything.
    pub(crate) fn has_secret_in_url(&self) -> bool {
        match self.endpoint {
            Endpoint::NativeRefresh | Endpoint::NativeRevoke => false,
            _ => Form::parse(self.request.query().as_bytes()).map_or(true, |query| query.has_any(SECRETS)),
        }
    }

    /// The consumer key or client id as received. Some responses repeat it.
    pub(crate) fn consumer_key(&self) -> &[u8] {
        match self.endpoint {
            Endpoint::NativeToken => self.request.consumer_key.first().map_or(&[], |key| key.as_slice()),
            _ => self.parameter("client_id"),
        }
    }

    /// The URL that the client used, without its path.
    pub(crate) fn base_url(&self) -> String {
        self.site.url_for(&self.request.host)
    }

    /// Returns whether the connection may stay open after a response that allows it.
    pub(crate) fn may_keep_open(&self) -> bool {
        self.site.keep_alive && !self.request.wants_close
    }

    /// The headers at the start of every response.
    pub(crate) fn headers(&self) -> [(&'static str, String); 2] {
        [("Date", clock::http_date(self.now)), ("Concur-Correlationid", self.correlation_id.clone())]
    }
}

#[cfg(test)]
impl Context {
    /// A request for a token of the Native Flow.
    pub(crate) fn demo(request: Request) -> Context {
        Context::new(request, Endpoint::NativeToken, &Site::demo())
    }
}
