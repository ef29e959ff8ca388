//! The bytes that the library sends.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use nativeflow_stub::{Options, Service, Stub, User};

use crate::network::relay::Relay;
use crate::support::{self, Call, user};

/// Sends one request for `user` and returns the head that arrived.
fn head_for(user: User, product: &str) -> String {
    let (stub, ca) = support::own_stub(Options { users: vec![user.clone()], ..Options::default() });
    let call = Call::to(&stub.scenario_url("ok")).with("ca", &ca).by(&user);
    let facts = if product.is_empty() { call } else { call.with("product", product) }.run();
    assert_eq!(facts.pairs()["code"], "NF_OK", "{}", facts.stdout);
    let requests = stub.requests();
    assert_eq!(requests.len(), 1, "a login is sent once");
    String::from_utf8(requests.into_iter().next().unwrap()).unwrap()
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, v)| v)
}

#[test]
fn request_is_the_documented_one() {
    let head = head_for(User::demo(), "erp/4.2");
    let host = header(&head, "Host").unwrap();
    assert!(host.starts_with("localhost:"), "{host}");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        head,
        format!(
            "GET /scenario/ok/net2/oauth2/accesstoken.ashx HTTP/1.1\r\n\
             Host: {host}\r\n\
             Authorization: Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg==\r\n\
             X-ConsumerKey: kX3demoConsumerKey0123\r\n\
             Accept: application/xml\r\n\
             User-Agent: erp/4.2 nativeflow/{version}\r\n\
             Connection: close\r\n\r\n"
        )
    );
}

/// A stub behind a path, and a call to it whose product is `erp/4.2`.
fn behind_a_path(keep_alive: bool) -> (Stub, Call) {
    let (stub, ca) = support::own_stub(Options { prefix: "/gateway".to_owned(), keep_alive, ..Options::default() });
    let call = Call::to(&stub.base_url()).with("ca", &ca).with("product", "erp/4.2");
    (stub, call)
}

/// Runs a call that succeeds. Returns head and body of its request, with `HOST` and `AGENT` in the head for the values
/// that no document defines.
fn sent_by(call: &Call, stub: &Stub) -> (String, String) {
    let before = stub.requests().len();
    let facts = call.run();
    assert_eq!(facts.pairs()["code"], "NF_OK", "{}", facts.stdout);
    let (mut heads, mut bodies) = (stub.requests(), stub.bodies());
    assert_eq!(heads.len(), before + 1, "one request");
    let head = String::from_utf8(heads.pop().unwrap()).unwrap();
    let host = stub.base_url().replace("https://", "").replace("/gateway", "");
    let agent = concat!("erp/4.2 nativeflow/", env!("CARGO_PKG_VERSION"));
    let head = head.replacen(&format!("\r\nHost: {host}\r\n"), "\r\nHost: HOST\r\n", 1);
    let head = head.replacen(&format!("\r\nUser-Agent: {agent}\r\n"), "\r\nUser-Agent: AGENT\r\n", 1);
    (head, String::from_utf8(bodies.pop().unwrap()).unwrap())
}

/// Percent-encodes the characters that tokens of the stub contain.
fn encoded(token: &str) -> String {
    token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D").replace('$', "%24")
}

#[test]
fn oauth2_forms_are_the_documented_ones() {
    let (stub, call) = behind_a_path(false);
    let call = call.with_oauth2();
    let refresh_token = stub.issue_refresh_token(Service::OAuth2, &User::demo().login).unwrap();
    let with_token = |ask: &str| call.clone().with("ask", ask).with("scheme", "Bearer");
    for (call, parameters) in [
        (
            call.clone(),
            "password&username=john_developer%40hotmail.com&password=Travel%26Expense%242012&credtype=password".into(),
        ),
        (
            call.clone().by(&User::demo_company()).with("credential_type", "1"),
            "password&username=5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f&password=at-request%2Btoken%2Fof%3Dcompany\
             &credtype=authtoken"
                .into(),
        ),
        (
            with_token("refresh").with("refresh_token", &refresh_token),
            format!("refresh_token&refresh_token={}", encoded(&refresh_token)),
        ),
        (with_token("application"), "client_credentials".to_owned()),
    ] {
        let (head, body) = sent_by(&call, &stub);
        let length = body.len();
        assert_eq!(
            head,
            format!(
                "POST /gateway/oauth2/v0/token HTTP/1.1\r\n\
                 Host: HOST\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\n\
                 Accept: application/json\r\n\
                 User-Agent: AGENT\r\n\
                 Content-Length: {length}\r\n\
                 Connection: close\r\n\r\n"
            )
        );
        let client = "client_id=kX3demoConsumerKey0123&client_secret=c5Gk%2Fdemo%2BClient%3DSecret&grant_type=";
        assert_eq!(body, format!("{client}{parameters}"));
    }
    assert_eq!(stub.secrets_in_url(), 0);
}

