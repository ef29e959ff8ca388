//! The meaning of a response of the OAuth 2.0 service: a token, the end of a token, another origin, or the reason for a
//! failure.

use std::sync::Arc;

use http::StatusCode;

use super::members::{self, text, whole_number};
use super::{SCHEME, geolocation, number};
use crate::error::{Cause, Code, Error};
use crate::flow::response::{Documents, Response, is_visible};
use crate::flow::service::{Application, Ask, Outcome};
use crate::message::{Document, server_time};
use crate::origin::Origin;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::token::Token;

/// Maximum lifetime in seconds: ten years. A longer one is an error of the server. Access tokens are valid for an hour,
/// refresh tokens for six months.
const MAX_LIFETIME: i64 = 10 * 365 * 24 * 60 * 60;

/// The documents of the OAuth 2.0 service, as responses to one question.
pub(super) struct Answers<'a> {
    pub(super) application: &'a Application,
    pub(super) ask: &'a Ask<'a>,
    /// The origin that responded.
    pub(super) asked: &'a Origin,
}

impl Documents for Answers<'_> {
    fn has_form(&self, document: &Document<'_>) -> bool {
        ["access_token", "error", "code"].iter().any(|name| members::has(document, name))
    }

    fn is_of_other_service(&self, document: &Document<'_>) -> bool {
        let root = document.root();
        root.is_some_and(|root| {
            let is_envelope = root.name().is_some_and(|name| name.eq_ignore_ascii_case("Access_Token"));
            is_envelope || root.children("Access_Token").iter().any(|child| !child.children("Token").is_empty())
        })
    }

    /// An error decides, whatever the status: Concur sends errors with 400, 401, 403 and 404.
    fn decided(&self, response: &Response<'_>) -> Option<Result<Outcome, Error>> {
        match self.failure(response) {
            Ok(None) => None,
            Ok(Some(Cause::UserOriginNotTrusted)) => Some(self.user_origin(response)),
            // A revocation sends no login: below, the status decides.
            Ok(Some(cause)) if self.is_status_better(response.status, cause) => None,
            Ok(Some(cause)) => Some(Err(Error::new(cause).detail(response.status_text()))),
            Err(error) => Some(Err(error)),
        }
    }

    fn success(&self, response: &Response<'_>) -> Result<Outcome, Error> {
        if response.is_compressed {
            return Err(Cause::Compressed.into());
        }
        match (self.ask, response.cut) {
            (_, Some(cut)) if cut.code() == Code::TooLarge => Err(cut.clone()),
            (Ask::Revoke { .. }, _) => Ok(Outcome::Revoked),
            _ => self.token(response),
        }
    }

    fn refusal(&self, status: StatusCode, is_of_service: bool) -> Option<Cause> {
        let is_rejection = matches!(status, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED);
        let has_user = matches!(self.ask, Ask::Token(_) | Ask::Refresh { .. });
        (is_rejection && is_of_service && has_user).then_some(Cause::LoginOrClientDenied)
    }

    fn gone(&self) -> Cause {
        Cause::OAuth2EndpointGone
    }

    fn message(&self, document: &Document<'_>) -> Option<Secret> {
        let text = |name| text(document, name).ok().flatten();
        let text = text("error_description").or_else(|| text("error")).or_else(|| text("message"));
        text.map(|text| Secret::concat(&[text]))
    }

    fn id(&self, _: &Document<'_>) -> Option<Secret> {
        None
    }

    fn number(&self, document: &Document<'_>) -> Option<i32> {
        number_of(document).ok().flatten()?.try_into().ok()
    }

    fn of_ask(&self, cause: Cause) -> Cause {
        self.ask.cause(cause)
    }

    fn advice(&self, _: &str) -> Vec<String> {
        match self.ask {
            Ask::Token(credentials) => credentials.advice().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    fn redactor(&self) -> Redactor {
        let client_secret = self.application.client_secret().ok().flatten().unwrap_or_default();
        self.ask.redactor(client_secret.expose())
    }
}

impl Answers<'_> {
    /// Whether the status describes a failure better than `cause`: no login was rejected, because none was sent.
    fn is_status_better(&self, status: StatusCode, cause: Cause) -> bool {
        matches!(self.ask, Ask::Revoke { .. }) && !status.is_success() && cause.code() == Code::Denied
    }

    /// Returns the cause of the failure that a document reports; `None`: it reports none, or none that is known. For
    /// [`Cause::UserOriginNotTrusted`], the geolocation decides further.
    ///
    /// # Errors
    /// The response is a success, and two values differ. A rejection stays one, whatever its texts are.
    fn failure(&self, response: &Response<'_>) -> Result<Option<Cause>, Error> {
        let (number, word) = (number_of(&response.document), text(&response.document, "error"));
        let (number, word) = match response.status.is_success() {
            true => (number?, word?),
            false => (number.ok().flatten(), word.ok().flatten()),
        };
        let is_refresh = matches!(self.ask, Ask::Refresh { .. });
        let known =
            number.and_then(number::cause).or_else(|| word.and_then(|word| number::cause_of_word(word, is_refresh)));
        // An error in a success is a failure, even if it is not known.
        let is_unknown = response.status.is_success() && word.is_some();
        Ok(known.or_else(|| is_unknown.then_some(Cause::RefusedWithoutStatus)))
    }

    /// Returns the origin that a user belongs to.
    ///
    /// # Errors
    /// [`Code::WrongHost`]: it is not named, not trusted, or the one that was asked.
    fn user_origin(&self, response: &Response<'_>) -> Result<Outcome, Error> {
        let named = text(&response.document, "geolocation")?.unwrap_or_default();
        let reject = |cause: Cause| Error::new(cause).detail(self.redactor().sanitize(&geolocation::shown(named)));
        if named.is_empty() {
            return Err(Cause::UserOriginNotNamed.into());
        }
        match geolocation::origin(named) {
            Some(origin) if origin == *self.asked => Err(reject(Cause::UserOriginIsAsked)),
            Some(origin) if self.application.trusted.trusts(&origin) => {
                Ok(Outcome::AskAt { origin: Arc::new(origin), refusal: reject(Cause::SecondUserOrigin) })
            }
            _ => Err(reject(Cause::UserOriginNotTrusted)),
        }
    }

    /// Returns the token in a document. Only the token itself is needed: an invalid other value never loses it. If a
    /// body was truncated, missing values are in the part that was not received.
    fn token(&self, response: &Response<'_>) -> Result<Outcome, Error> {
        let document = &response.document;
        let missing = |cause: Error| response.cut.cloned().unwrap_or(cause);
        match document {
            Document::Empty => return Err(missing(Cause::EmptyBody.into())),
            Document::Unreadable(error) => return Err(missing(error.clone())),
            _ => {}
        }
        let Some(value) = text(document, "access_token")? else {
            let is_other = self.is_of_other_service(document);
            return Err(missing(if is_other { Cause::NativeFlowResponse } else { Cause::NoToken }.into()));
        };
        if !is_visible(value) {
            return Err(missing(Cause::BadToken.into()));
        }
        let now = server_time(response.headers, response.came);
        let lifetime = whole_number(document, "expires_in")?.filter(|lifetime| *lifetime <= MAX_LIFETIME);
        let (refresh_token, refresh_expires_at) = self.refresh_token(document, now)?;
        let (instance_url, untrusted_url) = self.instance_url(document)?;
        let token = Token::new(SCHEME, value)
            .with_refresh_token(refresh_token, refresh_expires_at)
            .with_expiry(lifetime.map(|lifetime| now + lifetime), String::new())
            .issued_at(now)
            .with_instance_url(instance_url);
        Ok(Outcome::Token { token, untrusted_url })
    }

    /// Returns the refresh token and its expiry. If a refresh returns none, the one that was sent stays valid.
    fn refresh_token(&self, document: &Document<'_>, now: i64) -> Result<(Secret, Option<i64>), Error> {
        let new = text(document, "refresh_token")?.filter(|new| is_visible(new));
        // Concur: an absolute time, in spite of its name.
        let expires_at = whole_number(document, "refresh_expires_in")?;
        let expires_at = expires_at.filter(|expires_at| (now..=now + MAX_LIFETIME).contains(expires_at));
        Ok(match (new, self.ask) {
            (Some(new), _) => (Secret::concat(&[new]), expires_at),
            (None, Ask::Refresh { token, .. }) => {
                (Secret::concat(&[token.refresh_token]), expires_at.or(token.refresh_expires_at))
            }
            (None, _) => (Secret::default(), None),
        })
    }

    /// Returns the origin to which the token may be sent, or an empty text; and a geolocation that is not trusted.
    fn instance_url(&self, document: &Document<'_>) -> Result<(String, Option<String>), Error> {
        let named = text(document, "geolocation")?.unwrap_or_default();
        if named.is_empty() {
            return Ok(match self.ask {
                Ask::Refresh { token, .. } => (token.instance_url.to_owned(), None),
                _ if *self.asked == *self.application.base.origin => (String::new(), None),
                // The origin that issued the token for a user who belongs there.
                _ => (self.asked.to_string(), None),
            });
        }
        // The usual case: the origin that was asked, which is trusted.
        let asked = self.asked.to_string();
        if named == asked {
            return Ok((asked, None));
        }
        Ok(match geolocation::origin(named).filter(|origin| self.application.trusted.trusts(origin)) {
            Some(origin) => (origin.to_string(), None),
            None => (String::new(), Some(self.redactor().sanitize(&geolocation::shown(named)))),
        })
    }
}

