//! The log contains enough to find a network fault, and no secret.

use nativeflow_stub::User;

use crate::residue::proxy::Proxy;
use crate::support::{self, Call, Facts};

/// Level and text of each line of one call. All begin with the ID of the call, which its error has too.
fn lines(facts: &Facts) -> Vec<(&str, &str)> {
    let lines = facts.stdout.lines().filter_map(|line| line.strip_prefix("log="));
    let lines: Vec<_> = lines.map(|line| line.splitn(3, ' ').collect::<Vec<_>>()).collect();
    let id = lines[0][1];
    assert!(lines.iter().all(|line| line[1] == id), "{lines:?}");
    if let Some(of_error) = facts.pairs().get("call_id") {
        assert_eq!(id, format!("[{of_error}]"));
    }
    let (process, number) = id.trim_matches(['[', ']']).split_once('-').unwrap();
    assert!(process.len() == 4 && u16::from_str_radix(process, 16).is_ok() && number == "1", "{id}");
    lines.into_iter().map(|line| (line[0], line[2])).collect()
}

fn steps(facts: &Facts) -> Vec<&str> {
    lines(facts).iter().map(|(_, text)| text.split([' ', ':']).next().unwrap()).collect()
}

#[test]
fn log_contains_each_step_with_its_details() {
    let facts = Call::to_stub().with("log", "1").run();
    assert_eq!(steps(&facts), ["lookup", "connect", "tls", "request", "response", "token"], "{}", facts.stdout);
    let lines = lines(&facts);
    assert!(lines.iter().all(|(level, text)| *level == "3" && text.ends_with(" ms")), "{lines:?}");
    for (step, parts) in [
        ("lookup", &["localhost: 127.0.0.1"] as &[_]),
        ("connect", &[" at 127.0.0.1:"]),
        ("tls", &["TLSv1.3", "TLS13_AES_", "new session", "\"CN=nativeflow-stub\"", "issued by \"CN=nativeflow-stub"]),
        ("request", &["request sent to localhost:", "/net2/oauth2/accesstoken.ashx; "]),
        ("response", &["HTTP 200", " bytes from localhost:", "/net2/oauth2/accesstoken.ashx; "]),
    ] {
        let (_, text) = lines.iter().find(|(_, text)| text.starts_with(step)).unwrap();
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
    }
}

#[test]
fn failed_step_is_the_last_one_in_the_log() {
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
fn log_distinguishes_proxy_and_server_and_contains_no_secret() {
    let proxy = Proxy::open().url().replace("http://", "http://proxy-user:pa55word-of-proxy@");
    let facts = Call::to_stub().with("proxy", &proxy).with("log", "1").run();
    assert_eq!(facts.pairs()["code"], "NF_OK");
    assert_eq!(steps(&facts), ["connect", "proxy", "tls", "request", "response", "token"], "{}", facts.stdout);
    let user = User::demo();
    let value = facts.pairs()["value"];
    let log: String = lines(&facts).iter().map(|(_, text)| *text).collect();
    for secret in
        [&user.key, &user.login, &user.secret, value, "am9obl9kZXZlbG9wZXJ", "pa55word", "proxy-user", "cHJveHktdXNlcj"]
    {
        assert!(!log.contains(secret), "a secret in the log");
    }
}

#[test]
fn server_text_adds_no_log_line_and_no_secret() {
    let user = User::demo();
    let proxy = Proxy::answering(
        "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n<title>Not here\r\nlog=3 token for STRANGER\r\n</title>",
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

/// The limit of locked memory is 0, as in many containers. The key that encrypts the proxy's login is not locked either.
#[test]
fn mlock_failure_is_logged() {
    // The limit does not apply to root.
    let command = ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "prlimit", "--memlock=0"];
    let (proxy, login) = (Proxy::open_for("Basic dXNlcjpwYTU1d29yZA=="), "user:pa55word");
    let call = Call::to_stub().with("log", "1").with("proxy", &format!("http://{login}@{}", proxy.address()));
    let facts = call.run_under(&command);
    assert_eq!(facts.pairs()["code"], "NF_OK", "{}{}", facts.stdout, facts.stderr);
    assert!(lines(&facts).iter().any(|(level, text)| *level == "2" && text.contains("not locked")), "{}", facts.stdout);
}
