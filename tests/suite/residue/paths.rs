//! The exit paths of a call.

use nativeflow_stub::Service;

use super::client_key::ClientKey;
use super::patterns::{Patterns, random_secret};
use super::proxy::Proxy;
use super::{MAX_CALLS_OF_TESTS, Place, calls, renegotiating_server};
use crate::scenarios;
use crate::support::{Build, is_everything_tested};

/// One exit path, and the settings that lead to it.
pub struct Path {
    pub name: String,
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
    pub fn new(place: &Place, name: &str, code: &'static str) -> Path {
        Path {
            name: name.to_owned(),
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

    /// The same for a service.
    fn on(service: Service, place: &Place, name: &str, code: &'static str) -> Path {
        match service {
            Service::Native => Path::new(place, name, code),
            Service::OAuth2 => Path::new(place, &format!("{ON_OAUTH2}{name}"), code)
                .flagged("oauth2")
                .flagged(format!("allow={}", place.stub.elsewhere_url().trim_start_matches("https://")))
                .with(|call| call.client_secret = place.client_secret.clone().into()),
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
        let secrets = [&self.patterns.proxy, &self.patterns.client_secret].into_iter().filter(|text| !text.is_empty());
        to_a_client + usize::from(has_flag("chain=")) + secrets.count()
    }

    /// Whether all calls use one connection.
    pub fn is_kept(&self) -> bool {
        self.name.trim_start_matches(ON_OAUTH2).starts_with("kept")
    }

    /// Whether fewer calls are made on it, so that the tests end soon: most paths of the OAuth 2.0 service are like those of the
    /// Native Flow. `make residue` makes all.
    pub fn is_shortened(&self) -> bool {
        calls() <= MAX_CALLS_OF_TESTS && !self.patterns.client_secret.is_empty()
    }

    fn with(mut self, change: impl FnOnce(&mut Patterns)) -> Path {
        change(&mut self.patterns);
        self
    }
}

/// The beginning of the names of paths on that service.
const ON_OAUTH2: &str = "oauth2/";

/// All paths that a build can take, to this place. Those that wait come first, so that none of them is the last to end.
pub fn all(place: &Place, build: Build) -> Vec<Path> {
    let usual = || {
        let on_each = [answered, unanswered, by_proxy, refused, refreshed, revoked, more, sessions];
        let of_both = [Service::Native, Service::OAuth2]
            .into_iter()
            .flat_map(move |service| on_each.into_iter().flat_map(move |paths| paths(place, service)));
        of_both.chain(certified(place)).chain(of_native(place)).chain(of_oauth2(place))
    };
    let mut paths: Vec<Path> = match build {
        Build::Panic => panics(place),
        Build::Debug | Build::DebugStatic => usual().chain(panics(place)).collect(),
        _ => usual().collect(),
    };
    for path in paths.iter_mut().filter(|path| path.is_shortened()) {
        path.calls = path.calls.min(if is_everything_tested() { 10 } else { 3 });
    }
    paths.sort_by_key(|path| path.calls);
    paths
}

/// The library's code contains the key that causes a panic.
fn panics(place: &Place) -> Vec<Path> {
    let panic = Path { known: Some("key"), ..Path::new(place, "panic", "NF_PANIC") };
    vec![panic.with(|call| call.key = b"panic-for-test".to_vec())]
}

/// Every scenario of the stub.
fn answered(place: &Place, service: Service) -> Vec<Path> {
    let stub = &place.stub;
    let path = |name: &str, code| Path::on(service, place, name, code);
    let scenarios = scenarios::codes(service).into_iter().map(|(name, code)| {
        let path = path(name, code).to(stub.scenario_url(name));
        match (name, code) {
            (_, "NF_TIMEOUT") => path.waiting(300),
            ("slow", _) => path.waiting(60_000),
            _ => path,
        }
    });
    let wrong_key = if service == Service::Native { "NF_DENIED" } else { "NF_BAD_CLIENT" };
    let healthy = [
        path("healthy", "NF_OK"),
        path("plain-http", "NF_OK").to(stub.plain_url()),
        path("wrong-secret", "NF_DENIED").with(|call| call.secret.reverse()),
        // The remedy describes the password.
        path("secret-in-quotes", "NF_DENIED").with(|call| quote(&mut call.secret)),
        path("wrong-key", wrong_key).with(|call| call.key.reverse()),
        // From the second call on, the connection has already carried a login and a token.
        path("kept", "NF_OK").flagged("keep-alive"),
        path("kept-denied", "NF_DENIED").flagged("keep-alive").with(|call| call.secret.reverse()),
        // The client could use the connection again, but the server closes it.
        path("not-kept", "NF_OK").to(stub.scenario_url("http10")).flagged("keep-alive"),
        path("logged", "NF_OK").flagged("log"),
        path("kept-share", "NF_OK").flagged("keep-alive").flagged("share"),
    ];
    scenarios.chain(healthy).collect()
}

/// The call ends without a response.
fn unanswered(place: &Place, service: Service) -> Vec<Path> {
    let path = |name: &str, code| Path::on(service, place, name, code);
    vec![
        path("connection-refused", "NF_CONNECT").to("https://localhost:1".to_owned()),
        Path { ca: place.foreign_ca.to_str().unwrap().to_owned(), ..path("tls-not-trusted", "NF_TLS_UNTRUSTED") },
        path("cancelled", "NF_CANCELLED")
            .to(place.stub.scenario_url("silence-after-tls"))
            .flagged("cancel")
            .waiting(60_000),
        path("cancelled-share", "NF_CANCELLED")
            .to(place.stub.scenario_url("silence-after-tls"))
            .flagged("share")
            .flagged("cancel")
            .waiting(60_000),
        path("cancelled-in-body", "NF_CANCELLED")
            .to(place.stub.scenario_url("drip-slow"))
            .flagged("cancel")
            .waiting(60_000),
        path("not-tls", "NF_TLS").to(place.stub.plain_url().replace("http:", "https:")),
    ]
}

/// With a user and a password for a proxy: from a path, the URL's scheme and the proxy's address.
fn proxied(path: Path, scheme: &str, proxy: &Proxy) -> Path {
    path.with(|call| call.use_proxy(scheme, proxy.address()))
}

/// Through a proxy that requires a login.
fn by_proxy(place: &Place, service: Service) -> Vec<Path> {
    let path = |name: &str, code| Path::on(service, place, name, code);
    vec![
        path("proxy", "NF_OK").flagged(format!("proxy={}", place.proxy.url())),
        proxied(path("proxy-user", "NF_OK"), "http", &place.proxy),
        proxied(path("proxy-user-refused", "NF_PROXY_DENIED"), "http", &place.asking_proxy),
        proxied(path("proxy-user-socks", "NF_OK"), "socks5", &place.socks_proxy),
        // Its connections are idle between the calls.
        proxied(path("kept-proxy-user", "NF_OK"), "http", &place.proxy).flagged("keep-alive"),
    ]
}

/// A refresh.
fn refreshed(place: &Place, service: Service) -> Vec<Path> {
    let stub = &place.stub;
    let path = |name: &str, code| {
        let name = format!("refresh{name}");
        stored(Path::on(service, place, &name, code), place, service).flagged("ask=refresh")
    };
    let (wrong_client, echo) = match service {
        // It reports no details.
        Service::Native => ("NF_REFRESH_EXPIRED", "NF_REFRESH_EXPIRED"),
        Service::OAuth2 => ("NF_BAD_CLIENT", "NF_DENIED"),
    };
    vec![
        path("", "NF_OK").flagged("from-login"),
        Path { name: path("", "").name.replace("refresh", "kept-refresh"), ..path("", "NF_OK") }
            .flagged("from-login")
            .flagged("keep-alive"),
        path("-stored", "NF_OK").flagged("from-login").flagged("restored=all"),
        path("-without-value", "NF_OK").flagged("from-login").flagged("restored=refresh-token"),
        path("-logged", "NF_OK").flagged("from-login").flagged("log"),
        path("-plain-http", "NF_OK").to(stub.plain_url()).flagged("from-login"),
        proxied(path("-proxy-user", "NF_OK").flagged("from-login"), "http", &place.proxy),
        path("-refused", "NF_REFRESH_EXPIRED"),
        path("-wrong-client-secret", wrong_client).with(|call| call.client_secret.reverse()),
        path("-echo", echo).to(stub.scenario_url("denied-echo")),
        path("-truncated", "NF_DISCONNECTED").to(stub.scenario_url("truncated-body")),
        path("-too-large", "NF_TOO_LARGE").to(stub.scenario_url("too-large")),
        path("-malformed", "NF_MALFORMED").to(stub.scenario_url("truncated-xml")),
        path("-redirected", "NF_REDIRECTED").to(stub.scenario_url("redirect")),
        path("-silence", "NF_TIMEOUT").to(stub.scenario_url("silence-after-headers")).waiting(300),
        path("-cancelled", "NF_CANCELLED").to(stub.scenario_url("silence-after-tls")).flagged("cancel").waiting(60_000),
        path("-refused-connection", "NF_CONNECT").to("https://localhost:1".to_owned()),
        path("-of-other-service", "NF_INVALID_ARGUMENT").flagged(other_scheme(service)),
        path("-no-token", "NF_INVALID_ARGUMENT").with(|call| call.refresh_token.clear()),
        path("-key-in-quotes", "NF_INVALID_ARGUMENT").with(|call| quote(&mut call.key)),
        path("-key-not-utf8", "NF_INVALID_UTF8").with(|call| call.key.push(0xff)),
        path("-no-output", "NF_INVALID_ARGUMENT").flagged("no-out"),
    ]
}

/// A revocation.
fn revoked(place: &Place, service: Service) -> Vec<Path> {
    let stub = &place.stub;
    let path = |name: &str, code| {
        let path = Path::on(service, place, &format!("revoke{name}"), code);
        stored(Path { patterns: Patterns::new(&place.revoking_user), ..path }, place, service).flagged("ask=revoke")
    };
    let with_admin = if service == Service::Native { "NF_OK" } else { "NF_INVALID_ARGUMENT" };
    vec![
        path("", "NF_OK").flagged("from-login"),
        Path { name: path("", "").name.replace("revoke", "kept-revoke"), ..path("", "NF_OK") }
            .flagged("from-login")
            .flagged("keep-alive"),
        path("-admin", with_admin).flagged("from-login").flagged("admin"),
        proxied(path("-proxy-user", "NF_OK").flagged("from-login"), "http", &place.proxy),
        path("-logged", "NF_OK").flagged("from-login").flagged("log"),
        path("-refused", "NF_NOT_ALLOWED"),
        path("-echo", "NF_NOT_ALLOWED").to(stub.scenario_url("denied-echo")),
        path("-busy", "NF_BUSY").to(stub.scenario_url("busy")),
        path("-hang-up", "NF_DISCONNECTED").to(stub.scenario_url("hang-up")),
        path("-silence", "NF_TIMEOUT").to(stub.scenario_url("silence-after-tls")).waiting(300),
        path("-cancelled", "NF_CANCELLED").to(stub.scenario_url("silence-after-tls")).flagged("cancel").waiting(60_000),
        path("-of-other-service", "NF_INVALID_ARGUMENT").flagged(other_scheme(service)),
        path("-no-value", "NF_INVALID_ARGUMENT").with(|call| call.value.clear()),
    ]
}

/// A token for the application, and tokens that are only made from their parts.
fn more(place: &Place, service: Service) -> Vec<Path> {
    let path = |name: &str, code| Path::on(service, place, name, code);
    let parts = |name: &str, code| stored(path(name, code), place, service).flagged("ask=parts");
    let application = |name: &str, code: &'static str| {
        let code = if service == Service::Native { "NF_INVALID_OPTION" } else { code };
        stored(path(name, code), place, service).flagged("ask=application")
    };
    vec![
        application("application", "NF_OK"),
        application("application-wrong-client-secret", "NF_BAD_CLIENT").with(|call| call.client_secret.reverse()),
        parts("parts", "NF_OK"),
        parts("parts-value-with-space", "NF_INVALID_ARGUMENT").with(|call| call.value.insert(9, b' ')),
        parts("parts-refresh-token-with-line-end", "NF_INVALID_ARGUMENT").with(|call| call.refresh_token.push(b'\n')),
        parts("parts-not-utf8", "NF_INVALID_UTF8").with(|call| call.refresh_token.push(0xff)),
        parts("parts-invalid-url", "NF_INVALID_ARGUMENT").flagged("instance=http://example.com"),
        parts("parts-no-output", "NF_INVALID_ARGUMENT").flagged("no-out"),
    ]
}

/// A session, which is idle during the last scan of each call.
fn sessions(place: &Place, service: Service) -> Vec<Path> {
    let stub = &place.stub;
    let path = |name: &str, function: &str, code| {
        Path::on(service, place, &format!("session{name}"), code).flagged(format!("session={function}"))
    };
    let get = |name: &str, code| path(name, "get", code);
    let refused = |path: Path| path.with(|call| call.secret.reverse());
    // Both services refresh with it.
    let renewed = |name: &str| {
        let client_secret = place.client_secret.clone();
        get(name, "NF_OK").flagged("before=rejected").with(|call| call.client_secret = client_secret.into())
    };
    vec![
        path("-new", "new", "NF_OK"),
        get("", "NF_OK"),
        get("-cached", "NF_OK").flagged("before=got"),
        get("-logged", "NF_OK").flagged("log"),
        get("-share", "NF_OK").flagged("share"),
        renewed("-renewed"),
        renewed("-renewed-proxy-user").with(|call| call.use_proxy("http", place.proxy.address())),
        path("-log-in", "log-in", "NF_OK").flagged("no-secret"),
        path("-log-in-cached", "log-in", "NF_OK").flagged("no-secret").flagged("before=got"),
        refused(path("-log-in-denied", "log-in", "NF_DENIED").flagged("no-secret").flagged("clear-hold")),
        refused(get("-denied", "NF_DENIED").flagged("clear-hold")),
        refused(get("-held", "NF_HELD_BACK").flagged("clear-hold").flagged("before=refused")),
        refused(path("-held-status", "status", "NF_OK").flagged("clear-hold").flagged("before=refused")),
        get("-secret-needed", "NF_SECRET_NEEDED").flagged("no-secret"),
        get("-busy", "NF_BUSY").to(stub.scenario_url("busy")),
        get("-hang-up", "NF_DISCONNECTED").to(stub.scenario_url("hang-up")).flagged("clear-hold"),
        get("-malformed", "NF_MALFORMED").to(stub.scenario_url("truncated-xml")),
        get("-silence", "NF_TIMEOUT").to(stub.scenario_url("silence-after-tls")).flagged("clear-hold").waiting(600),
        get("-cancelled", "NF_CANCELLED")
            .to(stub.scenario_url("silence-after-tls"))
            .flagged("clear-hold")
            .flagged("cancel")
            .waiting(60_000),
        path("-set", "set", "NF_OK").flagged("from-login").flagged(scheme(service)),
        path("-set-over-token", "set", "NF_OK").flagged("from-login").flagged("before=got").flagged(scheme(service)),
        path("-reject", "reject", "NF_OK").flagged("from-login").flagged("before=got").flagged(scheme(service)),
        // On OAuth 2.0 it ends all refresh tokens of the user.
        Path { patterns: Patterns::new(&place.revoking_user), ..path("-log-out", "log-out", "NF_OK") }
            .flagged("before=got")
            .with(|call| call.client_secret = place.client_secret.clone().into()),
        path("-status", "status", "NF_OK").flagged("before=got"),
    ]
}

/// A program that has stored a token, and knows the client secret.
fn stored(path: Path, place: &Place, service: Service) -> Path {
    path.flagged(scheme(service)).with(|call| {
        call.client_secret = place.client_secret.clone().into();
        call.value = random_secret().into();
        call.refresh_token = random_secret().into();
    })
}

fn scheme(service: Service) -> &'static str {
    if service == Service::Native { "scheme=OAuth" } else { "scheme=Bearer" }
}

/// The last scheme of a path counts.
fn other_scheme(service: Service) -> &'static str {
    scheme(if service == Service::Native { Service::OAuth2 } else { Service::Native })
}

