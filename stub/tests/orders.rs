//! Orders of a test for all requests: a scenario, waiting responses, the lifetime of tokens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use client::{BASIC, CLIENT, KEY, Reply, ask, call, member, password_grant, post_form};
use nativeflow_stub::{Options, Stub};

fn stub() -> Stub {
    Stub::start(Options::default()).unwrap()
}

fn command(stub: &Stub, path: &str) -> String {
    call(stub, "POST", &stub.plain_url(), path, "", "").status()
}

fn use_token(stub: &Stub, authorization: &str) -> Reply {
    let headers = format!("Authorization: {authorization}\r\n");
    call(stub, "GET", &stub.plain_url(), "/api/v3.0/expense/reports", &headers, "")
}

#[test]
fn ordered_scenario_is_played_on_both_services_until_it_ends() {
    let stub = stub();
    for (order, statuses) in [
        ("play?scenario=busy", ["429", "429"]),
        ("play?scenario=oauth2-code-14", ["200", "400"]),
        ("play?scenario=", ["200", "200"]),
    ] {
        assert_eq!(command(&stub, &format!("/stub/{order}")), "200");
        let native = ask(&stub.base_url(), stub.ca_pem()).status();
        assert_eq!([native, password_grant(&stub, &stub.base_url()).status()], statuses, "{order}");
    }
    stub.play(Some("busy"));
    assert_eq!(ask(&stub.scenario_url("denied"), stub.ca_pem()).status(), "403", "the path names another one");
    assert_eq!(use_token(&stub, "Bearer x").status(), "401", "the API");
    for path in ["/stub/play", "/stub/play?scenario=no-such", "/stub/set-token-lifetime?seconds=-1"] {
        assert_eq!(command(&stub, path), "400", "{path}");
    }
}

#[test]
fn held_response_arrives_when_it_is_released_and_its_request_is_counted_before() {
    let stub = stub();
    stub.hold_responses(true);
    let (to_here, from_there) = channel();
    thread::scope(|scope| {
        scope.spawn(|| to_here.send(ask(&stub.base_url(), stub.ca_pem()).status()).unwrap());
        let deadline = Instant::now() + Duration::from_secs(10);
        while stub.login_attempts("john_developer@hotmail.com") == 0 {
            assert!(Instant::now() < deadline);
            thread::yield_now();
        }
        assert!(from_there.recv_timeout(Duration::from_millis(50)).is_err(), "it does not wait");
        // Commands and the API do not wait.
        assert_eq!(use_token(&stub, "Bearer x").status(), "401");
        assert_eq!(command(&stub, "/stub/release"), "200");
        assert_eq!(from_there.recv_timeout(Duration::from_secs(10)).unwrap(), "200");
    });
}

#[test]
fn tokens_of_both_services_have_the_ordered_lifetime() {
    let stub = stub();
    assert_eq!(command(&stub, "/stub/set-token-lifetime?seconds=7"), "200");
    let oauth2 = password_grant(&stub, &stub.plain_url()).body();
    assert_eq!(member(&oauth2, "expires_in"), "7");
    let json = call(
        &stub,
        "GET",
        &stub.plain_url(),
        "/net2/oauth2/accesstoken.ashx",
        &format!("{BASIC}{KEY}Accept: application/json\r\n"),
        "",
    );
    let tokens =
        [format!("Bearer {}", member(&oauth2, "access_token")), format!("OAuth {}", member(&json.body(), "Token"))];
    for (seconds, statuses) in [(0, ["200", "200"]), (7, ["401", "403"])] {
        stub.advance_clock(seconds);
        assert_eq!(tokens.each_ref().map(|token| use_token(&stub, token).status()), statuses, "after {seconds} s");
    }
    stub.set_token_lifetime(0);
    assert_eq!(member(&password_grant(&stub, &stub.plain_url()).body(), "expires_in"), "3600");
}

#[test]
fn refreshes_and_revocations_are_counted() {
    let stub = stub();
    let query = "?client_id=kX3demoConsumerKey0123&client_secret=x&refresh_token=x";
    call(&stub, "GET", &stub.plain_url(), &format!("/net2/oauth2/getaccesstoken.ashx{query}"), "", "");
    post_form(&stub, &stub.plain_url(), &format!("{CLIENT}&grant_type=refresh_token&refresh_token=x"));
    password_grant(&stub, &stub.plain_url());
    call(&stub, "POST", &stub.plain_url(), "/net2/oauth2/revoketoken.ashx", "Content-Length: 0\r\n", "");
    assert_eq!((stub.refreshes(), stub.revocations()), (2, 1));
}
