//! The examples do what the documents show.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nativeflow_stub::{Options, Service, Stub, User};

use crate::support::{self, Build, Facts, Program, Table, needs, root, scratch};

/// The secret of every application of the stub.
const CLIENT_SECRET: &str = "c5Gk/demo+Client=Secret";

fn get_token(secret: &str) -> Program {
    let (stub, ca) = support::stub();
    let user = User::demo();
    Program::compile("examples-c/get_token.c", Build::Shared)
        .args(&[&stub.base_url(), &user.key, &user.login, ca.to_str().unwrap()])
        .lines(&[secret])
}

#[test]
fn get_token_prints_token_expiry_and_instance() {
    let (stub, _) = support::stub();
    let facts = get_token(&User::demo().secret).run();
    assert!(facts.status.success(), "{}{}", facts.stdout, facts.stderr);
    let value = |name: &str| {
        let line =
            facts.stdout.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{}", facts.stdout));
        line.split_once(": ").unwrap().1.trim().to_owned()
    };
    assert_eq!(value("token").len(), 28, "Base64 of 20 bytes");
    assert!(value("instance").starts_with(&stub.base_url()));
    assert!(value("expires").contains("UTC"));
}

#[test]
fn get_token_prints_code_cause_and_remedy_and_fails() {
    let facts = get_token("wrong").run();
    assert_eq!(facts.status.code(), Some(1));
    assert!(facts.stdout.is_empty());
    for part in ["NF_DENIED", "HTTP 403", "Do not retry"] {
        assert!(facts.stderr.contains(part), "{}", facts.stderr);
    }
    assert!(!facts.stderr.contains("wrong"));
}

#[test]
fn get_token_uses_the_oauth2_service() {
    let (stub, ca) = support::stub();
    let user = User::demo();
    let program = Program::compile("examples-c/get_token.c", Build::Shared).args(&[
        "--oauth2",
        &stub.base_url(),
        &user.key,
        &user.login,
        ca.to_str().unwrap(),
    ]);
    let facts = program.again(&[&user.secret, CLIENT_SECRET]);
    assert!(facts.status.success() && facts.stdout.starts_with("token:    eyJ"), "{}{}", facts.stdout, facts.stderr);
    let facts = program.again(&[&user.secret]);
    assert_eq!(facts.status.code(), Some(1));
    assert!(facts.stderr.starts_with("NF_INVALID_OPTION: ") && facts.stdout.is_empty(), "{}", facts.stderr);
}

/// Runs `refresh` with a client secret.
fn refresh(stub: &Stub, service: &[&str], file: &Path, client_secret: &str) -> Facts {
    let ca = file.with_file_name("ca.pem");
    fs::write(&ca, stub.ca_pem()).unwrap();
    let (url, key) = (stub.base_url(), User::demo().key.clone());
    let args: [&str; 4] = [&url, &key, file.to_str().unwrap(), ca.to_str().unwrap()];
    let program = Program::compile("examples-c/refresh.c", Build::Shared);
    program.args(&[service, &args].concat()).again(&[client_secret])
}

/// Creates a file with a stored refresh token.
fn stored(name: &str, text: &str) -> PathBuf {
    let file = scratch(name).join("token");
    let _ = fs::remove_file(file.with_extension("new"));
    fs::write(&file, text).unwrap();
    file
}

#[test]
fn refresh_stores_the_new_refresh_token() {
    for (kind, service, options) in
        [("native", Service::Native, [].as_slice()), ("oauth2", Service::OAuth2, &["--oauth2"])]
    {
        let stub = Stub::start(Options::default()).unwrap();
        let first = stub.issue_refresh_token(service, &User::demo().login).unwrap();
        let file = stored(&format!("refresh-{kind}"), &first);
        let mut old = first.clone();
        for line_end in ["\n", "\r\n"] {
            let facts = refresh(&stub, options, &file, CLIENT_SECRET);
            assert!(facts.status.success() && facts.stderr.is_empty(), "{}{}", facts.stdout, facts.stderr);
            assert!(facts.stdout.starts_with("token:         "), "{}", facts.stdout);
            let text = fs::read_to_string(&file).unwrap();
            let lines: Vec<&str> = text.lines().collect();
            let [token, url] = lines[..] else { panic!("{} lines", lines.len()) };
            assert_eq!(token == old, kind == "native", "a refresh token of OAuth 2.0 is valid once");
            assert_eq!(url.trim_end_matches('/'), stub.base_url());
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
            assert!(!file.with_extension("new").exists());
            assert!(!facts.stdout.contains(token) && !facts.stdout.contains(CLIENT_SECRET));
            old = token.to_owned();
            fs::write(&file, text.replace('\n', line_end)).unwrap();
        }
    }
}