/// Paths that do not depend on the service, or that the OAuth 2.0 service does not have.
fn of_native(place: &Place) -> Vec<Path> {
    let renegotiating = renegotiating_server::start();
    let path = |name: &str, code| Path::new(place, name, code);
    let by_proxy = |name: &str, code, proxy: &Proxy| path(name, code).flagged(format!("proxy={}", proxy.url()));
    vec![
        path("odd-response", "NF_OK").to(place.odd_server.clone()),
        // A lookup takes seconds if a packet is lost.
        path("no-such-host", "NF_DNS").to("https://does-not-exist.invalid".to_owned()).waiting(60_000),
        Path { ca: renegotiating.ca.clone(), ..path("renegotiation-asked", "NF_TLS").to(renegotiating.url.clone()) },
        by_proxy("proxy-refuses", "NF_PROXY", &place.refusing_proxy),
        by_proxy("proxy-asks", "NF_PROXY_DENIED", &place.asking_proxy),
        path("proxy-is-gone", "NF_PROXY").flagged("proxy=http://127.0.0.1:1"),
        proxied(path("proxy-user-environment", "NF_OK"), "http", &place.proxy).flagged("environment-proxy"),
        Path { ca: place.tls_proxy_ca.clone(), ..proxied(path("proxy-user-tls", "NF_OK"), "https", &place.tls_proxy) },
        path("login-with-colon", "NF_INVALID_ARGUMENT").with(|call| call.login.push(b':')),
        path("client-secret-rejected", "NF_OK").flagged("option-rejected").with(|call| {
            call.client_secret = format!("{}\n", random_secret()).into();
        }),
        stored(path("refresh-no-client-secret", "NF_INVALID_OPTION"), place, Service::Native)
            .flagged("ask=refresh")
            .with(|call| call.client_secret.clear()),
    ]
}

