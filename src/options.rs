//! The options of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::error::{Cause, Error};
use crate::flow::{self, CredentialType};
use crate::hold_back::DEFAULT_HOLD_BACK;
use crate::log::Log;
use crate::secret::Secret;
use crate::secret_source::SecretSource;
use crate::transport::{Bypass, ClientCertificate, Proxy, Route, Settings, TrustedRoots};

const MAX_PRODUCT_LEN: usize = 256;
/// "An answer is due within 60 s" (Concur).
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// Enough for two lost packets: TCP repeats the first after one second, the next after three.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The options of a client. Each setter checks its value at once, so that the program finds an invalid value where it
/// is set.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) service: flow::Settings,
    pub(crate) user_agent: HeaderValue,
    /// The timeout of a whole call.
    pub(crate) timeout: Duration,
    pub(crate) log: Option<Log>,
    pub(crate) transport: Settings,
    /// Gets the secrets of sessions.
    pub(crate) secret_source: Option<SecretSource>,
    /// How long before its expiry a session renews a token; `None`: the default.
    pub(crate) refresh_margin: Option<Duration>,
    /// How long a refused secret is not sent again; zero: calls without a session are not held back.
    pub(crate) hold_back: Duration,
    /// The last field, so that it is dropped after all callbacks.
    pub(crate) releases: Vec<Arc<Release>>,
}

/// Runs a function once, after the last of its options, clients and running calls was dropped.
pub struct Release(Box<dyn Fn() + Send + Sync>);

impl Drop for Release {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl fmt::Debug for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Release")
    }
}

impl Options {
    /// Makes the defaults: Concur's production host in the United States, 60 seconds, the operating system's root
    /// certificates, no proxy.
    pub fn new() -> Options {
        Options {
            service: flow::Settings::default(),
            user_agent: HeaderValue::from_static(concat!("nativeflow/", env!("CARGO_PKG_VERSION"))),
            timeout: DEFAULT_TIMEOUT,
            log: None,
            transport: Settings {
                connect_timeout: DEFAULT_CONNECT_TIMEOUT,
                keep_alive: Duration::ZERO,
                trust: TrustedRoots::default(),
                identity: None,
                route: Route::default(),
            },
            secret_source: None,
            refresh_margin: None,
            hold_back: DEFAULT_HOLD_BACK,
            releases: Vec::new(),
        }
    }

    /// Sets the address of Concur: scheme, host, optional port and path prefix, but no endpoint. https, or http for a
    /// loopback host.
    pub fn set_base_url(&mut self, url: &str) -> Result<(), Error> {
        self.service.set_base_url(url)
    }

    /// Uses the OAuth 2.0 service instead of the Native Flow. The key is then the client ID.
    pub fn use_oauth2(&mut self) {
        self.service.is_oauth2 = true;
    }

    /// Sets the application's client secret, which the Native Flow calls consumer secret and needs only for a refresh. A
    /// sealed copy is kept.
    pub fn set_client_secret(&mut self, secret: &Secret) -> Result<(), Error> {
        self.service.set_client_secret(secret)
    }

    /// Sets the kind of login and secret.
    pub(crate) fn set_credential_type(&mut self, credential_type: CredentialType) {
        self.service.credential_type = credential_type;
    }

    /// Trusts one more host: it may receive logins and tokens of users who belong there.
    pub fn allow_host(&mut self, host: &str) -> Result<(), Error> {
        self.service.allow_host(host)
    }

