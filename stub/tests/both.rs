//! The scenarios on both token services.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use client::{CLIENT, LOGIN, Reply, ask, call, connect, member, password_grant, post_form};
use nativeflow_stub::{Options, Service, Stub, scenarios};

const TOKEN: &str = "fdjhk2382kwkajsklwe8i3932kslswl";

fn stub() -> Stub {
    Stub::start(Options::default()).unwrap()
}

fn names_of_both() -> impl Iterator<Item = &'static str> {
    let of_both = scenarios().iter().filter(|it| it.is_for(Service::Native) && it.is_for(Service::OAuth2));
    of_both.map(|scenario| scenario.name)
}

/// Removes what chunks and UTF-16 put between the letters.
fn letters(reply: &Reply) -> String {
    reply.text().replace('\0', "").replace("\r\n25\r\n", "")
}

#[test]
fn scenario_has_the_same_status_and_ending_on_both_services() {
    let stub = stub();
    // Scenarios that end by themselves.
    let names: Vec<&str> = names_of_both().take_while(|name| *name != "drip-gibibyte").collect();
    let with_token: usize = std::thread::scope(|scope| {
        let threads = names.chunks(names.len().div_ceil(4)).map(|names| {
            let stub = &stub;
            scope.spawn(move || names.iter().filter(|name| is_token_on_both(name, stub)).count())
        });
        threads.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(with_token, 45);
}

/// Returns whether both responses contain the documented token. Status and ending are the same.
fn is_token_on_both(name: &str, stub: &Stub) -> bool {
    let url = stub.scenario_url(name);
    let (native, oauth2) = (ask(&url, stub.ca_pem()), password_grant(stub, &url));
    assert_eq!(native.status(), oauth2.status(), "{name}");
    let ending = |reply: &Reply| reply.end.as_ref().map_err(|error| error.kind()).copied();
    assert_eq!(ending(&native), ending(&oauth2), "{name}");
    let text = letters(&oauth2);
    let token = match name {
        "entities" => "\"a\\u0026b\\u002Bc\\/d==\"",
        "special-characters" => "\"aB+/cd==$_x\"",
        _ => "\"fdjhk2382kwkajsklwe8i3932kslswl\"",
    };
    if !native.body().contains("Access_Token") || text.contains("<?xml") || !text.contains(token) {
        return false;
    }
    assert!(text.contains(&format!("\"access_token\":{token}")), "{name}: {text}");
    assert!(text.contains("\r\nContent-Type: application/json") || name == "garbled", "{name}: {text}");
    true
}

#[test]
fn token_scenarios_check_client_and_login_and_send_the_documented_token() {
    let stub = stub();
    for name in names_of_both().skip_while(|name| *name != "ok").take_while(|name| *name != "html-200") {
        let url = stub.scenario_url(name);
        for (form, code) in [
            (format!("{CLIENT}x&grant_type=password&{LOGIN}"), "61"),
            (format!("{CLIENT}&grant_type=password&{LOGIN}x"), "5"),
        ] {
            assert_eq!(member(&post_form(&stub, &url, &form).body(), "code"), code, "{name}");
        }
        for grant in [LOGIN.to_owned() + "&grant_type=password", "grant_type=refresh_token&refresh_token=x".to_owned()]
        {
            let reply = post_form(&stub, &url, &format!("{CLIENT}&{grant}"));
            reply.end.as_ref().expect(name);
            let status = if reply.text().starts_with("HTTP/1.1 1") { "200".to_owned() } else { reply.status() };
            assert_eq!(status, "200", "{name}");
            let text = letters(&reply);
            assert!(text.contains("\"access_token\":") && !text.contains("<?xml"), "{name}: {text}");
        }
    }
}

#[test]
fn documents_of_oauth2_have_the_form_of_their_scenario() {
    let stub = stub();
    let here = stub.base_url();
    for (name, name_of_member, value) in [
        ("ok", "geolocation", here.as_str()),
        ("ok", "refresh_token", "8ew$sefhj7s62ns94376nsjd62s"),
        ("ok", "refresh_expires_in", "2032761600"),
        ("lower-case", "refresh_expires_in", "2032761600"),
        ("echoed-request", "request", "{\"expires_in\":\"3600\""),
        ("no-instance-url", "geolocation", ""),
        ("no-refresh-token", "refresh_token", ""),
        ("no-date", "expires_in", ""),
        ("unreadable-date", "expires_in", "soon"),
        ("instance-url-plain", "geolocation", "http://www.example.com/"),
        ("no-token", "access_token", ""),
        ("empty-token", "access_token", ""),
        ("token-line-end", "access_token", "fdjhk2382\\r\\nX-Injected: yes"),
        ("token-with-type", "access_token", "{\"value\":\"fdjhk2382\""),
        ("json-number-token", "access_token", "12345678901234567890123"),
        ("two-tokens", "access_token", "0thert0kenofanearliercall"),
        ("two-dates", "expires_in", "7200"),
        ("denied", "code", "5"),
        ("denied", "error", "invalid_grant"),
        (
            "denied-echo",
            "error_description",
            "User john_developer@hotmail.com is not allowed to use application kX3demoConsumerKey0123.",
        ),
        ("unauthorized", "code", "5"),
        ("bad-request", "code", ""),
        ("bad-request", "error", "invalid_request"),
        ("busy", "code", ""),
        ("server-error", "error", "server_error"),
        ("maintenance", "error", "server_error"),
        ("error-in-200", "code", "5"),
        ("token-in-error", "code", "5"),
        ("oauth2-expiry-zero", "expires_in", "0"),
        ("oauth2-expiry-negative", "expires_in", "-3600"),
        ("oauth2-expiry-fraction", "expires_in", "3599.5"),
        ("oauth2-expiry-null", "expires_in", "null"),
        ("oauth2-expiry-ten-years", "expires_in", "315360001"),
        ("oauth2-expiry-huge", "expires_in", "9999999999999999999999999999999999999999"),
        ("oauth2-refresh-expiry-past", "refresh_expires_in", "1517039403"),
        ("oauth2-refresh-expiry-huge", "refresh_expires_in", "9999999999999999999999999999999999999999"),
        ("oauth2-refresh-expiry-missing", "refresh_expires_in", ""),
        ("oauth2-token-type", "token_type", "bEARER"),
        ("oauth2-token-type-other", "token_type", "MAC"),
        ("oauth2-token-type-missing", "token_type", ""),
        ("oauth2-upper-case", "access_token", ""),
        ("oauth2-upper-case", "ACCESS_TOKEN", TOKEN),
        ("oauth2-nested", "result", "{\"expires_in\":\"3600\""),
        ("oauth2-geolocation-url", "geolocation", &format!("{here}/Profile/v1/Me?id=1#top")),
        ("oauth2-geolocation-elsewhere", "geolocation", &stub.elsewhere_url()),
        ("oauth2-geolocation-concur", "geolocation", "https://us2.api.concursolutions.com"),
        ("oauth2-geolocation-foreign", "geolocation", "https://login.example"),
        ("oauth2-geolocation-suffix", "geolocation", "https://concursolutions.com.evil.example"),
        ("oauth2-geolocation-user-info", "geolocation", &here.replace("://", "://user@")),
        ("oauth2-geolocation-empty", "geolocation", ""),
        ("oauth2-geolocation-host", "geolocation", here.trim_start_matches("https://")),
        ("oauth2-code-unknown", "code", "9999"),
        ("oauth2-code-without-geolocation", "geolocation", ""),
        ("oauth2-error", "code", ""),
        ("oauth2-error", "error", "invalid_grant"),
        ("oauth2-error-client", "error", "invalid_client"),
        ("oauth2-error-request", "error", "invalid_request"),
        ("oauth2-error-scope", "error", "invalid_scope"),
        ("oauth2-error-grant-type", "error", "unsupported_grant_type"),
        ("oauth2-error-unknown", "error", "other_error"),
        (
            "oauth2-error-echo",
            "error_description",
            "john_developer@hotmail.com Travel&Expense$2012 of kX3demoConsumerKey0123 is wrong.",
        ),
    ] {
        let body = password_grant(&stub, &stub.scenario_url(name)).body();
        assert_eq!(member(&body, name_of_member), value, "{name}: {body}");
    }
    let text = |name: &str| password_grant(&stub, &stub.scenario_url(name)).body();
    assert!(text("ok").contains("\"expires_in\":\"3600\",") && text("oauth2-number").contains("\"expires_in\":3600,"));
    assert!(text("oauth2-refresh-expiry-string").contains("\"refresh_expires_in\":\"2032761600\","));
    for (name, member_of) in
        [("equal-tokens", "access_token"), ("two-tokens", "access_token"), ("two-dates", "expires_in")]
    {
        assert_eq!(text(name).matches(&format!("\"{member_of}\":")).count(), 2, "{name}");
    }
    let odd = member(&text("oauth2-geolocation-case"), "geolocation");
    assert_eq!(odd.to_lowercase(), format!("{here}/"));
    assert!(odd.starts_with("HtTpS://"), "{odd}");
}

#[test]
fn every_documented_code_has_a_scenario() {
    let stub = stub();
    for code in [
        5, 19, 100, 61, 64, 10, 11, 12, 13, 14, 20, 21, 53, 59, 60, 54, 107, 108, 123, 136, 134, 139, 51, 52, 62, 63,
        65, 106, 120, 135,
    ] {
        // The error does not depend on the login.
        let reply = post_form(&stub, &stub.scenario_url(&format!("oauth2-code-{code}")), "a=b");
        assert_eq!(member(&reply.body(), "code"), code.to_string(), "{}", reply.text());
        assert!(["400", "401", "403"].contains(&&*reply.status()), "{}", reply.text());
        assert_eq!(member(&reply.body(), "geolocation"), stub.base_url());
    }
}

#[test]
fn code_16_names_the_home_that_the_scenario_is_about() {
    let stub = stub();
    let elsewhere = stub.elsewhere_url();
    let cases = [
        ("oauth2-elsewhere", elsewhere.clone()),
        ("oauth2-elsewhere-url", format!("{elsewhere}/Profile/v1/Me?id=1")),
        ("oauth2-elsewhere-case", elsewhere.replace("https", "HtTpS") + "/"),
        ("oauth2-two-hops", elsewhere.replace("127.0.0.1", "localhost")),
        ("oauth2-elsewhere-here", stub.base_url()),
        ("oauth2-elsewhere-missing", String::new()),
        ("oauth2-elsewhere-empty", String::new()),
        ("oauth2-elsewhere-garbled", "us2 api\\u000d\\u000aX-Injected: yes".to_owned()),
        ("oauth2-elsewhere-http", elsewhere.replace("https", "http")),
        ("oauth2-elsewhere-user-info", elsewhere.replace("://", "://user:password@")),
        ("oauth2-elsewhere-concur", "https://us2.api.concursolutions.com".to_owned()),
        ("oauth2-elsewhere-port", "https://us2.api.concursolutions.com:8443".to_owned()),
        ("oauth2-elsewhere-host", "https://login.example".to_owned()),
        ("oauth2-elsewhere-address", "https://203.0.113.7".to_owned()),
        ("oauth2-elsewhere-suffix", "https://concursolutions.com.evil.example".to_owned()),
        ("oauth2-elsewhere-label", "https://evilconcursolutions.com".to_owned()),
        ("oauth2-elsewhere-concur-user", "https://us2.api.concursolutions.com@evil.example".to_owned()),
    ];
    let offered: Vec<&str> = scenarios()
        .iter()
        .map(|scenario| scenario.name)
        .filter(|name| name.starts_with("oauth2-elsewhere") || *name == "oauth2-two-hops")
        .collect();
    assert_eq!(offered.len(), cases.len());
    for (name, geolocation) in cases {
        // The login is not checked.
        let reply = post_form(&stub, &stub.scenario_url(name), &format!("{CLIENT}&grant_type=password&{LOGIN}x"));
        assert_eq!(member(&reply.body(), "code"), "16", "{name}");
        assert_eq!(member(&reply.body(), "geolocation"), geolocation, "{name}");
    }
    assert_eq!(stub.credentials_elsewhere(), 0);
}

#[test]
fn refresh_token_may_be_repeated_or_omitted() {
    let stub = stub();
    for (name, repeated) in [("oauth2-refresh-repeated", true), ("oauth2-refresh-omitted", false)] {
        let url = stub.scenario_url(name);
        let first = member(&password_grant(&stub, &url).body(), "refresh_token");
        let form = format!("{CLIENT}&grant_type=refresh_token&refresh_token={}", client::encoded(&first));
        for _ in 0..2 {
            let reply = post_form(&stub, &url, &form);
            assert_eq!(reply.status(), "200", "{name}");
            assert_eq!(member(&reply.body(), "refresh_token"), if repeated { &first } else { "" });
        }
        assert_eq!(member(&post_form(&stub, &url, &format!("{form}x")).body(), "code"), "108");
    }
}

#[test]
fn login_is_locked_with_code_14() {
    let stub = stub();
    let url = stub.scenario_url("locks");
    let wrong = || member(&post_form(&stub, &url, &format!("{CLIENT}&grant_type=password&{LOGIN}x")).body(), "code");
    assert_eq!(member(&password_grant(&stub, &url).body(), "access_token"), TOKEN);
    assert_eq!([wrong(), wrong(), wrong(), wrong()], ["5", "5", "5", "14"]);
    assert_eq!(member(&password_grant(&stub, &url).body(), "code"), "14");
    // The account is the same in the Native Flow.
    assert_eq!(ask(&url, stub.ca_pem()).status(), "403");
    assert_eq!(password_grant(&stub, &stub.base_url()).status(), "200");
}

#[test]
fn scenarios_of_oauth2_do_not_exist_in_the_native_flow() {
    let stub = stub();
    for scenario in scenarios().iter().filter(|scenario| scenario.name.starts_with("oauth2-")) {
        assert!(scenario.is_for(Service::OAuth2) && !scenario.is_for(Service::Native), "{}", scenario.name);
    }
    let reply = ask(&stub.scenario_url("oauth2-code-14"), stub.ca_pem());
    assert_eq!((&*reply.status(), &*reply.body()), ("404", "this scenario is for the other token service\n"));
    let revoked = call(&stub, "DELETE", &stub.scenario_url("oauth2-code-14"), "/app-mgmt/v0/connections", "", "");
    assert_eq!(member(&revoked.body(), "code"), "14");
    for name in ["busy", "html-503", "redirect"] {
        let native = ask(&stub.scenario_url(name), stub.ca_pem()).status();
        let url = stub.scenario_url(name);
        for (method, path) in [("DELETE", "/app-mgmt/v0/connections"), ("GET", "/api/v3.0/expense/reports")] {
            assert_eq!(call(&stub, method, &url, path, "", "").status(), native, "{name} {path}");
        }
    }
}

#[test]
fn stalled_responses_stall_on_oauth2() {
    let stub = stub();
    for (name, start) in [
        ("silence-after-tls", ""),
        ("silence-after-headers", "HTTP/1.1 200 OK\r\n"),
        ("drip-headers", "HTTP/1.1 200 OK\r\n"),
        ("drip-slow", "HTTP/1.1 200 OK\r\n"),
    ] {
        let url = stub.scenario_url(name);
        let form = format!("{CLIENT}&grant_type=password&{LOGIN}");
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
        let mut stream = connect(&url, stub.ca_pem());
        stream.write_all(client::request("POST", &url, "/oauth2/v0/token", &headers, &form).as_bytes()).unwrap();
        stream.sock.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let mut got = Vec::new();
        assert_eq!(stream.read_to_end(&mut got).unwrap_err().kind(), ErrorKind::WouldBlock, "{name}");
        assert_eq!(String::from_utf8_lossy(&got).get(..start.len()), Some(start), "{name}");
    }
}
