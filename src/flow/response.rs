//! Reads the part of a response that is the same for every service: redirects, missing endpoints, web pages, statuses.

use std::time::SystemTime;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode, Uri};

use super::service::Outcome;
use crate::error::{Cause, Code, Error};
use crate::message::{Answer, Body, Document, Endpoint, decode, requested_pause};
use crate::origin::{HostPort, Origin};
use crate::redact::Redactor;
use crate::secret::Secret;

/// The documents of one service, and their meaning.
pub(super) trait Documents {
    /// Whether the document has a form that the service uses.
    fn has_form(&self, document: &Document<'_>) -> bool;
    /// Whether it has a form that only another service uses.
    fn is_of_other_service(&self, document: &Document<'_>) -> bool;
    /// Returns the meaning of a document that alone decides, whatever the status.
    fn decided(&self, response: &Response<'_>) -> Option<Result<Outcome, Error>>;
    /// Returns the meaning of a success.
    fn success(&self, response: &Response<'_>) -> Result<Outcome, Error>;
    /// Returns the cause for a status that has a meaning of its own for this request. `is_of_service`: the document has
    /// a form that the service uses.
    fn refusal(&self, status: StatusCode, is_of_service: bool) -> Option<Cause>;
    /// Returns the cause if the service is not at this address.
    fn gone(&self) -> Cause;
    /// Returns the server's error text unchanged.
    fn message(&self, document: &Document<'_>) -> Option<Secret>;
    /// Returns the identification of an error.
    fn id(&self, document: &Document<'_>) -> Option<Secret>;
    /// Returns the service's error number.
    fn number(&self, document: &Document<'_>) -> Option<i32>;
    /// Returns the cause to report for a cause that may be about a login: see [`super::service::Ask::cause`].
    fn of_ask(&self, cause: Cause) -> Cause;
    /// Returns sentences that help after a rejected login. `host` rejected it.
    fn advice(&self, host: &str) -> Vec<String>;
    /// Makes the redactor that removes everything that was sent from the server's error text. Made on demand, because
    /// most successes do not need it.
    fn redactor(&self) -> Redactor;
}

/// Reads a response.
///
/// Checked in this order: a redirect counts, whatever the body. Then a document that alone decides. Then a missing
/// endpoint and status 407. A web page is never a rejected login, whatever its status. The texts of Concur's error
/// messages are unknown, so no decision depends on one.
pub(super) fn read(answer: &Answer, endpoint: &Endpoint, documents: &dyn Documents) -> Result<Outcome, Error> {
    let Answer { response, came } = answer;
    let Body { bytes, cut } = response.body();
    let text = decode(response.headers(), bytes);
    let mut document = Document::parse(&text);
    // The headers alone do not decide: some proxies decompress a body and keep its headers.
    let is_compressed = names_compression(response.headers())
        && matches!(document, Document::Empty | Document::Text(_) | Document::Unreadable(_));
    if is_compressed {
        document = Document::Empty;
    }
    let (status, headers) = (response.status(), response.headers());
    let response =
        Response { status, headers, came: came.wall, is_compressed, document, cut: cut.as_ref(), endpoint, documents };
    match response.meaning() {
        Ok(Outcome::AskAt { origin, refusal }) => Ok(Outcome::AskAt { origin, refusal: response.failure(refusal) }),
        Err(error) => Err(response.failure(error)),
        outcome => outcome,
    }
}

/// A response, as its reader sees it.
pub(super) struct Response<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    /// The time of this machine at which it was received.
    pub(super) came: SystemTime,
    /// The body cannot be read, because it is compressed.
    pub(super) is_compressed: bool,
    pub(super) document: Document<'a>,
    /// The reason why the body is truncated, if it is.
    pub(super) cut: Option<&'a Error>,
    endpoint: &'a Endpoint,
    documents: &'a dyn Documents,
}

impl Response<'_> {
    fn meaning(&self) -> Result<Outcome, Error> {
        if self.is_redirect() {
            return Err(self.redirect());
        }
        if let Some(meaning) = self.documents.decided(self) {
            return meaning;
        }
        let cause = match self.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => self.documents.gone(),
            // With or without a page.
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => Cause::ProxyAsks,
            status if self.is_page() => page(status),
            status if status.is_success() => return self.documents.success(self),
            status => self.documents.refusal(status, self.is_of_concur()).unwrap_or_else(|| refusal(status)),
        };
        Err(Error::new(cause).detail(self.status_text()))
    }

    /// Adds to an error the address, everything that the server sent, and advice about a rejected login.
    fn failure(&self, error: Error) -> Error {
        let message = self.server_message();
        let correlation_id = self
            .headers
            .get("concur-correlationid")
            .map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned())
            .or_else(|| self.documents.id(&self.document).map(|id| id.expose().to_owned()))
            .unwrap_or_default();
        let redactor = self.redactor();
        let error = error
            .map_cause(|cause| self.documents.of_ask(cause))
            .at(self.endpoint.place())
            .retry_after(requested_pause(self.headers, self.came));
        let error = error.numbered(self.documents.number(&self.document)).answered(
            self.status.as_u16(),
            redactor.sanitize(&correlation_id),
            redactor.sanitize(message.expose()),
        );
        if error.code() != Code::Denied {
            return error;
        }
        let advice = self.documents.advice(&self.endpoint.origin.place.host);
        advice.iter().fold(error, |error, sentence| error.advise(sentence))
    }

    pub(super) fn redactor(&self) -> Redactor {
        self.documents.redactor()
    }

    /// Whether the body is a web page: decided by its content, or by its Content-Type if the content is inconclusive.
    fn is_page(&self) -> bool {
        match self.document {
            Document::WebPage(_) => true,
            // An empty page is not a page. A compressed body was not examined.
            Document::Empty if !self.is_compressed => false,
            _ => {
                let called_html = self
                    .headers
                    .get(CONTENT_TYPE)
                    .is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/html"));
                called_html && !self.documents.has_form(&self.document)
            }
        }
    }

    /// Whether a response has a form that Concur documents for the service, and requests no Windows authentication.
    fn is_of_concur(&self) -> bool {
        let challenges = self.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|challenge| challenge.to_str().ok());
        let mut schemes = challenges.flat_map(|challenge| challenge.split([',', ' ']));
        let is_of_windows = |scheme: &str| ["Negotiate", "NTLM"].iter().any(|other| scheme.eq_ignore_ascii_case(other));
        self.documents.has_form(&self.document)
            && !self.documents.is_of_other_service(&self.document)
            && !schemes.any(is_of_windows)
    }

    /// 300 and 304 have no target; 305 and 306 are obsolete (RFC 9110, section 15.4).
    fn is_redirect(&self) -> bool {
        matches!(self.status.as_u16(), 301..=303 | 307 | 308)
    }

    pub(super) fn status_text(&self) -> String {
        format!("HTTP {}", self.status.as_u16())
    }

    /// Reports a redirect with the target's origin. The rest of the address is left out, because it may contain anything.
    fn redirect(&self) -> Error {
        let location = self.headers.get(LOCATION).and_then(|location| location.to_str().ok()).unwrap_or_default();
        let detail = match redirect_target(location, &self.endpoint.origin) {
            Some(origin) if origin == *self.endpoint.origin => {
                format!("{} to another path of the same host", self.status_text())
            }
            Some(origin) => format!("{} to {}", self.status_text(), self.redactor().sanitize(&origin.to_string())),
            None => self.status_text(),
        };
        Error::new(Cause::Redirected).detail(detail)
    }

    /// Returns the server's error text unchanged, but nothing that may contain a token.
    fn server_message(&self) -> Secret {
        match self.document {
            Document::WebPage(title) => Secret::concat(&[title]),
            // A token response that a proxy has damaged is also text.
            Document::Text(text) if self.status.is_success() || text.to_ascii_lowercase().contains("token") => {
                Secret::default()
            }
            Document::Text(text) => Secret::concat(&[text]),
            _ => self.documents.message(&self.document).unwrap_or_default(),
        }
    }
}

/// Returns the origin of the target of a redirect from `from`; `None` if it has none that is valid. A target without a
/// scheme is relative (RFC 3986, section 4.2).
fn redirect_target(location: &str, from: &Origin) -> Option<Origin> {
    let scheme = if from.is_https { "https" } else { "http" };
    let absolute = match location.find([':', '/', '?', '#']).and_then(|end| location.get(end..)) {
        // Browsers read a backslash as a slash.
        _ if location.is_empty() || location.contains('\\') => return None,
        Some(rest) if rest.starts_with(':') => location.to_owned(),
        _ if location.starts_with("//") => format!("{scheme}:{location}"),
        _ => return Some(from.clone()),
    };
    let uri = absolute.parse::<Uri>().ok()?;
    let is_https = match uri.scheme_str()? {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    // Without a user name.
    let place = uri.authority()?.as_str().rsplit('@').next()?;
    let place = HostPort::parse(place, Origin::default_port(is_https)).ok()?;
    Some(Origin { is_https, place })
}

/// Returns the cause for a status that is neither a success nor a redirect (Concur: "HTTP Codes").
pub(super) fn refusal(status: StatusCode) -> Cause {
    match status.as_u16() {
        400 => Cause::BadRequest,
        401 | 403 => Cause::RefusedByEither,
        404 | 410 => Cause::EndpointGone,
        407 => Cause::ProxyAsks,
        429 => Cause::Busy,
        503 => Cause::Maintenance,
        // RFC 6585: a login portal intercepts the connection.
        511 => Cause::WebPage,
        408 | 500..600 => Cause::ServerFailed,
        _ => Cause::UnexpectedStatus,
    }
}

/// Returns the cause for a web page.
fn page(status: StatusCode) -> Cause {
    match status.as_u16() {
        // A gateway may have replaced Concur's rejection by this page.
        400 | 401 | 403 => Cause::WebPageRefusal,
        511 => Cause::WebPage,
        429 | 500..600 => Cause::WebPageUnavailable,
        _ => Cause::WebPage,
    }
}

/// Whether the text may be sent in a header: a line break would forge another header.
pub(super) fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether the headers name a compressing coding. With any other name, such as `UTF-8` or `none`, the body is read
/// unchanged.
fn names_compression(headers: &HeaderMap) -> bool {
    const COMPRESSING: [&str; 7] = ["gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress"];
    headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .flat_map(|codings| codings.as_bytes().split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|coding| COMPRESSING.iter().any(|known| coding.eq_ignore_ascii_case(known.as_bytes())))
}
