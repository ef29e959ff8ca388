//! Scenarios with special behavior on the wire, which an HTTP library does not show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use client::{KEY, ask, ask_with, connect, exchange, head, host_and_port, tcp};
use nativeflow_stub::{Options, Stub, scenarios};

fn stub() -> Stub {
    Stub::start(Options::default()).unwrap()
}

#[test]
fn redirect_leads_to_the_elsewhere_port_and_its_requests_are_recorded() {
    let stub = stub();
    for (name, status) in [("redirect", "302"), ("redirect-permanent", "308"), ("redirect-html", "302")] {
        let reply = ask(&stub.scenario_url(name), stub.ca_pem());
        assert_eq!(reply.status(), status);
        let path = format!("/scenario/{name}/net2/oauth2/accesstoken.ashx");
        let location = format!("\r\nLocation: {}{path}\r\n", stub.elsewhere_url());
        assert!(reply.text().contains(&location), "{}", reply.text());
        assert_eq!(reply.body().is_empty(), name != "redirect-html");
    }
    assert!(stub.elsewhere_requests().is_empty());
    let followed = head(&stub.elsewhere_url(), KEY);
    let reply = exchange(connect(&stub.elsewhere_url(), stub.ca_pem()), followed.as_bytes());
    assert!(reply.body().contains("<Token>"));
    assert_eq!(stub.elsewhere_requests(), [followed.into_bytes()]);
    assert_eq!(stub.requests().len(), 3);
}

#[test]
fn token_scenarios_check_the_credentials_and_send_the_documented_token() {
    let stub = stub();
    let forms = scenarios()
        .iter()
        .map(|scenario| scenario.name)
        .skip_while(|name| *name != "ok")
        .take_while(|name| *name != "html-200");
    let mut count = 0;
    for name in forms {
        count += 1;
        let url = stub.scenario_url(name);
        assert_eq!(ask_with(&url, stub.ca_pem(), KEY).status(), "401", "{name}");
        let reply = ask(&url, stub.ca_pem());
        reply.end.as_ref().expect(name);
        // Chunk sizes and the zero bytes of UTF-16 are between the letters.
        let text = reply.text().replace('\0', "").replace("\r\n25\r\n", "");
        let token = match name {
            "entities" => "a&amp;b&#43;c&#x2F;<![CDATA[d==]]>",
            "special-characters" => "aB+/cd==$_x",
            _ => "fdjhk2382kwkajsklwe8i3932kslswl",
        };
        assert!(text.contains(token), "{name}: {text}");
    }
    assert_eq!(count, 35);
}

#[test]
fn truncated_response_ends_with_or_without_close_notify_by_its_name() {
    let stub = stub();
    for (name, proper) in [("truncated-body", true), ("chunked-truncated", true), ("truncated-no-close-notify", false)]
    {
        let reply = ask(&stub.scenario_url(name), stub.ca_pem());
        assert!(!reply.text().contains("</Access_Token>"), "{name}");
        // A chunked body is complete only with its last chunk.
        assert!(!reply.text().ends_with("\r\n0\r\n\r\n"), "{name}");
        match reply.end {
            Ok(()) => assert!(proper, "{name}"),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{name}");
                assert!(!proper, "{name}");
            }
        }
    }
}

