//! Refresh and revocation in the Native Flow.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use client::{BASIC, CLIENT, KEY, Reply, call, encoded};
use nativeflow_stub::{Options, Stub, User};

/// `admin@example.com:right`
const ADMIN: &str = "Authorization: Basic YWRtaW5AZXhhbXBsZS5jb206cmlnaHQ=\r\n";
/// `other@example.com:right`
const OTHER: &str = "Authorization: Basic b3RoZXJAZXhhbXBsZS5jb206cmlnaHQ=\r\n";
const EMPTY: &str = "Content-Length: 0\r\n";

fn stub() -> Stub {
    let user =
        |login: &str| User { key: User::demo().key.clone(), login: login.to_owned(), secret: "right".to_owned() };
    let users = vec![User::demo(), user("admin@example.com"), user("other@example.com")];
    Stub::start(Options { users, ..Options::default() }).unwrap()
}

struct Token {
    value: String,
    refresh: String,
}

fn element(reply: &Reply, name: &str) -> String {
    let body = reply.body();
    body.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest.split('<').next().unwrap()).to_owned()
}

fn token(stub: &Stub, basic: &str) -> Token {
    let reply = client::ask_with(&stub.base_url(), stub.ca_pem(), &format!("{basic}{KEY}"));
    assert_eq!(reply.status(), "200");
    Token { value: element(&reply, "Token"), refresh: element(&reply, "Refresh_Token") }
}

fn refresh(stub: &Stub, query: &str) -> Reply {
    call(stub, "GET", &stub.plain_url(), &format!("/net2/oauth2/getaccesstoken.ashx?{query}"), "", "")
}

fn revoke(stub: &Stub, query: &str, bearer: &str, headers: &str) -> Reply {
    let headers = format!("Authorization: OAuth {bearer}\r\n{headers}");
    call(stub, "POST", &stub.plain_url(), &format!("/net2/oauth2/revoketoken.ashx?{query}"), &headers, "")
}

fn api(stub: &Stub, token: &str) -> String {
    let header = format!("Authorization: OAuth {token}\r\n");
    call(stub, "GET", &stub.plain_url(), "/api/v3.0/expense/reports", &header, "").status()
}

#[test]
fn refresh_gets_a_new_token_and_no_refresh_token() {
    let stub = stub();
    let first = token(&stub, BASIC);
    let query = format!("refresh_token={}&{CLIENT}", encoded(&first.refresh));
    for _ in 0..2 {
        let reply = refresh(&stub, &query);
        assert_eq!(reply.status(), "200", "{}", reply.text());
        assert_eq!(element(&reply, "Instance_Url"), format!("{}/", stub.plain_url()));
        assert!(element(&reply, "Expiration_date").ends_with('M'));
        assert!(!reply.body().contains("Refresh_Token"));
        let second = element(&reply, "Token");
        assert_ne!(second, first.value);
        assert_eq!([api(&stub, &first.value), api(&stub, &second)], ["200", "200"]);
    }
    let json = call(
        &stub,
        "GET",
        &stub.plain_url(),
        &format!("/net2/oauth2/getaccesstoken.ashx?{query}"),
        "Accept: application/json\r\n",
        "",
    );
    assert!(json.body().starts_with("{\"Access_Token\":{\"Instance_Url\":"), "{}", json.body());
    assert_eq!(stub.secrets_in_url(), 0);
}

#[test]
fn refresh_with_a_wrong_parameter_is_rejected() {
    let stub = stub();
    let refresh_token = token(&stub, BASIC).refresh;
    let sent = encoded(&refresh_token);
    for (query, status) in [
        (format!("refresh_token={sent}x&{CLIENT}"), "403"),
        (format!("refresh_token={sent}&{CLIENT}x"), "403"),
        (format!("refresh_token={sent}&client_id=x&client_secret=c5Gk%2Fdemo%2BClient%3DSecret"), "403"),
        (format!("refresh_token={sent}&client_id=kX3demoConsumerKey0123"), "400"),
        (format!("refresh_token=&{CLIENT}"), "400"),
        (CLIENT.to_owned(), "400"),
        (String::new(), "400"),
        // It contains a dollar sign, which must be encoded.
        (format!("refresh_token={refresh_token}&{CLIENT}"), "400"),
    ] {
        assert_eq!(refresh(&stub, &query).status(), status, "{query}");
    }
    let query = format!("/net2/oauth2/getaccesstoken.ashx?refresh_token={sent}&{CLIENT}");
    assert_eq!(call(&stub, "POST", &stub.plain_url(), &query, EMPTY, "").status(), "405");
}

#[test]
fn token_revokes_itself_and_an_administrator_revokes_others() {
    let stub = stub();
    let [own, second, other, admin] = [BASIC, BASIC, OTHER, ADMIN].map(|basic| token(&stub, basic).value);
    let by_token = |token: &str| format!("token={}", encoded(token));
    assert_eq!(revoke(&stub, &by_token(&own), &other, EMPTY).status(), "403");
    assert_eq!(api(&stub, &own), "200");
    let reply = revoke(&stub, &by_token(&own), &own, EMPTY);
    assert_eq!((reply.status(), reply.body()), ("200".to_owned(), String::new()));
    assert_eq!(api(&stub, &own), "403");
    assert_eq!(revoke(&stub, &by_token(&own), &own, EMPTY).status(), "403");
    assert_eq!(revoke(&stub, &by_token(&second), &admin, EMPTY).status(), "200");
    assert_eq!([&second, &other, &admin].map(|token| api(&stub, token)), ["403", "200", "200"]);
    assert_eq!(revoke(&stub, &by_token("unknown"), &admin, EMPTY).status(), "403");
}

