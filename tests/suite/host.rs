//! The library does not change the calling program: its signals, settings, threads, descriptors and child processes.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use nativeflow_stub::{Options, Stub, User};

use crate::network::namespace::{in_network_namespace, names};
use crate::network::stalls::listener;
use crate::residue::proxy::Proxy;
use crate::support::{self, Build, Call, Compiler, NAMESPACES, Program, as_first_process, needs, scratch};

fn credentials() -> [String; 3] {
    let user = User::demo();
    [user.key.clone(), user.login.clone(), user.secret.clone()]
}

fn with_credentials(program: Program) -> Program {
    let credentials = credentials();
    program.lines(&[&credentials[0], &credentials[1], &credentials[2]])
}

/// Makes `tests/c/forking.c` call its own stub. Returns the number of connections.
fn forking(build: Build, keep_alive_ms: &str, how: &str) -> u64 {
    forking_with("", "", build, keep_alive_ms, how)
}

/// The same through a proxy, and on the OAuth 2.0 service if there is a client secret.
fn forking_with(proxy: &str, client_secret: &str, build: Build, keep_alive_ms: &str, how: &str) -> u64 {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let stub = Stub::start(Options { keep_alive: true, record: false, ..Options::default() }).unwrap();
    let ca = scratch("forking").join(format!("ca-{number}-{}.pem", std::process::id()));
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    let args = [&stub.base_url(), ca.to_str().unwrap(), keep_alive_ms, how, proxy];
    let [key, login, secret] = &credentials();
    let program = Program::compile("forking", build).args(&args).lines(&[key, login, secret, client_secret]);
    let program = if how == "same-pid" { program.under(&as_first_process()) } else { program };
    program.must_pass();
    stub.connections()
}

#[test]
fn parent_and_child_keep_a_connection_each() {
    needs!(NAMESPACES);
    for build in [Build::Shared, Build::Static] {
        assert_eq!(forking(build, "60000", "turns"), 2);
        assert_eq!(forking(build, "60000", "same-pid"), 2);
    }
}

#[test]
fn child_can_call_while_its_parent_calls() {
    for build in [Build::Shared, Build::Static] {
        // Also in the middle of handshakes.
        for keep_alive_ms in ["60000", "0"] {
            forking(build, keep_alive_ms, "busy");
        }
    }
}

#[test]
fn descriptors_do_not_accumulate_in_generations_of_children() {
    for build in [Build::Shared, Build::Static] {
        assert_eq!(forking(build, "60000", "generations"), 6, "one connection in each process");
    }
}

/// The login was encrypted by the first process.
#[test]
fn child_uses_the_proxy_login_of_its_parent() {
    // user:pa55word
    let proxy = Proxy::open_for("Proxy-Authorization: Basic dXNlcjpwYTU1d29yZA==\r\n");
    let url = format!("http://user:pa55word@{}", proxy.address());
    for build in [Build::Shared, Build::Static] {
        assert_eq!(forking_with(&url, "", build, "60000", "turns"), 2);
        assert_eq!(forking_with(&url, "", build, "60000", "generations"), 6, "one connection in each process");
        forking_with(&url, "", build, "0", "busy");
    }
}

/// The client secret was encrypted by the first process. Each call is a token and a refresh.
#[test]
fn child_uses_the_client_secret_of_its_parent() {
    let client_secret = Options::default().client_secret;
    for build in [Build::Shared, Build::Static] {
        assert_eq!(forking_with("", &client_secret, build, "60000", "turns"), 2);
        assert_eq!(
            forking_with("", &client_secret, build, "60000", "generations"),
            6,
            "one connection in each process"
        );
        forking_with("", &client_secret, build, "0", "busy");
    }
}

#[test]
fn descriptors_of_closed_standard_streams_stay_free() {
    let (stub, ca) = support::stub();
    for build in [Build::Shared, Build::Static] {
        let program = Program::compile("closed_streams", build).args(&[&stub.base_url(), ca.to_str().unwrap()]);
        with_credentials(program).must_pass();
    }
}

#[test]
fn socket_that_is_not_connecting_does_not_count_as_connected() {
    let (stub, ca) = support::stub();
    let program = Program::compile("connect_fails", Build::Shared).args(&[&stub.base_url(), ca.to_str().unwrap()]);
    with_credentials(program).must_pass();
}

/// Only with the shared library: a static library always uses the program's functions.
#[test]
fn resolver_thread_has_a_name_and_blocks_all_signals() {
    let (stub, ca) = support::stub();
    let program = Program::compile("resolver_thread", Build::Shared).args(&[&stub.base_url(), ca.to_str().unwrap()]);
    with_credentials(program).must_pass();
}

#[test]
fn signals_locale_limits_and_environment_do_not_change() {
    let (stub, ca) = support::stub();
    // Reads the ClientHello and resets the connection, so that the client's next write fails.
    let resetting = listener(|mut client| {
        client.read_exact(&mut [0; 1])?;
        Ok(())
    });
    let resetting = format!("https://localhost:{}", resetting.port());
    let leaving = format!("socks5://user:password@{}", listener(leave));
    let facts = Call::to_stub().with("proxy", &leaving).run();
    assert!(facts.pairs()["message"].contains("Broken pipe"), "no SIGPIPE to fear: {}", facts.stdout);
    let args = [&*stub.base_url(), &stub.silent_url(), &resetting, &leaving, ca.to_str().unwrap()];
    for build in [Build::Shared, Build::Static] {
        with_credentials(Program::compile("host_state", build).args(&args)).must_pass();
    }
}

