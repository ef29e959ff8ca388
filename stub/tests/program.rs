//! The program: its ready line, its exit codes, its log.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use client::ask;
use nativeflow_stub::scenarios;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nativeflow-stub"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

fn ca_file(test: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}.pem", std::process::id()))
}

struct Ready {
    child: Child,
    line: String,
}

impl Ready {
    fn after(mut command: Command) -> Ready {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Ready { child, line }
    }

    fn words(&self) -> Vec<&str> {
        self.line.trim_end().split(' ').collect()
    }

    /// Returns exit code and stderr; fails if the program does not end.
    fn end(mut self, within: Duration) -> (Option<i32>, String) {
        let started = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            if started.elapsed() > within {
                self.child.kill().unwrap();
                panic!("still running after {within:?}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let mut log = String::new();
        self.child.stderr.as_mut().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

#[test]
fn list_shows_every_scenario_in_aligned_columns() {
    let output = run(&["--list"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let summaries: Vec<&str> = text.lines().collect();
    assert_eq!(summaries.len(), scenarios().len());
    let width = scenarios().iter().map(|it| it.name.len()).max().unwrap() + 2;
    for (line, scenario) in summaries.iter().zip(scenarios()) {
        assert_eq!(line[..width].trim_end(), scenario.name);
        assert_eq!(&line[width..], scenario.summary);
    }
}

#[test]
fn help_shows_the_demo_user_and_version_shows_the_version() {
    let help = String::from_utf8(run(&["--help"]).stdout).unwrap();
    for text in [
        "kX3demoConsumerKey0123",
        "john_developer@hotmail.com",
        "Travel&Expense$2012",
        "5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f",
        "at-request+token/of=company",
        "c5Gk/demo+Client=Secret",
    ] {
        assert!(help.contains(text));
    }
    let version = String::from_utf8(run(&["--version"]).stdout).unwrap();
    assert_eq!(version, concat!("nativeflow-stub ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn port_that_is_in_use_is_named() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let output = run(&["--port", &port, "--ca-file", ca_file("in-use").to_str().unwrap()]);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.starts_with(&format!("nativeflow-stub: cannot start: port {port}: Address already in use")),
        "{stderr}"
    );
}

#[test]
fn invalid_arguments_are_reported_with_exit_code_2() {
    for (arguments, expected) in [
        (&[][..], "--ca-file is required"),
        (&["--ca-file"], "--ca-file"),
        (&["--ca-file", "x", "--port", "70000"], "70000"),
        (&["--nonsense"], "--nonsense"),
        (&["--ca-file", "x", "--users", "no-such-file"], "--users no-such-file"),
        (&["--ca-file", "x", "--companies", "no-such-file"], "--companies no-such-file"),
        (&["--ca-file", "x", "--client-secret", "no-such-file"], "--client-secret no-such-file"),
        (&["--ca-file", "x", "--failures-allowed", "-1"], "-1"),
        (&["--ca-file", "x", "--prefix", "gateway"], "--prefix"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(expected), "{error}");
    }
    let stray = run(&["--ca-file", "x", "hunter2"]);
    assert_eq!(stray.status.code(), Some(2));
    assert!(!String::from_utf8(stray.stderr).unwrap().contains("hunter2"));
}

#[test]
fn program_stops_after_max_requests_and_logs_no_secret() {
    let ca = ca_file("max-requests");
    let ready = Ready::after(program(&["--ca-file", ca.to_str().unwrap(), "--max-requests", "3"]));
    let words = ready.words();
    assert_eq!(words.len(), 7, "{words:?}");
    assert_eq!(words[..2], ["nativeflow-stub", "ready"]);
    assert!(words[2].starts_with("https://localhost:"));
    assert_eq!(words[3], format!("ca={}", ca.display()));
    for (word, start) in
        words[4..].iter().zip(["plain=http://localhost:", "silent=https://localhost:", "elsewhere=https://127.0.0.1:"])
    {
        assert!(word.starts_with(start), "{word}");
    }
    let ca_pem = fs::read_to_string(&ca).unwrap();
    let reply = ask(words[2], &ca_pem);
    let token = reply.body().split_once("<Token>").unwrap().1[..28].to_owned();
    let denied = ask(&format!("{}/scenario/denied-echo", words[2]), &ca_pem);
    assert_eq!(denied.status(), "403");
    let elsewhere = words[6].strip_prefix("elsewhere=").unwrap();
    assert_eq!(ask(elsewhere, &ca_pem).status(), "200");
    let (code, log) = ready.end(Duration::from_secs(5));
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    assert!(lines[0].starts_with("GET /net2/oauth2/accesstoken.ashx basic=ok key=ok scenario=healthy status=200 "));
    assert!(lines[1].contains(" scenario=denied-echo status=403 "));
    assert_eq!(lines[2], "elsewhere: credentials arrived=yes");
    for secret in [token.as_str(), "john_developer", "Travel", "kX3demo", "am9obl9kZXZlbG9wZXJA"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    fs::remove_file(ca).unwrap();
}

#[test]
fn request_body_is_not_logged() {
    let ca = ca_file("body");
    let ready = Ready::after(program(&["--ca-file", ca.to_str().unwrap(), "--max-requests", "2"]));
    let words = ready.words();
    let ca_pem = fs::read_to_string(&ca).unwrap();
    let body = "username=john&password=hunter2";
    for (framing, body) in [
        (format!("Content-Length: {}\r\n", body.len()), body.to_owned()),
        // The chunk is longer than its size.
        ("Transfer-Encoding: chunked\r\n".to_owned(), format!("5\r\n{body}\r\n")),
    ] {
        let request = client::head_for("POST", words[2], &framing) + &body;
        client::exchange(client::connect(words[2], &ca_pem), request.as_bytes());
    }
    let (_, log) = ready.end(Duration::from_secs(5));
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines[0].starts_with("POST /net2/oauth2/accesstoken.ashx basic=missing "), "{log}");
    assert!(lines[1].starts_with("bad request: a chunk of the body is longer than its size: "), "{log}");
    for text in ["username", "john", "password", "hunter2"] {
        assert!(!log.contains(text), "{log}");
    }
    fs::remove_file(ca).unwrap();
}

/// Every option of the OAuth 2.0 service at once.
#[test]
fn accounts_secret_prefix_and_lock_out_are_configured_and_no_secret_is_logged() {
    let ca = ca_file("oauth2");
    let files = ["users", "companies", "secret"].map(|name| ca.with_extension(name));
    for (file, text) in files.iter().zip(["k\ta@b.c\thunter2\n", "k\tuuid\ttoken\n", "top secret\r\n"]) {
        fs::write(file, text).unwrap();
    }
    let [users, companies, secret] = files.each_ref().map(|file| file.to_str().unwrap());
    let ready = Ready::after(program(&[
        "--ca-file",
        ca.to_str().unwrap(),
        "--users",
        users,
        "--companies",
        companies,
        "--client-secret",
        secret,
        "--failures-allowed",
        "1",
        "--prefix",
        "/gateway",
        "--max-requests",
        "6",
    ]));
    let base = ready.words()[2].to_owned();
    assert!(base.ends_with("/gateway"), "{base}");
    let ca_pem = fs::read_to_string(&ca).unwrap();
    let client = "client_id=k&client_secret=top+secret&grant_type=password";
    let ask = |query: &str, form: &str| {
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
        let path = format!("/oauth2/v0/token{query}");
        let request = client::request("POST", &base, &path, &headers, form);
        client::exchange(client::connect(&base, &ca_pem), request.as_bytes())
    };
    let mut bodies = Vec::new();
    for (query, form, status, code) in [
        ("", format!("{client}&username=a%40b.c&password=hunter2"), "200", ""),
        ("", format!("{client}&username=uuid&password=token&credtype=authtoken"), "200", ""),
        ("", format!("{client}&username=a%40b.c&password=hunter3"), "400", "5"),
        ("", format!("{client}&username=a%40b.c&password=hunter2"), "400", "14"),
        ("", format!("{client}x&username=a%40b.c&password=hunter2"), "400", ""),
        ("?password=hunter2", format!("{client}&username=a%40b.c&password=hunter2"), "400", ""),
    ] {
        let reply = ask(query, &form);
        assert_eq!((&*reply.status(), &*client::member(&reply.body(), "code")), (status, code), "{form}");
        bodies.push(reply.body());
    }
    let (code, log) = ready.end(Duration::from_secs(5));
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = log.lines().map(|line| line.split(" status=").next().unwrap()).collect();
    let line = |login: &str, client: &str| {
        format!("POST /gateway/oauth2/v0/token login={login} client={client} scenario=healthy")
    };
    let ok = line("ok", "ok");
    assert_eq!(lines, [&ok, &ok, &line("wrong", "ok"), &ok, &ok, &ok].map(String::as_str));
    for text in ["a@b.c", "a%40", "hunter", "uuid", "top", &client::member(&bodies[0], "access_token")] {
        assert!(!log.contains(text), "{text} in {log}");
    }
    for file in files.iter().chain([&ca]) {
        fs::remove_file(file).unwrap();
    }
}

#[test]
fn bad_request_is_logged_with_its_fault_and_without_its_text() {
    let ca = ca_file("bad-request");
    let ready = Ready::after(program(&["--ca-file", ca.to_str().unwrap(), "--max-requests", "1"]));
    let words = ready.words();
    let head = client::head(words[2], client::BASIC).replace("==\r\n", "\r\n==\r\n");
    let reply = client::exchange(client::connect(words[2], &fs::read_to_string(&ca).unwrap()), head.as_bytes());
    assert_eq!(reply.status(), "400");
    let (_, log) = ready.end(Duration::from_secs(5));
    let expected = "bad request: line 4 has no colon, so it is not a header; Base64 in Authorization must be one line: status=400 ";
    assert!(log.starts_with(expected), "{log}");
    assert!(!log.contains("am9obl9kZXZlbG9wZXJA"), "{log}");
    fs::remove_file(ca).unwrap();
}

/// Some encoders put a line break after Base64. It forms the blank line, and the key is not part of the request.
#[test]
fn bytes_after_a_head_that_ends_early_are_logged() {
    let ca = ca_file("early-end");
    let ready = Ready::after(program(&["--ca-file", ca.to_str().unwrap(), "--max-requests", "1"]));
    let words = ready.words();
    let head = client::head(words[2], &format!("{}\r\n{}", client::BASIC, client::KEY));
    let reply = client::exchange(client::connect(words[2], &fs::read_to_string(&ca).unwrap()), head.as_bytes());
    assert_eq!(reply.status(), "403");
    let (_, log) = ready.end(Duration::from_secs(5));
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines[0].contains(" basic=ok key=missing "), "{log}");
    assert_eq!(lines[1..], ["unread bytes after the request; a line break in a header value ends the head"]);
    fs::remove_file(ca).unwrap();
}

#[test]
fn program_stops_when_idle_and_logs_nothing_with_quiet() {
    let ca = ca_file("idle-exit");
    let ready = Ready::after(program(&["--ca-file", ca.to_str().unwrap(), "--idle-exit", "1", "--quiet"]));
    let started = Instant::now();
    // A request after half a second postpones the end.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(ask(ready.words()[2], &fs::read_to_string(&ca).unwrap()).status(), "200");
    let (code, log) = ready.end(Duration::from_secs(5));
    assert!(started.elapsed() > Duration::from_millis(1450), "{:?}", started.elapsed());
    assert_eq!((code, log.as_str()), (Some(0), ""));
    fs::remove_file(ca).unwrap();
}

#[test]
fn users_are_read_from_stdin() {
    let ca = ca_file("users");
    let mut command = program(&["--ca-file", ca.to_str().unwrap(), "--users", "-", "--max-requests", "2"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"# ours\nk\ta@b.c\ts:1\n").unwrap();
    drop(stdin);
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let ready = Ready { child, line };
    let ca_pem = fs::read_to_string(&ca).unwrap();
    // a@b.c:s:1
    let ours = "Authorization: Basic YUBiLmM6czox\r\nX-ConsumerKey: k\r\n";
    assert_eq!(client::ask_with(ready.words()[2], &ca_pem, ours).status(), "200");
    assert_eq!(ask(ready.words()[2], &ca_pem).status(), "403");
    assert_eq!(ready.end(Duration::from_secs(5)).0, Some(0));
    fs::remove_file(ca).unwrap();
}
