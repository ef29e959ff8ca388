//! Sessions, through the C interface: one request for all threads, no account locked, renewal, hand-over and fork.
//!
//! The programs in `tests/c` compare the counts of the stub themselves. Each gets users of its own, because the library
//! remembers a refusal for its whole process.

use std::fmt;
use std::thread;

use nativeflow_stub::{Options, Stub, User};

use crate::cancellation::{address_of, silent_at_first};
use crate::support::{self, Build, Facts, Program, needs, own_stub, proved};

const SECRET: &str = "pa55+word&";

/// The service of a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Service {
    /// The Native Flow without a client secret: each renewal is a login.
    Native,
    /// With one: a renewal is a refresh.
    NativeRefreshing,
    OAuth2,
}

impl Service {
    const ALL: [Service; 3] = [Service::Native, Service::NativeRefreshing, Service::OAuth2];

    fn word(self) -> &'static str {
        if self == Service::OAuth2 { "oauth2" } else { "native" }
    }

    fn client_secret(self) -> String {
        if self == Service::Native { String::new() } else { Options::default().client_secret }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Service::Native => "Native Flow",
            Service::NativeRefreshing => "Native Flow with client secret",
            Service::OAuth2 => "OAuth 2.0",
        })
    }
}

/// A stub with users, all with the same secret.
struct Place {
    stub: Stub,
    ca: String,
    users: Vec<String>,
}

impl Place {
    fn with(users: usize, options: Options) -> Place {
        let users: Vec<String> = (0..users).map(|number| format!("user{number}@example.com")).collect();
        let all = users.iter().map(|login| support::user(login, SECRET)).collect();
        let (stub, ca) = own_stub(Options { users: all, record: false, keep_alive: true, ..options });
        Place { stub, ca, users }
    }

    /// The program, with the arguments and the standard input that `tests/c/sessions.h` describes.
    fn program(&self, name: &str, build: Build, service: Service) -> Program {
        Program::compile(name, build)
            .args(&[service.word(), &self.stub.base_url(), &self.stub.plain_url(), &self.ca])
            .lines(&[&User::demo().key, &self.users[0], SECRET, &service.client_secret()])
    }
}

fn with_more<'a>(program: Program, more: impl IntoIterator<Item = &'a str>) -> Program {
    more.into_iter().fold(program, Program::arg)
}

/// Runs a program for each service, at the same time, each with its own stub.
fn on_each_service(services: &[Service], run: impl Fn(Service) -> Facts + Sync) -> Vec<(Service, Facts)> {
    let run = &run;
    thread::scope(|scope| {
        let threads: Vec<_> = services.iter().map(|&service| (service, scope.spawn(move || run(service)))).collect();
        threads.into_iter().map(|(service, thread)| (service, thread.join().unwrap())).collect()
    })
}

/// Runs a program that gets all users but the first one as arguments.
fn with_users(name: &str, build: Build, services: &[Service], users: usize) -> Vec<(Service, Facts)> {
    on_each_service(services, |service| {
        let place = Place::with(users + 1, Options::default());
        with_more(place.program(name, build, service), place.users[1..].iter().map(String::as_str)).must_pass()
    })
}

/// Sixty-four threads, half of them cancelled: the program's lines are the proof.
fn single_flight(build: Build, services: &[Service]) {
    for (service, facts) in on_each_service(services, |service| {
        let place = Place::with(1, Options::default());
        let unknown = ["nobody1@example.com", "nobody2@example.com"];
        with_more(place.program("single_flight", build, service), unknown).must_pass()
    }) {
        for line in facts.stdout.lines().filter(|line| line.contains(" request")) {
            proved("sessions", format_args!("64 threads, {service}, {line}"));
        }
    }
}

#[test]
fn sixty_four_threads_send_one_request() {
    single_flight(Build::Shared, &[Service::Native, Service::OAuth2]);
}

#[test]
#[ignore = "slow"]
fn sixty_four_threads_send_one_request_in_every_build() {
    single_flight(Build::Static, &Service::ALL);
    single_flight(Build::PanicAbort, &Service::ALL);
}

/// The account is locked by the third wrong secret.
fn wrong_secrets(build: Build, service: Service, way: &str, calls: usize, users: usize, key: &str, expected: u64) {
    let place = Place::with(users, Options { failures_allowed: Some(3), ..Options::default() });
    let program =
        place.program("wrong_secrets", build, service).lines(&[key, &place.users[0], SECRET, &service.client_secret()]);
    let more = [way.to_owned(), calls.to_string()].into_iter().chain(place.users.iter().cloned());
    let more: Vec<String> = more.collect();
    let facts = with_more(program, more.iter().map(String::as_str)).must_pass();
    let pairs = facts.pairs();
    assert_eq!(pairs["logins"], expected.to_string(), "{service}, {way}: {}", facts.stdout);
    proved(
        "sessions",
        format_args!(
            "{calls} calls, 32 threads, wrong, {service}, {way}: {expected} logins, {} held back",
            pairs["held"]
        ),
    );
}

fn wrong_secrets_in_every_way(build: Build, services: &[Service], calls: usize) {
    let key = User::demo().key.clone();
    for &service in services {
        for (way, logins) in [("sessions", 1), ("plain", 1), ("both", 1), ("changing", 2)] {
            wrong_secrets(build, service, way, calls, 1, &key, logins);
        }
        // OAuth 2.0 reports that the client is wrong.
        let logins = if service == Service::OAuth2 { 1 } else { 3 };
        wrong_secrets(build, service, "users", calls, 40, "a-wrong-key", logins);
    }
}

