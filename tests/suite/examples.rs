//! The examples do what the README shows.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use nativeflow_stub::User;

use crate::support::{self, Build, Program, root};

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

#[test]
fn the_examples_are_short() {
    for example in ["get_token.c", "one_shot.c"] {
        let lines = std::fs::read_to_string(root().join("examples-c").join(example)).unwrap().lines().count();
        assert!(lines < 80, "{example} has {lines} lines");
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
