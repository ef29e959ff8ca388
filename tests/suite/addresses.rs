//! The addresses of a refresh and a revocation in the Native Flow contain secrets, because Concur requires it. No log,
//! message, remedy or proxy receives them, however the call ends. The same applies to the forms of OAuth 2.0.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;

use nativeflow_stub::{Options, Service, Stub, User};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::network::relay::Relay;
use crate::network::stalls::listener;
use crate::residue::proxy::Proxy;
use crate::support::{self, Call, Facts, chosen};

const KEY: &str = "qK3+vX8/wP5=zR2$jM9";
const LOGIN: &str = "wR8xqz7v@kJ5yhn3b.tl";
const PASSWORD: &str = "Hq6%tB1&yD4+uF7/nG0";
const CLIENT_SECRET: &str = "cW4=rT9$kL2+hV6/xJ8";
const REFRESH_TOKEN: &str = "pN5/bZ3+gS7=mQ1$fY0";
const VALUE: &str = "dJ2$sH8=vC6/lT4+aX9";
const SECRETS: [&str; 6] = [KEY, LOGIN, PASSWORD, CLIENT_SECRET, REFRESH_TOKEN, VALUE];
/// Number of consecutive characters of a secret that must not appear.
const PART: usize = 6;

/// The calls whose requests contain secrets in the address, or in a form.
const ASKS: [(Service, &str); 4] = [
    (Service::Native, "refresh"),
    (Service::Native, "revoke"),
    (Service::OAuth2, "token"),
    (Service::OAuth2, "refresh"),
];

fn ask(url: &str, ca: &str, (service, ask): (Service, &str)) -> Call {
    let user = User { key: KEY.to_owned(), login: LOGIN.to_owned(), secret: PASSWORD.to_owned() };
    let call = Call::to(url).with("ca", ca).by(&user).with("client_secret", CLIENT_SECRET).with("log", "1");
    let call = if ask == "token" { call } else { call.with("ask", ask) };
    let call = call.with("value", VALUE).with("refresh_token", REFRESH_TOKEN);
    match service {
        Service::Native => call.with("scheme", "OAuth"),
        Service::OAuth2 => call.with("scheme", "Bearer").with("oauth2", "1"),
    }
}

/// A stub that gives tokens for these secrets.
fn stub() -> (Stub, String) {
    let user = User { key: KEY.to_owned(), login: LOGIN.to_owned(), secret: PASSWORD.to_owned() };
    support::own_stub(Options { users: vec![user], client_secret: CLIENT_SECRET.to_owned(), ..Options::default() })
}

/// Returns whether a text contains a part of a secret, as it is or percent-encoded.
fn leaks(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    SECRETS.iter().any(|secret| {
        let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
        [*secret, &encoded].iter().any(|secret| {
            let secret = secret.to_ascii_lowercase();
            secret.as_bytes().windows(PART).any(|part| text.contains(str::from_utf8(part).unwrap()))
        })
    })
}

/// Checks everything that a call has printed, except the token itself. Fails without printing it.
fn check(facts: &Facts, what: &str) {
    assert!(facts.status.success() && facts.stderr.is_empty(), "{what}: {} {}", facts.status, facts.stderr);
    let is_token =
        |line: &str| ["value=", "authorization=", "refresh_token="].iter().any(|name| line.starts_with(name));
    for line in facts.stdout.lines().filter(|line| !is_token(line)) {
        let kind = line.split_once('=').unwrap().0;
        assert!(!leaks(line), "{what}: a secret in a line of {kind}");
    }
    assert!(facts.stdout.contains("\ncode=NF_"), "{what}: no result");
    assert!(facts.stdout.contains("log="), "{what}: no log");
}

/// Runs these calls, which mostly wait, and checks what each prints.
fn check_all(calls: impl IntoIterator<Item = (String, Call)>) {
    let calls: Vec<_> = calls.into_iter().collect();
    let next = Mutex::new(calls.iter());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let Some((what, call)) = next.lock().unwrap().next() else { return };
                    check(&call.run(), what);
                }
            });
        }
    });
}

#[test]
fn search_finds_each_form_of_a_secret() {
    for text in [
        "?refresh_token=pN5%2FbZ3%2BgS7%3DmQ1%24fY0",
        "pn5%2fbz3%2bgs7%3dmq1%24fy0",
        "the token pN5/bZ3+ is wrong",
        "%24fY0&",
        "client_secret=cW4%3DrT9",
    ] {
        assert!(leaks(text), "{text}");
    }
    assert!(!leaks("HTTP 404 from localhost:8443/net2/oauth2/getaccesstoken.ashx"));
}

