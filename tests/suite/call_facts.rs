//! The facts about a call that tokens and errors contain: its times, its remote address and its ID.

use std::io::Write as _;
use std::net::TcpListener;
use std::thread;

use crate::keep_alive::Server;
use crate::network::stalls::read_head;
use crate::residue::proxy::Proxy;
use crate::support::{self, Call, Facts};

const PARTS: [&str; 5] = ["lookup", "connect", "tls", "server", "total"];

/// The values of a name, one for each call.
fn values<'a>(facts: &'a Facts, name: &str) -> Vec<&'a str> {
    let lines = facts.stdout.lines().filter_map(|line| line.split_once('='));
    lines.filter(|(of, _)| *of == name).map(|(_, value)| value).collect()
}

/// The times of a call in microseconds, in the order of `PARTS`.
fn times(facts: &Facts, call: usize) -> Vec<i64> {
    PARTS.map(|part| values(facts, &format!("{part}_us"))[call].parse().unwrap()).to_vec()
}

/// The parts that a call did. Checks that each other part is -1, and that their sum is at most the total.
fn parts(facts: &Facts, call: usize) -> Vec<&'static str> {
    let times = times(facts, call);
    assert!(times.iter().all(|&us| us >= -1), "{times:?}");
    let sum: i64 = times[..4].iter().filter(|&&us| us >= 0).sum();
    assert!(sum <= times[4] || times[4] == -1 && sum == 0, "{times:?}");
    PARTS.iter().zip(times).filter(|(_, us)| *us >= 0).map(|(part, _)| *part).collect()
}

/// The address of the stub in a URL.
fn address(url: &str) -> String {
    url.replace("https://localhost", "127.0.0.1")
}

#[test]
fn token_contains_the_times_of_its_call_and_the_address() {
    let server = Server::start("times");
    let url = server.stub.base_url();
    let facts = server.call(&url).run();
    assert_eq!(values(&facts, "code"), ["NF_OK"; 2], "{}", facts.stdout);
    assert_eq!(parts(&facts, 0), PARTS);
    assert_eq!(parts(&facts, 1), ["server", "total"], "the idle connection was used again");
    assert_eq!(values(&facts, "remote_address"), [address(&url).as_str(); 2]);
}

#[test]
fn new_connection_after_a_lost_one_has_all_times() {
    let (server, relay) = Server::behind_closing_relay("times-lost");
    let facts = server.call(&format!("https://localhost:{}", relay.port())).with("pause_ms", "400").run();
    assert_eq!(values(&facts, "code"), ["NF_OK"; 2], "{}", facts.stdout);
    assert_eq!((parts(&facts, 0), parts(&facts, 1)), (PARTS.to_vec(), PARTS.to_vec()));
}

#[test]
fn error_contains_the_times_until_the_failed_part() {
    let (stub, _) = support::stub();
    let url = stub.base_url();
    let proxy = Proxy::open();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap().to_string();
    let direct = address(&url);
    let through = |proxy: &str| Call::to_stub().with("proxy", proxy);
    let denied = stub.scenario_url("denied");
    for (call, code, reached, remote) in [
        (Call::to("https://does-not-exist.invalid"), "NF_DNS", &["lookup"] as &[_], ""),
        (Call::to("https://localhost:1"), "NF_CONNECT", &["lookup", "connect"], ""),
        (Call::to("https://127.0.0.1:1"), "NF_CONNECT", &["connect"], ""),
        (Call::to_stub().without("ca"), "NF_TLS_UNTRUSTED", &["lookup", "connect", "tls"], &direct),
        (Call::to(&format!("https://{silent}")).soon(), "NF_TIMEOUT", &["connect", "tls"], &silent),
        (Call::to(&format!("http://{silent}")).soon(), "NF_TIMEOUT", &["connect", "server"], &silent),
        (Call::to(&stub.scenario_url("silence-after-tls")).soon(), "NF_TIMEOUT", &PARTS[..4], &direct),
        (Call::to(&stub.scenario_url("truncated-xml")), "NF_MALFORMED", &PARTS[..4], &direct),
        (Call::to(&denied), "NF_DENIED", &PARTS[..4], &direct),
        (Call::to_stub().with("login", "with:colon"), "NF_INVALID_ARGUMENT", &[], ""),
        // The proxy's address, and no time of the server behind it.
        (through("http://127.0.0.1:1"), "NF_PROXY", &["connect"], ""),
        (through("http://does-not-exist.invalid"), "NF_PROXY", &["lookup"], ""),
        (through(&format!("http://{silent}")).soon(), "NF_TIMEOUT", &["connect"], &silent),
        (through(&format!("https://{silent}")).soon(), "NF_TIMEOUT", &["connect"], &silent),
        (through(&proxy.url()).without("ca"), "NF_TLS_UNTRUSTED", &["connect", "tls"], &proxy.address().to_string()),
        (
            through(&proxy.url()).with("secret", "wrong"),
            "NF_DENIED",
            &["connect", "tls", "server"],
            &proxy.address().to_string(),
        ),
    ] {
        let facts = call.run();
        assert_eq!(values(&facts, "code"), [code], "{}", facts.stdout);
        assert_eq!(parts(&facts, 0), [reached, &["total"]].concat(), "{}", facts.stdout);
        assert_eq!(values(&facts, "remote_address"), [remote], "{}", facts.stdout);
        let times = times(&facts, 0);
        if code == "NF_TIMEOUT" {
            // The time of the part that failed counts: it is nearly the whole timeout.
            let failed = PARTS.iter().position(|part| Some(part) == reached.last()).unwrap();
            assert!(times[failed] >= 200_000 && times[4] >= 399_000, "{times:?}");
        }
    }
}

