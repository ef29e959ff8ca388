//! The meaning of a response of the Native Flow: a token, the end of a token, or the reason for a failure.

use http::StatusCode;

use super::{envelope, expiry, hosts};
use crate::error::{Cause, Code, Error};
use crate::flow::base_url::BaseUrl;
use crate::flow::response::{Documents, Response, is_visible, refusal};
use crate::flow::service::{Ask, Outcome};
use crate::message::{Document, server_time};
use crate::redact::{Redactor, one_line};
use crate::secret::Secret;
use crate::token::Token;

/// The documents of the Native Flow, as responses to one question.
pub(super) struct Answers<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) client_secret: &'a str,
}

impl Documents for Answers<'_> {
    fn has_form(&self, document: &Document<'_>) -> bool {
        envelope::holds_token(document) || envelope::holds_error(document) || envelope::holds_message(document)
    }

    fn is_of_other_service(&self, document: &Document<'_>) -> bool {
        envelope::is_of_oauth2(document)
    }

    fn decided(&self, _: &Response<'_>) -> Option<Result<Outcome, Error>> {
        None
    }

    /// An error in a success is a failure. Otherwise a token that can be parsed is returned.
    fn success(&self, response: &Response<'_>) -> Result<Outcome, Error> {
        error_in_success(response)?;
        match (self.ask, response.cut) {
            (_, Some(cut)) if cut.code() == Code::TooLarge => Err(cut.clone()),
            // The response is empty.
            (Ask::Revoke { .. }, _) => Ok(Outcome::Revoked),
            (ask, _) => Ok(Outcome::Token { token: token(response, ask)?, untrusted_url: None }),
        }
    }

    fn refusal(&self, status: StatusCode, is_of_service: bool) -> Option<Cause> {
        match (self.ask, status) {
            (Ask::Refresh { .. }, StatusCode::FORBIDDEN) => Some(Cause::RefreshRefused),
            _ if is_of_service => rejection(status),
            _ => None,
        }
    }

    fn gone(&self) -> Cause {
        Cause::EndpointGone
    }

    fn message(&self, document: &Document<'_>) -> Option<Secret> {
        envelope::message(document).ok().flatten()
    }

    fn id(&self, document: &Document<'_>) -> Option<Secret> {
        envelope::id(document).ok().flatten()
    }

    /// The Native Flow has no error numbers.
    fn number(&self, _: &Document<'_>) -> Option<i32> {
        None
    }

    fn of_ask(&self, cause: Cause) -> Cause {
        self.ask.cause(cause)
    }

    fn advice(&self, host: &str) -> Vec<String> {
        match self.ask {
            Ask::Token(credentials) => credentials.advice().into_iter().chain(hosts::advice(host)).collect(),
            _ => Vec::new(),
        }
    }

    fn redactor(&self) -> Redactor {
        self.ask.redactor(self.client_secret)
    }
}

/// Returns the cause for a status that the Native Flow uses for a rejected login (403: the live tests of the official
/// SDK).
fn rejection(status: StatusCode) -> Option<Cause> {
    match status {
        StatusCode::UNAUTHORIZED => Some(Cause::NoLoginArrived),
        StatusCode::FORBIDDEN => Some(Cause::Denied),
        _ => None,
    }
}

/// Finds a failure reported in a success: an error envelope (both official clients check for one), or a status in the
/// body.
fn error_in_success(response: &Response<'_>) -> Result<(), Error> {
    let document = &response.document;
    if response.is_compressed {
        return Err(Cause::Compressed.into());
    }
    let is_token = envelope::holds_token(document);
    let is_error = envelope::holds_error(document);
    let is_message = !is_token && envelope::holds_message(document);
    if !is_error && !is_message && !is_token {
        return Ok(());
    }
    if is_error || is_message {
        // If two messages differ, neither is used.
        envelope::message(document)?;
    }
    match envelope::status(document)?.and_then(|status| StatusCode::from_u16(status).ok()) {
        Some(status) if !status.is_success() => {
            let cause = rejection(status).filter(|_| is_error).unwrap_or_else(|| refusal(status));
            let detail = format!("{}, {} inside", response.status_text(), status.as_u16());
            Err(Error::new(cause).detail(detail))
        }
        // A message alone: block pages send one in a success.
        _ if is_error => Err(Error::new(Cause::RefusedWithoutStatus).detail(response.status_text())),
        _ => Ok(()),
    }
}