/// `session` on a stub, which ends when this is dropped.
struct RunningSession {
    child: std::process::Child,
    stdin: Option<std::process::ChildStdin>,
    stdout: BufReader<std::process::ChildStdout>,
}

impl RunningSession {
    fn start(program: &Program, lines: &[&str]) -> RunningSession {
        let mut child = Command::new(program.path())
            .args(program.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut running = RunningSession { child, stdin, stdout };
        lines.iter().for_each(|line| running.write(line));
        running
    }

    fn write(&mut self, line: &str) {
        self.stdin.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// The next lines of its output, without those of the API.
    fn lines(&mut self, count: usize) -> Vec<String> {
        let own = self.stdout.by_ref().lines().map(Result::unwrap).filter(|line| line.contains(": HTTP "));
        own.take(count).collect()
    }

    /// Ends its input. Returns whether it succeeds.
    fn end(mut self) -> bool {
        self.stdin.take();
        self.child.wait().unwrap().success()
    }
}

impl Drop for RunningSession {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn session_calls_an_api_renews_a_refused_token_stores_it_and_logs_out() {
    needs!("curl-config");
    const PATH: &str = "/api/v3.0/expense/reports";
    const YEAR: u32 = 366 * 24 * 3600;
    let flags = Command::new("curl-config").args(["--cflags", "--libs"]).output().unwrap().stdout;
    let flags = String::from_utf8(flags).unwrap();
    let flags: Vec<&str> = ["-Wl,--no-as-needed"].into_iter().chain(flags.split_whitespace()).collect();
    let login = User::demo().login.clone();
    for (option, status, seconds) in [("--oauth2", 401, 3600), ("", 403, YEAR)] {
        let (stub, ca) = support::own_stub(Options { record: false, ..Options::default() });
        let file = stored(&format!("session{option}"), "");
        fs::remove_file(&file).unwrap();
        let (url, key, path) = (stub.base_url(), User::demo().key.clone(), file.to_str().unwrap());
        let arguments = [option, &url, &key, &login, path, &ca];
        let arguments: Vec<&str> = arguments.into_iter().filter(|argument| !argument.is_empty()).collect();
        let program = Program::compile_with("examples-c/session.c", Build::Shared, &flags).args(&arguments);

        let mut running = RunningSession::start(&program, &[CLIENT_SECRET, PATH, &User::demo().secret]);
        assert_eq!(running.lines(1), [format!("{PATH}: HTTP 200")]);
        let first = fs::read_to_string(&file).unwrap();
        drop(running);
        assert_eq!((stub.login_attempts(&login), stub.refreshes()), (1, 0));

        // It was stopped. Another run begins with the stored token: it needs no login.
        let mut running = RunningSession::start(&program, &[CLIENT_SECRET, PATH]);
        assert_eq!(running.lines(1), [format!("{PATH}: HTTP 200")]);
        stub.advance_clock(seconds);
        running.write(PATH);
        let lines = [format!("{PATH}: HTTP {status}, with another token:"), format!("{PATH}: HTTP 200")];
        assert_eq!(running.lines(2), lines);
        assert_eq!((stub.login_attempts(&login), stub.refreshes(), stub.revocations()), (1, 2, 0));
        let last = fs::read_to_string(&file).unwrap();
        assert_eq!(first == last, option.is_empty(), "a refresh token of OAuth 2.0 is valid once");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(running.end());
        assert!(!file.exists());
        assert_eq!((stub.login_attempts(&login), stub.revocations()), (1, 1));
    }
}

#[test]
fn failed_refresh_keeps_the_stored_token() {
    let stub = Stub::start(Options::default()).unwrap();
    let token = stub.issue_refresh_token(Service::OAuth2, &User::demo().login).unwrap();
    let file = stored("refresh-fails", &token);
    let new = file.with_extension("new");
    let fails = |client_secret: &str, reason: &str| {
        let facts = refresh(&stub, &["--oauth2"], &file, client_secret);
        assert_eq!(facts.status.code(), Some(1), "{}", facts.stderr);
        assert!(facts.stderr.contains(reason) && facts.stdout.is_empty(), "{}", facts.stderr);
        assert_eq!(fs::read_to_string(&file).unwrap(), token);
    };
    fails("another secret", "NF_BAD_CLIENT");
    assert!(!new.exists());
    let requests = stub.request_count();
    fails("", "NF_INVALID_OPTION");
    assert!(!new.exists());
    // Another process refreshes the token, or has been stopped.
    fs::write(&new, "").unwrap();
    fails(CLIENT_SECRET, "token.new: ");
    assert!(new.exists());
    fs::remove_file(&new).unwrap();
    assert_eq!(stub.request_count(), requests, "something was sent");
    for unusable in ["", "\n", "a\0b\n", &"x".repeat(20_000)] {
        fs::write(&file, unusable).unwrap();
        let facts = refresh(&stub, &["--oauth2"], &file, CLIENT_SECRET);
        assert!(facts.status.code() == Some(1) && !facts.stderr.is_empty(), "{}", facts.stderr);
    }
    assert_eq!(stub.request_count(), requests, "something was sent");
}

/// The login is rejected before anything is sent, because the host is Concur's and tests must not connect to it.
#[test]
fn one_shot_needs_four_arguments_and_prints_the_fault() {
    let program = Program::compile("examples-c/one_shot.c", Build::Static);
    let facts = program.args(&["key", "login:with-colon"]).lines(&["secret"]).run();
    assert_eq!(facts.status.code(), Some(1));
    assert!(facts.stderr.contains("NF_INVALID_ARGUMENT") && facts.stderr.contains("colon"), "{}", facts.stderr);
}

/// Runs `diagnose` with these options before key and login. Returns the first word of each step that it prints, and its output.
fn diagnose(options: &[&str], secret: &str, exit: i32) -> (Vec<String>, String) {
    let user = User::demo();
    let program = Program::compile("examples-c/diagnose.c", Build::Shared);
    let facts = program.args(&[options, &[&user.key, &user.login]].concat()).lines(&[secret]).run();
    assert_eq!(facts.status.code(), Some(exit), "{}{}", facts.stdout, facts.stderr);
    assert!(facts.stderr.is_empty(), "{}", facts.stderr);
    let steps = facts.stdout.lines().filter_map(|line| line.split_once(" ms  ")?.1.split(' ').next());
    (steps.map(str::to_owned).collect(), facts.stdout)
}

#[test]
fn diagnose_shows_each_step_of_a_call_and_not_the_token() {
    let (stub, ca) = support::stub();
    let url = stub.scenario_url("ok");
    let options = ["--base-url", &url, "--ca-file", ca.to_str().unwrap()];
    let (steps, output) = diagnose(&options, &User::demo().secret, 0);
    assert_eq!(steps, ["lookup", "connect", "tls", "request", "response", "token"], "{output}");
    assert!(output.ends_with("\nReceived a token, which expires 2034-06-01 08:00:00 UTC.\n"), "{output}");
    let times = output.lines().filter_map(|line| line.split_once(" ms  ")?.0.trim().parse::<f64>().ok());
    let times: Vec<f64> = times.collect();
    // Times since the start of the call, at most its timeout.
    assert!(times.is_sorted() && times.iter().all(|ms| (0.0..60_000.0).contains(ms)), "{output}");
    for secret in ["fdjhk2382kwkajsklwe8i3932kslswl", &User::demo().login, &User::demo().secret] {
        assert!(!output.contains(secret), "{output}");
    }
}

#[test]
fn diagnose_prints_the_failed_step_and_the_remedy() {
    let (stub, ca) = support::stub();
    let (url, ca) = (stub.base_url(), ca.to_str().unwrap());
    let refused = stub.scenario_url("denied");
    let (closed_port, unknown_host) = ("https://127.0.0.1:1", "https://does-not-exist.invalid");
    let unreachable_proxy = "http://127.0.0.1:1";
    for (options, steps, parts) in [
        (
            ["--base-url", &refused, "--ca-file", ca].as_slice(),
            ["lookup", "connect", "tls", "request", "response", "failed"].as_slice(),
            ["NF_DENIED: ", "server   Access is denied for the given credentials.", "remedy   Do not retry"].as_slice(),
        ),
        // Only the system's root certificates are trusted, and none of them issued the stub's certificate.
        (&["--base-url", &url], &["lookup", "connect", "failed"], &["NF_TLS_UNTRUSTED: ", "CN=nativeflow-stub"]),
        (&["--base-url", closed_port], &["failed"], &["NF_CONNECT: ", "refused", "firewall"]),
        (&["--base-url", unknown_host], &["failed"], &["NF_DNS: ", "does-not-exist.invalid", "DNS"]),
        (
            &["--base-url", &url, "--proxy", unreachable_proxy],
            &["failed"],
            &["NF_PROXY: ", "127.0.0.1:1", "No Concur credentials were sent"],
        ),
        (&["--ca-file", "/nowhere"], &["failed"], &["NF_INVALID_OPTION: ", "/nowhere"]),
    ] {
        let (seen, output) = diagnose(options, "a wrong secret", 1);
        assert_eq!(seen, steps, "{output}");
        for part in parts {
            assert!(output.contains(part), "no {part:?} in:\n{output}");
        }
        assert!(output.contains("\n              remedy   ") && !output.contains("server   \n"), "{output}");
        assert!(!output.contains("a wrong secret"), "{output}");
    }
}

/// `tests/c/log_syslog.c` is the example with a syslog that writes to standard error.
#[test]
fn log_syslog_writes_levels_and_the_id_of_the_call() {
    let (stub, ca) = support::stub();
    let user = User::demo();
    let program = Program::compile("log_syslog", Build::Shared);
    let run = |url: &str, secret: &str| {
        let arguments = [url, &user.key, &user.login, ca.to_str().unwrap()].map(str::to_owned);
        program.again_with(&[], &arguments, &[secret.to_owned()])
    };
    let facts = run(&stub.base_url(), &user.secret);
    assert!(facts.status.success(), "{}{}", facts.stdout, facts.stderr);
    let parts: Vec<_> = facts.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(parts, ["server", "lookup", "connect", "tls", "response", "total"], "{}", facts.stdout);
    let mut lines = facts.stderr.lines();
    assert_eq!(lines.next(), Some("log_syslog"));
    assert!(lines.clone().count() == 6 && lines.all(|line| line.starts_with("<6>[")), "{}", facts.stderr);

    let facts = run(&stub.base_url(), "wrong");
    assert_eq!(facts.status.code(), Some(1));
    let failed =
        facts.stderr.lines().find(|line| line.starts_with("<3>[")).unwrap_or_else(|| panic!("{}", facts.stderr));
    let (id, text) = failed.trim_start_matches("<3>").split_once(' ').unwrap();
    assert!(text.starts_with("failed after ") && text.contains("NF_DENIED"), "{text}");
    assert!(facts.stderr.contains(&format!("\n{id} NF_DENIED: ")), "{}", facts.stderr);
    assert!(!facts.stderr.contains("wrong"), "{}", facts.stderr);
}

/// Removes digits, which differ in each run, and addresses, which differ on each machine, from a line of output.
fn without_numbers(line: &str) -> String {
    let line = line.split_once(" at ").map_or(line, |(before, _)| before);
    let line = if line.contains(" lookup ") { "lookup" } else { line };
    let words = line.split_whitespace().map(|word| word.replace(|c: char| c.is_ascii_digit() || c == '.', ""));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn diagnose_prints_every_line_of_its_document() {
    let (stub, ca) = support::stub();
    let (user, url) = (User::demo(), stub.base_url());
    let mut text = "```text\n".to_owned();
    for (shown, options) in [
        ("", ["--base-url", &url].as_slice()),
        ("--ca-file ca.pem ", &["--base-url", &url, "--ca-file", ca.to_str().unwrap()]),
    ] {
        let (_, output) = diagnose(options, "a wrong secret", 1);
        text.push_str(&format!("$ diagnose --base-url {url} {shown}{} {}\n{output}\n", user.key, user.login));
    }
    text.truncate(text.len() - 1);
    text.push_str("```\n");
    Table::of("docs/diagnosing.md", "diagnose output").keep(&text, without_numbers);
}

/// The password of the proxy comes from the environment and is not printed.
#[test]
fn diagnose_takes_the_proxy_from_the_environment_if_requested() {
    let program = Program::compile("examples-c/diagnose.c", Build::Shared);
    let (user, url) = (User::demo(), support::stub().0.base_url());
    let arguments = ["--base-url", &url, "--environment-proxy", &user.key, &user.login].map(str::to_owned);
    let proxy = ["https_proxy=http://user:pass-of-the-proxy@127.0.0.1:1", "no_proxy="];
    let facts = program.again_with(&proxy, &arguments, &["a wrong secret".to_owned()]);
    assert!(facts.stdout.contains("NF_PROXY: ") && !facts.stdout.contains("pass-of"), "{}", facts.stdout);
}

#[test]
fn diagnose_with_wrong_arguments_sends_nothing() {
    let program = Program::compile("examples-c/diagnose.c", Build::Shared);
    for arguments in [
        &[] as &[&str],
        &["key"],
        &["--no-such-option", "key", "login"],
        &["--environment-proxy", "login"],
        &["--proxy", "", "login"],
        &["key", "login", "secret"],
    ] {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let facts = program.again_with(&[], &arguments, &["secret".to_owned()]);
        assert_eq!(facts.status.code(), Some(2), "{arguments:?}: {}", facts.stdout);
        assert!(facts.stderr.starts_with("usage: ") && facts.stdout.is_empty(), "{}", facts.stderr);
    }
}

#[test]
fn examples_are_short() {
    let files = fs::read_dir(root().join("examples-c")).unwrap().map(|file| file.unwrap().path());
    let sources: Vec<_> = files.filter(|file| file.extension().is_some_and(|extension| extension != "sh")).collect();
    assert!(sources.len() >= 4, "{sources:?}");
    for file in sources {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines < 80, "{} has {lines} lines", file.display());
    }
}

#[test]
fn demo_prints_a_token_and_a_rejection() {
    // Builds the library first, with its own rule, so that the demo's `make library` finds it built.
    Build::Shared.folder();
    let demo = support::outside_cargo("make").args(["--silent", "demo"]).current_dir(root()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&demo.stdout), String::from_utf8_lossy(&demo.stderr));
    assert!(demo.status.success() && stderr.is_empty(), "{stdout}{stderr}");
    for part in ["token:    ", "expires:  ", "instance: https://localhost:", "NF_DENIED: ", "Do not retry"] {
        assert!(stdout.contains(part), "the demo does not show {part:?}:\n{stdout}");
    }
}

/// `script` provides a terminal: typed characters are not shown, and the settings of the terminal are restored.
#[test]
fn get_token_does_not_echo_the_secret() {
    needs!("script");
    let (stub, ca) = support::stub();
    let user = User::demo();
    let program = Program::compile("examples-c/get_token.c", Build::Shared);
    let session = format!(
        "stty -a | grep -o '.echo '; {} {} {} {} {}; stty -a | grep -o '.echo '",
        program.path().display(),
        stub.base_url(),
        user.key,
        user.login,
        ca.display()
    );
    let mut terminal = Command::new("script")
        .args(["--quiet", "--return", "--command", &session, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut screen = Vec::new();
    let mut stdout = terminal.stdout.take().unwrap();
    // The terminal would discard or show characters typed before the prompt.
    while !screen.ends_with(b"Secret: ") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).unwrap();
        screen.push(byte[0]);
    }
    let mut keyboard = terminal.stdin.take().unwrap();
    keyboard.write_all(format!("{}\n", user.secret).as_bytes()).unwrap();
    stdout.read_to_end(&mut screen).unwrap();
    terminal.wait().unwrap();
    let screen = String::from_utf8_lossy(&screen);
    assert!(screen.contains("token:    "), "{screen}");
    assert!(!screen.contains(&user.secret), "the secret shows");
    assert_eq!(screen.matches(" echo ").count(), 2, "the terminal is not as before: {screen}");
}