/// Paths that only the OAuth 2.0 service has.
fn of_oauth2(place: &Place) -> Vec<Path> {
    let stub = &place.stub;
    let path = |name: &str, code| Path::on(Service::OAuth2, place, name, code);
    let of_company = |path: Path| {
        path.flagged("authtoken").with(|call| {
            call.login = place.company.login.clone().into();
            call.secret = place.company.secret.clone().into();
        })
    };
    vec![
        // From the second call on, the user's home is known.
        path("moved-logged", "NF_OK").to(stub.scenario_url("oauth2-elsewhere")).flagged("log"),
        path("moved-refresh", "NF_OK")
            .to(stub.scenario_url("oauth2-elsewhere"))
            .flagged("ask=refresh")
            .flagged("from-login"),
        path("wrong-client-secret", "NF_BAD_CLIENT").with(|call| call.client_secret.reverse()),
        stored(path("refresh-omitted", "NF_OK"), place, Service::OAuth2)
            .to(stub.scenario_url("oauth2-refresh-omitted"))
            .flagged("ask=refresh")
            .flagged("from-login"),
        stored(path("refresh-repeated", "NF_OK"), place, Service::OAuth2)
            .to(stub.scenario_url("oauth2-refresh-repeated"))
            .flagged("ask=refresh")
            .flagged("from-login"),
        of_company(path("company", "NF_OK")),
        of_company(path("company-denied", "NF_DENIED")).with(|call| call.secret.reverse()),
        of_company(proxied(path("company-proxy-user", "NF_OK"), "http", &place.proxy)),
        stored(path("refresh-wrong-host", "NF_WRONG_HOST"), place, Service::OAuth2)
            .flagged("ask=refresh")
            .flagged("instance=https://login.example"),
        stored(path("revoke-wrong-host", "NF_WRONG_HOST"), place, Service::OAuth2)
            .flagged("ask=revoke")
            .flagged("instance=https://login.example"),
    ]
}