    /// Sets the timeout of a whole call, DNS included. Not zero; the default is 60 seconds.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<(), Error> {
        if timeout.is_zero() {
            return Err(Cause::TimeoutZero.into());
        }
        self.timeout = timeout;
        Ok(())
    }

    /// Sets the timeout of each attempt to connect to an address, within that of the call. Not zero; the default is 10
    /// seconds.
    pub fn set_connect_timeout(&mut self, timeout: Duration) -> Result<(), Error> {
        if timeout.is_zero() {
            return Err(Cause::ConnectTimeoutZero.into());
        }
        self.transport.connect_timeout = timeout;
        Ok(())
    }

    /// Sets the name of the calling product, for example `my-erp/4.2`. It precedes `nativeflow/x.y.z` in the User-Agent
    /// header.
    pub fn set_user_agent(&mut self, product: &str) -> Result<(), Error> {
        let printable = product.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let length = 1..=MAX_PRODUCT_LEN;
        if !printable || !length.contains(&product.len()) || product.trim() != product {
            return Err(Cause::UserAgentRefused.into());
        }
        let both = format!("{product} nativeflow/{}", env!("CARGO_PKG_VERSION"));
        self.user_agent = HeaderValue::try_from(both).map_err(|_| Cause::UserAgentRefused)?;
        Ok(())
    }

    /// Trusts the root certificates in this PEM file instead of the operating system's. Replaces those of an earlier
    /// file.
    pub fn set_ca_file(&mut self, path: &str) -> Result<(), Error> {
        self.transport.trust.set_file(path)
    }

    /// Trusts these root certificates (PEM) instead of the operating system's, in addition to those of a file and of
    /// earlier calls.
    pub fn add_ca_pem(&mut self, pem: &[u8]) -> Result<(), Error> {
        self.transport.trust.add_pem(pem)
    }

    /// Sets the certificate for servers that request one. PEM files: the chain, with the client's own certificate
    /// first, and the private key (PKCS#8, PKCS#1 or SEC1, without a passphrase). The files are read now.
    pub fn set_client_certificate(&mut self, chain_file: &str, key_file: &str) -> Result<(), Error> {
        self.transport.identity = Some(ClientCertificate::read(chain_file, key_file)?);
        Ok(())
    }

    /// Sets the proxy for connections: `http://`, `https://` or `socks5://`, then optionally `user:password@`
    /// (percent-encoded), the host, optionally a port. The proxy receives only the server's host and port. Empty: no
    /// proxy.
    pub fn set_proxy(&mut self, url: &str) -> Result<(), Error> {
        self.transport.route.proxy = if url.is_empty() { None } else { Some(Arc::new(Proxy::parse(url)?)) };
        Ok(())
    }

    /// Sets the hosts that are connected to directly, in the syntax of NO_PROXY: domains (with all hosts below them),
    /// addresses, networks, each with an optional port, or `*`. Commas or spaces separate them.
    pub fn set_proxy_bypass(&mut self, hosts: &str) -> Result<(), Error> {
        self.transport.route.bypass = Bypass::parse(hosts)?;
        Ok(())
    }

    /// Reads proxy and bypass from the environment variables that curl uses for https, now, and replaces earlier
    /// settings: the first that exists of `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`; and of `no_proxy`,
    /// `NO_PROXY`.
    pub fn use_environment_proxy(&mut self) -> Result<(), Error> {
        self.transport.route = Route::from_environment(|name| std::env::var_os(name))?;
        Ok(())
    }

    /// Keeps a connection open after a call, so that a call within this time can use it. Zero (the default): each call
    /// opens its own.
    pub fn set_keep_alive(&mut self, longest_idle: Duration) {
        self.transport.keep_alive = longest_idle;
    }

    /// Runs `function` once, when no callback of these options can run any more: when these options, all clients that
    /// are made from them from now on, and their calls are gone.
    pub fn on_release(&mut self, function: impl Fn() + Send + Sync + 'static) {
        self.releases.push(Arc::new(Release(Box::new(function))));
    }

    /// Sets the function that gets the secret of a session's user.
    pub(crate) fn set_secret_source(&mut self, source: Option<SecretSource>) {
        self.secret_source = source;
    }

    /// Sets how long before its expiry a session renews a token, at most half of the token's lifetime.
    pub(crate) fn set_refresh_margin(&mut self, margin: Duration) {
        self.refresh_margin = Some(margin);
    }

    /// Sets how long a refused secret is not sent again; zero: calls without a session are not held back.
    pub(crate) fn set_hold_back(&mut self, time: Duration) {
        self.hold_back = time;
    }

    /// Logs each step of a call to `log`.
    pub fn set_log(&mut self, log: Option<Log>) {
        self.log = log;
    }
}

impl Default for Options {
    fn default() -> Options {
        Options::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Options;
    use crate::error::Code;
    use std::time::Duration;

    #[test]
    fn product_precedes_the_library_in_user_agent() {
        let mut options = Options::new();
        assert!(options.user_agent.to_str().unwrap().starts_with("nativeflow/"));
        options.set_user_agent("my-erp/4.2 (nightly)").unwrap();
        assert!(options.user_agent.to_str().unwrap().starts_with("my-erp/4.2 (nightly) nativeflow/"));
    }

    #[test]
    fn rejected_value_keeps_the_old_one() {
        let mut options = Options::new();
        let long = "x".repeat(257);
        for product in ["", " a", "a ", "a\r\nX-Other: 1", "ü", &long] {
            assert_eq!(options.set_user_agent(product).unwrap_err().code(), Code::InvalidOption, "{product:?}");
        }
        assert!(options.set_timeout(Duration::ZERO).is_err());
        assert!(options.set_connect_timeout(Duration::ZERO).is_err());
        options.set_proxy("http://proxy.example:3128").unwrap();
        options.set_proxy_bypass("example.com").unwrap();
        assert!(options.set_proxy("ftp://proxy.example").is_err());
        assert!(options.set_proxy_bypass("10.0.0.0/99").is_err());
        assert!(options.transport.route.proxy.is_some());
        assert!(options.set_base_url("http://example.com").is_err());
        assert!(options.user_agent.to_str().unwrap().starts_with("nativeflow/"));
        assert_eq!(options.timeout, Duration::from_secs(60));
    }
}