#[test]
fn all_tokens_of_a_user_are_revoked_by_key_and_login() {
    let stub = stub();
    let [one, two] = [token(&stub, BASIC), token(&stub, BASIC)];
    let (other, admin) = (token(&stub, OTHER).value, token(&stub, ADMIN).value);
    let user = format!("user={}", encoded("john_developer@hotmail.com"));
    let (key, id) = ("consumerKey=kX3demoConsumerKey0123", "client_id=kX3demoConsumerKey0123");
    for (query, bearer, status) in [
        (format!("{key}&{user}"), &other, "403"),
        (format!("{key}&user=unknown"), &admin, "403"),
        (key.to_owned(), &admin, "400"),
        (user.clone(), &admin, "400"),
        (String::new(), &admin, "400"),
        (format!("{key}&{user}&token=x"), &admin, "400"),
        (format!("{key}&{id}&{user}"), &admin, "200"),
    ] {
        assert_eq!(api(&stub, &one.value), "200");
        assert_eq!(revoke(&stub, &query, bearer, EMPTY).status(), status, "{query}");
    }
    assert_eq!([&one.value, &two.value, &other].map(|token| api(&stub, token)), ["403", "403", "200"]);
    assert_eq!(refresh(&stub, &format!("refresh_token={}&{CLIENT}", encoded(&two.refresh))).status(), "403");
    let again = token(&stub, BASIC).value;
    assert_eq!(revoke(&stub, &format!("{id}&{user}"), &again, EMPTY).status(), "200");
    assert_eq!(api(&stub, &again), "403");
}

#[test]
fn revocation_needs_a_length_and_a_valid_token_as_bearer() {
    let stub = stub();
    let own = token(&stub, BASIC).value;
    let query = format!("token={}", encoded(&own));
    for (headers, status) in [("", "400"), ("Transfer-Encoding: chunked\r\n", "400")] {
        let path = format!("/net2/oauth2/revoketoken.ashx?{query}");
        let headers = format!("Authorization: OAuth {own}\r\n{headers}");
        let body = if headers.contains("chunked") { "0\r\n\r\n" } else { "" };
        assert_eq!(call(&stub, "POST", &stub.plain_url(), &path, &headers, body).status(), status, "{headers}");
    }
    let path = format!("/net2/oauth2/revoketoken.ashx?{query}");
    for (authorization, status) in [
        (String::new(), "401"),
        (format!("Authorization: Bearer {own}\r\n"), "403"),
        ("Authorization: OAuth unknown\r\n".to_owned(), "403"),
        (BASIC.to_owned(), "403"),
    ] {
        let reply = call(&stub, "POST", &stub.plain_url(), &path, &format!("{authorization}{EMPTY}"), "");
        assert_eq!(reply.status(), status, "{authorization}");
    }
    assert_eq!(call(&stub, "GET", &stub.plain_url(), &path, "", "").status(), "405");
    assert_eq!(api(&stub, &own), "200");
    stub.advance_clock(366 * 86_400);
    assert_eq!(revoke(&stub, &query, &own, EMPTY).status(), "403");
}

#[test]
fn scenarios_apply_to_refresh_and_revocation() {
    let stub = stub();
    let own = token(&stub, BASIC);
    let at = |scenario: &str, method, path: &str, headers: &str| {
        call(&stub, method, &format!("{}/scenario/{scenario}", stub.plain_url()), path, headers, "")
    };
    let refresh = format!("/net2/oauth2/getaccesstoken.ashx?refresh_token={}&{CLIENT}", encoded(&own.refresh));
    let revoke = format!("/net2/oauth2/revoketoken.ashx?token={}", encoded(&own.value));
    let bearer = format!("Authorization: OAuth {}\r\n{EMPTY}", own.value);
    assert_eq!(at("busy", "GET", &refresh, "").status(), "429");
    assert_eq!(element(&at("no-date", "GET", &refresh, ""), "Token"), "fdjhk2382kwkajsklwe8i3932kslswl");
    assert_eq!(at("ok", "GET", &format!("{refresh}x"), "").status(), "403");
    assert_eq!(at("html-503", "POST", &revoke, &bearer).status(), "503");
    // The form of a token does not matter here.
    assert_eq!(at("no-date", "POST", &revoke, &bearer).body(), "");
    assert_eq!(api(&stub, &own.value), "403");
}

#[test]
fn token_of_a_scenario_revokes_itself() {
    let stub = stub();
    let revoke = |scenario: &str, bearer: &str, token: &str, headers: &str| {
        let base = format!("{}/scenario/{scenario}", stub.plain_url());
        let path = format!("/net2/oauth2/revoketoken.ashx?token={}", encoded(token));
        call(&stub, "POST", &base, &path, &format!("Authorization: OAuth {bearer}\r\n{headers}"), "").status()
    };
    let documented = "fdjhk2382kwkajsklwe8i3932kslswl";
    for (scenario, token) in [
        ("ok", documented),
        ("slow", documented),
        ("json", documented),
        ("entities", "a&b+c/d=="),
        ("special-characters", "aB+/cd==$_x"),
    ] {
        // A scenario has no state.
        for _ in 0..2 {
            assert_eq!(revoke(scenario, token, token, EMPTY), "200", "{scenario}");
        }
    }
    assert_eq!(revoke("ok", documented, "other", EMPTY), "403");
    assert_eq!(revoke("ok", "other", documented, EMPTY), "403");
    assert_eq!(revoke("ok", documented, documented, ""), "400");
}
