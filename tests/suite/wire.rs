//! What goes over the wire, byte for byte.

use nativeflow_stub::{Options, Stub, User};

use crate::support::{self, Call, user};

/// Sends one request for `user` and gives the head that arrived.
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
fn the_request_is_the_documented_one_and_nothing_else() {
    let head = head_for(User::demo(), "erp/4.2");
    let mut lines: Vec<&str> = head.strip_suffix("\r\n\r\n").unwrap().split("\r\n").collect();
    assert_eq!(lines.remove(0), "GET /scenario/ok/net2/oauth2/accesstoken.ashx HTTP/1.1");
    // The order of headers means nothing, and neither does the case of their names (RFC 9110, section 5).
    let mut headers: Vec<(String, &str)> = lines
        .iter()
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .collect();
    headers.sort();
    let host = headers.iter().find(|(name, _)| name == "host").unwrap().1;
    assert!(host.starts_with("localhost:"), "{host}");
    let version = format!("erp/4.2 nativeflow/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        headers,
        [
            ("accept".to_owned(), "application/xml"),
            ("authorization".to_owned(), "Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206VHJhdmVsJkV4cGVuc2UkMjAxMg=="),
            ("host".to_owned(), host),
            ("user-agent".to_owned(), &version),
            ("x-consumerkey".to_owned(), "kX3demoConsumerKey0123"),
        ]
    );
}

#[test]
fn an_empty_secret_keeps_its_colon() {
    let head = head_for(user("a@b", ""), "");
    assert_eq!(header(&head, "authorization"), Some("Basic YUBiOg=="));
    assert_eq!(header(&head, "user-agent"), Some(concat!("nativeflow/", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn umlauts_go_as_utf8() {
    let head = head_for(user("jürgen@b", "pä:ß€"), "");
    assert_eq!(header(&head, "authorization"), Some("Basic asO8cmdlbkBiOnDDpDrDn+KCrA=="));
}

#[test]
fn a_secret_of_300_characters_is_one_line() {
    let head = head_for(user("a@b", &"0123456789".repeat(30)), "");
    let basic = header(&head, "authorization").unwrap().strip_prefix("Basic ").unwrap();
    // "a@b:" and 300 bytes.
    assert_eq!(basic.len(), 304_usize.div_ceil(3) * 4);
    assert!(basic.starts_with("YUBiOjAxMjM0NTY3ODkwMTIz"));
}

#[test]
fn no_credential_follows_a_redirect() {
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