/// Returns the token in a document. Only the token itself is needed: an invalid expiry never loses it. If a body was
/// truncated, missing values are in the part that was not received.
fn token(response: &Response<'_>, ask: &Ask<'_>) -> Result<Token, Error> {
    let document = &response.document;
    let missing = |cause: Error| response.cut.cloned().unwrap_or(cause);
    let fields = match document {
        Document::Empty => return Err(missing(Cause::EmptyBody.into())),
        Document::Unreadable(error) => return Err(missing(error.clone())),
        _ => envelope::token_fields(document)?.ok_or_else(|| missing(Cause::NoToken.into()))?,
    };
    if fields.token.expose().is_empty() {
        let is_other = envelope::is_of_oauth2(document);
        return Err(missing(if is_other { Cause::OtherService } else { Cause::NoToken }.into()));
    }
    if !is_visible(fields.token.expose()) {
        return Err(missing(Cause::BadToken.into()));
    }
    let refresh = match (fields.refresh_token, ask) {
        // The response to a refresh contains none: the old one stays valid.
        (new, Ask::Refresh { token, .. }) if new.expose().is_empty() => Secret::concat(&[token.refresh_token]),
        (new, _) if is_visible(new.expose()) => new,
        _ => Secret::default(),
    };
    let date = fields.expiration_date.expose();
    let (expires_at, date) = match expiry::unix_seconds(date) {
        // The date may be any text.
        None if !date.is_empty() => (None, response.redactor().sanitize(date)),
        seconds => (seconds, one_line(date)),
    };
    Ok(Token::new("OAuth", fields.token.expose())
        .with_refresh_token(refresh, None)
        .with_expiry(expires_at, date)
        // The Date has whole seconds: the server's clock may be almost one second later.
        .issued_at(server_time(response.headers, response.came).saturating_add(1))
        .with_instance_url(trusted_instance_url(fields.instance_url.expose())))
}