/// A proxy that answers the greeting and the login, before it has received the login, and closes the connection. The login causes
/// a reset, and the request after it would raise SIGPIPE.
fn leave(mut client: TcpStream) -> io::Result<()> {
    client.read_exact(&mut [0; 4])?;
    // The system holds the answers back until the socket closes, so that they arrive together with the end. The client reads no
    // more than it needs.
    rustix::net::sockopt::set_tcp_cork(&client, true)?;
    client.write_all(&[5, 2, 1, 0])
}

#[test]
#[ignore = "slow"]
fn ten_thousand_stalled_calls_leak_no_thread_and_no_descriptor() {
    needs!(NAMESPACES, "dnsmasq", "python3");
    let prepare = names("iptables -A INPUT -p udp --dport 53 -j DROP; iptables -A INPUT -p tcp --dport 81 -j DROP");
    // A listener that never calls accept: clients connect to its backlog and receive nothing.
    let silent = format!(
        "{prepare}\npython3 -c '{SILENT}' >$work/silent & silent=$!; until [ -s $work/silent ]; do sleep 0.01; done"
    );
    let silent = format!("{silent}\ntrap 'kill $stub $dns $silent' EXIT");
    in_network_namespace(&silent, |namespace, ca| {
        let urls = ["https://concur.test:8443", "https://127.0.0.1:81", "https://127.0.0.1:82"];
        let program =
            Program::compile("stalled", Build::Shared).args(&[urls[0], urls[1], urls[2], ca]).under(namespace);
        with_credentials(program).must_pass()
    });
}

const SILENT: &str = "import socket, time
s = socket.create_server((\"127.0.0.1\", 82), backlog=4096)
print(1, flush=True)
kept = []
while True: kept = (kept + [s.accept()])[-1000:]";

#[test]
fn thousand_unloads_leak_nothing() {
    let (stub, ca) = support::stub();
    // Not linked with the library, which would keep it loaded.
    let path = scratch("programs").join(format!("unloading-{}", std::process::id()));
    let source = support::root().join("tests/c/unloading.c");
    Compiler::c11().source(&source).output(&path).args(["-ldl"]).run();
    let library = Build::Shared.file();
    let program = Program::new(path, "unloading (shared)".to_owned());
    let args = [library.to_str().unwrap(), &stub.base_url(), ca.to_str().unwrap()];
    with_credentials(program.args(&args)).must_pass();
}

/// The list has the purpose of each system call.
#[test]
fn call_makes_only_the_listed_system_calls() {
    needs!("strace", NAMESPACES, "dnsmasq");
    let (stub, ca) = support::stub();
    let ca = ca.to_str().unwrap();
    let begins_a_thread = |calls: &[String]| calls.iter().any(|name| name == "clone3" || name == "clone");
    let by_name = system_calls(&stub.base_url(), ca, &[]);
    assert!(begins_a_thread(&by_name), "{by_name:?}");
    let by_address = system_calls(&stub.base_url().replace("localhost", "127.0.0.1"), ca, &[]);
    assert!(!begins_a_thread(&by_address), "nothing is looked up: {by_address:?}");
    let with_its_flags = ["socket", "setsockopt", "connect"];
    assert!(by_address.windows(3).any(|names| names == with_its_flags), "a socket that never blocks: {by_address:?}");
    // The hosts file does not contain the name, so the resolver asks DNS.
    in_network_namespace(&names(""), |namespace, ca| {
        let by_dns = system_calls("https://concur.test:8443", ca, namespace);
        assert!(by_dns.iter().any(|name| name == "sendmmsg"), "{by_dns:?}");
    });
}

/// Makes one call. Returns its system calls, after a check that all are on the list.
fn system_calls(url: &str, ca: &str, place: &[&str]) -> Vec<String> {
    let list = std::fs::read_to_string(support::root().join("tests/system_calls.txt")).unwrap();
    let allowed: Vec<&str> =
        list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_whitespace().next()).collect();
    let trace = scratch("strace").join(format!("trace-{}", std::process::id()));
    let strace = ["strace", "-f", "-qq", "-o", trace.to_str().unwrap()];
    let program = Program::compile("marked_call", Build::Shared).args(&[url, ca]);
    with_credentials(program).under(&strace).under(place).must_pass();

    let trace = std::fs::read_to_string(&trace).unwrap();
    let names: Vec<&str> = trace.lines().filter_map(system_call).collect();
    let (first, last) = (names.iter().position(|name| *name == MARK), names.iter().rposition(|name| *name == MARK));
    let between = &names[first.unwrap() + 1..last.unwrap()];
    assert!(between.contains(&"connect") && between.contains(&"ppoll"), "{between:?}");
    let mut beyond: Vec<&str> = between.iter().filter(|name| !allowed.contains(name)).copied().collect();
    beyond.dedup();
    assert!(beyond.is_empty(), "not on the list: {beyond:?}");
    between.iter().map(|&name| name.to_owned()).collect()
}

const MARK: &str = "getppid";

/// The name in a line such as `123 read(4, ...`, or `123 <... read resumed> ...`.
fn system_call(line: &str) -> Option<&str> {
    let (_, call) = line.split_once(' ')?;
    let call = call.trim_start();
    match call.strip_prefix("<... ") {
        Some(resumed) => resumed.split(' ').next(),
        None => call.split_once('(').map(|(name, _)| name),
    }
}
