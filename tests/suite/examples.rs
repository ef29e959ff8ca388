//! The examples do what the documents show.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use nativeflow_stub::User;

use crate::support::{self, Build, Program, Table, needs, root};

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

/// With a login that is refused before anything is sent: its host is Concur's, and no test asks that.
#[test]
fn one_shot_needs_four_arguments_and_says_what_is_wrong() {
    let program = Program::compile("examples-c/one_shot.c", Build::Static);
    let facts = program.args(&["key", "login:with-colon"]).lines(&["secret"]).run();
    assert_eq!(facts.status.code(), Some(1));
    assert!(facts.stderr.contains("NF_INVALID_ARGUMENT") && facts.stderr.contains("colon"), "{}", facts.stderr);
}

/// `diagnose` with these options before key and login: the steps that it prints, their first words apart, and all that it says.
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
    let (steps, said) = diagnose(&options, &User::demo().secret, 0);
    assert_eq!(steps, ["lookup", "connect", "tls", "request", "response", "token"], "{said}");
    assert!(said.ends_with("\nReceived a token, which expires 2034-06-01 08:00:00 UTC.\n"), "{said}");
    let times = said.lines().filter_map(|line| line.split_once(" ms  ")?.0.trim().parse::<f64>().ok());
    let times: Vec<f64> = times.collect();
    // Since the start of the call, which takes no longer.
    assert!(times.is_sorted() && times.iter().all(|ms| (0.0..60_000.0).contains(ms)), "{said}");
    for secret in ["fdjhk2382kwkajsklwe8i3932kslswl", &User::demo().login, &User::demo().secret] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn diagnose_says_at_which_step_it_ends_and_what_to_do() {
    let (stub, ca) = support::stub();
    let (url, ca) = (stub.base_url(), ca.to_str().unwrap());
    let refused = stub.scenario_url("denied");
    let (nobody, nowhere) = ("https://127.0.0.1:1", "https://does-not-exist.invalid");
    let dead_proxy = "http://127.0.0.1:1";
    for (options, steps, parts) in [
        (
            ["--base-url", &refused, "--ca-file", ca].as_slice(),
            ["lookup", "connect", "tls", "request", "response", "failed"].as_slice(),
            ["NF_DENIED: ", "server   Access is denied for the given credentials.", "remedy   Do not retry"].as_slice(),
        ),
        // Only the system's roots are trusted, and none of them has made the stub's certificate.
        (&["--base-url", &url], &["lookup", "connect", "failed"], &["NF_TLS_UNTRUSTED: ", "CN=nativeflow-stub"]),
        (&["--base-url", nobody], &["failed"], &["NF_CONNECT: ", "refused", "firewall"]),
        (&["--base-url", nowhere], &["failed"], &["NF_DNS: ", "does-not-exist.invalid", "DNS"]),
        (
            &["--base-url", &url, "--proxy", dead_proxy],
            &["failed"],
            &["NF_PROXY: ", "127.0.0.1:1", "No Concur credentials were sent"],
        ),
        (&["--ca-file", "/nowhere"], &["failed"], &["NF_INVALID_OPTION: ", "/nowhere"]),
    ] {
        let (seen, said) = diagnose(options, "a wrong secret", 1);
        assert_eq!(seen, steps, "{said}");
        for part in parts {
            assert!(said.contains(part), "no {part:?} in:\n{said}");
        }
        assert!(said.contains("\n              remedy   ") && !said.contains("server   \n"), "{said}");
        assert!(!said.contains("a wrong secret"), "{said}");
    }
}

/// A line of the output without the digits, which differ in each run, and without the addresses, which differ on each machine.
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

/// A proxy's password comes from there, and is not shown.
#[test]
fn diagnose_takes_the_proxy_from_the_environment_where_it_is_told_to() {
    let program = Program::compile("examples-c/diagnose.c", Build::Shared);
    let (user, url) = (User::demo(), support::stub().0.base_url());
    let arguments = ["--base-url", &url, "--environment-proxy", &user.key, &user.login].map(str::to_owned);
    let proxy = ["https_proxy=http://user:pass-of-the-proxy@127.0.0.1:1", "no_proxy="];
    let facts = program.again_with(&proxy, &arguments, &["a wrong secret".to_owned()]);
    assert!(facts.stdout.contains("NF_PROXY: ") && !facts.stdout.contains("pass-of"), "{}", facts.stdout);
}

#[test]
fn diagnose_sends_nothing_when_it_is_called_wrongly() {
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
fn the_examples_are_short() {
    let files = std::fs::read_dir(root().join("examples-c")).unwrap().map(|file| file.unwrap().path());
    let sources: Vec<_> = files.filter(|file| file.extension().is_some_and(|extension| extension != "sh")).collect();
    assert!(sources.len() >= 4, "{sources:?}");
    for file in sources {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(lines < 80, "{} has {lines} lines", file.display());
    }
}

#[test]
fn the_demo_shows_a_token_and_a_refusal() {
    // The library first, by its own rule: the demo's `make library` then finds it built.
    Build::Shared.folder();
    let demo = support::outside_cargo("make").args(["--silent", "demo"]).current_dir(root()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&demo.stdout), String::from_utf8_lossy(&demo.stderr));
    assert!(demo.status.success() && stderr.is_empty(), "{stdout}{stderr}");
    for part in ["token:    ", "expires:  ", "instance: https://localhost:", "NF_DENIED: ", "Do not retry"] {
        assert!(stdout.contains(part), "the demo does not show {part:?}:\n{stdout}");
    }
}

/// On a terminal, which `script` plays: what is typed does not show, and the terminal is as before afterwards.
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
    // What is typed before the prompt would be thrown away by the terminal, or shown.
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