/// Returns an instance URL that a token may be sent to, or an empty text.
fn trusted_instance_url(url: &str) -> String {
    match BaseUrl::parse(url) {
        Ok(_) => url.to_owned(),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use http::Response;
    use proptest::prelude::*;

    use super::Answers;
    use crate::error::{Cause, Code, Error};
    use crate::flow::base_url::BaseUrl;
    use crate::flow::credentials::Credentials;
    use crate::flow::kept_token::KeptToken;
    use crate::flow::native::PRODUCTION;
    use crate::flow::response;
    use crate::flow::service::{Ask, Outcome};
    use crate::message::{Answer, Body, Endpoint, Moment};
    use crate::token::Token;

    const DOCUMENTED: &str = r#"<?xml version="1.0"?>
<Access_Token>
    <Instance_Url>https://www.concursolutions.com/</Instance_Url>
    <Token>fdjhk2382kwkajsklwe8i3932kslswl</Token>
    <Expiration_date>6/1/2014 8:00:00 AM</Expiration_date>
    <Refresh_Token>8ew$sefhj7s62ns94376nsjd62s</Refresh_Token>
</Access_Token>"#;
    const PAGE: &str = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
    const WITHHELD: &str = "[withheld: the answer repeats a credential]";
    const ERROR: &str = "<Error><Message>No.</Message><Server-Time>x</Server-Time><Id>id-7</Id></Error>";

    fn sent() -> Ask<'static> {
        Ask::Token(Credentials::new("kEy12345", "john@example.com", "secret!1").unwrap())
    }

    fn read(status: u16, headers: &[(&str, &str)], body: &[u8], cut: Option<Cause>) -> Result<Token, Error> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let body = Body { bytes: body.to_vec().into(), cut: cut.map(Error::new) };
        let answer = Answer { response: response.body(body).unwrap(), came: Moment::now() };
        read_token(&answer, &endpoint(), &sent())
    }

    fn read_token(answer: &Answer, endpoint: &Endpoint, ask: &Ask<'_>) -> Result<Token, Error> {
        response::read(answer, endpoint, &Answers { ask, client_secret: "" }).map(|outcome| match outcome {
            Outcome::Token { token, .. } => token,
            _ => panic!("no token"),
        })
    }

    fn endpoint() -> Endpoint {
        BaseUrl::parse("https://localhost/gate").unwrap().endpoint("/net2/oauth2/accesstoken.ashx").unwrap()
    }

    fn answer(status: u16, body: &str) -> Result<Token, Error> {
        read(status, &[], body.as_bytes(), None)
    }

    #[test]
    fn documented_response_is_a_token() {
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
    fn lifetime_is_counted_from_the_date_of_the_response() {
        for (date, seconds) in [
            ("Sun, 01 Jun 2014 07:00:00 GMT", 3599),
            ("Sun, 01 Jun 2014 08:00:01 GMT", 0),
            // This machine's time, which is later.
            ("soon", 0),
        ] {
            let token = read(200, &[("Date", date)], DOCUMENTED.as_bytes(), None).unwrap();
            assert_eq!(token.lifetime().unwrap().as_secs(), seconds, "{date}");
        }
        assert_eq!(answer(200, "<Access_Token><Token>t</Token></Access_Token>").unwrap().lifetime(), None);
    }

    #[test]
    fn response_with_only_a_token_is_a_token() {
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
    fn status_has_the_code_of_its_meaning() {
        for (status, body, code) in [
            (200, ERROR, Code::Denied),
            (200, "{\"Error\":{\"Message\":\"m\"}}", Code::Denied),
            (200, "<R><StatusCode>503</StatusCode><Content><Error/></Content></R>", Code::Maintenance),
            (200, "<R><StatusCode>200</StatusCode><Error/></R>", Code::Denied),
            (200, "<R><StatusCode>many</StatusCode><Error/></R>", Code::Denied),
            (200, "{\"Message\":\"Blocked\"}", Code::Malformed),
            (200, "<R><Message>Blocked</Message></R>", Code::Malformed),
            (200, "<Message>Blocked</Message>", Code::Malformed),
            (200, "{\"StatusCode\":403,\"Message\":\"m\"}", Code::Denied),
            (200, "{\"Error\":null}", Code::Malformed),
            (200, "{\"Error\":null,\"message\":\"Blocked\"}", Code::Malformed),
            (200, "", Code::Malformed),
            (204, "", Code::Malformed),
            (200, "OK", Code::Malformed),
            (200, PAGE, Code::NotConcur),
            (302, DOCUMENTED, Code::Redirected),
            (301, "", Code::Redirected),
            (303, PAGE, Code::Redirected),
            (307, ERROR, Code::Redirected),
            (308, "", Code::Redirected),
            (300, "", Code::Malformed),
            (300, PAGE, Code::NotConcur),
            (304, "", Code::Malformed),
            (305, "", Code::Malformed),
            (306, "", Code::Malformed),
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
            (407, PAGE, Code::ProxyDenied),
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
            (511, PAGE, Code::NotConcur),
            (599, "", Code::ServerError),
        ] {
            let error = answer(status, body).unwrap_err();
            assert_eq!(error.code(), code, "{status} {body}: {error}");
            assert_eq!(error.http_status(), Some(status));
        }
    }

    #[test]
    fn refused_refresh_or_revocation_is_not_about_a_login() {
        let token = KeptToken {
            scheme: "OAuth",
            authorization: "OAuth 0ld",
            refresh_token: "sent-refresh-token",
            instance_url: "",
            refresh_expires_at: None,
        };
        let refresh = Ask::Refresh { key: "kEy12345", token };
        let revoke = Ask::Revoke { token, admin: None };
        for (ask, status, body, code) in [
            (&refresh, 200, ERROR, Code::Denied),
            (&refresh, 200, "{\"StatusCode\":403,\"Error\":\"No.\"}", Code::RefreshExpired),
            (&refresh, 400, ERROR, Code::ServerError),
            (&refresh, 401, ERROR, Code::Denied),
            (&refresh, 401, "", Code::Denied),
            (&refresh, 403, ERROR, Code::RefreshExpired),
            (&refresh, 403, "", Code::RefreshExpired),
            (&revoke, 200, ERROR, Code::NotAllowed),
            (&revoke, 400, ERROR, Code::ServerError),
            (&revoke, 401, ERROR, Code::NotAllowed),
            (&revoke, 401, "", Code::NotAllowed),
            (&revoke, 403, ERROR, Code::NotAllowed),
            (&revoke, 403, "", Code::NotAllowed),
        ] {
            let body = Body { bytes: body.as_bytes().to_vec().into(), cut: None };
            let response = Response::builder().status(status).body(body).unwrap();
            let error = read_token(&Answer { response, came: Moment::now() }, &endpoint(), ask).unwrap_err();
            assert_eq!(error.code(), code, "{status}: {error}");
            assert_eq!(error.pause(), None, "{status}: {error}");
            let text = error.to_string().replace("a new token with login and password", "");
            for word in ["login", "password", "account", "Authorization"] {
                assert!(!text.contains(word), "{status}: {error}");
            }
        }
    }

    #[test]
    fn web_page_is_recognized_whatever_its_beginning() {
        let html = [("Content-Type", "Text/HTML; charset=utf-8")];
        for body in ["<h1>Blocked</h1>", "<div class='m'>Blocked</div>", "Blocked by policy", "<x>", "{\"a\":1}"] {
            assert_eq!(read(403, &html, body.as_bytes(), None).unwrap_err().code(), Code::NotConcur, "{body}");
        }
        let gzip = [("Content-Type", "text/html"), ("Content-Encoding", "gzip")];
        assert_eq!(read(403, &gzip, b"\x1f\x8b", None).unwrap_err().code(), Code::NotConcur);
        // An error envelope decides, whatever its Content-Type is.
        assert_eq!(read(403, &html, ERROR.as_bytes(), None).unwrap_err().code(), Code::Denied);
        assert_eq!(read(403, &html, b"", None).unwrap_err().code(), Code::Denied);
        assert!(read(200, &html, DOCUMENTED.as_bytes(), None).is_ok());
    }

    #[test]
    fn only_temporary_failure_has_a_pause() {
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
            (407, PAGE, None),
            (511, "", None),
            (511, PAGE, None),
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
    fn server_error_text_is_quoted_in_every_form() {
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
            "{\"errorMessage\":\"No.\"}",
            "{\"error\":{\"code\":7,\"errorMessage\":\"No.\"}}",
            "{\"code\":5,\"error\":\"invalid_grant\",\"error_description\":\"No.\"}",
            "<error><error_description>No.</error_description></error>",
            "{\"status\":403,\"error\":\"Forbidden\",\"message\":\"No.\"}",
            "{\"fault\":{\"faultstring\":\"No.\",\"detail\":{\"errorcode\":\"x\"}}}",
            "<s:Envelope xmlns:s='u'><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring>No.</faultstring>\
             <detail><x>y</x></detail></s:Fault></s:Body></s:Envelope>",
            "<s:Envelope xmlns:s='u'><s:Body><s:Fault><s:Reason><s:Text>No.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>",
            "{\"type\":\"about:blank\",\"title\":\"No.\",\"status\":403}",
            "{\"title\":\"\",\"detail\":\"No.\"}",
            "{\"Message\":\"\",\"detail\":\"No.\"}",
            "{\"title\":\"No.\",\"detail\":\"No.\"}",
            "<problem xmlns='urn:ietf:rfc:7807'><detail>No.</detail></problem>",
            "{\"errors\":[{\"code\":7,\"message\":\"No.\"},{\"message\":\"Other.\"}]}",
            "No.",
        ] {
            assert_eq!(answer(403, body).unwrap_err().server_message(), "No.", "{body}");
        }
        let problem = "{\"detail\":\"No way.\",\"title\":\"Forbidden\"}";
        assert_eq!(answer(403, problem).unwrap_err().server_message(), "Forbidden: No way.");
        for body in
            ["{\"errors\":[]}", "{\"errors\":[[{\"message\":\"No.\"}]]}", "{\"title\":7}", "[{\"title\":\"No.\"}]"]
        {
            assert_eq!(answer(403, body).unwrap_err().server_message(), "", "{body}");
        }
        let beside_a_token = "{\"Access_Token\":{\"Token\":\"a b\"},\"detail\":\"a b\"}";
        assert_eq!(answer(200, beside_a_token).unwrap_err().server_message(), "");
    }

    #[test]
    fn rejection_in_a_form_unknown_to_concur_may_come_from_a_gateway() {
        let either = "by Concur or by a gateway";
        for status in [401, 403] {
            for (headers, body, is_of_concur) in [
                (&[][..], ERROR, true),
                (&[][..], "{\"Message\":\"No.\"}", true),
                (&[("WWW-Authenticate", "Basic realm=\"Concur\"")][..], ERROR, true),
                (&[][..], "", false),
                (&[("Content-Type", "text/plain")][..], "Access denied by policy", false),
                (&[][..], "<Envelope><Body><Fault><faultstring>No.</faultstring></Fault></Body></Envelope>", false),
                (&[("Content-Type", "application/problem+json")][..], "{\"title\":\"No.\"}", false),
                (&[][..], "{\"errors\":[{\"message\":\"No.\"}]}", false),
                (&[][..], "{\"Error\":null}", false),
                (&[][..], "<broken", false),
                (&[("WWW-Authenticate", "negotiate")][..], ERROR, false),
                (&[("WWW-Authenticate", "Basic realm=x, NTLM")][..], ERROR, false),
                (&[("WWW-Authenticate", "Basic"), ("WWW-Authenticate", "Negotiate oYG2")][..], ERROR, false),
            ] {
                let error = read(status, headers, body.as_bytes(), None).unwrap_err();
                assert_eq!(error.code(), Code::Denied, "{status} {body}");
                assert_eq!(error.pause(), None);
                assert_eq!(error.message().contains(either), !is_of_concur, "{status} {headers:?} {body}: {error}");
            }
        }
    }

    #[test]
    fn web_page_does_not_claim_that_the_login_was_not_checked() {
        for (status, claims) in [(200, true), (503, true), (400, false), (401, false), (403, false)] {
            let error = answer(status, PAGE).unwrap_err();
            assert_eq!(error.code(), Code::NotConcur);
            assert_eq!(error.remedy().contains("did not check the credentials"), claims, "{status}: {error}");
        }
    }

    #[test]
    fn null_value_counts_as_missing() {
        let nil = "xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil";
        for body in [
            format!("<R><Error {nil}='true'/><Content><Access_Token><Token>t</Token></Access_Token></Content></R>"),
            format!("<Access_Token><Token>t</Token><Token {nil}='1'/><Refresh_Token {nil}='true'/></Access_Token>"),
            "{\"Error\":null,\"Access_Token\":{\"Token\":\"t\"}}".to_owned(),
        ] {
            assert_eq!(answer(200, &body).unwrap().value(), "t", "{body}");
        }
        assert_eq!(answer(200, &format!("<Error {nil}='true'/>")).unwrap_err().code(), Code::Malformed);
        for other in [format!("<Error {nil}='false'/>"), "<Error nil='true'/>".to_owned()] {
            assert_eq!(answer(200, &other).unwrap_err().code(), Code::Denied, "{other}");
        }
    }

    #[test]
    fn response_of_the_oauth2_service_is_named_as_such() {
        for (body, is_modern) in [
            ("{\"expires_in\":\"3600\",\"token_type\":\"Bearer\",\"access_token\":\"eyJhbGci\"}", true),
            ("{\"ACCESS_TOKEN\":\"eyJhbGci\"}", true),
            ("{\"access_token\":\"\"}", false),
            ("{\"access_token\":7}", false),
            ("{\"Access_Token\":{}}", false),
            ("<access_token>eyJhbGci</access_token>", false),
        ] {
            let error = answer(200, body).unwrap_err();
            assert_eq!(error.code(), Code::Malformed);
            assert_eq!(error.message().contains("Response of the OAuth 2.0 service"), is_modern, "{body}: {error}");
            assert!(!format!("{error}{}", error.server_message()).contains("eyJ"));
        }
    }

    #[test]
    fn text_is_decoded_as_declared() {
        for (content_type, body) in [
            ("text/plain; charset=ISO-8859-1", &b"F\xfcr M\xfcller"[..]),
            ("text/xml", b"<?xml version='1.0' encoding='iso-8859-1'?><Error>F\xfcr M\xfcller</Error>"),
            (
                "application/json; charset=utf-16",
                b"{\0\"\0e\0r\0r\0o\0r\0\"\0:\0\"\0F\0\xfc\0r\0 \0M\0\xfc\0l\0l\0e\0r\0\"\0}\0",
            ),
        ] {
            let error = read(403, &[("Content-Type", content_type)], body, None).unwrap_err();
            assert_eq!(error.server_message(), "Für Müller", "{content_type}");
        }
    }

    #[test]
    fn token_is_read_only_from_a_documented_envelope() {
        let token = |value: &str| format!("<Access_Token><Token>{value}</Token></Access_Token>");
        let (new, old) = (token("new"), token("0ld"));
        for body in [
            format!("<Response><Content>{new}</Content></Response>"),
            format!(
                "<Response><StatusCode>200</StatusCode><Request>{old}</Request><Content>{new}</Content></Response>"
            ),
            format!("<Access_Token><Request>{old}</Request><Token>new</Token></Access_Token>"),
            "{\"Request\":{\"Access_Token\":{\"Token\":\"0ld\"}},\"Access_Token\":{\"Token\":\"new\"}}".to_owned(),
            "{\"Error\":null,\"Content\":{\"Access_Token\":{\"Token\":\"new\"}}}".to_owned(),
            "{\"Message\":\"\",\"Access_Token\":{\"Token\":\"new\"}}".to_owned(),
        ] {
            assert_eq!(answer(200, &body).unwrap().value(), "new", "{body}");
        }
        for (body, code) in [
            (format!("<Error><Message>No.</Message><Details>{old}</Details></Error>"), Code::Denied),
            (format!("<Response><Content><Error/>{old}</Content></Response>"), Code::Denied),
            (format!("<Response><Error/><Content>{old}</Content></Response>"), Code::Denied),
            (format!("<R><StatusCode>503</StatusCode><Content>{old}</Content></R>"), Code::Maintenance),
            ("{\"Access_Token\":{\"Token\":\"0ld\"},\"error\":\"No.\"}".to_owned(), Code::Denied),
            ("{\"StatusCode\":503,\"Error\":{}}".to_owned(), Code::Maintenance),
            (format!("<Request>{old}</Request>"), Code::Malformed),
            (format!("<Response><Request>{old}</Request></Response>"), Code::Malformed),
            ("{\"Request\":{\"Access_Token\":{\"Token\":\"0ld\"}}}".to_owned(), Code::Malformed),
            ("[{\"Access_Token\":{\"Token\":\"0ld\"}}]".to_owned(), Code::Malformed),
            ("{\"Token\":\"0ld\"}".to_owned(), Code::Malformed),
        ] {
            let error = answer(200, &body).unwrap_err();
            assert_eq!(error.code(), code, "{body}");
            assert!(!format!("{error}{}", error.server_message()).contains("0ld"), "{body}");
        }
    }

    #[test]
    fn token_with_elements_is_malformed() {
        for body in [
            "{\"Access_Token\":{\"Token\":12345678901234567890123}}",
            "{\"Access_Token\":{\"Token\":12345}}",
            "{\"Access_Token\":{\"Token\":true}}",
            "{\"Access_Token\":{\"Token\":{\"Value\":\"abc\"}}}",
            "{\"Access_Token\":{\"Token\":[\"abc\"]}}",
            "{\"Access_Token\":\"abc\"}",
            "<Access_Token><Token><Value>abc</Value><Type>OAuth</Type></Token></Access_Token>",
            "<Access_Token>abc</Access_Token>",
        ] {
            assert_eq!(answer(200, body).unwrap_err().code(), Code::Malformed, "{body}");
        }
        let brackets = format!("{{\"Note\":\"{}\",\"Access_Token\":{{\"Token\":\"t\"}}}}", "[{".repeat(40));
        assert_eq!(answer(200, &brackets).unwrap().value(), "t");
    }

    #[test]
    fn two_values_that_differ_are_malformed() {
        for (body, name) in [
            ("<Access_Token><Token>a</Token><Token>b</Token></Access_Token>", "Token"),
            ("<Access_Token><Token>a</Token><token/></Access_Token>", "Token"),
            ("<Access_Token xmlns:x='u'><Token>a</Token><x:Token>b</x:Token></Access_Token>", "Token"),
            (
                "<R><Content><Access_Token><Token>a</Token></Access_Token></Content><Content><Access_Token><Token>b</Token></Access_Token></Content></R>",
                "Token",
            ),
            ("{\"Access_Token\":{\"Token\":\"a\",\"Token\":\"b\"}}", "Token"),
            ("{\"Access_Token\":{\"TOKEN\":\"a\",\"token\":\"b\"}}", "Token"),
            ("{\"Access_Token\":{\"Token\":\"1\",\"token\":1}}", "Token"),
            ("{\"Access_Token\":{\"Token\":\"a\"},\"access_token\":{\"Token\":\"b\"}}", "Token"),
            ("{\"Access_Token\":{\"Token\":\"a\"},\"Content\":{\"Access_Token\":{\"Token\":\"b\"}}}", "Token"),
            (
                "<Access_Token><Token>a</Token><Expiration_date>x</Expiration_date><Expiration_Date>y</Expiration_Date></Access_Token>",
                "Expiration_Date",
            ),
            (
                "<Access_Token><Token>a</Token><Refresh_Token>x</Refresh_Token><Refresh_Token>y</Refresh_Token></Access_Token>",
                "Refresh_Token",
            ),
            (
                "<Access_Token><Token>a</Token><Instance_Url>x</Instance_Url><Instance_URL>y</Instance_URL></Access_Token>",
                "Instance_Url",
            ),
            ("<R><StatusCode>403</StatusCode><StatusCode>503</StatusCode><Error/></R>", "StatusCode"),
            ("<Error><Message>a</Message><Message>b</Message></Error>", "Message"),
            ("{\"Error\":{\"Message\":\"a\"},\"error\":{\"Message\":\"b\"}}", "Message"),
            ("{\"Error\":\"a\",\"error\":\"b\"}", "Error"),
        ] {
            let error = answer(200, body).unwrap_err();
            assert_eq!(error.code(), Code::Malformed, "{body}");
            let message = error.message();
            assert!(message.contains("two different values of one name)"), "{error}");
            assert!(message.ends_with(&format!(": {name}")), "{error}");
            assert_eq!(error.server_message(), "", "{body}");
        }
        // A rejected login stays one, whatever the error text is.
        let refused = answer(403, "<Error><Message>a</Message><Message>b</Message></Error>").unwrap_err();
        assert_eq!((refused.code(), refused.server_message()), (Code::Denied, ""));
        for body in [
            "<Access_Token><Token>a</Token><Token> a </Token><Refresh_Token/><Refresh_Token></Refresh_Token></Access_Token>",
            "{\"Access_Token\":{\"Token\":\"a\",\"token\":\"a\",\"TOKEN\":null},\"access_token\":{\"Token\":\"a\"}}",
        ] {
            assert_eq!(answer(200, body).unwrap().value(), "a", "{body}");
        }
    }

    #[test]
    fn invalid_date_repeats_no_credential() {
        let dated = |date| {
            let body =
                format!("<Access_Token><Token>t</Token><Expiration_date>{date}</Expiration_date></Access_Token>");
            answer(200, &body).unwrap().expiration_date().to_owned()
        };
        assert_eq!(dated("soon"), "soon");
        assert_eq!(dated("for john@example.com"), WITHHELD);
    }

    #[test]
    fn damaged_token_response_is_not_quoted() {
        let lost = format!("dd\r\n{DOCUMENTED}\r\n0\r\n");
        for (status, body) in [(200, lost.as_str()), (500, &lost), (200, "T0k3n="), (403, "access_token=T0k3n")] {
            let error = answer(status, body).unwrap_err();
            assert_eq!(error.server_message(), "", "{status}");
            assert!(!error.message().contains("fdjhk") && !error.message().contains("T0k3n"));
        }
        assert!(answer(200, &format!("\u{feff}\u{feff}\u{200b} {DOCUMENTED}\0")).is_ok());
    }

    #[test]
    fn parser_is_fast_for_every_response() {
        let declared: String = (0..4000).map(|n| format!(" xmlns:n{n}='u'")).collect();
        let attributes: String = (0..8000).map(|n| format!(" a{n}=''")).collect();
        for body in [format!("<a{declared}>{}</a>", "<b xmlns='q'/>".repeat(2000)), format!("<a{attributes}/>")] {
            assert!(answer(200, &body).unwrap_err().message().contains("too many attributes"));
        }
    }

    #[test]
    fn correlation_id_is_kept() {
        let header = [("Concur-Correlationid", "id-1")];
        assert_eq!(read(403, &header, ERROR.as_bytes(), None).unwrap_err().correlation_id(), "id-1");
        assert_eq!(answer(403, ERROR).unwrap_err().correlation_id(), "id-7", "the Id of the error, without the header");
        assert_eq!(answer(403, "").unwrap_err().correlation_id(), "");
        let forged = [("Concur-Correlationid", "john@example.com")];
        assert_eq!(read(403, &forged, b"", None).unwrap_err().correlation_id(), WITHHELD);
        let id = "<Error><Id>am9obkBleGFtcGxlLmNvbTpzZWNyZXQhMQ==</Id></Error>";
        assert_eq!(answer(403, id).unwrap_err().correlation_id(), WITHHELD);
    }

    #[test]
    fn truncated_body_keeps_a_rejection_and_a_token() {
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
    fn every_error_of_a_response_names_host_port_and_path_once() {
        let place = "localhost:443/gate/net2/oauth2/accesstoken.ashx";
        for (status, body, cut) in [
            (200, "", None),
            (200, "<a/>", None),
            (200, "<a", None),
            (200, PAGE, None),
            (200, ERROR, None),
            (200, DOCUMENTED, Some(Cause::BodyTooLarge)),
            (302, "", None),
            (400, ERROR, None),
            (401, ERROR, None),
            (403, ERROR, None),
            (403, PAGE, None),
            (404, "", None),
            (407, "", None),
            (429, ERROR, None),
            (500, "", None),
            (503, PAGE, None),
        ] {
            let error = read(status, &[], body.as_bytes(), cut).unwrap_err();
            assert_eq!(error.message().matches(place).count(), 1, "{status} {body}: {error}");
        }
        let mut endpoint = endpoint();
        endpoint.uri = "https://localhost/gate?client_secret=QUX".parse().unwrap();
        let response = Response::builder().status(403).body(Body { bytes: Vec::new().into(), cut: None }).unwrap();
        let error = read_token(&Answer { response, came: Moment::now() }, &endpoint, &sent()).unwrap_err();
        assert!(error.message().contains("localhost:443/gate: HTTP 403"), "a query may contain a secret: {error}");
    }

    #[test]
    fn advice_about_password_and_hosts_follows_only_a_rejection() {
        let ask = Ask::Token(Credentials::new("kEy12345", "john@example.com", " ").unwrap());
        let endpoint = BaseUrl::of_host(PRODUCTION).endpoint("/x").unwrap();
        let read = |status: u16| {
            let body = Body { bytes: ERROR.as_bytes().to_vec().into(), cut: None };
            let response = Response::builder().status(status).body(body).unwrap();
            read_token(&Answer { response, came: Moment::now() }, &endpoint, &ask).unwrap_err()
        };
        for status in [200, 401, 403] {
            let remedy = read(status).remedy();
            let end = " The password that was sent begins with a space and ends with a space. www.concursolutions.com also rejects users of Concur's other hosts: eu1.concursolutions.com, implementation.concursolutions.com, eu1imp.concursolutions.com. If the user belongs to one of them, set it as the base URL (nf_options_set_base_url).";
            assert!(remedy.ends_with(end), "{remedy}");
        }
        for status in [302, 400, 404, 429, 500, 503] {
            let remedy = read(status).remedy();
            assert!(!remedy.contains("password that was") && !remedy.contains("eu1"), "{remedy}");
        }
        assert!(!answer(403, ERROR).unwrap_err().remedy().contains("rejects users"), "another host");
    }

    #[test]
    fn redirect_names_only_the_origin_of_its_address() {
        for (location, end) in [
            ("https://other.test/a?token=1", ": HTTP 302 to https://other.test"),
            ("https://Other.test:443#a", ": HTTP 302 to https://other.test"),
            ("http://other.test", ": HTTP 302 to http://other.test"),
            ("http://u:p@other.test:443/", ": HTTP 302 to http://other.test:443"),
            ("https://127.0.0.1:39211/a", ": HTTP 302 to https://127.0.0.1:39211"),
            ("https://[::1]:8443/", ": HTTP 302 to https://[::1]:8443"),
            ("https://localhost:8443/login", ": HTTP 302 to https://localhost:8443"),
            ("http://localhost/login", ": HTTP 302 to http://localhost"),
            ("//other.test:8443/a", ": HTTP 302 to https://other.test:8443"),
            ("https://john.example.com/", ": HTTP 302 to [withheld: the answer repeats a credential]"),
            ("https://localhost/login", ": HTTP 302 to another path of the same host"),
            ("/login", ": HTTP 302 to another path of the same host"),
            ("/login?next=https://other.test", ": HTTP 302 to another path of the same host"),
            ("login.aspx", ": HTTP 302 to another path of the same host"),
            ("?a:b", ": HTTP 302 to another path of the same host"),
            ("", ": HTTP 302"),
            ("/\\other.test", ": HTTP 302"),
            ("ftp://other.test/", ": HTTP 302"),
            ("mailto:a@other.test", ": HTTP 302"),
            ("https://", ": HTTP 302"),
            ("\u{fc}", ": HTTP 302"),
        ] {
            let error = read(302, &[("Location", location)], b"", None).unwrap_err();
            assert!(error.message().ends_with(end), "{error}");
        }
    }

    #[test]
    fn compressed_body_is_not_read() {
        let coded = [("Content-Encoding", "gzip")];
        assert_eq!(read(403, &coded, b"\x1f\x8b", None).unwrap_err().code(), Code::Denied);
        for coding in ["ClientCertificate", "UTF-8", "none", "", ",", "gzipped"] {
            assert!(read(200, &[("Content-Encoding", coding)], DOCUMENTED.as_bytes(), None).is_ok(), "{coding}");
        }
        for coding in ["x-gzip", "Deflate", "br", "zstd", "compress", "X-Compress", "UTF-8, GZIP"] {
            for body in [&b""[..], b"\x1f\x8b\x08", b"x\x9c", b"<\x8b", b"{\0", b"[\xff"] {
                let error = read(200, &[("Content-Encoding", coding)], body, None).unwrap_err();
                assert!(error.message().contains("compressed"), "{coding} {body:?}: {error}");
                assert_eq!(error.server_message(), "");
            }
            assert!(read(200, &[("Content-Encoding", coding)], DOCUMENTED.as_bytes(), None).is_ok(), "{coding}");
        }
    }

    #[test]
    fn token_with_a_line_break_is_rejected() {
        for token in ["a&#10;b", "a b", "a&#x7f;", "a\u{fffd}", "ü"] {
            let body = format!("<Access_Token><Token>{token}</Token></Access_Token>");
            assert_eq!(answer(200, &body).unwrap_err().code(), Code::Malformed, "{token}");
        }
    }

    proptest! {
        #[test]
        fn response_never_causes_a_panic_or_reveals_the_login(
            status in 100..600_u16,
            body in "(<Error><Message>|<Access_Token><Token>|\\{\"Message\":\"|<html><title>)?(\\PC|john@example.com|secret!1|<|>|\"){0,12}",
        ) {
            if let Err(error) = answer(status, &body) {
                let all = format!("{error}{}{}", error.server_message(), error.correlation_id());
                prop_assert!(!all.contains("john@e") && !all.contains("secret!"), "{}", all);
                prop_assert!(!all.contains('\n'));
            }
        }
    }
}