fn number_of(document: &Document<'_>) -> Result<Option<u64>, Error> {
    Ok(whole_number(document, "code")?.and_then(|number| u64::try_from(number).ok()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Response};
    use proptest::prelude::*;

    use super::{Answers, Ask, MAX_LIFETIME, Outcome};
    use crate::error::{Cause, Code, Error};
    use crate::flow::base_url::BaseUrl;
    use crate::flow::credentials::Credentials;
    use crate::flow::kept_token::KeptToken;
    use crate::flow::response;
    use crate::flow::service::Application;
    use crate::flow::trusted_hosts::TrustedHosts;
    use crate::message::{Answer, Body, Moment};
    use crate::origin::{HostPort, Origin};
    use crate::sealed::Sealed;
    use crate::secret::Secret;
    use crate::token::Token;

    /// As documented by Concur, with shorter tokens.
    const DOCUMENTED: &str = r#"{"expires_in":"3600","scope":"app-scope","token_type":"Bearer","access_token":"eyJ0",
        "refresh_token":"a-refresh-token","refresh_expires_in":2067039403,"id_token":"eyJ1",
        "geolocation":"https://us.api.concursolutions.com"}"#;
    /// The time in the header Date of every response here: Tue, 24 Nov 2026 06:00:00 GMT.
    const NOW: i64 = 1_795_500_000;
    const PAGE: &str = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
    const OLD: KeptToken<'static> = KeptToken {
        scheme: "Bearer",
        authorization: "Bearer 0ld",
        refresh_token: "sent-refresh-token",
        instance_url: "https://eu2.api.concursolutions.com",
        refresh_expires_at: Some(7),
    };

    fn login() -> Ask<'static> {
        Ask::Token(Credentials::new("client-id-1", "john@example.com", "secret!1").unwrap())
    }

    fn read(ask: &Ask<'_>, status: u16, body: &str, cut: Option<Cause>) -> Result<Outcome, Error> {
        let base = BaseUrl::of_host("us2.api.concursolutions.com");
        let trusted = TrustedHosts::new(&base, Vec::new());
        let asked = base.origin.clone();
        let client_secret = Sealed::new(&Secret::concat(&["client-secret!"])).unwrap();
        let application = Application::new(base, HeaderValue::from_static("a"), trusted, Some(client_secret));
        let response = Response::builder().status(status).header("Date", "Tue, 24 Nov 2026 06:00:00 GMT");
        let body = Body { bytes: body.as_bytes().to_vec().into(), cut: cut.map(Error::new) };
        let answer = Answer { response: response.body(body).unwrap(), came: Moment::now() };
        let endpoint = application.base.endpoint("/oauth2/v0/token").unwrap();
        response::read(&answer, &endpoint, &Answers { application: &application, ask, asked: &asked })
    }

    fn token_of(ask: &Ask<'_>, body: &str) -> (Token, Option<String>) {
        match read(ask, 200, body, None) {
            Ok(Outcome::Token { token, untrusted_url }) => (token, untrusted_url),
            Ok(_) => panic!("{body}: no token"),
            Err(error) => panic!("{body}: {error}"),
        }
    }

    fn failure(status: u16, body: &str) -> Error {
        read(&login(), status, body, None).err().unwrap()
    }

    #[test]
    fn documented_response_is_a_token() {
        let (token, untrusted_url) = token_of(&login(), DOCUMENTED);
        assert_eq!(token.authorization(), "Bearer eyJ0");
        assert_eq!(token.refresh_token(), "a-refresh-token");
        assert_eq!(token.instance_url(), "https://us.api.concursolutions.com");
        assert_eq!(token.expires_at(), Some(NOW + 3600));
        assert_eq!(token.refresh_expires_at(), Some(2_067_039_403));
        let lifetimes = [token.lifetime(), token.refresh_lifetime()].map(|time| time.unwrap().as_secs());
        assert_eq!(lifetimes, [3600, 2_067_039_403 - NOW as u64]);
        assert_eq!((token.expiration_date(), untrusted_url), ("", None));
    }

    #[test]
    fn invalid_lifetime_is_unknown_and_loses_no_token() {
        for (value, expires_at) in [
            ("\"3600\"", Some(NOW + 3600)),
            ("3600", Some(NOW + 3600)),
            ("\" 60 \"", Some(NOW + 60)),
            ("0", Some(NOW)),
            ("315360000", Some(NOW + MAX_LIFETIME)),
            ("315360001", None),
            ("18446744073709551615", None),
            ("99999999999999999999999", None),
            ("-1", None),
            ("\"-1\"", None),
            ("\"+1\"", None),
            ("3600.5", None),
            ("\"\"", None),
            ("\"soon\"", None),
            ("null", None),
            ("true", None),
            ("[3600]", None),
        ] {
            let (token, _) = token_of(&login(), &format!("{{\"access_token\":\"t\",\"expires_in\":{value}}}"));
            assert_eq!(token.expires_at(), expires_at, "{value}");
            let lifetime = token.lifetime().map(|lifetime| NOW + lifetime.as_secs() as i64);
            assert_eq!(lifetime, expires_at, "{value}");
        }
        for (value, expires_at) in [
            ("1795500001", Some(NOW + 1)),
            ("\"1811052000\"", Some(1_811_052_000)),
            ("15552000", None),
            ("9999999999", None),
            ("null", None),
        ] {
            let body = format!("{{\"access_token\":\"t\",\"refresh_token\":\"r\",\"refresh_expires_in\":{value}}}");
            let (token, _) = token_of(&login(), &body);
            assert_eq!((token.refresh_token(), token.refresh_expires_at()), ("r", expires_at), "{value}");
        }
    }

    #[test]
    fn missing_refresh_token_keeps_the_one_that_was_sent() {
        let refresh = Ask::Refresh { key: "id", token: OLD };
        for (ask, more, refresh_token, refresh_expires_at) in [
            (&refresh, "", "sent-refresh-token", Some(7)),
            (&refresh, ",\"refresh_token\":\"\"", "sent-refresh-token", Some(7)),
            (
                &refresh,
                ",\"refresh_token\":null,\"refresh_expires_in\":1795500009",
                "sent-refresh-token",
                Some(NOW + 9),
            ),
            (&refresh, ",\"refresh_token\":\"new\"", "new", None),
            (&login(), "", "", None),
            (&Ask::ApplicationToken { key: "id" }, "", "", None),
        ] {
            let (token, _) = token_of(ask, &format!("{{\"access_token\":\"t\"{more}}}"));
            assert_eq!(
                (token.refresh_token(), token.refresh_expires_at()),
                (refresh_token, refresh_expires_at),
                "{more}"
            );
        }
    }

    #[test]
    fn instance_url_is_the_origin_of_a_trusted_geolocation() {
        for (geolocation, instance_url, untrusted) in [
            ("HTTPS://US.API.ConcurSolutions.com", "https://us.api.concursolutions.com", None),
            ("https://us.api.concursolutions.com/oauth2/v0/token", "https://us.api.concursolutions.com", None),
            ("https://evil.test/a", "", Some("https://evil.test")),
            ("http://us.api.concursolutions.com", "", Some("http://us.api.concursolutions.com")),
            ("us.api.concursolutions.com", "", Some("not a valid address")),
            ("https://secret!1.example", "", Some("not a valid address")),
        ] {
            let (token, url) =
                token_of(&login(), &format!("{{\"access_token\":\"t\",\"geolocation\":\"{geolocation}\"}}"));
            assert_eq!((token.instance_url(), url.as_deref()), (instance_url, untrusted), "{geolocation}");
        }
        let refresh = Ask::Refresh { key: "id", token: OLD };
        assert_eq!(token_of(&refresh, "{\"access_token\":\"t\"}").0.instance_url(), OLD.instance_url);
        assert_eq!(token_of(&login(), "{\"access_token\":\"t\"}").0.instance_url(), "");
    }

    #[test]
    fn each_error_number_has_its_code() {
        for (numbers, code) in [
            (&[5, 12, 13, 19, 100, 136][..], Code::Denied),
            (&[14], Code::AccountLocked),
            (&[10, 11, 123], Code::AccountDisabled),
            (&[139], Code::PasswordExpired),
            (&[20, 21, 53, 54, 60], Code::NotAllowed),
            (&[59, 61, 64], Code::BadClient),
            (&[107, 108], Code::RefreshExpired),
            (&[134], Code::Maintenance),
            (&[51, 52, 62, 63, 65, 106, 120, 135], Code::ServerError),
        ] {
            for number in numbers {
                for status in [200, 400, 401, 403, 404, 500] {
                    let body = format!("{{\"code\":{number},\"error\":\"any\",\"error_description\":\"No.\"}}");
                    let error = failure(status, &body);
                    assert_eq!(error.code(), code, "{number} {status}: {error}");
                    assert_eq!(error.server_code(), Some(*number));
                    assert_eq!((error.server_message(), error.http_status()), ("No.", Some(status)));
                    assert!(
                        error.message().ends_with(&format!(
                            ": us2.api.concursolutions.com:443/oauth2/v0/token: error {number}, HTTP {status}"
                        )),
                        "{error}"
                    );
                    assert!(code != Code::Maintenance && error.pause().is_none() || code == Code::Maintenance);
                }
            }
        }
        assert_eq!(failure(401, "{\"code\":\"14\"}").code(), Code::AccountLocked, "the number is a text");
    }

    #[test]
    fn error_without_a_known_number_has_the_code_of_its_word_or_status() {
        for (status, body, code) in [
            (400, "{\"code\":999,\"error\":\"invalid_grant\"}", Code::Denied),
            (400, "{\"error\":\"invalid_client\"}", Code::BadClient),
            (400, "{\"error\":\"unauthorized_client\"}", Code::NotAllowed),
            (400, "{\"error\":\"unsupported_grant_type\"}", Code::NotAllowed),
            (400, "{\"error\":\"invalid_scope\"}", Code::NotAllowed),
            (400, "{\"error\":\"invalid_request\"}", Code::ServerError),
            (400, "{\"code\":999,\"error\":\"odd\"}", Code::ServerError),
            (401, "{\"code\":999,\"error\":\"odd\"}", Code::Denied),
            (403, "", Code::Denied),
            (404, "{\"error\":\"odd\"}", Code::EndpointGone),
            (404, "", Code::EndpointGone),
            (415, "{\"error\":\"odd\"}", Code::Malformed),
            (429, "{\"error\":\"odd\"}", Code::Busy),
            (500, "", Code::ServerError),
            (503, "{\"error\":\"odd\"}", Code::Maintenance),
            (503, PAGE, Code::NotConcur),
            (302, "{\"code\":5}", Code::Redirected),
            (407, "", Code::ProxyDenied),
            (200, "{\"error\":\"odd\",\"access_token\":\"t\"}", Code::Denied),
            (200, "{\"code\":14,\"access_token\":\"t\"}", Code::AccountLocked),
            (200, PAGE, Code::NotConcur),
            (200, "", Code::Malformed),
            (200, "{}", Code::Malformed),
            (200, "{\"Access_Token\":\"t\"}", Code::Malformed),
            (200, "{\"data\":{\"access_token\":\"t\"}}", Code::Malformed),
            (200, "[{\"access_token\":\"t\"}]", Code::Malformed),
            (200, "{\"access_token\":7}", Code::Malformed),
            (200, "{\"access_token\":\"a b\"}", Code::Malformed),
            (200, "{\"access_token\":\"a\",\"access_token\":\"b\"}", Code::Malformed),
            (403, "{\"code\":14,\"code\":5}", Code::Denied),
        ] {
            let error = failure(status, body);
            assert_eq!(error.code(), code, "{status} {body}: {error}");
            assert!(error.code() == Code::Busy || error.code() as i32 >= 40 || error.pause().is_none(), "{error}");
        }
        let application = Ask::ApplicationToken { key: "id" };
        for (status, body, code) in [
            (400, "{\"code\":5}", Code::BadClient),
            (400, "{\"code\":61}", Code::BadClient),
            (400, "{\"error\":\"invalid_grant\"}", Code::BadClient),
            (403, "{\"error\":\"no\"}", Code::Denied),
            (401, "", Code::Denied),
            (200, "{\"error\":\"no\"}", Code::Denied),
            (400, "", Code::ServerError),
        ] {
            let error = read(&application, status, body, None).err().unwrap();
            assert_eq!(error.code(), code, "{status} {body}: {error}");
            let is_about_login = ["login", "password", "account"].iter().any(|word| error.to_string().contains(word));
            assert!(!is_about_login, "{status} {body}: {error}");
        }
        let refresh = Ask::Refresh { key: "id", token: OLD };
        let error = read(&refresh, 400, "{\"code\":999,\"error\":\"invalid_grant\"}", None).err().unwrap();
        assert_eq!((error.code(), error.server_code()), (Code::RefreshExpired, Some(999)));
    }

    #[test]
    fn native_flow_response_is_named_as_such() {
        for body in ["<Access_Token><Token>t0ken</Token></Access_Token>", "{\"Access_Token\":{\"Token\":\"t0ken\"}}"] {
            let error = failure(200, body);
            assert_eq!(error.code(), Code::Malformed);
            assert!(error.message().contains("Response of the Native Flow"), "{error}");
            assert!(!format!("{error}{}", error.server_message()).contains("t0ken"));
        }
    }

    #[test]
    fn user_origin_is_asked_only_if_it_is_trusted() {
        let named = |geolocation: &str| {
            let body = format!("{{\"code\":16,\"error\":\"invalid_grant\",\"geolocation\":\"{geolocation}\"}}");
            read(&login(), 400, &body, None)
        };
        let Ok(Outcome::AskAt { origin, refusal }) = named("HTTPS://eu2.API.concursolutions.com/oauth2/v0/token")
        else {
            panic!("not asked there");
        };
        let place = HostPort { host: "eu2.api.concursolutions.com".to_owned(), port: 443 };
        assert_eq!(*origin, Origin { is_https: true, place });
        assert_eq!((refusal.code(), refusal.server_code(), refusal.pause()), (Code::WrongHost, Some(16), None));
        assert!(refusal.message().ends_with("error 16, https://eu2.api.concursolutions.com"), "{refusal}");
        for (geolocation, part) in [
            ("", "did not name"),
            ("https://us2.api.concursolutions.com", "host that was asked"),
            ("https://evil.test/?a=b", "/token: error 16, https://evil.test"),
            ("https://192.0.2.1", "192.0.2.1"),
            ("https://concursolutions.com.evil.test", "evil.test"),
            ("http://eu2.api.concursolutions.com", "http://eu2"),
            ("https://a@eu2.api.concursolutions.com", "not a valid address"),
            ("https://eu2.api.concursolutions.com:8443", ":8443"),
        ] {
            let error = named(geolocation).err().unwrap();
            assert_eq!((error.code(), error.server_code()), (Code::WrongHost, Some(16)), "{geolocation}");
            assert!(error.message().contains(part), "{geolocation}: {error}");
            assert_eq!(error.pause(), None);
        }
    }

    #[test]
    fn revocation_succeeds_without_a_body() {
        let revoke = Ask::Revoke { token: OLD, admin: None };
        for (status, body) in [(200, ""), (204, ""), (200, "{}"), (202, "OK")] {
            assert!(matches!(read(&revoke, status, body, None), Ok(Outcome::Revoked)), "{status} {body}");
        }
        for (status, body, code) in [
            (401, "", Code::NotAllowed),
            (403, "", Code::NotAllowed),
            (401, r#"{"code":5,"error":"invalid_grant"}"#, Code::NotAllowed),
            (403, r#"{"code":10}"#, Code::AccountDisabled),
            (200, r#"{"code":5,"error":"invalid_grant"}"#, Code::Denied),
            (200, PAGE, Code::NotConcur),
            (404, "", Code::EndpointGone),
            (500, "", Code::ServerError),
        ] {
            assert_eq!(read(&revoke, status, body, None).err().unwrap().code(), code, "{status} {body}");
        }
    }

    #[test]
    fn truncated_body_keeps_a_rejection() {
        let cut = || Some(Cause::Disconnected);
        assert!(read(&login(), 200, DOCUMENTED, cut()).is_ok());
        let half = DOCUMENTED.get(..DOCUMENTED.len() / 2).unwrap();
        assert_eq!(read(&login(), 200, half, cut()).err().unwrap().code(), Code::Disconnected);
        assert_eq!(read(&login(), 403, "{\"co", cut()).err().unwrap().code(), Code::Denied);
        assert_eq!(read(&login(), 200, DOCUMENTED, Some(Cause::BodyTooLarge)).err().unwrap().code(), Code::TooLarge);
    }

    proptest! {
        #[test]
        fn response_never_causes_a_panic_or_reveals_a_secret(
            status in 100..600_u16,
            body in "(\\{\"error_description\":\"|\\{\"code\":16,\"geolocation\":\"https://)?(\\PC|john@example.com|secret!1|client-secret!|\"|\\}){0,12}",
        ) {
            if let Err(error) = read(&login(), status, &body, None) {
                let all = format!("{error}{}{}", error.server_message(), error.correlation_id());
                prop_assert!(!all.contains("john@e") && !all.contains("secret!"), "{}", all);
                prop_assert!(!all.contains('\n'));
            }
        }
    }
}