/// Responses that repeat what they got, as web servers and gateways do.
const ECHOES: &[fn(&str) -> String] = &[
    |it| with_body("301 Moved", &format!("Location: https://login.example{it}\r\n"), ""),
    |it| with_body("302 Found", &format!("Location: {it}\r\n"), it),
    |it| with_body("307 Temporary Redirect", &format!("Location: //login.example{it}\r\n"), ""),
    |it| with_body("308 Permanent Redirect", &format!("Location: https://{it}@login.example/\r\n"), ""),
    |it| with_body("404 Not Found", "", &format!("<html><title>404: {it}</title><body>{it} not found</body></html>")),
    |it| with_body("404 Not Found", "Content-Type: text/plain\r\n", &format!("Cannot GET {it}")),
    |it| with_body(&format!("404 No {it}"), "", ""),
    |it| with_body("410 Gone", "", it),
    |it| with_body("400 Bad Request", "", &format!("<Error><Message>{}</Message></Error>", it.replace('&', "&amp;"))),
    |it| with_body("400 Bad Request", "", &format!("{{\"error\":\"{it}\",\"error_description\":\"{it}\"}}")),
    |it| with_body("403 Forbidden", "", &format!("<Error><Message>{}</Message></Error>", it.replace('&', "&amp;"))),
    |it| with_body("403 Forbidden", "", &format!("{{\"Error\":{{\"Message\":\"No access to {it}\"}}}}")),
    |it| with_body("403 Forbidden", &format!("Concur-Correlationid: {it}\r\n"), it),
    |it| with_body("401 Unauthorized", &format!("WWW-Authenticate: Bearer realm=\"{it}\"\r\n"), it),
    |it| with_body("429 Too Many Requests", &format!("Retry-After: {it}\r\n"), it),
    |it| with_body("500 Internal Server Error", "", &format!("<pre>at Handler({it})</pre>")),
    |it| with_body("503 Service Unavailable", &format!("Date: {it}\r\n"), it),
    |it| with_body("200 OK", "", it),
    |it| with_body("200 OK", "", &format!("<Error><Message>{}</Message></Error>", it.replace('&', "&amp;"))),
    |it| with_body("200 OK", "", &format!("<Access_Token><Token>{it}</Token></Access_Token>")),
    |it| with_body("200 OK", "", &format!("{{\"access_token\":\"a b\",\"geolocation\":\"https://{it}\"}}")),
    |it| with_body("200 OK", "", &format!("{{\"code\":16,\"error\":\"x\",\"geolocation\":\"https://x.example{it}\"}}")),
    |it| with_body("200 OK", &format!("Content-Type: text/html; charset={it}\r\n"), "<html>"),
    |it| with_body("200 OK", &format!("Content-Encoding: {it}\r\n"), "x"),
    |it| with_body("200 OK", &format!("{it}\r\n"), ""),
    |it| format!("HTTP/1.1 200 OK\r\nContent-Length: {it}\r\n\r\n"),
    |it| format!("HTTP/1.1 {it}\r\n\r\n"),
    |it| format!("{it}\r\n\r\n"),
    |it| format!("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<Access_Token><{it}"),
    |it| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{it}\r\n"),
];

fn with_body(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// Reads a request. Returns the address and the body that it contains.
fn request(client: &mut TcpStream) -> io::Result<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let amount = client.read(&mut buffer)?;
        request.extend_from_slice(&buffer[..amount]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.split("Content-Length: ").nth(1).map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
        if body.len() >= length {
            let address = head.split(' ').nth(1).unwrap();
            let separator = if body.is_empty() { "" } else { "?" };
            return Ok(format!("{address}{separator}{body}"));
        }
    }
}

/// The port of a server that repeats the request in the response with this number. Every second response repeats it
/// decoded.
fn echo() -> SocketAddr {
    listener(|mut client| {
        let address = request(&mut client)?;
        let (number, is_decoded) = which(&address);
        let decoded = percent_decode_str(&address).decode_utf8_lossy();
        let address = if is_decoded { &*decoded } else { &*address };
        client.write_all(ECHOES[number](address).as_bytes())
    })
}

/// The number of a response and whether it is decoded, from a path that begins with `/N/decoded` or `/N/encoded`.
fn which(address: &str) -> (usize, bool) {
    let mut parts = address.split('/').skip(1);
    (parts.next().unwrap().parse().unwrap(), parts.next() == Some("decoded"))
}

