//! The program that calls is unharmed: its signals, settings, threads, descriptors and children are as they were.

use std::io::Read as _;

use nativeflow_stub::{Options, Stub, User};

use crate::network::stage::{names, on_stage};
use crate::network::stalls::listener;
use crate::support::{self, Build, Compiler, Program, scratch};

fn credentials() -> [String; 3] {
    let user = User::demo();
    [user.key.clone(), user.login.clone(), user.secret.clone()]
}

fn with_credentials(program: Program) -> Program {
    let credentials = credentials();
    program.lines(&[&credentials[0], &credentials[1], &credentials[2]])
}

#[test]
fn a_client_works_in_parent_and_child_after_fork() {
    for build in [Build::Shared, Build::Static] {
        let stub = Stub::start(Options { keep_alive: true, record: false, ..Options::default() }).unwrap();
        let ca = scratch("forking").join(format!("ca-{}.pem", std::process::id()));
        std::fs::write(&ca, stub.ca_pem()).unwrap();
        let program = Program::compile("forking", build).args(&[&stub.base_url(), ca.to_str().unwrap()]);
        with_credentials(program).must_pass();
    }
}

#[test]
fn signals_locale_limits_and_environment_stay_as_they_were() {
    let (stub, ca) = support::stub();
    // Takes the client's hello and resets the connection: what the client sends next meets nobody.
    let resetting = listener(|mut client| {
        client.read_exact(&mut [0; 1])?;
        Ok(())
    });
    let resetting = format!("https://localhost:{}", resetting.port());
    let args = [&*stub.base_url(), &stub.silent_url(), &resetting, ca.to_str().unwrap()];
    for build in [Build::Shared, Build::Static] {
        with_credentials(Program::compile("host_state", build).args(&args)).must_pass();
    }
}

#[test]
fn ten_thousand_stalled_calls_leave_no_thread_and_no_descriptor() {
    let prepare = names("iptables -A INPUT -p udp --dport 53 -j DROP; iptables -A INPUT -p tcp --dport 81 -j DROP");
    // Accepts and says nothing: a listener whose backlog nobody empties.
    let silent = format!(
        "{prepare}\npython3 -c '{SILENT}' >$work/silent & silent=$!; until [ -s $work/silent ]; do sleep 0.01; done"
    );
    let silent = format!("{silent}\ntrap 'kill $stub $dns $silent' EXIT");
    on_stage(&silent, |stage, ca| {
        let urls = ["https://concur.test:8443", "https://127.0.0.1:81", "https://127.0.0.1:82"];
        let program = Program::compile("stalled", Build::Shared).args(&[urls[0], urls[1], urls[2], ca]).under(stage);
        with_credentials(program).must_pass()
    });
}

const SILENT: &str = "import socket, time
s = socket.create_server((\"127.0.0.1\", 82), backlog=4096)
print(1, flush=True)
kept = []
while True: kept = (kept + [s.accept()])[-1000:]";

#[test]
fn a_thousand_unloadings_leave_nothing_behind() {
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

/// The list says what each is for. A call by name, so that the resolver is part of it.
#[test]
fn a_call_makes_no_system_call_beyond_the_list() {
    let (stub, ca) = support::stub();
    let list = std::fs::read_to_string(support::root().join("tests/system_calls.txt")).unwrap();
    let allowed: Vec<&str> =
        list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_whitespace().next()).collect();
    let trace = scratch("strace").join(format!("trace-{}", std::process::id()));
    let strace = ["strace", "-f", "-qq", "-o", trace.to_str().unwrap()];
    let program = Program::compile("marked_call", Build::Shared).args(&[&stub.base_url(), ca.to_str().unwrap()]);
    with_credentials(program).under(&strace).must_pass();

    let trace = std::fs::read_to_string(&trace).unwrap();
    let names: Vec<&str> = trace.lines().filter_map(system_call).collect();
    let (first, last) = (names.iter().position(|name| *name == MARK), names.iter().rposition(|name| *name == MARK));
    let between = &names[first.unwrap() + 1..last.unwrap()];
    assert!(between.contains(&"connect") && between.contains(&"ppoll"), "{between:?}");
    let mut beyond: Vec<&str> = between.iter().filter(|name| !allowed.contains(name)).copied().collect();
    beyond.dedup();
    assert!(beyond.is_empty(), "not on the list: {beyond:?}");
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
