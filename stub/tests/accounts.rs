//! Scenarios with state: the response depends on earlier requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use std::io::Write;

use client::{BASIC, KEY, Reply, ask_with, exchange, head, host_and_port, next_reply, tcp};
use nativeflow_stub::{Options, Stub, User};

/// `john_developer@hotmail.com:wrong`
const WRONG: &str = "Authorization: Basic am9obl9kZXZlbG9wZXJAaG90bWFpbC5jb206d3Jvbmc=\r\n";
/// `other@example.com:right`
const OTHER: &str = "Authorization: Basic b3RoZXJAZXhhbXBsZS5jb206cmlnaHQ=\r\n";
/// `unknown@example.com:right`
const UNKNOWN: &str = "Authorization: Basic dW5rbm93bkBleGFtcGxlLmNvbTpyaWdodA==\r\n";

fn stub(keep_alive: bool) -> Stub {
    let demo = User::demo();
    let other = User { key: demo.key.clone(), login: "other@example.com".to_owned(), secret: "right".to_owned() };
    Stub::start(Options { keep_alive, users: vec![demo, other], ..Options::default() }).unwrap()
}

fn call(stub: &Stub, basic: &str) -> Reply {
    ask_with(&stub.scenario_url("locks"), stub.ca_pem(), &format!("{basic}{KEY}"))
}

fn statuses<const N: usize>(stub: &Stub, basics: [&str; N]) -> [String; N] {
    basics.map(|basic| call(stub, basic).status())
}

fn message(reply: &Reply) -> String {
    reply.body().split("<Server-Time>").next().unwrap().to_owned()
}

#[test]
fn login_is_locked_after_three_wrong_passwords() {
    let stub = stub(false);
    assert_eq!(statuses(&stub, [BASIC, WRONG, WRONG, BASIC, WRONG]), ["200", "403", "403", "200", "403"]);
    let (locked, wrong) = (call(&stub, BASIC), call(&stub, WRONG));
    assert_eq!((locked.status(), message(&locked)), (wrong.status(), message(&wrong)));
    assert_eq!(locked.status(), "403");
    // The state also applies to the other port of the service, but to no other scenario, user or stub.
    let plain = format!("{}/scenario/locks", stub.plain_url());
    let reply = exchange(tcp(host_and_port(&plain).1), head(&plain, &format!("{BASIC}{KEY}")).as_bytes());
    assert_eq!(reply.status(), "403");
    assert_eq!(client::ask(&stub.scenario_url("ok"), stub.ca_pem()).status(), "200");
    assert_eq!(call(&stub, OTHER).status(), "200");
    assert_eq!(call(&self::stub(false), BASIC).status(), "200");
}

#[test]
fn only_wrong_passwords_of_known_logins_are_counted() {
    let stub = stub(false);
    for _ in 0..4 {
        assert_eq!(statuses(&stub, [UNKNOWN, "", "Authorization: Basic !!\r\n"]), ["403", "401", "400"]);
        let other_key = ask_with(&stub.scenario_url("locks"), stub.ca_pem(), &format!("{BASIC}X-ConsumerKey: k\r\n"));
        assert_eq!(other_key.status(), "403");
    }
    assert_eq!(statuses(&stub, [BASIC, OTHER]), ["200", "200"]);
}

#[test]
fn login_is_locked_on_a_keep_alive_connection() {
    let stub = stub(true);
    let url = format!("{}/scenario/locks", stub.plain_url());
    let mut stream = tcp(host_and_port(&url).1);
    let statuses = [BASIC, WRONG, WRONG, WRONG, BASIC, OTHER].map(|basic| {
        stream.write_all(head(&url, &format!("{basic}{KEY}")).as_bytes()).unwrap();
        next_reply(&mut stream).status()
    });
    assert_eq!(statuses, ["200", "403", "403", "403", "403", "200"]);
    assert_eq!(stub.connections(), 1);
}

#[test]
fn concurrent_wrong_passwords_are_all_counted() {
    let stub = stub(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(call(&stub, WRONG).status(), "403"));
        }
    });
    assert_eq!(call(&stub, BASIC).status(), "403");
}
