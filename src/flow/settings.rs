//! Which service a client asks, and as which application.

use http::HeaderValue;

use super::base_url::BaseUrl;
use super::native::{self, Native};
use super::oauth2::{CredentialType, OAuth2};
use super::service::{Application, Service};
use super::trusted_hosts::{TrustedHosts, parse_allowed_host};
use crate::error::{Cause, Error};
use crate::origin::HostPort;
use crate::sealed::Sealed;
use crate::secret::Secret;

/// Concur's host of the OAuth 2.0 service in the United States.
const OAUTH2_HOST: &str = "us2.api.concursolutions.com";
/// Concur: a company's request token is sent to the global landing zone.
const AUTH_TOKEN_HOST: &str = "glz.api.concursolutions.com";
/// Maximum length of a client secret in bytes.
const MAX_SECRET_LEN: usize = 2048;

/// The settings of a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) is_oauth2: bool,
    pub(crate) credential_type: CredentialType,
    base_url: Option<BaseUrl>,
    client_secret: Option<Sealed>,
    allowed_hosts: Vec<HostPort>,
}

impl Settings {
    pub(crate) fn set_base_url(&mut self, url: &str) -> Result<(), Error> {
        self.base_url = Some(BaseUrl::configured(url)?);
        Ok(())
    }

    /// Keeps a sealed copy of the application's client secret.
    pub(crate) fn set_client_secret(&mut self, secret: &Secret) -> Result<(), Error> {
        let fault = match secret.expose() {
            "" => "empty",
            text if text.len() > MAX_SECRET_LEN => "longer than 2048 bytes",
            text if text.contains(char::is_control) => "contains a control character, such as a line break or a NUL",
            _ => {
                self.client_secret = Some(Sealed::new(secret)?);
                return Ok(());
            }
        };
        Err(Error::new(Cause::ClientSecretRefused).detail(fault))
    }

    pub(crate) fn allow_host(&mut self, host: &str) -> Result<(), Error> {
        self.allowed_hosts.push(parse_allowed_host(host)?);
        Ok(())
    }

    /// Makes the service.
    ///
    /// # Errors
    /// The settings do not match.
    pub(crate) fn service(&self, user_agent: HeaderValue) -> Result<Box<dyn Service>, Error> {
        let base = self.base();
        let trusted = TrustedHosts::new(&base, self.allowed_hosts.clone());
        let application = Application::new(base, user_agent, trusted, self.client_secret.clone());
        match (self.is_oauth2, self.credential_type) {
            (true, credential_type) => Ok(Box::new(OAuth2::new(application, credential_type)?)),
            (false, CredentialType::Password) => Ok(Box::new(Native::new(application)?)),
            (false, CredentialType::AuthToken) => Err(Cause::CredentialTypeNeedsOAuth2.into()),
        }
    }

    /// Returns the address of the service, and its credential type.
    pub(crate) fn address(&self) -> (String, CredentialType) {
        (self.base().join(""), self.credential_type)
    }

    /// Returns the client secret, if logins contain it: those of the Native Flow do not.
    pub(crate) fn client_secret_of_logins(&self) -> Result<Option<Secret>, Error> {
        self.client_secret.as_ref().filter(|_| self.is_oauth2).map(Sealed::open).transpose()
    }

    fn base(&self) -> BaseUrl {
        self.base_url.clone().unwrap_or_else(|| BaseUrl::of_host(self.default_host()))
    }

    fn default_host(&self) -> &'static str {
        match (self.is_oauth2, self.credential_type) {
            (false, _) => native::PRODUCTION,
            (true, CredentialType::Password) => OAUTH2_HOST,
            (true, CredentialType::AuthToken) => AUTH_TOKEN_HOST,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::{CredentialType, Settings};
    use crate::error::Cause;
    use crate::flow::credentials::Credentials;
    use crate::flow::service::Ask;
    use crate::secret::Secret;

    fn settings(is_oauth2: bool, credential_type: CredentialType, secret: &str) -> Settings {
        let mut settings = Settings { is_oauth2, credential_type, ..Settings::default() };
        if !secret.is_empty() {
            settings.set_client_secret(&Secret::concat(&[secret])).unwrap();
        }
        settings
    }

    fn asked_at(settings: &Settings) -> String {
        let service = settings.service(HeaderValue::from_static("a")).unwrap();
        let ask = Ask::Token(Credentials::new("k", "l", "s").unwrap());
        service.request(&ask, None).unwrap().endpoint.origin.to_string()
    }

    #[test]
    fn default_host_depends_on_service_and_credentials() {
        use CredentialType::{AuthToken, Password};
        for (is_oauth2, credential_type, host) in [
            (false, Password, "https://www.concursolutions.com"),
            (true, Password, "https://us2.api.concursolutions.com"),
            (true, AuthToken, "https://glz.api.concursolutions.com"),
        ] {
            let mut settings = settings(is_oauth2, credential_type, "s");
            assert_eq!(asked_at(&settings), host);
            settings.set_base_url("https://eu2.api.concursolutions.com").unwrap();
            assert_eq!(asked_at(&settings), "https://eu2.api.concursolutions.com");
        }
    }

    #[test]
    fn settings_that_do_not_match_are_rejected() {
        use CredentialType::{AuthToken, Password};
        for (settings, cause) in [
            (settings(true, Password, ""), Cause::ClientSecretMissing),
            (settings(false, AuthToken, "s"), Cause::CredentialTypeNeedsOAuth2),
        ] {
            let error = settings.service(HeaderValue::from_static("a")).unwrap_err();
            assert_eq!(error.message(), cause.message());
        }
        let long = "x".repeat(2049);
        for secret in ["", "a\0b", "a\n", &long] {
            let error = Settings::default().set_client_secret(&Secret::concat(&[secret])).unwrap_err();
            assert!(error.message().starts_with(Cause::ClientSecretRefused.message()), "{error}");
            assert!(secret.is_empty() || !error.message().contains(secret));
        }
    }
}
