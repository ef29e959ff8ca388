//! What an answer to a token request means: a token, or why there is none.

use http::{HeaderMap, Response, StatusCode, Uri};
use zeroize::Zeroizing;

use super::document::{Document, Element, decode};
use super::sanitize::Redactor;
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
        let gone = Error::new(Cause::EndpointGone).detail(answer.status_text());
        return Err(answer.failure(gone, &document));
    }
    if answer.is_page(&document) {
        let later = answer.status.is_server_error() || answer.status == StatusCode::TOO_MANY_REQUESTS;
        let page = Error::new(if later { Cause::WebPageUnavailable } else { Cause::WebPage });
        return Err(answer.failure(page.detail(answer.status_text()), &document));
    }
    if !answer.status.is_success() {
        return Err(answer.failure(refusal(answer.status).detail(answer.status_text()), &document));
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
        let words = self.server_message(document);
        let correlation_id = self
            .headers
            .get("concur-correlationid")
            .map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned())
            .or_else(|| error_element(document)?.child("Id").map(|id| id.text().expose().to_owned()))
            .unwrap_or_default();
        error.retry_after(retry::asked_pause(self.headers)).answered(
            self.status.as_u16(),
            self.harmless(&correlation_id),
            self.harmless(words.expose()),
        )
    }

    /// What the server says, without an echo of what was sent. Made when it is needed: a success has no use for it.
    fn harmless(&self, text: &str) -> String {
        Redactor::of(self.sent).sanitize(text)
    }

    /// A page for people: by its content, or, where that tells nothing, by what the server calls it.
    fn is_page(&self, document: &Document<'_>) -> bool {
        match document {
            Document::WebPage(_) => true,
            // An empty page is no page, but what is compressed was not looked at.
            Document::Empty if !is_compressed(self.headers) => false,
            _ => {
                let called_html = self
                    .headers
                    .get("content-type")
                    .is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"text/html"));
                called_html && document.find("Access_Token").is_none() && error_element(document).is_none()
            }
        }
    }

    fn status_text(&self) -> String {
        format!("HTTP {}", self.status.as_u16())
    }

    /// A redirect, with the host that it leads to and nothing else of its address, which may hold anything.
    fn redirect(&self) -> Error {
        let location = self.headers.get("location").and_then(|location| location.to_str().ok());
        let target = location.and_then(|location| location.parse::<Uri>().ok());
        let detail = match target.as_ref().and_then(Uri::host) {
            Some(host) => format!("{} to {}", self.status_text(), self.harmless(host)),
            None => self.status_text(),
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
            Some(status) if !status.is_success() => {
                refusal(status).detail(format_args!("{}, {} inside", self.status_text(), status.as_u16()))
            }
            _ => Error::new(Cause::RefusedWithoutStatus).detail(self.status_text()),
        }
    }

    /// The server's words, as they are; nothing of what may hold a token.
    fn server_message(&self, document: &Document<'_>) -> Secret {
        match document {
            Document::WebPage(title) => Secret::concat(&[title]),
            // A token answer that something on the way has garbled is text too.
            Document::Text(text) if self.status.is_success() || text.to_ascii_lowercase().contains("token") => {
                Secret::default()
            }
            Document::Text(text) => Secret::concat(&[text]),
            _ => match error_element(document) {
                Some(error) => error.child("Message").map(|message| message.text()).unwrap_or_else(|| error.text()),
                None => Secret::default(),
            },
        }
    }
}

/// What a status that is neither a success nor a redirect means (Concur: "HTTP Codes", and the official SDK's live tests
/// for 403).
fn refusal(status: StatusCode) -> Error {
    let cause = match status.as_u16() {
        400 => Cause::BadRequest,
        401 => Cause::NoLoginArrived,
        403 => Cause::Denied,
        404 | 410 => Cause::EndpointGone,
        407 => Cause::ProxyAsks,
        429 => Cause::Busy,
        503 => Cause::Maintenance,
        // RFC 6585: a login portal stands in the way.
        511 => Cause::WebPage,
        408 | 500..600 => Cause::ServerFailed,
        _ => Cause::UnexpectedStatus,
    };
    cause.into()
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
    if !is_visible(&value) {
        return Err(Cause::BadToken.into());
    }
    let date = text("Expiration_Date");
    let refresh = text("Refresh_Token");
    let refresh = if is_visible(&refresh) { refresh } else { Secret::default() };
    let instance = text("Instance_Url");
    Ok(Token::new("OAuth", value.expose())
        .with_refresh_token(refresh)
        .with_expiry(expiry::unix_seconds(date.expose()), one_line(date.expose()))
        .with_instance_url(trustworthy(instance.expose())))
}

