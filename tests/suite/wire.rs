//! The bytes that the library sends.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use nativeflow_stub::{Options, Stub, User};

use crate::support::{self, Call, user};

/// Sends one request for `user` and returns the head that arrived.
fn head_for(user: User, product: &str) -> String {
    let stub = Stub::start(Options { users: vec![user.clone()], ..Options::default() }).unwrap();
    let ca = support::scratch("wire").join(format!("ca-{}-{:?}.pem", std::process::id(), std::thread::current().id()));
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    let call = Call::to(&stub.scenario_url("ok")).with("ca", ca.to_str().unwrap()).by(&user);
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
        let stub = Stub::start(Options::default()).unwrap();
        let ca = support::scratch("wire").join(format!("ca-{}-{scenario}.pem", std::process::id()));
        std::fs::write(&ca, stub.ca_pem()).unwrap();
        let facts = Call::to(&stub.scenario_url(scenario)).with("ca", ca.to_str().unwrap()).run();
        assert_eq!(facts.pairs()["code"], "NF_REDIRECTED", "{}", facts.stdout);
        assert_eq!(stub.requests().len(), 1);
        assert!(stub.elsewhere_requests().is_empty(), "the other host was asked");
    }
}
