//! A cancelled call ends at once in every phase, and its client stays usable.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use nativeflow_stub::{Options, Stub, User};

use crate::network::namespace::{in_network_namespace, names};
use crate::network::stalls::{hold, listener};
use crate::support::{self, Build, Call, Facts, NAMESPACES, Program, needs};

/// How late a call may return. This limit does not apply under a debugger.
const LIMIT_MS: f64 = 10.0;

/// Starts a call that would wait for a minute, cancels it in each of the two ways, and checks that it ends at once.
fn ends_at_once(place: &str, run: impl Fn(&dyn Fn(Call) -> Call) -> Facts) {
    for how in ["cancel_after_ms", "free_after_ms"] {
        // The best of five: the machine may be busy before the call waits, or at the moment of cancellation.
        let mut seen = Vec::new();
        let is_ended = (0..5).any(|_| {
            let facts = run(&|call| call.with(how, "150"));
            let pairs = facts.pairs();
            let (stdout, stderr) = (&facts.stdout, &facts.stderr);
            assert_eq!(pairs.get("code"), Some(&"NF_CANCELLED"), "{place}: {stdout}{stderr}");
            assert_eq!(pairs["retry_after_ms"], "-1");
            let late: f64 = pairs["after_cancel_ms"].parse().unwrap();
            seen.push(format!("{}, {late} ms late", pairs["message"]));
            pairs["message"].contains(place) && (0.0..LIMIT_MS).contains(&late)
        });
        assert!(is_ended, "{place}, {how}: {seen:?}");
    }
}

#[test]
fn lookup_ends_when_cancelled() {
    needs!(NAMESPACES, "dnsmasq");
    let prepare = names("iptables -A INPUT -p udp --dport 53 -j DROP");
    ends_at_once("resolving the host name", |change| {
        in_network_namespace(&prepare, |namespace, ca| {
            change(Call::to("https://concur.test:8443").with("ca", ca)).run_under(namespace)
        })
    });
}

#[test]
fn connect_ends_when_cancelled() {
    needs!(NAMESPACES);
    let prepare = "iptables -A INPUT -p tcp --dport 8443 --syn -j DROP";
    ends_at_once("connecting", |change| {
        in_network_namespace(prepare, |namespace, ca| {
            change(Call::to("https://127.0.0.1:8443").with("ca", ca)).run_under(namespace)
        })
    });
}

#[test]
fn proxy_connect_ends_when_cancelled() {
    let proxy = format!("http://{}", listener(|mut client| hold(&mut client)));
    ends_at_once("opening the tunnel", |change| change(Call::to_stub().with("proxy", &proxy)).run());
}

#[test]
fn tls_handshake_ends_when_cancelled() {
    let silent = support::stub().0.silent_url();
    ends_at_once("in the TLS handshake", |change| change(Call::to(&silent)).run());
}

#[test]
fn incomplete_response_ends_when_cancelled() {
    for scenario in ["silence-after-tls", "drip-headers", "drip-slow"] {
        let url = support::stub().0.scenario_url(scenario);
        ends_at_once("waiting for the response", |change| change(Call::to(&url)).run());
    }
}

/// A server that is silent on the first connections and passes later ones to the stub.
pub fn silent_at_first(connections: usize, stub: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, client) in listener.incoming().enumerate() {
            thread::spawn(move || {
                let mut client = client?;
                if number < connections {
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

/// The address of a stub's service.
pub fn address_of(stub: &Stub) -> SocketAddr {
    stub.base_url().replace("https://localhost", "127.0.0.1").parse().unwrap()
}

/// Gives `cancelling` its arguments and standard input.
pub fn with_arguments(program: Program, ca: &str, limit_ms: &str) -> Program {
    let user = User::demo();
    let address = address_of(support::stub().0);
    let url = format!("https://localhost:{}", silent_at_first(8, address).port());
    let program = program.args(&[&url, &support::stub().0.silent_url(), ca, limit_ms]);
    program.lines(&[&user.key, &user.login, &user.secret])
}

fn program(build: Build, limit_ms: &str) -> Program {
    with_arguments(Program::compile("cancelling", build), support::stub().1.to_str().unwrap(), limit_ms)
}

#[test]
fn cancelled_calls_leave_the_client_usable() {
    for build in [Build::Shared, Build::Static] {
        program(build, "10").must_pass();
    }
}

#[test]
fn cancelled_share_does_not_end_calls_of_other_shares() {
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

/// The sanitizer checks that memory which the release function frees is not used afterwards.
#[test]
fn release_function_is_called_once_after_the_last_call() {
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
fn client_freed_during_a_call_causes_no_memory_error() {
    needs!("valgrind");
    let suppressions = format!("--suppressions={}", support::root().join("tests/valgrind.supp").display());
    program(Build::Debug, "10000").under(&["valgrind", "--quiet", "--error-exitcode=99", &suppressions]).must_pass();
}
