//! The secrets of TLS sessions: after a connection is closed, no secret is left that could decrypt a recording of it.
//!
//! They are created during a call, and the stub has them too. The host reads them after the call, before it searches.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use nativeflow_stub::Options;

use super::check_output::OutputCheck;
use super::host::{self, Binding, Host};
use super::paths::{Path, all};
use super::patterns::{MASTER_SECRET, TRAFFIC_SECRET};
use super::{Place, table};
use crate::support::{Build, Facts, chosen};

#[derive(Clone, Copy)]
enum Version {
    Tls12,
    Tls13,
}

impl Version {
    /// The name of its secrets in the table.
    fn pattern(self) -> &'static str {
        match self {
            Version::Tls12 => MASTER_SECRET,
            Version::Tls13 => TRAFFIC_SECRET,
        }
    }

    fn place(self) -> Place {
        let only_tls12 = matches!(self, Version::Tls12);
        Place::new(Options { keep_tls_secrets: true, only_tls12, ..Options::default() })
    }
}

/// When the host receives the secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Received {
    /// After each call, with its connection closed.
    Call,
    /// When the client is freed, with an idle connection.
    End,
}

/// Runs a path. Returns the output of the host, and the number of secrets that it received.
fn run(host: &Host, place: &Place, path: &Path, received: Received, binding: Binding) -> (Facts, usize) {
    place.stub.take_tls_secrets();
    let (args, lines) = host::brief(path);
    let mut command = Command::new(host.file());
    command.args(args).arg(if received == Received::Call { "secrets=call" } else { "secrets=end" });
    if binding == Binding::Now {
        command.env("LD_BIND_NOW", "1");
    }
    let start = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let errors = thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    let (mut stdout, mut secrets) = (String::new(), 0);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if line != "called" {
            stdout.push_str(&(line + "\n"));
            continue;
        }
        let new = place.stub.take_tls_secrets();
        secrets += new.len();
        stdin.write_all((path.patterns.later(&new).join("\n") + "\n").as_bytes()).unwrap();
    }
    let status = child.wait().unwrap();
    (Facts { status, stdout, stderr: errors.join().unwrap(), took: start.elapsed() }, secrets)
}

/// The paths whose names `is_meant`, each with two calls: the second session may resume the first. Not those to servers
/// that request a client certificate or a second handshake, and to the one behind the proxy within TLS, because they do not
/// export their secrets. Not those that connect to no server.
fn paths(place: &Place, build: Build, is_meant: fn(&str) -> bool) -> Vec<Path> {
    let is_left_out =
        |name: &str| ["-asked", "proxy-user-tls", "parts", "session-new"].iter().any(|part| name.contains(part));
    let paths = all(place, build).into_iter().filter(|path| is_meant(&path.name) && !is_left_out(&path.name));
    chosen(paths.map(|path| Path { calls: 2, ..path }), |path| path.name.clone())
}

fn no_secret_is_left(build: Build, version: Version, is_meant: fn(&str) -> bool) {
    let host = Host::compile(build);
    let next = AtomicUsize::new(0);
    let faults = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                // Each thread has its own stub, so that the stub has only the secrets of these calls.
                let place = version.place();
                let paths = paths(&place, build, is_meant);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = paths.get(number / 2) else { return };
                    let received = if path.is_kept() { Received::End } else { Received::Call };
                    let binding = [Binding::Lazy, Binding::Now][number % 2];
                    let (facts, secrets) = run(&host, &place, path, received, binding);
                    let check = OutputCheck::of(path, &facts);
                    check.note();
                    let mut found = check.faults(path, binding);
                    let expected = if path.url.starts_with("https") && path.code == "NF_OK" { 1 } else { 0 };
                    if secrets < expected {
                        found.push(format!("{}: the stub knows no secret of TLS", path.name));
                    }
                    let named = found.into_iter().map(|fault| format!("{}, {binding:?} {fault}", version.pattern()));
                    faults.lock().unwrap().extend(named);
                }
            });
        }
    });
    table::write();
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{build}:\n{}", faults.join("\n"));
}

fn is_one_of_a_few(path: &str) -> bool {
    ["ok", "denied", "truncated-body", "kept", "not-kept", "proxy", "tls-not-trusted", "oauth2/refresh"].contains(&path)
}

#[test]
fn no_master_secret_of_tls_1_2_is_left() {
    no_secret_is_left(Build::Shared, Version::Tls12, is_one_of_a_few);
}

#[test]
fn no_traffic_secret_of_tls_1_3_is_left() {
    no_secret_is_left(Build::Shared, Version::Tls13, is_one_of_a_few);
}

#[test]
#[ignore = "slow"]
fn no_secret_of_tls_is_left_on_any_path_shared_release() {
    on_every_path(Build::Shared);
}

#[test]
#[ignore = "slow"]
fn no_secret_of_tls_is_left_on_any_path_static_debug() {
    on_every_path(Build::DebugStatic);
}

fn on_every_path(build: Build) {
    for version in [Version::Tls12, Version::Tls13] {
        no_secret_is_left(build, version, |_| true);
    }
}

/// The control: while a connection is open, its secrets are in memory and are found.
#[test]
fn secrets_of_an_open_tls_connection_are_found() {
    let host = Host::compile(Build::Shared);
    for version in [Version::Tls12, Version::Tls13] {
        let place = version.place();
        let path = paths(&place, Build::Shared, |path| path == "kept").remove(0);
        let (facts, _) = run(&host, &place, &path, Received::Call, Binding::Lazy);
        let windows = OutputCheck::of(&path, &facts).windows();
        table::note_control(&format!("open TLS, {}", version.pattern()), windows);
        assert!(windows > 0, "{}", facts.stdout);
    }
    table::write();
}