/// Two records would be two packets, and the server would wait for the second one.
#[test]
fn form_is_sent_in_one_record_with_its_head() {
    let (stub, call) = behind_a_path(false);
    let server = SocketAddr::from(([127, 0, 0, 1], stub.base_url().split([':', '/']).nth(4).unwrap().parse().unwrap()));
    let relay = Relay::to(server);
    let url = format!("https://localhost:{}/gateway", relay.address().port());
    let facts = call.with_oauth2().with("url", &url).run();
    assert_eq!(facts.pairs()["code"], "NF_OK", "{}", facts.stdout);
    let length = stub.requests()[0].len() + stub.bodies()[0].len();
    // Each record begins with its kind, a version and its length. Encryption adds 17 bytes.
    let (mut sent, mut records) = (&relay.sent()[..], Vec::new());
    while let [kind, _, _, high, low, rest @ ..] = sent {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        records.push((*kind, length));
        sent = &rest[length..];
    }
    assert!(records.contains(&(23, length + 17)), "{records:?}");
}

/// Bytes that a form leaves over would be part of the next request.
#[test]
fn second_form_on_a_connection_is_like_the_first() {
    let (stub, call) = behind_a_path(true);
    let facts = call.with_oauth2().with("keep_alive_ms", "60000").with("calls", "2").run();
    assert_eq!(facts.stdout.matches("code=NF_OK").count(), 2, "{}", facts.stdout);
    assert_eq!(stub.connections(), 1);
    let (heads, bodies) = (stub.requests(), stub.bodies());
    assert_eq!((&heads[0], &bodies[0]), (&heads[1], &bodies[1]));
    let head = String::from_utf8_lossy(&heads[0]);
    assert!(head.ends_with(&format!("\r\nContent-Length: {}\r\n\r\n", bodies[0].len())), "{head}");
    assert_eq!(header(&head, "connection"), None);
}

#[test]
fn oauth2_revocation_is_the_documented_one() {
    let (stub, call) = behind_a_path(false);
    let call = call.with_oauth2();
    let facts = call.run();
    let value = facts.pairs()["value"];
    let (head, body) = sent_by(&call.with("ask", "revoke").with("scheme", "Bearer").with("value", value), &stub);
    assert_eq!(
        head,
        format!(
            "DELETE /gateway/app-mgmt/v0/connections HTTP/1.1\r\n\
             Host: HOST\r\n\
             Authorization: Bearer {value}\r\n\
             User-Agent: AGENT\r\n\
             Connection: close\r\n\r\n"
        )
    );
    assert_eq!(body, "");
}

#[test]
fn native_refresh_and_revocation_are_the_documented_ones() {
    let (stub, call) = behind_a_path(false);
    let facts = call.run();
    let (value, refresh_token) = (facts.pairs()["value"], facts.pairs()["refresh_token"]);
    let call = call.with("client_secret", &Options::default().client_secret).with("scheme", "OAuth");
    let refresh = call.clone().with("ask", "refresh").with("refresh_token", refresh_token);
    for (refresh, authorization) in
        [(refresh.clone(), String::new()), (refresh.with("value", value), format!("Authorization: OAuth {value}\r\n"))]
    {
        let (head, body) = sent_by(&refresh, &stub);
        let refresh_token = encoded(refresh_token);
        assert_eq!(
            head,
            format!(
                "GET /gateway/net2/oauth2/getaccesstoken.ashx?refresh_token={refresh_token}\
                 &client_id=kX3demoConsumerKey0123&client_secret=c5Gk%2Fdemo%2BClient%3DSecret HTTP/1.1\r\n\
                 Host: HOST\r\n\
                 {authorization}\
                 Accept: application/xml\r\n\
                 User-Agent: AGENT\r\n\
                 Connection: close\r\n\r\n"
            )
        );
        assert_eq!(body, "");
    }
    // The response is an empty 200.
    let (head, body) = sent_by(&call.with("ask", "revoke").with("value", value), &stub);
    assert_eq!(
        head,
        format!(
            "POST /gateway/net2/oauth2/revoketoken.ashx?token={} HTTP/1.1\r\n\
             Host: HOST\r\n\
             Authorization: OAuth {value}\r\n\
             User-Agent: AGENT\r\n\
             Content-Length: 0\r\n\
             Connection: close\r\n\r\n",
            encoded(value)
        )
    );
    assert_eq!(body, "");
}

