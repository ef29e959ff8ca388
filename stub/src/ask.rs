//! Everything about one request that an answer may depend on.

use rustls::crypto::ring;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::answer::{JSON, XML};
use crate::clock;
use crate::credentials::{Credentials, Found};
use crate::listener::Listener;
use crate::request::Request;

/// No `Debug`: it holds credentials.
pub(crate) struct Ask {
    pub(crate) target: String,
    pub(crate) wants_json: bool,
    /// Whether the stub keeps connections.
    pub(crate) keep_alive: bool,
    pub(crate) credentials: Credentials,
    /// The consumer key as it came, for the answer that repeats it.
    pub(crate) consumer_key: Zeroizing<Vec<u8>>,
    pub(crate) now: OffsetDateTime,
    pub(crate) correlation_id: String,
    /// URL under which the listener was asked, without a slash at the end.
    pub(crate) base_url: String,
    /// Where redirects lead, without a slash at the end.
    pub(crate) elsewhere_url: String,
}

impl Ask {
    pub(crate) fn new(request: &Request, credentials: Credentials, listener: &Listener) -> Ask {
        Ask {
            target: request.target.clone(),
            wants_json: request.wants_json,
            keep_alive: listener.keep_alive && !request.wants_close,
            credentials,
            consumer_key: request.consumer_key.first().cloned().unwrap_or_default(),
            now: OffsetDateTime::now_utc(),
            correlation_id: random_id(),
            base_url: base_url(&request.host, listener),
            elsewhere_url: listener.elsewhere_url.clone(),
        }
    }

    /// For the answer to what could not be read.
    pub(crate) fn of_nobody(base_url: &str) -> Ask {
        Ask {
            target: String::new(),
            wants_json: false,
            keep_alive: false,
            credentials: Credentials { basic: Found::Missing, key: Found::Missing, login: Zeroizing::default() },
            consumer_key: Zeroizing::default(),
            now: OffsetDateTime::now_utc(),
            correlation_id: random_id(),
            base_url: base_url.to_owned(),
            elsewhere_url: String::new(),
        }
    }

    /// Of the kind of document that was asked for.
    pub(crate) fn media_type(&self) -> &'static str {
        match self.wants_json {
            true => JSON,
            false => XML,
        }
    }

    pub(crate) fn date(&self) -> String {
        clock::http_date(self.now)
    }
}

/// With the host that the client named, if that is a further name of the stub.
fn base_url(host: &str, listener: &Listener) -> String {
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let is_further = listener.host_names.iter().any(|known| known.eq_ignore_ascii_case(name));
    let scheme = listener.url.split("://").next().unwrap_or_default();
    match is_further && port.bytes().all(|byte| byte.is_ascii_digit()) {
        true => format!("{scheme}://{host}"),
        false => listener.url.clone(),
    }
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Fails only where the system has no random source; what is made here is sample data, which may then repeat.
    let _ = ring::default_provider().secure_random.fill(&mut bytes);
    bytes
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// 8-4-4-4-12, as Concur's correlation and error ids look.
pub(crate) fn random_id() -> String {
    [hex(&random::<4>()), hex(&random::<2>()), hex(&random::<2>()), hex(&random::<2>()), hex(&random::<6>())].join("-")
}
