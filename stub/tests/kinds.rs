//! Documents in the format that the client accepts: XML or JSON.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use client::{BASIC, KEY, Reply, ask_with};
use nativeflow_stub::{Options, Stub, scenarios};

/// Scenarios that are always XML, because JSON has no equivalent.
const ABOUT_XML: [&str; 17] = [
    "latin1",
    "denied-namespace",
    "denied-nested",
    "denied-markup",
    "namespaces",
    "entities",
    "token-with-type",
    "two-tokens",
    "two-dates",
    "other-xml",
    "truncated-xml",
    "dtd",
    "billion-laughs",
    "xxe",
    "nested",
    "nested-in-limit",
    "namespaces-deep",
];

fn kind(reply: &Reply) -> String {
    let text = reply.text();
    let kind = text.split("\r\nContent-Type: ").nth(1).and_then(|rest| rest.split(';').next());
    kind.unwrap_or_default().to_owned()
}

#[test]
fn every_scenario_sends_the_accepted_format_unless_it_is_about_xml() {
    let stub = Stub::start(Options::default()).unwrap();
    let mut in_both = 0;
    // Scenarios that end by themselves.
    let names = scenarios().iter().map(|scenario| scenario.name).take_while(|name| *name != "drip-gibibyte");
    for name in names {
        let ask = |accept: &str| {
            ask_with(&stub.scenario_url(name), stub.ca_pem(), &format!("{BASIC}{KEY}Accept: {accept}\r\n"))
        };
        let (xml, json) = (ask("application/xml"), ask("application/json"));
        assert_eq!(xml.status(), json.status(), "{name}");
        if kind(&xml) != "application/xml" || ABOUT_XML.contains(&name) {
            assert_eq!(kind(&xml), kind(&json), "{name}");
            continue;
        }
        in_both += 1;
        assert_eq!(kind(&json), "application/json", "{name}");
        let text = json.text().replace('\0', "");
        let has_markup = text.rsplit("\r\n\r\n").next().unwrap().contains('<');
        assert!(!has_markup || name == "gzip", "{name}: {text}");
        let is_error = xml.body().contains("<Error>");
        let shape = match name {
            "lower-case" => "{\"access_token\":{",
            "echoed-request" => "\"Content\":{\"Access_Token\":{\"Instance_Url\":\"",
            "spelling" => "{\"Access_Token\":{\"Instance_URL\":\"",
            "no-instance-url" => "{\"Access_Token\":{\"Token\":\"",
            "invalid-utf8-elsewhere" => "{\"Access_Token\":{\"Company\":\"",
            "token-in-error" => "{\"Error\":{\"Details\":{\"Access_Token\":{",
            "error-in-200-status" => "{\"StatusCode\":\"403\",\"Content\":{\"Error\":{\"Message\":\"",
            "gzip" => "\r\nContent-Encoding: gzip\r\n",
            _ if is_error => "{\"Error\":{\"Message\":\"",
            _ => "{\"Access_Token\":{\"Instance_Url\":\"",
        };
        let text = text.replace("\r\n25\r\n", "");
        assert!(text.contains(shape), "{name}: {text}");
    }
    assert_eq!(in_both, 56);
}

#[test]
fn json_error_contains_the_escaped_login() {
    let stub = Stub::start(Options::default()).unwrap();
    // a"b\\c:
    let headers = "Authorization: Basic YSJiXGM6\r\nX-ConsumerKey: k\r\nAccept: application/json\r\n";
    let body = ask_with(&stub.scenario_url("denied-echo"), stub.ca_pem(), headers).body();
    assert!(
        body.starts_with(r#"{"Error":{"Message":"User a\"b\\c is not allowed to use application k.","Server-Time":""#),
        "{body}"
    );
}
