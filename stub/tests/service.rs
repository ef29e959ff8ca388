//! The healthy service, as a client sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use std::io::{Read, Write};

use client::{BASIC, KEY, ask, ask_with, exchange, head, head_for, host_and_port, tcp};
use nativeflow_stub::{Options, Stub, User};

fn stub() -> Stub {
    Stub::start(Options::default()).unwrap()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split_once(from).unwrap().1.split_once(to).unwrap().0
}

#[test]
fn correct_credentials_get_a_fresh_token_in_xml() {
    let stub = stub();
    let replies = [(); 2].map(|()| ask(&stub.base_url(), stub.ca_pem()));
    for reply in &replies {
        reply.end.as_ref().expect("close_notify");
        let text = reply.text();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        for header in [
            "\r\nConcur-Correlationid: ",
            "\r\nDate: ",
            "\r\nConnection: close\r\n",
            "\r\nContent-Type: application/xml",
        ] {
            assert!(text.contains(header), "{header} in {text}");
        }
        let length: usize = between(&text, "Content-Length: ", "\r\n").parse().unwrap();
        assert_eq!(length, reply.body().len());
        let instance = format!("<Instance_Url>{}/</Instance_Url>", stub.base_url());
        assert!(text.contains(&instance), "{text}");
        assert!(between(&text, "<Refresh_Token>", "<").contains('$'));
        assert!(between(&text, "<Expiration_date>", "<").ends_with('M'));
        // Twenty bytes in base64.
        assert_eq!(between(&text, "<Token>", "<").len(), 28);
    }
    let [one, two] = replies.map(|reply| between(&reply.text(), "<Token>", "<").to_owned());
    assert_ne!(one, two);
}

#[test]
fn client_that_accepts_json_receives_json() {
    let stub = stub();
    let json = "Accept: application/json\r\n";
    let reply = ask_with(&stub.base_url(), stub.ca_pem(), &format!("{BASIC}{KEY}{json}"));
    assert_eq!(reply.status(), "200");
    assert!(reply.text().contains("\r\nContent-Type: application/json"));
    assert!(reply.body().starts_with("{\"Access_Token\":{\"Instance_Url\":\"https://localhost:"));
    let reply = ask_with(&stub.base_url(), stub.ca_pem(), json);
    assert_eq!(reply.status(), "401");
    assert!(reply.body().starts_with("{\"Error\":{\"Message\":"));
}

#[test]
fn wrong_credentials_have_the_documented_status() {
    let stub = stub();
    // john_developer@hotmail.com:wrong
    let wrong = "Authorization: Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206d3Jvbmc=\r\n";
    let cases = [
        (KEY.to_owned(), "401"),
        (format!("Authorization: Basic not*base64\r\n{KEY}"), "400"),
        (format!("Authorization: Basic bm9jb2xvbg==\r\n{KEY}"), "400"),
        (BASIC.to_owned(), "403"),
        (format!("{BASIC}X-ConsumerKey: other\r\n"), "403"),
        (format!("{wrong}{KEY}"), "403"),
    ];
    let mut denials = Vec::new();
    for (headers, status) in cases {
        let reply = ask_with(&stub.base_url(), stub.ca_pem(), &headers);
        assert_eq!(reply.status(), status, "{headers}");
        let asks = reply.text().contains("\r\nWWW-Authenticate: Basic realm=\"nativeflow-stub\"\r\n");
        assert_eq!(asks, status == "401", "{headers}");
        assert!(reply.body().contains("<Error><Message>"), "{}", reply.body());
        if status == "403" {
            denials.push(between(&reply.body(), "<Message>", "</Message>").to_owned());
        }
    }
    denials.dedup();
    assert_eq!(denials.len(), 1, "the three denials have the same message");
}

#[test]
fn only_users_of_the_options_get_a_token() {
    let user = User { key: "k".to_owned(), login: "m\u{fc}ller@example.com".to_owned(), secret: String::new() };
    let stub = Stub::start(Options { users: vec![user], ..Options::default() }).unwrap();
    // müller@example.com: in UTF-8, without a secret
    let basic = "Authorization: Basic bcO8bGxlckBleGFtcGxlLmNvbTo=\r\nX-ConsumerKey: k\r\n";
    assert_eq!(ask_with(&stub.base_url(), stub.ca_pem(), basic).status(), "200");
    assert_eq!(ask(&stub.base_url(), stub.ca_pem()).status(), "403");
}

#[test]
fn other_paths_and_methods_are_rejected() {
    let stub = stub();
    let port = host_and_port(&stub.plain_url()).1;
    let send = |text: &str| exchange(tcp(port), text.as_bytes());
    let url = stub.plain_url();
    let unknown = send(&head(&format!("{url}/scenario/denide"), BASIC));
    assert_eq!((&*unknown.status(), &*unknown.body()), ("404", "unknown scenario\n"));
    assert_eq!(send("GET /other HTTP/1.1\r\nHost: x\r\n\r\n").status(), "404");
    let put = send(&head_for("PUT", &url, &format!("{BASIC}{KEY}")));
    assert_eq!(put.status(), "405");
    assert!(put.text().contains("\r\nAllow: GET, POST\r\n"));
    assert_eq!(send(&head_for("HEAD", &url, "")).body(), "");
    assert_eq!(send("SSH-2.0-x\r\n\r\n").status(), "400");
}

