//! The paths that Concur serves.

/// One of Concur's two token services.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Service {
    /// The Native Flow, deprecated: `/net2/oauth2/…`.
    Native,
    /// OAuth 2.0: `/oauth2/v0/token`.
    OAuth2,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Endpoint {
    /// Native Flow: login and password in, token out.
    NativeToken,
    /// Native Flow: refresh token in, token out.
    NativeRefresh,
    NativeRevoke,
    /// OAuth 2.0: any grant in, token out.
    Token,
    /// OAuth 2.0: revokes the refresh tokens of a user.
    Connections,
    /// Any resource that a token opens.
    Api,
}

impl Endpoint {
    /// `path` is in lower case, without prefix and scenario.
    pub(crate) fn find(path: &str) -> Option<Endpoint> {
        match path {
            "/net2/oauth2/accesstoken.ashx" => Some(Endpoint::NativeToken),
            "/net2/oauth2/getaccesstoken.ashx" => Some(Endpoint::NativeRefresh),
            "/net2/oauth2/revoketoken.ashx" => Some(Endpoint::NativeRevoke),
            "/oauth2/v0/token" => Some(Endpoint::Token),
            "/app-mgmt/v0/connections" => Some(Endpoint::Connections),
            _ => path.strip_prefix("/api/v3.0/").filter(|resource| !resource.is_empty()).map(|_| Endpoint::Api),
        }
    }

    /// The service that a scenario must be for. Both tokens open the API.
    pub(crate) fn service(self) -> Option<Service> {
        match self {
            Endpoint::NativeToken | Endpoint::NativeRefresh | Endpoint::NativeRevoke => Some(Service::Native),
            Endpoint::Token | Endpoint::Connections => Some(Service::OAuth2),
            Endpoint::Api => None,
        }
    }

    pub(crate) fn methods(self) -> &'static [&'static str] {
        match self {
            Endpoint::NativeToken => &["GET", "POST"],
            Endpoint::NativeRefresh | Endpoint::Api => &["GET"],
            Endpoint::NativeRevoke | Endpoint::Token => &["POST"],
            Endpoint::Connections => &["DELETE"],
        }
    }

    /// Whether a successful response contains a token.
    pub(crate) fn gives_tokens(self) -> bool {
        matches!(self, Endpoint::NativeToken | Endpoint::NativeRefresh | Endpoint::Token)
    }
}