#[test]
fn hang_up_sends_nothing_and_reset_sends_rst() {
    let stub = stub();
    let hang_up = ask(&stub.scenario_url("hang-up"), stub.ca_pem());
    assert!(hang_up.bytes.is_empty());
    assert_eq!(hang_up.end.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    let reset = ask(&stub.scenario_url("reset"), stub.ca_pem());
    assert!(reset.bytes.is_empty());
    assert_eq!(reset.end.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[test]
fn size_scenarios_have_the_exact_size() {
    let stub = stub();
    for (name, size) in [("at-limit", 65_536), ("too-large", 65_537)] {
        assert_eq!(ask(&stub.scenario_url(name), stub.ca_pem()).body().len(), size);
    }
    let header = ask(&stub.scenario_url("huge-header"), stub.ca_pem());
    assert!(header.bytes.len() > 1024 * 1024);
    let headers = ask(&stub.scenario_url("many-headers"), stub.ca_pem()).text();
    assert_eq!(headers.matches("\r\nX-Filler-").count(), 1000);
    let short = ask(&stub.scenario_url("content-length-short"), stub.ca_pem());
    let content_length = format!("\r\nContent-Length: {}\r\n", short.body().len() - 20);
    assert!(short.text().contains(&content_length));
}

#[test]
fn error_scenarios_have_the_status_and_headers_of_their_names() {
    let stub = stub();
    for (name, status) in [
        ("denied-nested", "403"),
        ("denied-empty", "403"),
        ("unauthorized", "401"),
        ("bad-request", "400"),
        ("not-found-html", "404"),
        ("gone", "410"),
        ("server-error", "500"),
        ("bad-gateway", "502"),
        ("maintenance", "503"),
        ("error-in-200-status", "200"),
        ("html-403", "403"),
    ] {
        // Errors do not depend on credentials.
        let reply = ask_with(&stub.scenario_url(name), stub.ca_pem(), "");
        assert_eq!(reply.status(), status, "{name}");
        let empty = ["denied-empty", "bad-gateway"].contains(&name);
        assert_eq!(reply.body().is_empty(), empty, "{name}");
        let html = reply.text().contains("\r\nContent-Type: text/html");
        assert_eq!(html, name.contains("html"), "{name}");
    }
    for (name, header) in [
        ("busy", "\r\nRetry-After: 120\r\n"),
        ("busy-zero", "\r\nRetry-After: 0\r\n"),
        ("busy-date", " GMT\r\nContent-Length"),
        ("gzip", "\r\nContent-Encoding: gzip\r\n"),
        ("content-length-bad", "\r\nContent-Length: many\r\n"),
        ("chunked", "\r\nTransfer-Encoding: chunked\r\n"),
        ("http10", "HTTP/1.0 200 OK\r\n"),
        ("continue", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"),
        ("early-hints", "preload\r\n\r\nHTTP/1.1 200 OK\r\n"),
        ("not-http", "SSH-2.0-OpenSSH_9.2\r\n"),
    ] {
        let text = ask(&stub.scenario_url(name), stub.ca_pem()).text();
        assert!(text.contains(header), "{name}: {text}");
    }
}

#[test]
fn denied_echo_repeats_login_and_key() {
    let stub = stub();
    let body = ask(&stub.scenario_url("denied-echo"), stub.ca_pem()).body();
    assert!(body.contains("john_developer@hotmail.com"), "{body}");
    assert!(body.contains("kX3demoConsumerKey0123"), "{body}");
}

#[test]
fn drip_scenarios_send_one_byte_per_second() {
    let stub = stub();
    for (name, before) in [("drip-slow", "\r\n\r\n"), ("drip-headers", "200 OK\r\n")] {
        let url = stub.scenario_url(name);
        let mut stream = connect(&url, stub.ca_pem());
        stream.write_all(head(&url, client::BASIC).replace("\r\n\r\n", &format!("\r\n{KEY}\r\n")).as_bytes()).unwrap();
        let started = Instant::now();
        let mut got = Vec::new();
        let mut buffer = [0; 4096];
        while started.elapsed() < Duration::from_millis(2500) {
            let read = stream.read(&mut buffer).unwrap();
            got.extend_from_slice(&buffer[..read]);
        }
        let text = String::from_utf8(got).unwrap();
        let (_, dripped) = text.split_once(before).unwrap();
        assert!((3..=4).contains(&dripped.len()), "{name}: {dripped:?}");
    }
}

#[test]
fn stalled_responses_end_when_the_stub_is_dropped() {
    let stub = stub();
    let mut streams = Vec::new();
    for name in ["silence-after-tls", "silence-after-headers", "drip-slow", "drip-headers", "drip-gibibyte"] {
        let url = stub.scenario_url(name);
        let mut stream = connect(&url, stub.ca_pem());
        stream.write_all(head(&url, client::BASIC).as_bytes()).unwrap();
        streams.push(stream);
    }
    let mut silent = tcp(host_and_port(&stub.scenario_url("silence-after-accept")).1);
    silent.write_all(b"anything").unwrap();
    silent.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert_eq!(silent.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    let started = Instant::now();
    drop(stub);
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
    silent.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    assert!(matches!(silent.read(&mut [0]), Ok(0) | Err(_)));
    assert!(streams[0].read(&mut [0]).is_err());
}

#[test]
fn disconnect_during_a_stalled_response_is_detected() {
    let stub = Stub::start(Options {
        max_requests: Some(3),
        // Ends a failing test, which would otherwise run forever.
        idle_exit: Some(Duration::from_secs(5)),
        ..Options::default()
    })
    .unwrap();
    for name in ["silence-after-tls", "silence-after-headers", "drip-gibibyte"] {
        let url = stub.scenario_url(name);
        let mut stream = connect(&url, stub.ca_pem());
        stream.write_all(head(&url, client::BASIC).as_bytes()).unwrap();
        stream.flush().unwrap();
        // Waits until the stub has read the request.
        while stub.requests().last().is_none_or(|head| !String::from_utf8_lossy(head).contains(name)) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let started = Instant::now();
    stub.wait();
    assert!(started.elapsed() < Duration::from_secs(3));
}
