//! The log tells enough to find out what is wrong on the way, and nothing that must not be told.

use nativeflow_stub::User;

use crate::residue::proxy::Proxy;
use crate::support::{self, Call, Facts};

/// Level and text of each line.
fn lines(facts: &Facts) -> Vec<(&str, &str)> {
    let lines = facts.stdout.lines().filter_map(|line| line.strip_prefix("log="));
    lines.map(|line| line.split_once(' ').unwrap()).collect()
}

fn steps(facts: &Facts) -> Vec<&str> {
    lines(facts).iter().map(|(_, text)| text.split([' ', ':']).next().unwrap()).collect()
}

#[test]
fn each_step_of_a_call_is_told_with_what_it_takes_to_debug_it() {
    let facts = Call::to_stub().with("log", "1").run();
    assert_eq!(steps(&facts), ["lookup", "connect", "tls", "request", "response", "token"], "{}", facts.stdout);
    let lines = lines(&facts);
    assert!(lines.iter().all(|(level, text)| *level == "3" && text.ends_with(" ms")), "{lines:?}");
    for (step, parts) in [
        ("lookup", &["localhost: 127.0.0.1"] as &[_]),
        ("connect", &[" at 127.0.0.1:"]),
        ("tls", &["TLSv1.3", "TLS13_AES_", "new session", "\"CN=nativeflow-stub\"", "issued by \"CN=nativeflow-stub"]),
        ("response", &["HTTP 200"]),
    ] {
        let (_, text) = lines.iter().find(|(_, text)| text.starts_with(step)).unwrap();
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn the_step_that_fails_is_the_last_one() {
    let (stub, _) = support::stub();
    for (call, last, code) in [
        (Call::to("https://localhost:1"), "lookup", "NF_CONNECT"),
        (Call::to(&stub.plain_url().replace("http:", "https:")), "connect", "NF_TLS"),
        (Call::to(&stub.scenario_url("silence-after-tls")).soon(), "request", "NF_TIMEOUT"),
        (Call::to(&stub.scenario_url("denied")), "response", "NF_DENIED"),
        (Call::to_stub().with("proxy", "http://127.0.0.1:1"), "failed", "NF_PROXY"),
    ] {
        let facts = call.with("log", "1").run();
        let (level, text) = *lines(&facts).last().unwrap();
        assert!(level == "1" && text.starts_with("failed after ") && text.contains(code), "{text}");
        let steps = steps(&facts);
        assert_eq!(steps.iter().rev().nth(1).unwrap_or(&"failed"), &last, "{}", facts.stdout);
    }
}

#[test]
fn a_proxy_is_told_from_the_server_and_no_secret_is_told_at_all() {
    let proxy = Proxy::open().url().replace("http://", "http://somebody:pa55word-of-proxy@");
    let facts = Call::to_stub().with("proxy", &proxy).with("log", "1").run();
    assert_eq!(facts.pairs()["code"], "NF_OK");
    assert_eq!(steps(&facts), ["connect", "proxy", "tls", "request", "response", "token"], "{}", facts.stdout);
    let user = User::demo();
    let value = facts.pairs()["value"];
    let log: String = lines(&facts).iter().map(|(_, text)| *text).collect();
    for secret in
        [&user.key, &user.login, &user.secret, value, "am9obl9kZXZlbG9wZXJ", "pa55word", "somebody", "c29tZWJvZHk"]
    {
        assert!(!log.contains(secret), "a secret in the log");
    }
}

#[test]
fn words_of_others_make_no_second_line_and_tell_no_secret() {
    let user = User::demo();
    let proxy = Proxy::answering(
        "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n<title>Not here\r\nlog=3 token for nobody\r\n</title>",
    );
    for (call, code) in [
        (Call::to(&support::stub().0.scenario_url("denied-echo")), "NF_DENIED"),
        (Call::to(&support::stub().0.scenario_url("denied-echo-encoded")), "NF_DENIED"),
        (Call::to_stub().with("proxy", &proxy.url()), "NF_PROXY"),
    ] {
        // The program checks that a line holds no line break.
        let facts = call.with("log", "1").run();
        assert!(facts.status.success() && facts.stderr.is_empty(), "{}", facts.stderr);
        assert_eq!(facts.pairs()["code"], code, "{}", facts.stdout);
        let log: String = lines(&facts).iter().map(|(_, text)| *text).collect();
        assert!([&user.key, &user.login, &user.secret].iter().all(|secret| !log.contains(secret.as_str())), "a secret");
    }
}

/// A thread with the limit of locked memory at nothing, as in many containers.
#[test]
fn memory_that_cannot_be_locked_is_told() {
    // Root may lock whatever the limit is.
    let command = ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "prlimit", "--memlock=0"];
    let facts = Call::to_stub().with("log", "1").run_under(&command);
    assert_eq!(facts.pairs()["code"], "NF_OK", "{}{}", facts.stdout, facts.stderr);
    assert!(lines(&facts).iter().any(|(level, text)| *level == "2" && text.contains("not locked")), "{}", facts.stdout);
}