#[test]
fn instance_url_has_the_additional_name_that_the_client_used() {
    let host_names = vec!["www.concursolutions.com".to_owned(), "eu1.concursolutions.com".to_owned()];
    let stub = Stub::start(Options { host_names, ..Options::default() }).unwrap();
    let (base, plain) = (stub.base_url(), stub.plain_url());
    for (url, host, instance_url) in [
        (&base, "eu1.concursolutions.com:8443", "https://eu1.concursolutions.com:8443/"),
        (&base, "WWW.concursolutions.com", "https://WWW.concursolutions.com/"),
        (&plain, "www.concursolutions.com:80", "http://www.concursolutions.com:80/"),
        (&base, "www.concursolutions.com:8<b>", &format!("{base}/")),
        (&base, "other.example", &format!("{base}/")),
        (&plain, "localhost", &format!("{plain}/")),
    ] {
        let head = format!("GET /net2/oauth2/accesstoken.ashx HTTP/1.1\r\nHost: {host}\r\n{BASIC}{KEY}\r\n");
        let reply = match url == &base {
            true => exchange(client::connect(url, stub.ca_pem()), head.as_bytes()),
            false => exchange(tcp(host_and_port(url).1), head.as_bytes()),
        };
        assert_eq!(between(&reply.text(), "<Instance_Url>", "<"), instance_url, "{host}");
    }
}

#[test]
fn plain_http_is_the_same_service_with_its_own_instance_url() {
    let stub = stub();
    let url = stub.plain_url();
    let reply = exchange(tcp(host_and_port(&url).1), head(&url, &format!("{BASIC}{KEY}")).as_bytes());
    assert_eq!(reply.status(), "200");
    assert!(reply.text().contains(&format!("<Instance_Url>{url}/</Instance_Url>")));
}

#[test]
fn request_heads_are_recorded_unchanged_and_in_order() {
    let stub = stub();
    let url = stub.scenario_url("denied");
    let first = head(&url, "x-Odd:  spaced \r\n");
    let second = head(&stub.plain_url(), "");
    exchange(client::connect(&url, stub.ca_pem()), first.as_bytes());
    // Sends two pieces, the blank line split between them, and a body that is not part of the head.
    let mut plain = tcp(host_and_port(&stub.plain_url()).1);
    let (start, end) = second.split_at(second.len() - 2);
    std::io::Write::write_all(&mut plain, start.as_bytes()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(50));
    exchange(plain, format!("{end}body").as_bytes());
    assert_eq!(stub.requests(), [first.into_bytes(), second.into_bytes()]);
    assert!(stub.elsewhere_requests().is_empty());
}

#[test]
fn no_request_is_recorded_when_recording_is_off() {
    let stub = Stub::start(Options { record: false, ..Options::default() }).unwrap();
    assert_eq!(ask(&stub.base_url(), stub.ca_pem()).status(), "200");
    assert!(stub.requests().is_empty());
}

/// The second request has `Connection: close`, which ends the client's read.
#[test]
fn connection_stays_open_with_keep_alive() {
    let stub = Stub::start(Options { keep_alive: true, ..Options::default() }).unwrap();
    let url = stub.base_url();
    let mut stream = client::connect(&url, stub.ca_pem());
    stream.write_all(head(&url, &format!("{BASIC}{KEY}")).as_bytes()).unwrap();
    let mut first = Vec::new();
    while !first.ends_with(b"</Access_Token>\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        first.push(byte[0]);
    }
    assert!(String::from_utf8(first).unwrap().contains("\r\nConnection: keep-alive\r\n"));
    let second = exchange(stream, head(&url, &format!("{BASIC}{KEY}Connection: close\r\n")).as_bytes());
    assert!(second.text().contains("\r\nConnection: close\r\n"));
    assert_eq!((second.status().as_str(), stub.connections()), ("200", 1));
}

#[test]
fn new_and_resumed_handshakes_are_counted() {
    let stub = stub();
    assert!(stub.handshakes().is_empty());
    let config = client::trusting(stub.ca_pem());
    for _ in 0..3 {
        let reply = exchange(client::connect_with(&config, &stub.base_url()), head(&stub.base_url(), "").as_bytes());
        assert_eq!(reply.status(), "401");
    }
    let kinds = stub.handshakes().into_iter().map(|(kind, count)| (kind.version, kind.resumed, count));
    assert_eq!(kinds.collect::<Vec<_>>(), [("TLSv1_3", false, 1), ("TLSv1_3", true, 2)]);
}