#[test]
fn token_through_a_proxy_has_the_address_of_the_proxy() {
    let proxy = Proxy::open();
    let facts = Call::to_stub().with("proxy", &proxy.url().replace("127.0.0.1", "localhost")).run();
    assert_eq!(values(&facts, "code"), ["NF_OK"], "{}", facts.stdout);
    assert_eq!(parts(&facts, 0), PARTS);
    assert_eq!(values(&facts, "remote_address"), [proxy.address().to_string()]);
}

#[test]
fn remote_address_of_ipv6_has_brackets() {
    let silent = TcpListener::bind("[::1]:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let facts = Call::to(&url).soon().run();
    assert_eq!(values(&facts, "remote_address"), [url.strip_prefix("http://").unwrap()], "{}", facts.stdout);
}

#[test]
fn error_of_a_function_without_a_call_has_no_facts() {
    let facts = Call::to("ftp://localhost").run();
    assert_eq!(values(&facts, "code"), ["NF_INVALID_OPTION"]);
    assert_eq!((values(&facts, "call_id"), values(&facts, "remote_address")), (vec![""], vec![""]));
    assert!(parts(&facts, 0).is_empty(), "{}", facts.stdout);
}

/// The server closes its first connection and its port, so that the idle connection is lost and there is no new one.
#[test]
fn facts_of_a_lost_idle_connection_are_discarded() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        read_head(&mut client).unwrap();
        client.write_all(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n").unwrap();
    });
    let facts = Call::to(&url).with("keep_alive_ms", "60000").with("calls", "2").with("pause_ms", "400").run();
    server.join().unwrap();
    assert_eq!(values(&facts, "code"), ["NF_BUSY", "NF_CONNECT"], "{}", facts.stdout);
    assert_eq!((parts(&facts, 0), parts(&facts, 1)), (vec!["connect", "server", "total"], vec!["connect", "total"]));
    assert_eq!(values(&facts, "remote_address")[1], "");
}

/// The time at the end of a log line, in microseconds.
fn logged(line: &str) -> f64 {
    let before = line.split(" ms").next().unwrap();
    before.rsplit(' ').next().unwrap().parse::<f64>().unwrap() * 1e3
}

#[test]
fn log_contains_the_same_times() {
    let proxy = Proxy::open();
    let by_name = proxy.url().replace("127.0.0.1", "localhost");
    for call in [
        Call::to_stub(),
        Call::to_stub().with("proxy", &by_name),
        Call::to(&support::stub().0.scenario_url("denied")),
        Call::to(&support::stub().0.scenario_url("truncated-xml")),
    ] {
        let facts = call.with("log", "1").run();
        let mut sums = [0.0; 5];
        for line in values(&facts, "log").iter().map(|line| line.split_once("] ").unwrap().1) {
            let part = match line.split([' ', ':']).next().unwrap() {
                "lookup" => 0,
                "connect" | "proxy" => 1,
                "tls" => 2,
                "request" | "response" => 3,
                _ => 4,
            };
            sums[part] += logged(line);
        }
        for ((part, sum), us) in PARTS.iter().zip(sums).zip(times(&facts, 0)) {
            // Each line is rounded to a tenth of a millisecond.
            assert!((sum - us as f64).abs() <= 151.0, "{part}: {sum} {us}\n{}", facts.stdout);
        }
    }
}
