//! Core files that a debugger writes right after a call contain no windows of secrets, and none in the registers.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::check_output::OutputCheck;
use super::host::{self, Host};
use super::paths::{Path, all};
use super::place;
use super::table;
use crate::support::{Build, needs, scratch};

/// Writes a core file of the host after one call on `path`. Returns each pattern in it, and the number of windows.
fn dump(host: &Host, path: Path) -> Vec<(String, usize)> {
    let path = Path { calls: 1, ..path };
    let (args, lines) = host::brief(&path);
    let mut child = Command::new(host.file()).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    stdout.read_line(&mut ready).unwrap();
    assert_eq!(ready, "ready\n", "{}", path.name);

    let process = child.id().to_string();
    let prefix = scratch("residue").join("core");
    let taken = Command::new("gcore").arg("-o").arg(&prefix).arg(&process).output().unwrap();
    let core = PathBuf::from(format!("{}.{process}", prefix.display()));
    assert!(taken.status.success() && core.exists(), "{}", String::from_utf8_lossy(&taken.stderr));

    // The host continues at the end of its input.
    drop(stdin);
    std::io::copy(&mut stdout, &mut std::io::sink()).unwrap();
    assert!(child.wait().unwrap().success());

    let facts = host.look_into(&core, &path);
    let _ = std::fs::remove_file(core);
    OutputCheck::in_file(&path, &facts)
}

fn path(name: &str) -> Path {
    all(place(), Build::Shared).into_iter().find(|path| path.name == name).unwrap()
}

/// Writes a core file on each path at this time: `options`, `client`, `call` or `idle`.
fn core_contains_no_secret(build: Build, when: &str, names: &[&str]) {
    let host = Host::compile(build);
    let mut faults = Vec::new();
    for &name in names {
        let path = path(name).flagged(format!("dump={when}"));
        let (code, calls) = if ["call", "idle"].contains(&when) { (path.code, 1) } else { ("", 0) };
        let found = dump(&host, path);
        let found: Vec<(&str, usize)> = found.iter().map(|(pattern, count)| (pattern.as_str(), *count)).collect();
        let name = format!("core of {name}, {when}");
        table::note_path(&name, code, calls, &found);
        faults.extend(found.iter().map(|(pattern, count)| format!("{name}: {count} windows of {pattern}")));
    }
    table::write();
    assert!(faults.is_empty(), "{build}: {faults:?}");
}

/// Also not of the token, which is in use at that moment, and of the proxy's login, which the client uses later: core dumps exclude
/// the memory of the token, and the login is encrypted with a key in such memory.
#[test]
fn core_dump_contains_no_secret() {
    needs!("gcore");
    core_contains_no_secret(
        Build::Shared,
        "call",
        &[
            "ok",
            "denied",
            "truncated-body",
            "silence-after-headers",
            "tls-not-trusted",
            "kept-proxy-user",
            "proxy-user-refused",
            "proxy-user-socks",
            "proxy-user-tls",
            "refresh",
            "refresh-stored",
            "refresh-refused",
            "revoke",
            "oauth2/ok",
            "oauth2/denied",
            // The client knows the user's home.
            "oauth2/oauth2-elsewhere",
            "oauth2/company-proxy-user",
            "oauth2/kept-refresh",
            "oauth2/refresh-refused",
            "oauth2/refresh-wrong-host",
            "oauth2/revoke",
            "oauth2/application",
            "oauth2/parts",
            "session",
            "session-held",
            "oauth2/session-renewed",
            "oauth2/session-log-in",
        ],
    );
}

/// Its token, refresh token and login are encrypted, and a refused secret is known by a keyed hash.
#[test]
fn core_dump_of_an_idle_session_contains_no_secret() {
    needs!("gcore");
    core_contains_no_secret(
        Build::Shared,
        "idle",
        &["session", "session-held", "oauth2/session-cached", "oauth2/session-set"],
    );
}

/// Client secret and proxy login are encrypted in options and in each kind of client, with a key that is not in the file.
#[test]
fn core_dump_of_options_and_of_an_idle_client_contains_no_secret() {
    needs!("gcore");
    for when in ["options", "client"] {
        core_contains_no_secret(
            Build::Shared,
            when,
            &["refresh-proxy-user", "oauth2/proxy-user", "oauth2/company-proxy-user", "proxy-user-socks"],
        );
    }
}

#[test]
#[ignore = "slow"]
fn core_dump_of_a_debug_build_contains_no_secret() {
    needs!("gcore");
    core_contains_no_secret(Build::Debug, "call", &["ok", "denied-echo", "oauth2/ok", "oauth2/refresh"]);
}

/// The controls: a planted copy is in the file, unless core dumps exclude its memory.
#[test]
fn planted_copy_is_found_in_a_core_dump() {
    needs!("gcore");
    let host = Host::compile(Build::Shared);
    for (name, plant, expected) in [
        ("core, heap", "plant=heap", true),
        ("core, stack", "plant=stack", true),
        ("core, register", "plant=register", true),
        ("core, excluded", "plant=excluded", false),
    ] {
        let found = dump(&host, path("denied").flagged("dump=call").flagged(plant));
        let windows = found.iter().filter(|(pattern, _)| pattern == "secret").map(|(_, count)| count).sum();
        if expected {
            table::note_control(name, windows);
        }
        assert_eq!(windows > 0, expected, "{name}: {found:?}");
    }
    table::write();
}
