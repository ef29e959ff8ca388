//! A call that is cancelled ends at once, whatever it is waiting for, and the client works on.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use nativeflow_stub::{Options, Stub, User};

use crate::network::stage::{names, on_stage};
use crate::network::stalls::{hold, listener};
use crate::support::{self, Build, Call, Facts, NAMESPACES, Program, needs};

/// How late a call may return. Under a debugger there is no such limit.
const LIMIT_MS: f64 = 10.0;

/// A call that waits somewhere for a minute and is ended meanwhile, by each of the two ways.
fn ends_at_once(place: &str, run: impl Fn(&dyn Fn(Call) -> Call) -> Facts) {
    for how in ["cancel_after_ms", "free_after_ms"] {
        // The best of five: the machine may be busy with something else, before the call is there or at that very moment.
        let mut seen = Vec::new();
        let is_ended = (0..5).any(|_| {
            let facts = run(&|call| call.with(how, "150"));
            let pairs = facts.pairs();
            let (said, complained) = (&facts.stdout, &facts.stderr);
            assert_eq!(pairs.get("code"), Some(&"NF_CANCELLED"), "{place}: {said}{complained}");
            assert_eq!(pairs["retry_after_ms"], "-1");
            let late: f64 = pairs["after_cancel_ms"].parse().unwrap();
            seen.push(format!("{}, {late} ms late", pairs["message"]));
            pairs["message"].contains(place) && (0.0..LIMIT_MS).contains(&late)
        });
        assert!(is_ended, "{place}, {how}: {seen:?}");
    }
}

#[test]
fn a_name_that_is_looked_up() {
    needs!(NAMESPACES, "dnsmasq");
    let prepare = names("iptables -A INPUT -p udp --dport 53 -j DROP");
    ends_at_once("resolving the host name", |change| {
        on_stage(&prepare, |stage, ca| change(Call::to("https://concur.test:8443").with("ca", ca)).run_under(stage))
    });
}

#[test]
fn a_connection_that_is_made() {
    needs!(NAMESPACES);
    let prepare = "iptables -A INPUT -p tcp --dport 8443 --syn -j DROP";
    ends_at_once("connecting", |change| {
        on_stage(prepare, |stage, ca| change(Call::to("https://127.0.0.1:8443").with("ca", ca)).run_under(stage))
    });
}

#[test]
fn a_proxy_that_is_asked() {
    let proxy = format!("http://{}", listener(|mut client| hold(&mut client)));
    ends_at_once("opening the tunnel", |change| change(Call::to_stub().with("proxy", &proxy)).run());
}

#[test]
fn a_handshake() {
    let silent = support::stub().0.silent_url();
    ends_at_once("in the TLS handshake", |change| change(Call::to(&silent)).run());
}

#[test]
fn an_answer_that_does_not_come_or_not_to_its_end() {
    for scenario in ["silence-after-tls", "drip-headers", "drip-slow"] {
        let url = support::stub().0.scenario_url(scenario);
        ends_at_once("waiting for the response", |change| change(Call::to(&url)).run());
    }
}

/// Silent for eight connections, then the stub.
fn silent_at_first() -> SocketAddr {
    let stub: SocketAddr = support::stub().0.base_url().replace("https://localhost", "127.0.0.1").parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, client) in listener.incoming().enumerate() {
            thread::spawn(move || {
                let mut client = client?;
                if number < 8 {
                    return hold(&mut client);
                }
                let mut server = TcpStream::connect(stub)?;
                let (mut answers, mut to_client) = (server.try_clone()?, client.try_clone()?);
                thread::spawn(move || io::copy(&mut answers, &mut to_client));
                io::copy(&mut client, &mut server).map(drop)
            });
        }
    });
    address
}

/// What `cancelling` needs to know.
pub fn told(program: Program, ca: &str, limit_ms: &str) -> Program {
    let user = User::demo();
    let fickle = format!("https://localhost:{}", silent_at_first().port());
    let program = program.args(&[&fickle, &support::stub().0.silent_url(), ca, limit_ms]);
    program.lines(&[&user.key, &user.login, &user.secret])
}

fn program(build: Build, limit_ms: &str) -> Program {
    told(Program::compile("cancelling", build), support::stub().1.to_str().unwrap(), limit_ms)
}

#[test]
fn eight_calls_at_once_and_the_client_works_on() {
    for build in [Build::Shared, Build::Static] {
        program(build, "10").must_pass();
    }
}

#[test]
fn handles_of_a_client_are_ended_each_for_itself() {
    let stub = Stub::start(Options { keep_alive: true, record: false, ..Options::default() }).unwrap();
    let ca = support::scratch("handles").join(format!("ca-{}.pem", std::process::id()));
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    let user = User::demo();
    for build in [Build::Shared, Build::Static] {
        Program::compile("handles", build)
            .args(&[&stub.base_url(), &stub.silent_url(), ca.to_str().unwrap()])
            .lines(&[&user.key, &user.login, &user.secret])
            .must_pass();
    }
}

/// What the release function frees is used by nothing afterwards: the sanitizer looks.
#[test]
fn callbacks_end_once_when_the_last_call_has_ended() {
    let ((stub, ca), user) = (support::stub(), User::demo());
    for flags in [&[] as &[&str], &["-fsanitize=address"]] {
        Program::compile_with("released", Build::Shared, flags)
            .args(&[&stub.silent_url(), ca.to_str().unwrap()])
            .lines(&[&user.key, &user.login, &user.secret])
            .must_pass();
    }
}

#[test]
#[ignore = "slow"]
fn no_memory_is_touched_that_was_freed_under_a_call() {
    needs!("valgrind");
    let suppressions = format!("--suppressions={}", support::root().join("tests/valgrind.supp").display());
    program(Build::Debug, "10000").under(&["valgrind", "--quiet", "--error-exitcode=99", &suppressions]).must_pass();
}
