//! The exit paths of a call.

use nativeflow_stub::Service;

use super::client_key::ClientKey;
use super::patterns::Patterns;
use super::proxy::Proxy;
use super::{Place, calls, renegotiating_server};
use crate::scenarios;
use crate::support::Build;

/// One exit path, and the settings that lead to it.
pub struct Path {
    pub name: &'static str,
    pub code: &'static str,
    pub url: String,
    pub ca: String,
    pub limit_ms: u32,
    pub calls: usize,
    pub flags: Vec<String>,
    pub patterns: Patterns,
    /// A pattern that is not a secret on this path, because the library's own code contains it.
    pub known: Option<&'static str>,
}

impl Path {
    /// A call to the working service, with valid credentials.
    pub fn new(place: &Place, name: &'static str, code: &'static str) -> Path {
        Path {
            name,
            code,
            url: place.stub.base_url(),
            ca: place.ca.to_str().unwrap().to_owned(),
            limit_ms: 60_000,
            calls: calls(),
            flags: Vec::new(),
            patterns: Patterns::new(&place.user),
            known: None,
        }
    }

    /// A path that waits: a fiftieth of the calls.
    fn waiting(self, limit_ms: u32) -> Path {
        Path { limit_ms, calls: (self.calls / 50).max(2), ..self }
    }

    fn to(self, url: String) -> Path {
        Path { url, ..self }
    }

    pub fn flagged(mut self, flag: impl Into<String>) -> Path {
        self.flags.push(flag.into());
        self
    }

    /// Number of functions that create the client, each followed by a scan.
    pub fn steps(&self) -> usize {
        let has_flag = |start: &str| self.flags.iter().any(|flag| flag.starts_with(start));
        let to_a_client = if has_flag("one-shot") { 0 } else { 2 };
        to_a_client + usize::from(has_flag("chain=")) + usize::from(!self.patterns.proxy.is_empty())
    }

    /// Whether all calls use one connection.
    pub fn is_kept(&self) -> bool {
        self.name.starts_with("kept")
    }

    fn with(mut self, change: impl FnOnce(&mut Patterns)) -> Path {
        change(&mut self.patterns);
        self
    }
}

/// All paths that a build can take, to this place. Those that wait come first, so that none of them is the last to end.
pub fn all(place: &Place, build: Build) -> Vec<Path> {
    let usual = || {
        [answered(place), unanswered(place), by_proxy(place), certified(place), refused(place)].into_iter().flatten()
    };
    let mut paths: Vec<Path> = match build {
        Build::Panic => panics(place),
        Build::Debug | Build::DebugStatic => usual().chain(panics(place)).collect(),
        _ => usual().collect(),
    };
    paths.sort_by_key(|path| path.calls);
    paths
}

/// The library's code contains the key that causes a panic.
fn panics(place: &Place) -> Vec<Path> {
    let panic = Path { known: Some("key"), ..Path::new(place, "panic", "NF_PANIC") };
    vec![panic.with(|call| call.key = b"panic-for-test".to_vec())]
}

/// Every scenario of the stub.
fn answered(place: &Place) -> Vec<Path> {
    let stub = &place.stub;
    let scenarios = scenarios::codes(Service::Native).into_iter().map(|(name, code)| {
        let path = Path::new(place, name, code).to(stub.scenario_url(name));
        match (name, code) {
            (_, "NF_TIMEOUT") => path.waiting(300),
            ("slow", _) => path.waiting(60_000),
            _ => path,
        }
    });
    let healthy = [
        Path::new(place, "healthy", "NF_OK"),
        Path::new(place, "plain-http", "NF_OK").to(stub.plain_url()),
        Path::new(place, "wrong-secret", "NF_DENIED").with(|call| call.secret.reverse()),
        // The remedy describes the password.
        Path::new(place, "secret-in-quotes", "NF_DENIED").with(|call| quote(&mut call.secret)),
        Path::new(place, "wrong-key", "NF_DENIED").with(|call| call.key.reverse()),
        // From the second call on, the connection has already carried a login and a token.
        Path::new(place, "kept", "NF_OK").flagged("keep-alive"),
        Path::new(place, "kept-denied", "NF_DENIED").flagged("keep-alive").with(|call| call.secret.reverse()),
        // The client could use the connection again, but the server closes it.
        Path::new(place, "not-kept", "NF_OK").to(stub.scenario_url("http10")).flagged("keep-alive"),
        Path::new(place, "logged", "NF_OK").flagged("log"),
        Path::new(place, "kept-share", "NF_OK").flagged("keep-alive").flagged("share"),
        Path::new(place, "odd-response", "NF_OK").to(place.odd_server.clone()),
    ];
    scenarios.chain(healthy).collect()
}

