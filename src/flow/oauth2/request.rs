//! The requests of the OAuth 2.0 service (Concur: "Authentication API", RFC 6749): POST with all secrets in the body,
//! and for a revocation DELETE.

use http::Method;
use http::header::HeaderValue;

use crate::error::{Cause, Error};
use crate::flow::base_url::BaseUrl;
use crate::flow::service::Ask;
use crate::message::{Endpoint, Request, form};
use crate::secret::Secret;

const TOKEN_PATH: &str = "/oauth2/v0/token";
const CONNECTIONS_PATH: &str = "/app-mgmt/v0/connections";

/// The kind of a login and its secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum CredentialType {
    /// The login ID and the password of a user.
    #[default]
    Password,
    /// The UUID and a request token of a company.
    AuthToken,
}

impl CredentialType {
    /// Returns the value of `credtype`.
    fn name(self) -> &'static str {
        match self {
            CredentialType::Password => "password",
            CredentialType::AuthToken => "authtoken",
        }
    }
}

/// Returns the endpoint that issues tokens.
pub(super) fn token_endpoint(base: &BaseUrl) -> Result<Endpoint, Error> {
    base.endpoint(TOKEN_PATH)
}

/// Returns the endpoint at which the tokens of a user are revoked.
pub(super) fn connections_endpoint(base: &BaseUrl) -> Result<Endpoint, Error> {
    base.endpoint(CONNECTIONS_PATH)
}

/// Makes the request for `ask`.
pub(super) fn make(
    endpoint: &Endpoint,
    user_agent: &HeaderValue,
    ask: &Ask<'_>,
    client_secret: &str,
    credential_type: CredentialType,
) -> Result<Request, Error> {
    let of_client = |key, grant| [("client_id", key), ("client_secret", client_secret), ("grant_type", grant)];
    // The most that a grant has.
    let mut parameters = Vec::with_capacity(6);
    match ask {
        Ask::Token(credentials) => {
            if credential_type == CredentialType::AuthToken && credentials.secret.is_empty() {
                return Err(Cause::RequestTokenEmpty.into());
            }
            parameters.extend(of_client(credentials.key, "password"));
            parameters.extend([("username", credentials.login), ("password", credentials.secret)]);
            parameters.push(("credtype", credential_type.name()));
        }
        Ask::Refresh { key, token } => {
            parameters.extend(of_client(key, "refresh_token"));
            parameters.push(("refresh_token", token.refresh_token));
        }
        Ask::ApplicationToken { key } => parameters.extend(of_client(key, "client_credentials")),
        Ask::Revoke { token, .. } => {
            let headers = vec![("Authorization", token.header_value()?), ("User-Agent", user_agent.clone())];
            return Ok(Request::new(Method::DELETE, endpoint, headers, Secret::default()));
        }
    }
    let headers = vec![
        // Concur: without a charset.
        ("Content-Type", HeaderValue::from_static("application/x-www-form-urlencoded")),
        ("Accept", HeaderValue::from_static("application/json")),
        ("User-Agent", user_agent.clone()),
    ];
    Ok(Request::new(Method::POST, endpoint, headers, form::encode(&parameters)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::{CredentialType, connections_endpoint, make, token_endpoint};
    use crate::flow::base_url::BaseUrl;
    use crate::flow::credentials::Credentials;
    use crate::flow::kept_token::KeptToken;
    use crate::flow::service::Ask;

    const TOKEN: KeptToken<'static> = KeptToken {
        scheme: "Bearer",
        authorization: "Bearer eyJ",
        refresh_token: "r+/=",
        instance_url: "",
        refresh_expires_at: None,
    };

    /// Returns the first line, the headers with names in lower case, and the body.
    fn written(ask: &Ask<'_>, credential_type: CredentialType) -> String {
        let base = BaseUrl::parse("https://gateway.example/concur").unwrap();
        let endpoint = match ask {
            Ask::Revoke { .. } => connections_endpoint(&base),
            _ => token_endpoint(&base),
        };
        let agent = HeaderValue::from_static("erp/1");
        let request = make(&endpoint.unwrap(), &agent, ask, "s&crt", credential_type).unwrap();
        let head = request.head(false).unwrap();
        let headers = head.headers().iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
        format!("{} {}\n{}\n{}", head.method(), head.uri(), headers.collect::<String>(), request.body.expose())
    }

    #[test]
    fn requests_match_the_documentation() {
        let credentials = || Credentials::new("id", "a@b.c", "p+w d").unwrap();
        let post = |length, body: &str| {
            format!(
                "POST https://gateway.example/concur/oauth2/v0/token\nhost: gateway.example\n\
                 content-type: application/x-www-form-urlencoded\naccept: application/json\nuser-agent: erp/1\n\
                 content-length: {length}\n\n{body}"
            )
        };
        let client = "client_id=id&client_secret=s%26crt&grant_type=";
        for (ask, credential_type, body) in [
            (
                Ask::Token(credentials()),
                CredentialType::Password,
                "password&username=a%40b.c&password=p%2Bw%20d&credtype=password",
            ),
            (
                Ask::Token(credentials()),
                CredentialType::AuthToken,
                "password&username=a%40b.c&password=p%2Bw%20d&credtype=authtoken",
            ),
            (
                Ask::Refresh { key: "id", token: TOKEN },
                CredentialType::Password,
                "refresh_token&refresh_token=r%2B%2F%3D",
            ),
            (Ask::ApplicationToken { key: "id" }, CredentialType::Password, "client_credentials"),
        ] {
            let expected = post(client.len() + body.len(), &format!("{client}{body}"));
            assert_eq!(written(&ask, credential_type), expected);
        }
        assert_eq!(
            written(&Ask::Revoke { token: TOKEN, admin: None }, CredentialType::Password),
            "DELETE https://gateway.example/concur/app-mgmt/v0/connections\nhost: gateway.example\n\
             authorization: Bearer eyJ\nuser-agent: erp/1\n\n"
        );
    }

    #[test]
    fn request_token_must_not_be_empty() {
        let empty = Ask::Token(Credentials::new("id", "uuid", "").unwrap());
        let endpoint = token_endpoint(&BaseUrl::of_host("h")).unwrap();
        let agent = HeaderValue::from_static("a");
        assert!(make(&endpoint, &agent, &empty, "s", CredentialType::AuthToken).is_err());
        assert!(make(&endpoint, &agent, &empty, "s", CredentialType::Password).is_ok());
    }
}
