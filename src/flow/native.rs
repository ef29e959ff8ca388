//! The request of the Native Flow (Concur: "OAuth 2.0 Native Flow", deprecated in 2017 and still the only one that takes
//! a login and a password without a client secret).

use bytes::Bytes;
use http::header::HeaderValue;
use http::request::Builder;
use http::{Method, Uri};

use super::{BaseUrl, Credentials};
use crate::cause::Cause;
use crate::error::Error;
use crate::request::{begin, header};
use crate::secret::Secret;

const TOKEN_PATH: &str = "/net2/oauth2/accesstoken.ashx";

/// Where tokens are to be had.
pub(crate) fn token_endpoint(base: &BaseUrl) -> Result<Uri, Error> {
    base.join(TOKEN_PATH).parse().map_err(|_| Cause::Unforeseen.into())
}

/// Asks for an access token: GET with HTTP Basic and the consumer key in a header.
pub(crate) fn token_request(
    endpoint: &Uri,
    user_agent: &HeaderValue,
    credentials: &Credentials<'_>,
) -> Result<Builder, Error> {
    let request = begin(Method::GET, endpoint.clone());
    let request = header(request, "Authorization", secret_value(credentials.basic()?)?);
    let request = header(request, "X-ConsumerKey", secret_value(Secret::concat(&[credentials.key]))?);
    let request = header(request, "Accept", HeaderValue::from_static("application/xml"));
    Ok(header(request, "User-Agent", user_agent.clone()))
}

/// A header value whose bytes stay in the memory of `secret` and are wiped with it.
fn secret_value(secret: Secret) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(secret)).map_err(|_| Cause::Unforeseen)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, Cause, Credentials, token_endpoint, token_request};
    use http::HeaderValue;

    #[test]
    fn the_request_is_the_documented_one() {
        let credentials = Credentials::new("kEy1", "john_developer@hotmail.com", "Travel&Expense$2012").unwrap();
        let base = BaseUrl::parse("https://eu1.concursolutions.com/prefix/").unwrap();
        let request = token_request(
            &token_endpoint(&base).unwrap(),
            &HeaderValue::from_static("erp/1 nativeflow/0"),
            &credentials,
        )
        .and_then(|request| request.body(()).map_err(|_| Cause::Unforeseen.into()))
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
    fn a_printed_request_shows_no_secret() {
        let credentials = Credentials::new("kEy1", "login", "secret").unwrap();
        let agent = HeaderValue::from_static("a");
        let endpoint = token_endpoint(&BaseUrl::production()).unwrap();
        let request = token_request(&endpoint, &agent, &credentials).unwrap().body(()).unwrap();
        let printed = format!("{request:?}");
        assert!(!printed.contains("kEy1") && !printed.contains("bG9naW4"), "{printed}");
    }
}