/// The call ends without a response.
fn unanswered(place: &Place) -> Vec<Path> {
    let renegotiating = renegotiating_server::start();
    vec![
        // A lookup takes seconds if a packet is lost.
        Path::new(place, "no-such-host", "NF_DNS").to("https://does-not-exist.invalid".to_owned()).waiting(60_000),
        Path::new(place, "connection-refused", "NF_CONNECT").to("https://localhost:1".to_owned()),
        Path {
            ca: place.foreign_ca.to_str().unwrap().to_owned(),
            ..Path::new(place, "tls-not-trusted", "NF_TLS_UNTRUSTED")
        },
        Path::new(place, "cancelled", "NF_CANCELLED")
            .to(place.stub.scenario_url("silence-after-tls"))
            .flagged("cancel")
            .waiting(60_000),
        Path::new(place, "cancelled-share", "NF_CANCELLED")
            .to(place.stub.scenario_url("silence-after-tls"))
            .flagged("share")
            .flagged("cancel")
            .waiting(60_000),
        Path::new(place, "cancelled-in-body", "NF_CANCELLED")
            .to(place.stub.scenario_url("drip-slow"))
            .flagged("cancel")
            .waiting(60_000),
        Path::new(place, "not-tls", "NF_TLS").to(place.stub.plain_url().replace("http:", "https:")),
        Path {
            ca: renegotiating.ca.clone(),
            ..Path::new(place, "renegotiation-asked", "NF_TLS").to(renegotiating.url.clone())
        },
    ]
}

/// Through a proxy, or ended by it.
fn by_proxy(place: &Place) -> Vec<Path> {
    let proxied = |name, code, proxy: &Proxy| Path::new(place, name, code).flagged(format!("proxy={}", proxy.url()));
    let user = |name, code, scheme, proxy: &Proxy| {
        Path::new(place, name, code).with(|call| call.use_proxy(scheme, proxy.address()))
    };
    vec![
        proxied("proxy", "NF_OK", &place.proxy),
        proxied("proxy-refuses", "NF_PROXY", &place.refusing_proxy),
        proxied("proxy-asks", "NF_PROXY_DENIED", &place.asking_proxy),
        Path::new(place, "proxy-is-gone", "NF_PROXY").flagged("proxy=http://127.0.0.1:1"),
        user("proxy-user", "NF_OK", "http", &place.proxy),
        user("proxy-user-environment", "NF_OK", "http", &place.proxy).flagged("environment-proxy"),
        user("proxy-user-refused", "NF_PROXY_DENIED", "http", &place.asking_proxy),
        user("proxy-user-socks", "NF_OK", "socks5", &place.socks_proxy),
        Path { ca: place.tls_proxy_ca.clone(), ..user("proxy-user-tls", "NF_OK", "https", &place.tls_proxy) },
        // Its connections are idle between the calls.
        user("kept-proxy-user", "NF_OK", "http", &place.proxy).flagged("keep-alive"),
    ]
}

/// With a client certificate. The server requests it, in TLS 1.3 or 1.2, or does not.
fn certified(place: &Place) -> Vec<Path> {
    let asking = &place.asking_server;
    let path = |name: &'static str, key: &ClientKey| {
        Path::new(place, name, "NF_OK")
            .flagged(format!("chain={}", key.chain_file.display()))
            .flagged(format!("client-key={}", key.key_file.display()))
            .with(|call| {
                call.kept_bytes.extend(key.numbers().map(|number| ("clientkey", number)));
                call.kept.extend(key.base64.iter().cloned().map(|text| ("clientkey", text)));
            })
    };
    let [p256, p384, ed25519] = &place.client_keys;
    let asked = |path: Path, url: String| Path { ca: asking.ca.to_str().unwrap().to_owned(), ..path.to(url) };
    vec![
        path("client-p256", p256),
        path("client-p384", p384),
        path("client-ed25519", ed25519),
        asked(path("client-p256-asked", p256), asking.tls13()),
        asked(path("client-p256-asked-tls12", p256), asking.tls12()),
        asked(path("client-p384-asked", p384), asking.tls13()),
        asked(path("client-ed25519-asked", ed25519), asking.tls13()),
    ]
}

fn quote(text: &mut Vec<u8>) {
    text.insert(0, b'"');
    text.push(b'"');
}

/// The call is rejected before anything is sent.
fn refused(place: &Place) -> Vec<Path> {
    vec![
        Path::new(place, "login-with-colon", "NF_INVALID_ARGUMENT").with(|call| call.login.push(b':')),
        Path::new(place, "login-in-quotes", "NF_INVALID_ARGUMENT").with(|call| quote(&mut call.login)),
        Path::new(place, "login-with-mark", "NF_INVALID_ARGUMENT")
            .with(|call| drop(call.login.splice(0..0, "\u{feff}".bytes()))),
        Path::new(place, "key-in-quotes", "NF_INVALID_ARGUMENT").with(|call| quote(&mut call.key)),
        Path::new(place, "secret-with-line-end", "NF_INVALID_ARGUMENT").with(|call| call.secret.extend(b"\r\n")),
        Path::new(place, "secret-not-utf8", "NF_INVALID_UTF8").with(|call| call.secret.push(0xff)),
        Path::new(place, "login-not-utf8", "NF_INVALID_UTF8").with(|call| call.login.push(0xff)),
        Path::new(place, "key-not-utf8", "NF_INVALID_UTF8").with(|call| call.key.push(0xff)),
        Path::new(place, "key-with-line-end", "NF_INVALID_ARGUMENT").with(|call| call.key.extend(b"\r\nX-Other: 1")),
        Path::new(place, "no-output", "NF_INVALID_ARGUMENT").flagged("no-out"),
    ]
}
