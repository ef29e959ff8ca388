//! The request of the Native Flow (Concur: "OAuth 2.0 Native Flow"). It was deprecated in 2017 and is still the only
//! flow that needs a login and a password but no client secret.

use http::Method;
use http::header::HeaderValue;

use crate::error::Error;
use crate::flow::base_url::BaseUrl;
use crate::flow::credentials::Credentials;
use crate::message::{Endpoint, Request, secret_value};
use crate::secret::Secret;

const TOKEN_PATH: &str = "/net2/oauth2/accesstoken.ashx";

/// Returns the endpoint that issues tokens.
pub(crate) fn token_endpoint(base: &BaseUrl) -> Result<Endpoint, Error> {
    base.endpoint(TOKEN_PATH)
}

/// Makes the request for an access token: GET with HTTP Basic and the consumer key in a header.
pub(crate) fn token_request(
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

#[cfg(test)]
mod tests {
    use super::{BaseUrl, Credentials, token_endpoint, token_request};
    use http::HeaderValue;

    #[test]
    fn request_matches_the_documentation() {
        let credentials = Credentials::new("kEy1", "john_developer@hotmail.com", "Travel&Expense$2012").unwrap();
        let base = BaseUrl::parse("https://eu1.concursolutions.com/prefix/").unwrap();
        let request = token_request(
            &token_endpoint(&base).unwrap(),
            &HeaderValue::from_static("erp/1 nativeflow/0"),
            &credentials,
        )
        .and_then(|request| request.head(false))
        .unwrap();
        assert_eq!(request.method(), "GET");
        assert_eq!(request.uri(), "https://eu1.concursolutions.com/prefix/net2/oauth2/accesstoken.ashx");
        let headers = request.headers();
        assert_eq!(headers.len(), 5);
        assert_eq!(headers["host"], "eu1.concursolutions.com");
        assert_eq!(headers["authorization"], "Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg==");
        assert_eq!(headers["x-consumerkey"], "kEy1");
        assert_eq!(headers["accept"], "application/xml");
        assert_eq!(headers["user-agent"], "erp/1 nativeflow/0");
    }

    #[test]
    fn printed_request_contains_no_secret() {
        let credentials = Credentials::new("kEy1", "login", "secret").unwrap();
        let agent = HeaderValue::from_static("a");
        let endpoint = token_endpoint(&BaseUrl::production()).unwrap();
        let request = token_request(&endpoint, &agent, &credentials).unwrap().head(true).unwrap();
        let printed = format!("{request:?}");
        assert!(!printed.contains("kEy1") && !printed.contains("bG9naW4"), "{printed}");
    }
}
