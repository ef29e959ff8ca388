//! The data that a scenario can use: one request, and the site that received it.

use std::sync::Arc;

use time::OffsetDateTime;

use crate::clock;
use crate::http::request::Request;
use crate::http::response::{JSON, XML};
use crate::random::random_id;
use crate::service::credentials::Credentials;
use crate::service::site::Site;

/// No `Debug`, because it contains credentials.
pub(crate) struct Context {
    pub(crate) request: Request,
    pub(crate) credentials: Credentials,
    pub(crate) site: Arc<Site>,
    pub(crate) now: OffsetDateTime,
    correlation_id: String,
}

impl Context {
    pub(crate) fn new(request: Request, site: &Arc<Site>) -> Context {
        Context {
            credentials: Credentials::check(&request, &site.users),
            request,
            site: Arc::clone(site),
            now: OffsetDateTime::now_utc(),
            correlation_id: random_id(),
        }
    }

    /// The media type of the format that the client prefers.
    pub(crate) fn media_type(&self) -> &'static str {
        match self.request.wants_json {
            true => JSON,
            false => XML,
        }
    }

    /// The consumer key as received. Some responses repeat it.
    pub(crate) fn consumer_key(&self) -> &[u8] {
        self.request.consumer_key.first().map_or(&[], |key| key.as_slice())
    }

    /// The URL that the client used, without a slash at the end.
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