fn is_visible(text: &Secret) -> bool {
    text.expose().bytes().all(|byte| byte.is_ascii_graphic())
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

fn is_compressed(headers: &HeaderMap) -> bool {
    headers
        .get_all("content-encoding")
        .iter()
        .flat_map(|codings| codings.as_bytes().split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii)
        .any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use http::Response;
    use proptest::prelude::*;

    use super::read_token;
    use crate::body::Body;
    use crate::cause::Cause;
    use crate::error::{Code, Error};
    use crate::flow::Credentials;
    use crate::token::Token;

    const DOCUMENTED: &str = r#"<?xml version="1.0"?>
<Access_Token>
    <Instance_Url>https://www.concursolutions.com/</Instance_Url>
    <Token>fdjhk2382kwkajsklwe8i3932kslswl</Token>
    <Expiration_date>6/1/2014 8:00:00 AM</Expiration_date>
    <Refresh_Token>8ew$sefhj7s62ns94376nsjd62s</Refresh_Token>
</Access_Token>"#;
    const PAGE: &str = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
    const ERROR: &str = "<Error><Message>No.</Message><Server-Time>x</Server-Time><Id>id-7</Id></Error>";

    fn sent() -> Credentials<'static> {
        Credentials::new("kEy12345", "john@example.com", "secret!1").unwrap()
    }

    fn read(status: u16, headers: &[(&str, &str)], body: &[u8], cut: Option<Cause>) -> Result<Token, Error> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let body = Body { bytes: body.to_vec().into(), cut: cut.map(Error::new) };
        read_token(&response.body(body).unwrap(), &sent())
    }

    fn answer(status: u16, body: &str) -> Result<Token, Error> {
        read(status, &[], body.as_bytes(), None)
    }

    #[test]
    fn the_documented_answer_is_a_token() {
        let token = answer(200, DOCUMENTED).unwrap();
        assert_eq!(token.value(), "fdjhk2382kwkajsklwe8i3932kslswl");
        assert_eq!(token.scheme(), "OAuth");
        assert_eq!(token.authorization(), "OAuth fdjhk2382kwkajsklwe8i3932kslswl");
        assert_eq!(token.refresh_token(), "8ew$sefhj7s62ns94376nsjd62s");
        assert_eq!(token.instance_url(), "https://www.concursolutions.com/");
        assert_eq!(token.expires_at(), Some(1_401_609_600));
        assert_eq!(token.expiration_date(), "6/1/2014 8:00:00 AM");
    }

    #[test]
    fn only_the_token_is_needed() {
        for (body, expires_at) in [
            ("<Access_Token><Token>t</Token></Access_Token>", None),
            (
                "<x:access_token xmlns:x='u'><x:EXPIRATION_DATE>soon</x:EXPIRATION_DATE><x:TOKEN> t </x:TOKEN></x:access_token>",
                None,
            ),
            (
                "<Access_Token><Error/><Token>t</Token><Expiration_date>6/1/2014 8:00:00 AM</Expiration_date></Access_Token>",
                Some(1_401_609_600),
            ),
            (
                "\u{feff} {\"access_token\":{\"TOKEN\":\"t\",\"Instance_URL\":\"http://h/\",\"Refresh_Token\":\"a\\nb\"}}",
                None,
            ),
            ("{\"Access_Token\":{\"Token\":\"t\",\"Expiration_date\":null,\"Instance_Url\":[]}}", None),
        ] {
            let token = answer(200, body).unwrap();
            assert_eq!(token.value(), "t", "{body}");
            assert_eq!(token.expires_at(), expires_at, "{body}");
            assert_eq!(token.instance_url(), "", "{body}");
            assert_eq!(token.refresh_token(), "", "{body}");
        }
    }

    #[test]
    fn every_status_of_the_protocol_has_its_code() {
        for (status, body, code) in [
            (200, ERROR, Code::Denied),
            (200, "{\"Error\":{\"Message\":\"m\"}}", Code::Denied),
            (200, "<R><StatusCode>503</StatusCode><Content><Error/></Content></R>", Code::Maintenance),
            (200, "<R><StatusCode>200</StatusCode><Error/></R>", Code::Denied),
            (200, "<R><StatusCode>many</StatusCode><Error/></R>", Code::Denied),
            (200, "", Code::Malformed),
            (204, "", Code::Malformed),
            (200, "OK", Code::Malformed),
            (200, PAGE, Code::NotConcur),
            (302, DOCUMENTED, Code::Redirected),
            (304, "", Code::Redirected),
            (400, ERROR, Code::ServerError),
            (401, ERROR, Code::Denied),
            (402, ERROR, Code::Malformed),
            (403, ERROR, Code::Denied),
            (403, DOCUMENTED, Code::Denied),
            (403, "", Code::Denied),
            (403, "<broken", Code::Denied),
            (403, PAGE, Code::NotConcur),
            (404, ERROR, Code::EndpointGone),
            (404, PAGE, Code::EndpointGone),
            (410, "", Code::EndpointGone),
            (407, PAGE, Code::NotConcur),
            (407, "", Code::ProxyDenied),
            (408, "", Code::ServerError),
            (418, ERROR, Code::Malformed),
            (429, ERROR, Code::Busy),
            (429, PAGE, Code::NotConcur),
            (500, ERROR, Code::ServerError),
            (502, "", Code::ServerError),
            (503, ERROR, Code::Maintenance),
            (503, PAGE, Code::NotConcur),
            (504, "", Code::ServerError),
            (511, "", Code::NotConcur),
            (599, "", Code::ServerError),
        ] {
            let error = answer(status, body).unwrap_err();
            assert_eq!(error.code(), code, "{status} {body}: {error}");
            assert_eq!(error.http_status(), Some(status));
        }
    }

    #[test]
    fn a_page_is_a_page_whatever_it_begins_with() {
        let html = [("Content-Type", "Text/HTML; charset=utf-8")];
        for body in ["<h1>Blocked</h1>", "<div class='m'>Blocked</div>", "Blocked by policy", "<x>", "{\"a\":1}"] {
            assert_eq!(read(403, &html, body.as_bytes(), None).unwrap_err().code(), Code::NotConcur, "{body}");
        }
        let gzip = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")];
        assert_eq!(read(403, &gzip, b"\x1f\x8b", None).unwrap_err().code(), Code::NotConcur);
        // What Concur says counts, whatever it calls it.
        assert_eq!(read(403, &html, ERROR.as_bytes(), None).unwrap_err().code(), Code::Denied);
        assert_eq!(read(403, &html, b"", None).unwrap_err().code(), Code::Denied);
        assert!(read(200, &html, DOCUMENTED.as_bytes(), None).is_ok());
    }

    #[test]
    fn only_what_may_pass_by_itself_has_a_pause() {
        for (status, body, seconds) in [
            (403, ERROR, None),
            (401, ERROR, None),
            (400, ERROR, None),
            (200, ERROR, None),
            (404, "", None),
            (302, "", None),
            (200, PAGE, None),
            (403, PAGE, None),
            (407, "", None),
            (200, "", None),
            (429, ERROR, Some(60)),
            (429, PAGE, Some(300)),
            (503, PAGE, Some(300)),
            (503, ERROR, Some(300)),
            (500, "", Some(300)),
            (408, "", Some(300)),
        ] {
            let pause = answer(status, body).unwrap_err().pause();
            assert_eq!(pause.map(|pause| pause.as_secs()), seconds, "{status} {body}");
        }
    }

    #[test]
    fn the_server_is_quoted_whatever_the_form_of_its_error() {
        for body in [
            "<Error><Message>No.</Message></Error>",
            "<Error xmlns='urn:x'><MESSAGE>No.</MESSAGE></Error>",
            "<Error><Message><Text>No.</Text></Message></Error>",
            "<Error>No.</Error>",
            "<R><Content><Error><Message>No.</Message></Error></Content></R>",
            "{\"Error\":{\"Message\":\"No.\"}}",
            "{\"Message\":\"No.\"}",
            "{\"Content\":{\"Error\":{\"Message\":\"No.\"}}}",
            "{\"error\":\"No.\"}",
            "No.",
        ] {
            assert_eq!(answer(403, body).unwrap_err().server_message(), "No.", "{body}");
        }
    }

    #[test]
    fn a_garbled_token_answer_is_not_quoted() {
        let lost = format!("dd\r\n{DOCUMENTED}\r\n0\r\n");
        for (status, body) in [(200, lost.as_str()), (500, &lost), (200, "T0k3n="), (403, "access_token=T0k3n")] {
            let error = answer(status, body).unwrap_err();
            assert_eq!(error.server_message(), "", "{status}");
            assert!(!error.message().contains("fdjhk") && !error.message().contains("T0k3n"));
        }
        assert!(answer(200, &format!("\u{feff}\u{feff}\u{200b} {DOCUMENTED}\0")).is_ok());
    }

    #[test]
    fn no_answer_takes_the_parser_long() {
        let declared: String = (0..4000).map(|n| format!(" xmlns:n{n}='u'")).collect();
        let attributes: String = (0..8000).map(|n| format!(" a{n}=''")).collect();
        for body in [format!("<a{declared}>{}</a>", "<b xmlns='q'/>".repeat(2000)), format!("<a{attributes}/>")] {
            assert!(answer(200, &body).unwrap_err().message().contains("too many attributes"));
        }
    }

    #[test]
    fn the_correlation_id_is_kept() {
        let header = [("Concur-Correlationid", "id-1")];
        assert_eq!(read(403, &header, ERROR.as_bytes(), None).unwrap_err().correlation_id(), "id-1");
        assert_eq!(answer(403, ERROR).unwrap_err().correlation_id(), "id-7", "the Id of the error, without the header");
        assert_eq!(answer(403, "").unwrap_err().correlation_id(), "");
        let forged = [("Concur-Correlationid", "john@example.com")];
        assert_eq!(
            read(403, &forged, b"", None).unwrap_err().correlation_id(),
            "[withheld: the answer repeats a credential]"
        );
    }

    #[test]
    fn a_body_that_ends_early_loses_neither_a_refusal_nor_a_token() {
        let cut = || Some(Cause::Disconnected);
        assert!(read(200, &[], DOCUMENTED.as_bytes(), cut()).is_ok());
        let half = &DOCUMENTED.as_bytes()[..DOCUMENTED.len() / 2];
        assert_eq!(read(200, &[], half, cut()).unwrap_err().code(), Code::Disconnected);
        assert_eq!(read(200, &[], b"", Some(Cause::TimedOut)).unwrap_err().code(), Code::Timeout);
        assert_eq!(read(403, &[], b"<Err", cut()).unwrap_err().code(), Code::Denied);
        let too_large = Some(Cause::BodyTooLarge);
        assert_eq!(read(200, &[], DOCUMENTED.as_bytes(), too_large).unwrap_err().code(), Code::TooLarge);
    }

    #[test]
    fn a_redirect_names_the_host_and_nothing_else_of_its_address() {
        for (location, end) in [
            ("https://other.test/a?token=1", "HTTP 302 to other.test"),
            ("https://john.example.com/", "HTTP 302 to [withheld: the answer repeats a credential]"),
            ("/login", "HTTP 302"),
            ("\u{fc}", "HTTP 302"),
        ] {
            let error = read(302, &[("Location", location)], b"", None).unwrap_err();
            assert!(error.message().ends_with(end), "{error}");
        }
    }

    #[test]
    fn what_is_compressed_is_not_read() {
        let coded = [("Content-Encoding", "gzip")];
        assert!(read(200, &coded, DOCUMENTED.as_bytes(), None).unwrap_err().message().contains("compressed"));
        assert_eq!(read(403, &coded, b"\x1f\x8b", None).unwrap_err().code(), Code::Denied);
        assert!(read(200, &[("Content-Encoding", "Identity")], DOCUMENTED.as_bytes(), None).is_ok());
    }

    #[test]
    fn a_token_that_would_break_a_header_is_refused() {
        for token in ["a&#10;b", "a b", "a&#x7f;", "a\u{fffd}", "ü"] {
            let body = format!("<Access_Token><Token>{token}</Token></Access_Token>");
            assert_eq!(answer(200, &body).unwrap_err().code(), Code::Malformed, "{token}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_breaks_it_or_gives_the_login_away(
            status in 100..600_u16,
            body in "(<Error><Message>|<Access_Token><Token>|\\{\"Message\":\"|<html><title>)?(\\PC|john@example.com|secret!1|<|>|\"){0,12}",
        ) {
            if let Err(error) = answer(status, &body) {
                let all = format!("{error}{}{}", error.server_message(), error.correlation_id());
                prop_assert!(!all.contains("john@example.com") && !all.contains("secret!1"), "{}", all);
                prop_assert!(!all.contains('\n'));
            }
        }
    }
}
