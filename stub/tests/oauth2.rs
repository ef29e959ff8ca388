//! The OAuth 2.0 service: grants, refresh, revocation, and the requests that it rejects.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{SystemTime, UNIX_EPOCH};

use client::{CLIENT, LOGIN, Reply, call, encoded, member, password_grant, post_form};
use nativeflow_stub::{Options, Place, Service, Stub, User};

fn stub() -> Stub {
    Stub::start(Options::default()).unwrap()
}

fn refresh(stub: &Stub, refresh_token: &str) -> Reply {
    let sent = encoded(refresh_token);
    post_form(stub, &stub.plain_url(), &format!("{CLIENT}&grant_type=refresh_token&refresh_token={sent}"))
}

fn api(stub: &Stub, authorization: &str) -> String {
    let header = format!("Authorization: {authorization}\r\n");
    call(stub, "GET", &stub.plain_url(), "/api/v3.0/expense/reports", &header, "").status()
}

/// Status, code and error of a refusal.
fn refusal(reply: &Reply) -> (String, String, String) {
    (reply.status(), member(&reply.body(), "code"), member(&reply.body(), "error"))
}

fn is_refused(reply: &Reply, status: &str, code: &str, error: &str) {
    assert_eq!(refusal(reply), (status.to_owned(), code.to_owned(), error.to_owned()), "{}", reply.text());
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn password_grant_gets_a_bearer_token_for_an_hour() {
    let stub = stub();
    for url in [stub.base_url(), stub.plain_url()] {
        let reply = password_grant(&stub, &url);
        assert_eq!(reply.status(), "200", "{}", reply.text());
        assert!(reply.text().contains("\r\nContent-Type: application/json"), "{}", reply.text());
        let body = reply.body();
        for (name, value) in [("expires_in", "3600"), ("token_type", "Bearer"), ("geolocation", &url)] {
            assert_eq!(member(&body, name), value, "{body}");
        }
        assert!(body.contains("\"expires_in\":\"3600\""));
        let ends: u64 = member(&body, "refresh_expires_in").parse().unwrap();
        assert!((now() + 181 * 86_400..now() + 183 * 86_400).contains(&ends), "{ends}");
        assert_eq!(api(&stub, &format!("Bearer {}", member(&body, "access_token"))), "200");
    }
    assert_eq!((stub.login_attempts("john_developer@hotmail.com"), stub.login_attempts("x")), (2, 0));
}

#[test]
fn company_gets_a_token_for_its_request_token() {
    let stub = stub();
    let company = User::demo_company();
    let form = |kind: &str, token: &str| {
        let (login, token) = (encoded(&company.login), encoded(token));
        post_form(
            &stub,
            &stub.plain_url(),
            &format!("{CLIENT}&grant_type=password&credtype={kind}&username={login}&password={token}"),
        )
    };
    // It may be used repeatedly.
    for _ in 0..2 {
        assert_eq!(form("authtoken", &company.secret).status(), "200");
    }
    is_refused(&form("authtoken", "other"), "400", "5", "invalid_grant");
    is_refused(&form("password", &company.secret), "400", "5", "invalid_grant");
    is_refused(&form("pin", &company.secret), "400", "", "invalid_request");
    stub.advance_clock(24 * 3_600 - 60);
    assert_eq!(form("authtoken", &company.secret).status(), "200");
    stub.advance_clock(60);
    is_refused(&form("authtoken", &company.secret), "400", "5", "invalid_grant");
    assert_eq!(stub.login_attempts(&company.login), 7);
}

#[test]
fn application_gets_a_token_without_refresh_token() {
    let stub = stub();
    let reply = post_form(&stub, &stub.plain_url(), &format!("{CLIENT}&grant_type=client_credentials"));
    assert_eq!(reply.status(), "200");
    assert!(!reply.body().contains("refresh"), "{}", reply.body());
    assert_eq!(api(&stub, &format!("Bearer {}", member(&reply.body(), "access_token"))), "200");
}

#[test]
fn refresh_token_works_once_and_is_replaced() {
    let stub = stub();
    let first = member(&password_grant(&stub, &stub.plain_url()).body(), "refresh_token");
    let reply = refresh(&stub, &first);
    assert_eq!(reply.status(), "200", "{}", reply.text());
    let second = member(&reply.body(), "refresh_token");
    assert_ne!(first, second);
    assert_eq!(api(&stub, &format!("Bearer {}", member(&reply.body(), "access_token"))), "200");
    is_refused(&refresh(&stub, &first), "400", "108", "invalid_grant");
    assert_eq!(refresh(&stub, &second).status(), "200");
    is_refused(&refresh(&stub, "unknown"), "400", "108", "invalid_grant");
    is_refused(&refresh(&stub, ""), "400", "", "invalid_request");
}

#[test]
fn issued_refresh_token_is_valid_for_its_service() {
    let stub = stub();
    let [native, oauth2] = [Service::Native, Service::OAuth2]
        .map(|service| stub.issue_refresh_token(service, "john_developer@hotmail.com").unwrap());
    assert_eq!(refresh(&stub, &oauth2).status(), "200");
    is_refused(&refresh(&stub, &native), "400", "108", "invalid_grant");
    let path = format!("/net2/oauth2/getaccesstoken.ashx?refresh_token={}&{CLIENT}", encoded(&native));
    assert_eq!(call(&stub, "GET", &stub.plain_url(), &path, "", "").status(), "200");
    assert!(stub.issue_refresh_token(Service::OAuth2, "unknown").is_none());
}

#[test]
fn concurrent_refreshes_with_one_token_succeed_once() {
    let stub = stub();
    let token = member(&password_grant(&stub, &stub.plain_url()).body(), "refresh_token");
    let statuses: Vec<String> = std::thread::scope(|scope| {
        let threads = [(); 8].map(|()| scope.spawn(|| refresh(&stub, &token).status()));
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| *status == "200").count(), 1, "{statuses:?}");
}

#[test]
fn refresh_token_belongs_to_its_application() {
    let other = User { key: "other".to_owned(), login: "x@example.com".to_owned(), secret: "y".to_owned() };
    let stub = Stub::start(Options { users: vec![User::demo(), other], ..Options::default() }).unwrap();
    let token = member(&password_grant(&stub, &stub.plain_url()).body(), "refresh_token");
    let client = CLIENT.replace("kX3demoConsumerKey0123", "other");
    let form = format!("{client}&grant_type=refresh_token&refresh_token={}", encoded(&token));
    is_refused(&post_form(&stub, &stub.plain_url(), &form), "400", "108", "invalid_grant");
    // The attempt of the other application has not spent it.
    assert_eq!(refresh(&stub, &token).status(), "200");
}

#[test]
fn tokens_expire_by_the_clock_of_the_stub() {
    let stub = stub();
    let body = password_grant(&stub, &stub.plain_url()).body();
    let bearer = format!("Bearer {}", member(&body, "access_token"));
    stub.advance_clock(3_590);
    assert_eq!(api(&stub, &bearer), "200");
    stub.advance_clock(10);
    assert_eq!(api(&stub, &bearer), "401");
    let reply = refresh(&stub, &member(&body, "refresh_token"));
    assert_eq!(reply.status(), "200");
    // Six months later, the next one has lapsed.
    stub.advance_clock(182 * 86_400);
    is_refused(&refresh(&stub, &member(&reply.body(), "refresh_token")), "400", "108", "invalid_grant");
    // The Date header is that of the clock.
    let year = |reply: &Reply| reply.text().split("\r\nDate: ").nth(1).unwrap()[12..16].parse::<u64>().unwrap();
    let before = year(&reply);
    stub.advance_clock(731 * 86_400);
    assert!(year(&password_grant(&stub, &stub.plain_url())) >= before + 2);
}

#[test]
fn revocation_ends_all_refresh_tokens_of_the_user_and_no_access_token() {
    let stub = stub();
    let bodies = [(); 2].map(|()| password_grant(&stub, &stub.plain_url()).body());
    let application = post_form(&stub, &stub.plain_url(), &format!("{CLIENT}&grant_type=client_credentials")).body();
    let delete = |authorization: &str| {
        let header = format!("Authorization: {authorization}\r\n");
        call(&stub, "DELETE", &stub.plain_url(), "/app-mgmt/v0/connections", &header, "")
    };
    let bearer = format!("Bearer {}", member(&bodies[0], "access_token"));
    assert_eq!(delete(&bearer.replace("Bearer", "OAuth")).status(), "401");
    assert_eq!(delete("Bearer unknown").status(), "401");
    // The token of another holder does nothing to the user's tokens.
    assert_eq!(delete(&format!("Bearer {}", member(&application, "access_token"))).status(), "200");
    assert_eq!(refresh(&stub, &member(&bodies[0], "refresh_token")).status(), "200");
    let revoked = delete(&bearer);
    assert_eq!((revoked.status(), revoked.body()), ("200".to_owned(), String::new()));
    is_refused(&refresh(&stub, &member(&bodies[1], "refresh_token")), "400", "108", "invalid_grant");
    assert_eq!(api(&stub, &bearer), "200");
    stub.advance_clock(3_600);
    let expired = delete(&bearer);
    assert_eq!(expired.status(), "401");
    assert!(expired.text().contains("\r\nWWW-Authenticate: Bearer "), "{}", expired.text());
}

#[test]
fn revocation_is_that_of_the_healthy_service_in_scenarios_about_tokens() {
    let stub = stub();
    let delete = |scenario: &str, token: &str| {
        let base = format!("{}/scenario/{scenario}", stub.plain_url());
        call(&stub, "DELETE", &base, "/app-mgmt/v0/connections", &format!("Authorization: Bearer {token}\r\n"), "")
    };
    for scenario in ["oauth2-refresh-repeated", "oauth2-refresh-omitted"] {
        let body = password_grant(&stub, &format!("{}/scenario/{scenario}", stub.plain_url())).body();
        assert_eq!(delete(scenario, "unknown").status(), "401", "{scenario}");
        let revoked = delete(scenario, &member(&body, "access_token"));
        assert_eq!((revoked.status(), revoked.body()), ("200".to_owned(), String::new()), "{scenario}");
        is_refused(&refresh(&stub, &member(&body, "refresh_token")), "400", "108", "invalid_grant");
    }
    for scenario in ["ok", "slow", "json", "oauth2-number"] {
        assert_eq!(delete(scenario, "fdjhk2382kwkajsklwe8i3932kslswl").status(), "200", "{scenario}");
        assert_eq!(delete(scenario, "unknown").status(), "401", "{scenario}");
    }
}

#[test]
fn token_opens_the_api_in_its_own_scheme_only() {
    let stub = stub();
    let modern = member(&password_grant(&stub, &stub.plain_url()).body(), "access_token");
    let headers = format!("{}{}", client::BASIC, client::KEY);
    let native = call(&stub, "GET", &stub.plain_url(), "/net2/oauth2/accesstoken.ashx", &headers, "").body();
    let native = native.split_once("<Token>").unwrap().1[..28].to_owned();
    for (authorization, status) in [
        (format!("Bearer {modern}"), "200"),
        (format!("OAuth {native}"), "200"),
        (format!("OAuth {modern}"), "403"),
        (format!("Bearer {native}"), "401"),
        (modern.clone(), "401"),
        (format!("Basic {modern}"), "401"),
        ("OAuth fdjhk2382kwkajsklwe8i3932kslswl".to_owned(), "403"),
        (format!("Bearer  {modern}"), "401"),
    ] {
        assert_eq!(api(&stub, &authorization), status, "{authorization}");
    }
    assert_eq!(call(&stub, "GET", &stub.plain_url(), "/api/v3.0/expense/reports", "", "").status(), "401");
    stub.advance_clock(366 * 86_400);
    assert_eq!(api(&stub, &format!("OAuth {native}")), "403");
}

#[test]
fn wrong_client_or_login_is_refused_with_its_code() {
    let stub = stub();
    let ask = |form: String| post_form(&stub, &stub.plain_url(), &form);
    let wrong_secret = CLIENT.replace("Secret", "secret");
    for (form, status, code, error) in [
        (format!("{CLIENT}&grant_type=password&{LOGIN}x"), "400", "5", "invalid_grant"),
        (format!("{CLIENT}&grant_type=password&username=x&password=y"), "400", "5", "invalid_grant"),
        (format!("{CLIENT}x&grant_type=password&{LOGIN}"), "401", "61", "invalid_client"),
        (format!("{wrong_secret}&grant_type=client_credentials"), "401", "61", "invalid_client"),
        (format!("grant_type=password&{LOGIN}"), "400", "", "invalid_request"),
        (format!("{CLIENT}&{LOGIN}"), "400", "", "invalid_request"),
        (format!("{CLIENT}&grant_type=password&username=x"), "400", "", "invalid_request"),
        (format!("{CLIENT}&grant_type=password&{LOGIN}&{LOGIN}"), "400", "", "invalid_request"),
        (format!("{CLIENT}&grant_type=otp&{LOGIN}"), "400", "", "unsupported_grant_type"),
    ] {
        is_refused(&ask(form), status, code, error);
    }
    assert_eq!(stub.login_attempts("john_developer@hotmail.com"), 5);
    assert_eq!(stub.login_attempts("unknown"), 2);
    assert_eq!(stub.request_count(), 9);
}

#[test]
fn request_that_is_not_exactly_a_form_is_rejected() {
    const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
    let stub = stub();
    let form = format!("{CLIENT}&grant_type=password&{LOGIN}");
    let length = format!("Content-Length: {}\r\n", form.len());
    let chunked = format!("{:x}\r\n{form}\r\n0\r\n\r\n", form.len());
    let twice = format!("{FORM}{FORM}{length}");
    let raw = form.replace("%40", "@");
    for (headers, body, status) in [
        (format!("{FORM}{length}"), &form, "200"),
        (format!("{}{length}", FORM.replace("application", "Application")), &form, "200"),
        (format!("{}; charset=utf-8\r\n{length}", FORM.trim_end()), &form, "415"),
        (format!("{};\r\n{length}", FORM.trim_end()), &form, "415"),
        (length.clone(), &form, "415"),
        (twice, &form, "415"),
        (format!("Content-Type: application/json\r\n{length}"), &form, "415"),
        (format!("{FORM}Transfer-Encoding: chunked\r\n"), &chunked, "400"),
        (format!("{FORM}Content-Length: {}\r\n", raw.len()), &raw, "400"),
        (format!("{FORM}Content-Length: 2\r\n"), &"a&".to_owned(), "400"),
    ] {
        // A scenario that is about something else rejects it too.
        let busy = if status == "200" { "429" } else { status };
        for (url, status) in [("", status), ("/scenario/ok", status), ("/scenario/busy", busy)] {
            let url = format!("{}{url}", stub.plain_url());
            let reply = call(&stub, "POST", &url, "/oauth2/v0/token", &headers, body);
            assert_eq!(reply.status(), status, "{url} {headers}{body}");
        }
    }
}

#[test]
fn secret_in_the_url_is_rejected_and_counted() {
    let stub = stub();
    let form = format!("{CLIENT}&grant_type=password&{LOGIN}");
    let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
    for (query, count) in
        [("client_secret=x", 1), ("a=b&PASSWORD=x", 2), ("refresh_token=x", 3), ("username=a@b", 4), ("trace=1", 4)]
    {
        let path = format!("/oauth2/v0/token?{query}");
        let reply = call(&stub, "POST", &stub.plain_url(), &path, &headers, &form);
        let expected = if query == "trace=1" { "200" } else { "400" };
        assert_eq!((reply.status().as_str(), stub.secrets_in_url()), (expected, count), "{query}");
    }
    let get = call(&stub, "GET", &stub.plain_url(), &format!("/oauth2/v0/token?{form}"), "", "");
    assert_eq!((get.status().as_str(), stub.secrets_in_url()), ("405", 5));
}

#[test]
fn account_is_locked_after_the_configured_number_of_wrong_passwords() {
    let stub = Stub::start(Options { failures_allowed: Some(2), ..Options::default() }).unwrap();
    let wrong = || post_form(&stub, &stub.plain_url(), &format!("{CLIENT}&grant_type=password&{LOGIN}x"));
    is_refused(&wrong(), "400", "5", "invalid_grant");
    assert_eq!(password_grant(&stub, &stub.plain_url()).status(), "200");
    is_refused(&wrong(), "400", "5", "invalid_grant");
    is_refused(&wrong(), "400", "14", "invalid_grant");
    is_refused(&password_grant(&stub, &stub.plain_url()), "400", "14", "invalid_grant");
    // The Native Flow has the same accounts, and no code.
    assert_eq!(client::ask(&stub.base_url(), stub.ca_pem()).status(), "403");
}

#[test]
fn user_who_lives_elsewhere_gets_a_token_there() {
    let stub = stub();
    let elsewhere = stub.elsewhere_url();
    let scenario = format!("{}/scenario/oauth2-elsewhere", stub.plain_url());
    let reply = password_grant(&stub, &scenario);
    is_refused(&reply, "400", "16", "invalid_grant");
    assert_eq!(member(&reply.body(), "geolocation"), elsewhere);
    assert_eq!(stub.credentials_elsewhere(), 0);
    let reply = password_grant(&stub, &elsewhere);
    assert_eq!((reply.status(), member(&reply.body(), "geolocation")), ("200".to_owned(), elsewhere.clone()));
    assert_eq!((stub.credentials_elsewhere(), stub.elsewhere_requests().len()), (1, 1));
    assert_eq!(stub.elsewhere_bodies().len(), 1);
    assert!(String::from_utf8_lossy(&stub.elsewhere_bodies()[0]).ends_with(LOGIN));
    // The API is there too. It accepts the tokens of both origins.
    let bearer = format!("Authorization: Bearer {}\r\n", member(&reply.body(), "access_token"));
    for (url, path, status) in [
        (&elsewhere, "/api/v3.0/expense/reports", "200"),
        (&stub.plain_url(), "/api/v3.0/expense/reports", "200"),
        (&elsewhere, "/other", "404"),
    ] {
        assert_eq!(call(&stub, "GET", url, path, &bearer, "").status(), status, "{url}{path}");
    }
    assert_eq!(call(&stub, "DELETE", &elsewhere, "/app-mgmt/v0/connections", &bearer, "").status(), "200");
    // The first of two hops leads to the address.
    let reply = password_grant(&stub, &elsewhere.replace("127.0.0.1", "localhost"));
    is_refused(&reply, "400", "16", "invalid_grant");
    assert_eq!(member(&reply.body(), "geolocation"), elsewhere);
}

#[test]
fn users_are_moved_between_the_two_origins() {
    let stub = stub();
    let (here, elsewhere) = (stub.base_url(), stub.elsewhere_url());
    for (home, at_here, at_elsewhere) in
        [(None, "200", "200"), (Some(Place::Elsewhere), "400", "200"), (Some(Place::Service), "200", "400")]
    {
        stub.move_users(home);
        for (url, status, other) in [(&here, at_here, &elsewhere), (&elsewhere, at_elsewhere, &here)] {
            let reply = password_grant(&stub, url);
            assert_eq!(reply.status(), status, "{home:?} {url}");
            if status == "400" {
                assert_eq!(member(&reply.body(), "code"), "16");
                assert_eq!(member(&reply.body(), "geolocation"), *other);
            }
        }
    }
}

#[test]
fn closed_port_refuses_connections_and_the_service_goes_on() {
    let stub = stub();
    let port = client::host_and_port(&stub.elsewhere_url()).1;
    assert_eq!(password_grant(&stub, &stub.elsewhere_url()).status(), "200");
    stub.close_elsewhere();
    stub.close_elsewhere();
    assert_eq!(TcpStream::connect(("127.0.0.1", port)).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(password_grant(&stub, &stub.base_url()).status(), "200");
}

#[test]
fn bodies_are_recorded_beside_their_heads() {
    let stub = stub();
    password_grant(&stub, &stub.plain_url());
    client::ask(&stub.base_url(), stub.ca_pem());
    let bodies = stub.bodies();
    assert_eq!((bodies.len(), stub.requests().len()), (2, 2));
    assert_eq!(bodies[0], format!("{CLIENT}&grant_type=password&{LOGIN}").into_bytes());
    assert!(bodies[1].is_empty());
}

#[test]
fn other_processes_move_clock_and_users_and_read_the_counts() {
    let stub = stub();
    let command = |path: &str| call(&stub, "POST", &stub.plain_url(), path, "", "");
    let bearer = format!("Bearer {}", member(&password_grant(&stub, &stub.plain_url()).body(), "access_token"));
    assert_eq!(command("/stub/advance-clock?seconds=3600").status(), "200");
    assert_eq!(api(&stub, &bearer), "401");
    assert_eq!(command("/stub/move-users?to=elsewhere").status(), "200");
    is_refused(&password_grant(&stub, &stub.base_url()), "400", "16", "invalid_grant");
    assert_eq!(command("/stub/move-users?to=anywhere").status(), "200");
    assert_eq!(password_grant(&stub, &stub.plain_url()).status(), "200");
    let counts = command("/stub/counts").body();
    assert_eq!(
        counts,
        "{\"requests\":8,\"secrets_in_url\":0,\"credentials_elsewhere\":0,\"refreshes\":0,\"revocations\":0,\"logins\":[3,0,0]}\n",
        "the demo user, the demo company, unknown logins"
    );
    for path in ["/stub/advance-clock?seconds=-1", "/stub/advance-clock", "/stub/move-users?to=x"] {
        assert_eq!(command(path).status(), "400", "{path}");
    }
    assert_eq!(command("/stub/other").status(), "404");
    assert_eq!(call(&stub, "POST", &stub.base_url(), "/stub/counts", "", "").status(), "404");
}

#[test]
fn prefix_is_served_alone() {
    let stub = Stub::start(Options { prefix: "/Gateway".to_owned(), ..Options::default() }).unwrap();
    assert!(stub.base_url().ends_with("/Gateway") && stub.scenario_url("ok").ends_with("/Gateway/scenario/ok"));
    let bare = stub.plain_url().replace("/Gateway", "");
    for (url, status) in
        [(stub.plain_url(), "200"), (format!("{}/scenario/ok", stub.plain_url()), "200"), (bare, "404")]
    {
        assert_eq!(password_grant(&stub, &url).status(), status, "{url}");
        let headers = format!("{}{}", client::BASIC, client::KEY);
        let native = call(&stub, "GET", &url, "/net2/oauth2/accesstoken.ashx", &headers, "");
        assert_eq!(native.status(), status, "{url}");
    }
    for prefix in ["gateway", "/gateway/", "/"] {
        assert!(Stub::start(Options { prefix: prefix.to_owned(), ..Options::default() }).is_err(), "{prefix}");
    }
}
