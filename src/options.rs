//! What a client is made from.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::error::{Cause, Error};
use crate::flow::BaseUrl;
use crate::log::Log;
use crate::transport::{Bypass, ClientCertificate, Proxy, Route, Settings, TrustedRoots};

const MAX_PRODUCT_LEN: usize = 256;
/// "An answer is due within 60 s" (Concur).
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// Enough for two lost packets: TCP repeats the first after one second, the next after three.
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What a client is made from. Each setter checks its value at once, so that a wrong one is found where it is set.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) base_url: BaseUrl,
    pub(crate) user_agent: HeaderValue,
    /// Bounds a whole call.
    pub(crate) timeout: Duration,
    pub(crate) log: Option<Log>,
    pub(crate) transport: Settings,
    /// Behind everything that calls back.
    pub(crate) releases: Vec<Arc<Release>>,
}

/// Runs a function once, when the last of the options and clients that have it are gone, with all running calls.
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
    /// Concur's production host in the United States, 60 seconds, the operating system's roots, no proxy.
    pub fn new() -> Options {
        Options {
            base_url: BaseUrl::production(),
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
            releases: Vec::new(),
        }
    }

    /// Where Concur is: scheme, host, perhaps a port and a path prefix. https, or http for a loopback host.
    pub fn set_base_url(&mut self, url: &str) -> Result<(), Error> {
        self.base_url = BaseUrl::parse(url)?;
        Ok(())
    }

    /// The limit of a whole call, DNS included. Not zero; the default is 60 seconds.
    pub fn set_timeout(&mut self, timeout: Duration) -> Result<(), Error> {
        if timeout.is_zero() {
            return Err(Cause::TimeoutZero.into());
        }
        self.timeout = timeout;
        Ok(())
    }

    /// The limit of each attempt to connect to an address, within that of the call. Not zero; the default is 10 seconds.
    pub fn set_connect_timeout(&mut self, timeout: Duration) -> Result<(), Error> {
        if timeout.is_zero() {
            return Err(Cause::ConnectTimeoutZero.into());
        }
        self.transport.connect_timeout = timeout;
        Ok(())
    }

    /// The calling product, as in `my-erp/4.2`; it stands before `nativeflow/x.y.z` in the User-Agent header.
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

    /// Trusts the roots in this PEM file in place of the operating system's and of an earlier file's.
    pub fn set_ca_file(&mut self, path: &str) -> Result<(), Error> {
        self.transport.trust.set_file(path)
    }

    /// Trusts these roots (PEM) in place of the operating system's, beside those of a file and of earlier calls.
    pub fn add_ca_pem(&mut self, pem: &[u8]) -> Result<(), Error> {
        self.transport.trust.add_pem(pem)
    }

    /// Shows this certificate to a server that asks for one. PEM files: the chain, the client's own first, and the private
    /// key (PKCS#8, PKCS#1 or SEC1, without a passphrase). Read now.
    pub fn set_client_certificate(&mut self, chain_file: &str, key_file: &str) -> Result<(), Error> {
        self.transport.identity = Some(ClientCertificate::read(chain_file, key_file)?);
        Ok(())
    }

    /// Goes by way of a proxy: `http://`, `https://` or `socks5://`, perhaps `user:password@` (percent-encoded), host, perhaps
    /// a port. The proxy sees the server's host and port and nothing else. Empty: no proxy.
    pub fn set_proxy(&mut self, url: &str) -> Result<(), Error> {
        self.transport.route.proxy = if url.is_empty() { None } else { Some(Arc::new(Proxy::parse(url)?)) };
        Ok(())
    }

    /// Hosts that are reached without the proxy, in the syntax of NO_PROXY: domains (with all below them), addresses,
    /// networks, each perhaps with a port, or `*`; commas or blanks between them.
    pub fn set_proxy_bypass(&mut self, hosts: &str) -> Result<(), Error> {
        self.transport.route.bypass = Bypass::parse(hosts)?;
        Ok(())
    }

    /// Takes proxy and bypass from the variables of curl for https, now, in place of those set before: `https_proxy`,
    /// `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`, the first that is there; `no_proxy`, `NO_PROXY`.
    pub fn use_environment_proxy(&mut self) -> Result<(), Error> {
        self.transport.route = Route::from_environment(|name| std::env::var_os(name))?;
        Ok(())
    }

    /// Keeps a connection open after a call, for a next one within this time. Zero, the default: each call has its own.
    pub fn set_keep_alive(&mut self, longest_idle: Duration) {
        self.transport.keep_alive = longest_idle;
    }

    /// Runs `function` once, when nothing can call back any more that these options were told to call: these options, all
    /// clients that are made from them from now on, and their calls are gone.
    pub fn on_release(&mut self, function: impl Fn() + Send + Sync + 'static) {
        self.releases.push(Arc::new(Release(Box::new(function))));
    }

    /// Tells `log` of each step of a call.
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
    fn the_product_stands_before_the_library() {
        let mut options = Options::new();
        assert!(options.user_agent.to_str().unwrap().starts_with("nativeflow/"));
        options.set_user_agent("my-erp/4.2 (nightly)").unwrap();
        assert!(options.user_agent.to_str().unwrap().starts_with("my-erp/4.2 (nightly) nativeflow/"));
    }

    #[test]
    fn a_refused_value_leaves_the_old_one() {
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
        assert_eq!(options.base_url.join(""), "https://www.concursolutions.com");
    }
}