#[test]
fn wrong_secret_arrives_once_in_ten_thousand_calls() {
    wrong_secrets_in_every_way(Build::Shared, &[Service::Native, Service::OAuth2], 10_000);
}

#[test]
#[ignore = "slow"]
fn wrong_secret_arrives_once_in_a_hundred_thousand_calls() {
    wrong_secrets_in_every_way(Build::Static, &Service::ALL, 100_000);
}

fn hand_over(build: Build, services: &[Service]) {
    on_each_service(services, |service| {
        let place = Place::with(3, Options::default());
        let silent = format!("https://localhost:{}", silent_at_first(1, address_of(&place.stub)).port());
        let more = [silent.as_str(), &place.users[1], &place.users[2]];
        with_more(place.program("hand_over", build, service), more).must_pass()
    });
}

#[test]
fn waiting_thread_gets_the_token_of_a_thread_that_leaves() {
    hand_over(Build::Shared, &Service::ALL);
}

#[test]
fn token_is_renewed_by_refresh_and_by_login_only_after_that_is_refused() {
    with_users("renewing", Build::Shared, &Service::ALL, 5);
}

#[test]
fn child_of_fork_has_the_access_token_alone() {
    with_users("session_fork", Build::Shared, &[Service::NativeRefreshing, Service::OAuth2], 2);
}

#[test]
fn session_is_filled_emptied_and_described() {
    for (service, facts) in with_users("session_calls", Build::Shared, &Service::ALL, 10) {
        let status = |when: &str| {
            let start = format!("status {when} ");
            let line = facts.stdout.lines().find_map(|line| line.strip_prefix(&start)).unwrap();
            serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        };
        let keys: Vec<String> = status("new").as_object().unwrap().keys().cloned().collect();
        let expected =
            ["expires_at", "hold", "last_error", "pause_until", "refresh_expires_at", "state"].map(str::to_owned);
        assert_eq!(keys, expected, "{service}");
        for (when, state) in
            [("new", "none"), ("fresh", "fresh"), ("logged-out", "none"), ("held", "held"), ("cleared", "none")]
        {
            assert_eq!(status(when)["state"], state, "{service}, {when}: {}", status(when));
        }
        let (new, fresh, held) = (status("new"), status("fresh"), status("held"));
        assert!(new["expires_at"].is_null() && new["hold"].is_null() && new["last_error"].is_null(), "{new}");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert!(fresh["expires_at"].as_u64().unwrap() > now, "{fresh}");
        assert_eq!(fresh["refresh_expires_at"].is_u64(), service == Service::OAuth2, "{fresh}");
        assert_eq!(held["hold"]["code"], 20, "{held}");
        let since = held["hold"]["since"].as_u64().unwrap();
        assert!((now - 120..=now).contains(&since), "{held}");
        assert_eq!(held["hold"]["until"].as_u64().unwrap(), since + 20 * 3600, "{held}");
        assert_eq!(held["last_error"]["code"], 20, "{held}");
        assert!(!held["last_error"]["call_id"].as_str().unwrap().is_empty() && held["last_error"]["at"].is_u64());
        // Neither a login nor a secret.
        assert!(!facts.stdout.contains("@example.com") && !facts.stdout.contains(SECRET), "{}", facts.stdout);
    }
}

/// Between the two marks of the program there are 10,000 calls.
#[test]
fn cached_token_is_handed_out_without_a_system_call() {
    needs!("strace");
    let ((stub, ca), user) = (support::stub(), User::demo());
    let program = Program::compile("bench/c/cached_token.c", Build::Shared)
        .args(&[&stub.base_url(), ca.to_str().unwrap(), "marked", "1", "10000"])
        .lines(&[&user.key, &user.login, &user.secret]);
    let trace = support::scratch("sessions").join(format!("{}.strace", std::process::id()));
    let facts = program.under(&["strace", "-f", "-o", trace.to_str().unwrap()]).run();
    assert!(facts.status.success() && facts.stderr == "begin\nend\n", "{}{}", facts.status, facts.stderr);
    let text = std::fs::read_to_string(&trace).unwrap();
    let lines = text.lines().skip_while(|line| !line.contains("write(2, \"begin")).skip(1);
    let between: Vec<&str> = lines.take_while(|line| !line.contains("write(2, \"end")).collect();
    assert!(text.contains("write(2, \"end") && between.is_empty(), "{}", between.join("\n"));
    std::fs::remove_file(trace).unwrap();
}

/// Memory errors and lost blocks are failures.
#[test]
#[ignore = "slow"]
fn sessions_have_no_memory_errors() {
    needs!("valgrind");
    let suppressions = format!("--suppressions={}", support::root().join("tests/valgrind.supp").display());
    let valgrind = [
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect",
        "--errors-for-leak-kinds=definite,indirect",
        &suppressions,
    ];
    for (name, users) in [("session_calls", 10), ("renewing", 5)] {
        let place = Place::with(users + 1, Options::default());
        let program = place.program(name, Build::Debug, Service::OAuth2);
        with_more(program, place.users[1..].iter().map(String::as_str)).under(&valgrind).must_pass();
    }
}