#[test]
fn server_that_repeats_the_request_adds_no_secret() {
    let server = echo();
    let (_, ca) = support::stub();
    let responses = (0..ECHOES.len()).flat_map(|number| [format!("{number}/encoded"), format!("{number}/decoded")]);
    check_all(responses.flat_map(|response| {
        ASKS.map(|each| {
            let call = ask(&format!("http://{server}/{response}"), ca.to_str().unwrap(), each);
            (format!("response {response}, {each:?}"), call)
        })
    }));
}

/// Scenarios with one failure of each kind; all others are in the slow test.
const FAILURES: [&str; 10] = [
    "redirect",
    "not-found",
    "denied",
    "denied-echo",
    "maintenance",
    "html-403",
    "not-http",
    "hang-up",
    "truncated-body",
    "silence-after-tls",
];

#[test]
fn failed_call_shows_no_secret_with_or_without_a_proxy() {
    let (stub, ca) = stub();
    let relay = Relay::to(Proxy::open().address());
    let proxy = format!("http://{}", relay.address());
    let calls = FAILURES.iter().flat_map(|scenario| {
        ASKS.map(|each| (format!("{scenario}, {each:?}"), ask(&stub.scenario_url(scenario), &ca, each).soon()))
    });
    check_all(calls.flat_map(|(what, call)| {
        let through_proxy = call.clone().with("proxy", &proxy);
        [(what.clone(), call), (format!("{what}, through a proxy"), through_proxy)]
    }));
    check_proxy(&relay, &stub);
    assert_eq!(stub.secrets_in_url(), 0);
}

/// Checks what a proxy has received: tunnels to the stub, and no secret.
fn check_proxy(relay: &Relay, stub: &Stub) {
    let sent = String::from_utf8_lossy(&relay.sent()).into_owned();
    let place = stub.base_url().replace("https://", "");
    let agent = concat!("nativeflow/", env!("CARGO_PKG_VERSION"));
    let head = format!("CONNECT {place} HTTP/1.1\r\nHost: {place}\r\nUser-Agent: {agent}\r\n\r\n");
    assert!(sent.starts_with(&head), "unexpected request for a tunnel");
    assert_eq!(sent.matches("CONNECT ").count(), sent.matches(&head).count(), "other requests for tunnels");
    assert!(!leaks(&sent), "the proxy received a secret");
}

#[test]
fn call_that_reaches_no_server_shows_no_secret() {
    let (stub, ca) = stub();
    let url = stub.base_url();
    let (_, other_ca) = support::stub();
    let call = |each| ask(&url, &ca, each).soon();
    let refusals = [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nDenied",
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
        "not HTTP\r\n\r\n",
    ];
    let refusing = refusals.map(|refusal| Relay::to(Proxy::answering(refusal).address()));
    check_all(ASKS.into_iter().flat_map(|each| {
        let mut calls = vec![
            call(each).with("url", "https://localhost:1"),
            call(each).with("url", "https://unknown.invalid"),
            call(each).with("url", &stub.silent_url()),
            call(each).with("url", &stub.plain_url().replace("http:", "https:")),
            call(each).with("ca", other_ca.to_str().unwrap()),
            call(each).with("url", &stub.scenario_url("silence-after-tls")).with("cancel_after_ms", "50"),
            call(each).with("proxy", "http://127.0.0.1:1"),
        ];
        calls.extend(refusing.iter().map(|relay| call(each).with("proxy", &format!("http://{}", relay.address()))));
        let named = move |(number, call)| (format!("failure {number}, {each:?}"), call);
        calls.into_iter().enumerate().map(named).collect::<Vec<_>>()
    }));
    refusing.iter().for_each(|relay| check_proxy(relay, &stub));
}

#[test]
#[ignore = "slow"]
fn no_scenario_shows_a_secret() {
    let (stub, ca) = stub();
    let scenarios = chosen(nativeflow_stub::scenarios(), |scenario| scenario.name.to_owned());
    let pairs = scenarios.iter().flat_map(|scenario| ASKS.map(|each| (*scenario, each)));
    check_all(pairs.filter(|(scenario, each)| scenario.is_for(each.0)).map(|(scenario, each)| {
        let call = ask(&stub.scenario_url(scenario.name), &ca, each).with("timeout_ms", "1000");
        (format!("{}, {each:?}", scenario.name), call)
    }));
}
