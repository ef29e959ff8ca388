//! What an answer to a token request means: a token, or why there is none.

use http::{HeaderMap, Response, StatusCode, Uri};
use zeroize::Zeroizing;

use super::document::{Document, Element, decode};
use super::words::harmless;
use super::{BaseUrl, Credentials, expiry, retry};
use crate::body::Body;
use crate::cause::Cause;
use crate::error::{Code, Error};
use crate::line::one_line;
use crate::secret::Secret;
use crate::token::Token;

/// Reads the answer to a token request.
///
/// What counts, in this order: a redirect or a missing endpoint is that, whatever its body; a web page is never a refused
/// login, whatever its status; a token that can be read is handed out; then the status speaks. The texts of Concur's error
/// messages are not known, so no decision depends on one.
pub(crate) fn read_token(response: &Response<Body>, sent: &Credentials<'_>) -> Result<Token, Error> {
    let answer = Answer { status: response.status(), headers: response.headers(), sent };
    let Body { bytes, cut } = response.body();
    let text = match is_compressed(response.headers()) {
        true => Zeroizing::default(),
        false => decode(bytes),
    };
    let document = Document::parse(&text);

    if answer.status.is_redirection() {
        return Err(answer.failure(answer.redirect(), &document));
    }
    if matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::GONE) {
        let gone = Error::new(Cause::EndpointGone).detail(format_args!("HTTP {}", answer.status.as_u16()));
        return Err(answer.failure(gone, &document));
    }
    if let Document::WebPage(_) = document {
        let later = answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS;
        let page = Error::new(if later { Cause::WebPageUnavailable } else { Cause::WebPage });
        return Err(answer.failure(page.detail(format_args!("HTTP {}", answer.status.as_u16())), &document));
    }
    if !answer.status.is_success() {
        return Err(answer.failure(refusal(answer.status), &document));
    }
    let unreadable = match (token(&document), cut) {
        (_, Some(cut)) if cut.code() == Code::TooLarge => cut.clone(),
        (Ok(token), _) => return Ok(token),
        // What is missing is missing because the rest never came.
        (Err(_), Some(cut)) => cut.clone(),
        (Err(unreadable), None) => unreadable,
    };
    Err(answer.failure(answer.error_in_success(unreadable, &document), &document))
}

/// What is known of an answer beside its body.
struct Answer<'a> {
    status: StatusCode,
    headers: &'a HeaderMap,
    sent: &'a Credentials<'a>,
}

impl Answer<'_> {
    /// Completes an error with everything that the server said.
    fn failure(&self, error: Error, document: &Document<'_>) -> Error {
        let words = server_message(document);
        let correlation_id = self
            .header("concur-correlationid")
            .map(str::to_owned)
            .or_else(|| error_element(document)?.child("Id").map(|id| id.text().expose().to_owned()))
            .unwrap_or_default();
        error.retry_after(retry::asked_pause(self.headers)).answered(
            self.status.as_u16(),
            harmless(&correlation_id, self.sent),
            harmless(words.expose(), self.sent),
        )
    }

    /// A redirect, with the host that it leads to and nothing else of its address, which may hold anything.
    fn redirect(&self) -> Error {
        let target = self.header("location").and_then(|location| location.parse::<Uri>().ok());
        let detail = match target.as_ref().and_then(Uri::host) {
            Some(host) => format!("HTTP {} to {}", self.status.as_u16(), harmless(host, self.sent)),
            None => format!("HTTP {}", self.status.as_u16()),
        };
        Error::new(Cause::Redirected).detail(detail)
    }

    /// A success without a token: an error envelope in it (both official clients look for one), or `unreadable`.
    fn error_in_success(&self, unreadable: Error, document: &Document<'_>) -> Error {
        if is_compressed(self.headers) {
            return Cause::Compressed.into();
        }
        if error_element(document).is_none() {
            return unreadable;
        }
        let status = document.find("StatusCode").and_then(|element| element.text().expose().parse::<StatusCode>().ok());
        match status {
            Some(status) if !status.is_success() => refusal(status),
            _ => Cause::RefusedWithoutStatus.into(),
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What a status that is neither a success nor a redirect means (Concur: "HTTP Codes", and the official SDK's live tests
/// for 403).
fn refusal(status: StatusCode) -> Error {
    let detail = format!("HTTP {}", status.as_u16());
    match status.as_u16() {
        400 => Cause::BadRequest.into(),
        401 => Cause::NoLoginArrived.into(),
        403 => Cause::Denied.into(),
        404 | 410 => Error::new(Cause::EndpointGone).detail(detail),
        429 => Cause::Busy.into(),
        503 => Cause::Maintenance.into(),
        500..600 => Error::new(Cause::ServerFailed).detail(detail),
        _ => Error::new(Cause::UnexpectedStatus).detail(detail),
    }
}

/// The token of a document. Only the token itself is needed: an expiry that cannot be read never loses it.
fn token(document: &Document<'_>) -> Result<Token, Error> {
    let envelope = match document {
        Document::Empty => return Err(Cause::NoBody.into()),
        Document::Unreadable(error) => return Err(error.clone()),
        _ => document.find("Access_Token").ok_or(Cause::NoToken)?,
    };
    let text = |name| envelope.child(name).map(|element: Element<'_, '_>| element.text()).unwrap_or_default();
    let value = text("Token");
    if value.expose().is_empty() {
        return Err(Cause::NoToken.into());
    }
    // It goes into a header of every later request: a line end in it would forge another header.
    if !value.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Cause::BadToken.into());
    }
    let date = text("Expiration_Date");
    let refresh = text("Refresh_Token");
    let refresh = if refresh.expose().contains(char::is_control) { Secret::default() } else { refresh };
    let instance = text("Instance_Url");
    Ok(Token::new("OAuth", value.expose())
        .with_refresh_token(refresh)
        .with_expiry(expiry::unix_seconds(date.expose()), one_line(date.expose()))
        .with_instance_url(trustworthy(instance.expose())))
}

/// An instance URL that a token may be sent to, or nothing.
fn trustworthy(url: &str) -> String {
    match BaseUrl::parse(url) {
        Ok(_) => url.to_owned(),
        Err(_) => String::new(),
    }
}

/// The error envelope: `Error` anywhere, or the outermost element when it has a `Message` of its own.
fn error_element<'d, 'a>(document: &'d Document<'a>) -> Option<Element<'d, 'a>> {
    document.find("Error").or_else(|| document.root().filter(|root| root.child("Message").is_some()))
}

/// The server's words, as they are.
fn server_message(document: &Document<'_>) -> Secret {
    match document {
        Document::WebPage(title) => Secret::concat(&[title]),
        Document::Text(text) => Secret::concat(&[text]),
        _ => match error_element(document) {
            Some(error) => error.child("Message").map(|message| message.text()).unwrap_or_else(|| error.text()),
            None => Secret::default(),
        },
    }
}

fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get("content-encoding").is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}
