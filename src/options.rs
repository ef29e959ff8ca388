//! What a client is made from.

use std::time::Duration;

use http::HeaderValue;

use crate::cause::Cause;
use crate::error::Error;
use crate::flow::BaseUrl;
use crate::transport::Trust;

const LONGEST_PRODUCT: usize = 256;
/// "An answer is due within 60 s" (Concur).
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// What a client is made from. Each setter checks its value at once, so that a wrong one is found where it is set.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) base_url: BaseUrl,
    pub(crate) timeout: Duration,
    pub(crate) user_agent: HeaderValue,
    pub(crate) trust: Trust,
}

impl Options {
    /// Concur's production host in the United States, 60 seconds, the operating system's roots.
    pub fn new() -> Options {
        Options {
            base_url: BaseUrl::production(),
            timeout: DEFAULT_TIMEOUT,
            user_agent: HeaderValue::from_static(concat!("nativeflow/", env!("CARGO_PKG_VERSION"))),
            trust: Trust::default(),
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

    /// The calling product, as in `my-erp/4.2`; it stands before `nativeflow/x.y.z` in the User-Agent header.
    pub fn set_user_agent(&mut self, product: &str) -> Result<(), Error> {
        let printable = product.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let length = 1..=LONGEST_PRODUCT;
        if !printable || !length.contains(&product.len()) || product.trim() != product {
            return Err(Cause::UserAgentRefused.into());
        }
        let both = format!("{product} nativeflow/{}", env!("CARGO_PKG_VERSION"));
        self.user_agent = HeaderValue::try_from(both).map_err(|_| Cause::UserAgentRefused)?;
        Ok(())
    }

    /// Trusts the roots in this PEM file in place of the operating system's and of an earlier file's.
    pub fn set_ca_file(&mut self, path: &str) -> Result<(), Error> {
        self.trust.set_file(path)
    }

    /// Trusts these roots (PEM) in place of the operating system's, beside those of a file and of earlier calls.
    pub fn add_ca_pem(&mut self, pem: &[u8]) -> Result<(), Error> {
        self.trust.add_pem(pem)
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
        assert!(options.set_base_url("http://example.com").is_err());
        assert!(options.user_agent.to_str().unwrap().starts_with("nativeflow/"));
        assert_eq!(options.timeout, Duration::from_secs(60));
        assert_eq!(options.base_url.join(""), "https://www.concursolutions.com");
    }
}
