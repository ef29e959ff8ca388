//! The programs that get tokens for many users at night: `docs/batch.md`. They end before a wrong key locks the accounts.

use std::fs;
use std::io::{self, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use nativeflow_stub::{Options, Stub, User};

use crate::network::stalls::read_head;
use crate::support::{self, Build, Facts, Program, scratch};

/// Threads of the programs.
const THREADS: usize = 4;

/// Failures in a row after which the programs stop.
const TO_STOP: usize = 3;

fn c_program() -> Program {
    Program::compile("examples-c/batch.c", Build::Shared)
}

/// A stub with forty users, who have different passwords with the characters that matter in a list.
struct Night {
    stub: Stub,
    url: String,
    ca: PathBuf,
    users: Vec<User>,
    /// How many seconds the program may wait for one user.
    max_wait: &'static str,
}

impl Night {
    fn new(name: &str) -> Night {
        let users: Vec<User> =
            (1..=40).map(|n| support::user(&format!("user{n}@example.com"), &format!(" Qz5,\"vK8{n}\\ß "))).collect();
        let options = Options { users: users.clone(), keep_alive: true, ..Options::default() };
        let stub = Stub::start(options).unwrap();
        let ca = scratch("batch").join(format!("{name}-{}.pem", std::process::id()));
        fs::write(&ca, stub.ca_pem()).unwrap();
        Night { url: stub.base_url(), stub, ca, users, max_wait: "0" }
    }

    /// The lines of the list. The users at these places (1 is the first) have wrong passwords.
    fn list(&self, wrong: impl Fn(usize) -> bool) -> Vec<String> {
        let password = |n: usize, user: &User| if wrong(n) { "wrong, Zq7".to_owned() } else { user.secret.clone() };
        self.users.iter().zip(1..).map(|(user, n)| format!("{},{}", user.login, password(n, user))).collect()
    }

    /// Runs a program with this list. It must not print a login or a password.
    fn run(&self, program: Program, key: &str, list: &[String]) -> Facts {
        let lines: Vec<&str> = list.iter().map(String::as_str).collect();
        let args = [&self.url, key, self.max_wait, self.ca.to_str().unwrap()];
        let facts = args.iter().fold(program, |program, arg| program.arg(arg)).lines(&lines).run();
        check_output(&facts);
        facts
    }

    fn requests(&self) -> usize {
        self.stub.requests().len()
    }
}

fn check_output(facts: &Facts) {
    let output = format!("{}{}", facts.stdout, facts.stderr);
    for secret in ["@example.com", "Qz5", "Zq7"] {
        assert!(!output.contains(secret), "{output}");
    }
}

fn count(facts: &Facts, part: &str) -> usize {
    facts.stdout.lines().filter(|line| line.contains(part)).count()
}

fn all_users_get_tokens_on_idle_connections(program: Program) {
    let night = Night::new("all");
    let facts = night.run(program, &User::demo().key, &night.list(|_| false));
    assert_eq!(facts.status.code(), Some(0), "{}", facts.stdout);
    assert_eq!(count(&facts, ": token, expires 20"), 40, "{}", facts.stdout);
    assert_eq!(count(&facts, " UTC"), 40, "{}", facts.stdout);
    assert!(facts.stdout.ends_with("40 tokens, 0 failures\n"), "{}", facts.stdout);
    assert_eq!(night.requests(), 40);
    // More than one for each thread are rare: two threads that return a connection at the same time may lose one.
    assert!((2..=2 * THREADS as u64).contains(&night.stub.connections()), "{} connections", night.stub.connections());
}

fn wrong_key_costs_three_logins(program: Program) {
    let night = Night::new("key");
    let facts = night.run(program, "kX3wrongConsumerKey", &night.list(|_| false));
    assert_eq!(facts.status.code(), Some(3), "{}", facts.stdout);
    assert_eq!((count(&facts, "NF_DENIED"), night.requests()), (TO_STOP, TO_STOP), "{}", facts.stdout);
    assert!(facts.stdout.contains("Check the consumer key first."), "{}", facts.stdout);
}

fn failures_of_the_network_do_not_point_to_the_key(program: Program) {
    let mut night = Night::new("network");
    // Closed as soon as its number is known.
    night.url = format!("https://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let facts = night.run(program, &User::demo().key, &night.list(|_| false));
    assert_eq!(facts.status.code(), Some(3), "{}", facts.stdout);
    assert_eq!(count(&facts, "NF_CONNECT: "), TO_STOP, "{}", facts.stdout);
    assert!(facts.stdout.ends_with("Follow the remedy of the last failure.\n"), "{}", facts.stdout);
    assert!(!facts.stdout.contains("consumer key"), "{}", facts.stdout);
}

fn key_that_cannot_be_sent_is_reported_once(program: Program) {
    let night = Night::new("spaces");
    let facts = night.run(program, "a key with spaces", &night.list(|_| false));
    assert_eq!((facts.status.code(), facts.stdout.as_str()), (Some(2), ""), "{}", facts.stderr);
    assert!(facts.stderr.starts_with("NF_INVALID_ARGUMENT: ") && facts.stderr.contains("key"), "{}", facts.stderr);
    assert_eq!((facts.stderr.lines().count(), night.requests()), (1, 0), "{}", facts.stderr);
}

/// A password manager that fails writes nothing.
fn empty_list_is_a_failure(program: impl Fn() -> Program) {
    let night = Night::new("empty");
    for list in [vec![], vec![String::new()]] {
        let facts = night.run(program(), &User::demo().key, &list);
        assert_eq!(facts.status.code(), Some(2), "{}", facts.stdout);
        assert_eq!(facts.stdout, "0 tokens, 0 failures. The list is empty.\n", "{}", facts.stderr);
    }
}

fn batch_stops_when_all_later_users_fail(program: Program) {
    let night = Night::new("later");
    let facts = night.run(program, &User::demo().key, &night.list(|n| n > 10));
    assert_eq!(facts.status.code(), Some(3), "{}", facts.stdout);
    assert_eq!(count(&facts, ": token, expires "), 10, "{}", facts.stdout);
    let rejections = night.requests() - 10;
    // Each of the other threads may still have one good user, after two rejections, and a bad one when the batch stops.
    assert!((TO_STOP..=TO_STOP * THREADS).contains(&rejections), "{rejections} rejections");
}

fn failed_users_are_named_and_not_retried(program: Program) {
    let night = Night::new("some");
    let mut list = night.list(|n| n == 5 || n == 25);
    // Three lines that are not sent do not stop the batch, and an empty one is ignored.
    list.splice(30..30, ["no comma".to_owned(), "a:colon,Zq7".to_owned(), ",Zq7".to_owned(), String::new()]);
    list.push("x".repeat(2000));
    list.push("user1@example.com,Zq7\0Zq7".to_owned());
    list.push("user1@example.com,".to_owned());
    let facts = night.run(program, &User::demo().key, &list);
    assert_eq!(facts.status.code(), Some(1), "{}", facts.stdout);
    for line in [
        "line 5: NF_DENIED: ",
        "line 25: NF_DENIED: ",
        "line 32: NF_INVALID_ARGUMENT: ",
        "line 33: NF_INVALID_ARGUMENT: ",
    ] {
        assert_eq!(count(&facts, line), 1, "{line}: {}", facts.stdout);
    }
    for (line, reason) in [
        ("line 31: ", "not LOGIN,PASSWORD"),
        ("line 45: ", "longer than its buffer"),
        ("line 46: ", "contains a NUL character"),
        ("line 47: ", "not LOGIN,PASSWORD"),
    ] {
        let is_named = facts.stdout.lines().any(|it| it.starts_with(line) && it.contains(reason));
        assert!(is_named, "{line}{reason}: {}", facts.stdout);
    }
    assert!(facts.stdout.ends_with("38 tokens, 8 failures\n"), "{}", facts.stdout);
    assert_eq!(night.requests(), 40);
}

/// The URL of a server that responds to the first request with "busy", and forwards later connections to the stub.
fn busy_at_first(stub: &Stub) -> String {
    const BUSY: &[u8] =
        b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let target = stub.plain_url().replace("http://localhost", "127.0.0.1");
    thread::spawn(move || -> io::Result<()> {
        let (mut first, _) = listener.accept()?;
        read_head(&mut first)?;
        first.write_all(BUSY)?;
        drop(first);
        loop {
            let (client, server) = (listener.accept()?.0, TcpStream::connect(&target)?);
            for (mut from, mut to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
                thread::spawn(move || io::copy(&mut from, &mut to).and_then(|_| to.shutdown(Shutdown::Write)));
            }
        }
    });
    url
}

fn busy_user_fails_if_the_program_may_not_wait(program: Program) {
    let mut night = Night::new("busy");
    night.url = busy_at_first(&night.stub);
    let facts = night.run(program, &User::demo().key, &night.list(|_| false));
    assert_eq!(facts.status.code(), Some(1), "{}", facts.stdout);
    assert_eq!(count(&facts, "line 1: NF_BUSY: "), 1, "{}", facts.stdout);
    assert!(facts.stdout.ends_with("39 tokens, 1 failure\n"), "{}", facts.stdout);
    assert_eq!(night.requests(), 39);
}

/// The retry sends the same login and password as the first call. The shortest retry time is five seconds.
fn busy_user_gets_a_token_after_the_retry_time(program: Program) {
    let mut night = Night::new("retry");
    night.url = busy_at_first(&night.stub);
    night.max_wait = "5";
    let facts = night.run(program, &User::demo().key, &night.list(|_| false));
    assert_eq!(facts.status.code(), Some(0), "{}", facts.stdout);
    assert!(facts.stdout.ends_with("40 tokens, 0 failures\n"), "{}", facts.stdout);
    assert_eq!(night.requests(), 40);
    assert!(facts.took >= Duration::from_secs(5), "{:?}", facts.took);
}

fn arguments_are_checked(program: impl Fn() -> Program) {
    let run = |args: &[&str]| args.iter().fold(program(), |program, arg| program.arg(arg)).run();
    let url = "https://localhost:1";
    for args in [&[] as &[&str], &[url, "key", "soon"], &[url, "key", "-1"], &[url, "key", ""], &[url, "key", "86401"]]
    {
        let facts = run(args);
        assert_eq!(facts.status.code(), Some(2), "{args:?}");
        assert!(facts.stderr.starts_with("usage: "), "{}", facts.stderr);
    }
    let facts = run(&[url, "key", "86400"]);
    assert_eq!(facts.stdout, "0 tokens, 0 failures. The list is empty.\n", "{}", facts.stderr);
    let facts = run(&["ftp://localhost", "key", "0"]);
    assert_eq!(facts.status.code(), Some(2), "{}", facts.stderr);
    assert!(facts.stderr.starts_with("NF_INVALID_OPTION: "), "{}", facts.stderr);
}

/// Checks the same program in another language.
pub fn check(program: impl Fn() -> Program) {
    all_users_get_tokens_on_idle_connections(program());
    wrong_key_costs_three_logins(program());
    batch_stops_when_all_later_users_fail(program());
    failed_users_are_named_and_not_retried(program());
    busy_user_fails_if_the_program_may_not_wait(program());
    busy_user_gets_a_token_after_the_retry_time(program());
    failures_of_the_network_do_not_point_to_the_key(program());
    key_that_cannot_be_sent_is_reported_once(program());
    empty_list_is_a_failure(&program);
    arguments_are_checked(program);
}

#[test]
fn c_batch_gets_a_token_for_each_user_on_idle_connections() {
    all_users_get_tokens_on_idle_connections(c_program());
}

#[test]
fn c_batch_stops_after_three_rejections_if_the_key_is_wrong() {
    wrong_key_costs_three_logins(c_program());
}

#[test]
fn c_batch_stops_if_all_later_users_fail() {
    batch_stops_when_all_later_users_fail(c_program());
}

#[test]
fn c_batch_points_to_the_key_only_if_logins_were_rejected() {
    failures_of_the_network_do_not_point_to_the_key(c_program());
}

#[test]
fn c_batch_reports_a_key_that_cannot_be_sent_once() {
    key_that_cannot_be_sent_is_reported_once(c_program());
}

#[test]
fn c_batch_fails_without_users() {
    empty_list_is_a_failure(c_program);
}

#[test]
fn c_batch_names_the_line_of_each_failure() {
    failed_users_are_named_and_not_retried(c_program());
}

#[test]
fn c_batch_does_not_wait_longer_than_it_may() {
    busy_user_fails_if_the_program_may_not_wait(c_program());
}

#[test]
#[ignore = "slow"]
fn c_batch_retries_with_the_same_secret() {
    busy_user_gets_a_token_after_the_retry_time(c_program());
}

#[test]
fn c_batch_with_wrong_arguments_sends_nothing() {
    arguments_are_checked(c_program);
}
