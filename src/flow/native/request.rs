//! The requests of the Native Flow (Concur: "OAuth 2.0 Native Flow", deprecated in 2017).

use http::Method;
use http::header::HeaderValue;

use crate::error::{Cause, Error};
use crate::flow::base_url::BaseUrl;
use crate::flow::credentials::Credentials;
use crate::flow::kept_token::KeptToken;
use crate::flow::service::Application;
use crate::message::{Endpoint, Request, form, secret_value};
use crate::secret::Secret;

const TOKEN_PATH: &str = "/net2/oauth2/accesstoken.ashx";
const REFRESH_PATH: &str = "/net2/oauth2/getaccesstoken.ashx";
const REVOKE_PATH: &str = "/net2/oauth2/revoketoken.ashx";
/// Maximum length of a query. Servers limit the first line of a request; IIS, for example, to 16 KiB with the headers.
const MAX_QUERY_LEN: usize = 8 * 1024;

/// Returns the endpoint that issues tokens.
pub(super) fn token_endpoint(base: &BaseUrl) -> Result<Endpoint, Error> {
    base.endpoint(TOKEN_PATH)
}

/// Makes the request for an access token: GET with HTTP Basic and the consumer key in a header.
pub(super) fn token(
    endpoint: &Endpoint,
    user_agent: &HeaderValue,
    credentials: &Credentials<'_>,
) -> Result<Request, Error> {
    let headers = vec![
        ("Authorization", secret_value(credentials.basic())?),
        ("X-ConsumerKey", secret_value(Secret::concat(&[credentials.key]))?),
        ("Accept", HeaderValue::from_static("application/xml")),
        ("User-Agent", user_agent.clone()),
    ];
    Ok(Request::new(Method::GET, endpoint, headers, Secret::default()))
}

/// Makes the request for another access token: GET with everything in the query. The old access token is sent if it is
/// known (Concur documents it and does not require it).
pub(super) fn refresh(
    application: &Application,
    key: &str,
    client_secret: &str,
    token: &KeptToken<'_>,
) -> Result<Request, Error> {
    let query =
        form::encode(&[("refresh_token", token.refresh_token), ("client_id", key), ("client_secret", client_secret)]);
    let mut headers = Vec::new();
    if !token.authorization.is_empty() {
        headers.push(("Authorization", token.header_value()?));
    }
    headers.push(("Accept", HeaderValue::from_static("application/xml")));
    headers.push(("User-Agent", application.user_agent.clone()));
    with_query(application, Method::GET, REFRESH_PATH, &query, headers)
}

/// Makes the request that ends `token`: POST with the token in the query, and with an empty body (a chunked one is
/// rejected). `bearer` is the token of an administrator, or `token` itself.
pub(super) fn revoke(
    application: &Application,
    token: &KeptToken<'_>,
    bearer: &KeptToken<'_>,
) -> Result<Request, Error> {
    let headers = vec![("Authorization", bearer.header_value()?), ("User-Agent", application.user_agent.clone())];
    with_query(application, Method::POST, REVOKE_PATH, &form::encode(&[("token", token.value())]), headers)
}

/// Makes a request whose address contains secrets. The address is in wiped memory, and no message shows it.
fn with_query(
    application: &Application,
    method: Method,
    path: &str,
    query: &Secret,
    headers: Vec<(&'static str, HeaderValue)>,
) -> Result<Request, Error> {
    if query.expose().len() > MAX_QUERY_LEN {
        return Err(Cause::TokenTooLong.into());
    }
    let endpoint = application.base.endpoint_with_query(path, query)?;
    Ok(Request::new(method, &endpoint, headers, Secret::default()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::{refresh, revoke, token, token_endpoint};
    use crate::flow::base_url::BaseUrl;
    use crate::flow::credentials::Credentials;
    use crate::flow::kept_token::KeptToken;
    use crate::flow::service::Application;
    use crate::flow::trusted_hosts::TrustedHosts;

    fn application() -> Application {
        let base = BaseUrl::parse("https://eu1.concursolutions.com/prefix/").unwrap();
        let trusted = TrustedHosts::new(&base, Vec::new());
        Application::new(base, HeaderValue::from_static("erp/1 nativeflow/0"), trusted, None)
    }

    fn kept(authorization: &str) -> KeptToken<'_> {
        KeptToken {
            scheme: "OAuth",
            authorization,
            refresh_token: "8ew$sef/+=",
            instance_url: "",
            refresh_expires_at: None,
        }
    }

    /// Returns a request as text, with the names of headers in lower case.
    fn written(request: crate::message::Request) -> String {
        let head = request.head(false).unwrap();
        let headers = head.headers().iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
        format!("{} {}\n{}", head.method(), head.uri(), headers.collect::<String>())
    }

    fn token_of(credentials: &Credentials<'_>) -> crate::message::Request {
        let application = application();
        let endpoint = token_endpoint(&application.base).unwrap();
        token(&endpoint, &application.user_agent, credentials).unwrap()
    }

    #[test]
    fn token_request_matches_the_documentation() {
        let credentials = Credentials::new("kEy1", "john_developer@hotmail.com", "Travel&Expense$2012").unwrap();
        assert_eq!(
            written(token_of(&credentials)),
            "GET https://eu1.concursolutions.com/prefix/net2/oauth2/accesstoken.ashx\n\
             host: eu1.concursolutions.com\n\
             authorization: Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg==\n\
             x-consumerkey: kEy1\n\
             accept: application/xml\n\
             user-agent: erp/1 nativeflow/0\n"
        );
    }

    #[test]
    fn refresh_and_revoke_requests_match_the_documentation() {
        let with_value = kept("OAuth t0k/+=");
        assert_eq!(
            written(refresh(&application(), "k&y", "s=crt", &with_value).unwrap()),
            "GET https://eu1.concursolutions.com/prefix/net2/oauth2/getaccesstoken.ashx\
             ?refresh_token=8ew%24sef%2F%2B%3D&client_id=k%26y&client_secret=s%3Dcrt\n\
             host: eu1.concursolutions.com\n\
             authorization: OAuth t0k/+=\n\
             accept: application/xml\n\
             user-agent: erp/1 nativeflow/0\n"
        );
        let without_value = written(refresh(&application(), "k", "s", &kept("")).unwrap());
        assert!(!without_value.contains("authorization"), "{without_value}");
        assert_eq!(
            written(revoke(&application(), &with_value, &kept("OAuth admin")).unwrap()),
            "POST https://eu1.concursolutions.com/prefix/net2/oauth2/revoketoken.ashx?token=t0k%2F%2B%3D\n\
             host: eu1.concursolutions.com\n\
             authorization: OAuth admin\n\
             user-agent: erp/1 nativeflow/0\n\
             content-length: 0\n"
        );
        assert!(refresh(&application(), "k", &"=".repeat(3000), &with_value).is_err());
    }

    #[test]
    fn printed_request_contains_no_secret() {
        let credentials = Credentials::new("kEy1", "login", "secret").unwrap();
        let request = token_of(&credentials).head(true).unwrap();
        let printed = format!("{request:?}");
        assert!(!printed.contains("kEy1") && !printed.contains("bG9naW4"), "{printed}");
    }
}