#[test]
fn request_with_keep_alive_does_not_close_the_connection() {
    let stub = Stub::start(Options::default()).unwrap();
    let call = Call::to(&stub.plain_url()).with("keep_alive_ms", "60000").with("calls", "2");
    assert!(call.run().stdout.contains("code=NF_OK"));
    let heads: Vec<_> = stub.requests().into_iter().map(|head| String::from_utf8(head).unwrap()).collect();
    assert_eq!(heads.len(), 2);
    assert!(heads.iter().all(|head| !head.to_ascii_lowercase().contains("connection:")), "{heads:?}");
}

/// The head that a server, or a proxy, receives. It rejects every request.
fn arriving_at(call: impl FnOnce(SocketAddr) -> Call, code: &str, refusal: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut head = vec![0; 4096];
        let mut length = 0;
        while !head[..length].ends_with(b"\r\n\r\n") {
            length += client.read(&mut head[length..]).unwrap();
        }
        head.truncate(length);
        client.write_all(refusal.as_bytes()).unwrap();
        String::from_utf8(head).unwrap()
    });
    let facts = call(address).run();
    assert_eq!(facts.pairs()["code"], code, "{}", facts.stdout);
    server.join().unwrap()
}

#[test]
fn proxy_receives_the_documented_request() {
    let head = arriving_at(
        |proxy| Call::to("https://EU1.Example.com").with("proxy", &format!("http://user:pass@{proxy}")),
        "NF_PROXY_DENIED",
        "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
    );
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        head,
        format!(
            "CONNECT eu1.example.com:443 HTTP/1.1\r\n\
             Host: eu1.example.com:443\r\n\
             User-Agent: nativeflow/{version}\r\n\
             Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n"
        )
    );
}

#[test]
fn host_is_sent_in_lower_case() {
    let head = arriving_at(
        |server| Call::to(&format!("http://LocalHost:{}/Path", server.port())),
        "NF_DENIED",
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
    );
    assert!(head.starts_with("GET /Path/net2/oauth2/accesstoken.ashx HTTP/1.1\r\nHost: localhost:"), "{head}");
}

#[test]
fn name_in_a_tls_handshake_is_in_lower_case() {
    for through_proxy in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = format!("https://LocalHost:{}", listener.local_addr().unwrap().port());
        let server = thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            // A record: its kind, a version, a length.
            let mut header = [0; 5];
            client.read_exact(&mut header).unwrap();
            let mut hello = vec![0; u16::from_be_bytes([header[3], header[4]]).into()];
            client.read_exact(&mut hello).unwrap();
            String::from_utf8_lossy(&hello).into_owned()
        });
        if through_proxy { Call::to("https://h.example").with("proxy", &place) } else { Call::to(&place) }.run();
        let hello = server.join().unwrap();
        assert!(hello.contains("localhost") && !hello.contains("LocalHost"), "{hello:?}");
    }
}

#[test]
fn empty_secret_is_sent_after_its_colon() {
    let head = head_for(user("a@b", ""), "");
    assert_eq!(header(&head, "authorization"), Some("Basic YUBiOg=="));
    assert_eq!(header(&head, "user-agent"), Some(concat!("nativeflow/", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn umlauts_are_sent_as_utf8() {
    let head = head_for(user("jürgen@b", "pä:ß€"), "");
    assert_eq!(header(&head, "authorization"), Some("Basic asO8cmdlbkBiOnDDpDrDn+KCrA=="));
}

#[test]
fn secret_of_300_characters_is_sent_in_one_line() {
    let head = head_for(user("a@b", &"0123456789".repeat(30)), "");
    let basic = header(&head, "authorization").unwrap().strip_prefix("Basic ").unwrap();
    // "a@b:" and 300 bytes.
    assert_eq!(basic.len(), 304_usize.div_ceil(3) * 4);
    assert!(basic.starts_with("YUBiOjAxMjM0NTY3ODkwMTIz"));
}

#[test]
fn redirect_target_receives_no_credentials() {
    for scenario in ["redirect", "redirect-permanent", "redirect-html"] {
        let (stub, ca) = support::own_stub(Options::default());
        let facts = Call::to(&stub.scenario_url(scenario)).with("ca", &ca).run();
        assert_eq!(facts.pairs()["code"], "NF_REDIRECTED", "{}", facts.stdout);
        assert_eq!(stub.requests().len(), 1);
        assert!(stub.elsewhere_requests().is_empty(), "the other host was asked");
    }
}