/// With a client certificate. The server requests it, in TLS 1.3 or 1.2, or does not.
fn certified(place: &Place) -> Vec<Path> {
    let asking = &place.asking_server;
    let path = |name: &str, key: &ClientKey| {
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
fn refused(place: &Place, service: Service) -> Vec<Path> {
    let path = |name: &str, code| Path::on(service, place, name, code);
    vec![
        path("login-in-quotes", "NF_INVALID_ARGUMENT").with(|call| quote(&mut call.login)),
        path("login-with-mark", "NF_INVALID_ARGUMENT").with(|call| drop(call.login.splice(0..0, "\u{feff}".bytes()))),
        path("key-in-quotes", "NF_INVALID_ARGUMENT").with(|call| quote(&mut call.key)),
        path("secret-with-line-end", "NF_INVALID_ARGUMENT").with(|call| call.secret.extend(b"\r\n")),
        path("secret-not-utf8", "NF_INVALID_UTF8").with(|call| call.secret.push(0xff)),
        path("login-not-utf8", "NF_INVALID_UTF8").with(|call| call.login.push(0xff)),
        path("key-not-utf8", "NF_INVALID_UTF8").with(|call| call.key.push(0xff)),
        path("key-with-line-end", "NF_INVALID_ARGUMENT").with(|call| call.key.extend(b"\r\nX-Other: 1")),
        path("no-output", "NF_INVALID_ARGUMENT").flagged("no-out"),
    ]
}
