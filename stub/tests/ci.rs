//! The lines for CI in the README: they continue when the stub is ready, and end the job if it does not start.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// The lines as they are printed.
fn lines() -> String {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let (_, section) = readme.split_once("## In CI").unwrap();
    section.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block of sh").to_owned()
}

/// A working directory, with a directory for programs that replace others.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ci-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("bin")).unwrap();
    folder
}

fn replace(folder: &Path, program: &str, script: &str) {
    let file = folder.join("bin").join(program);
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs the lines, and then `after`.
fn run(folder: &Path, after: &str) -> Output {
    let programs = Path::new(env!("CARGO_BIN_EXE_nativeflow-stub")).parent().unwrap();
    let path = [folder.join("bin").as_path(), programs].map(|entry| entry.display().to_string()).join(":");
    let started = Instant::now();
    let output = Command::new("sh")
        .args(["-c", &format!("set -e\n{}\n{after}", lines())])
        .env("PATH", format!("{path}:{}", std::env::var("PATH").unwrap()))
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(started.elapsed() < Duration::from_secs(60), "the loop does not end");
    output
}

#[test]
fn job_continues_with_the_url_of_the_stub() {
    let folder = folder("ready");
    let output = run(&folder, "echo $base; kill $stub");
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && stdout.starts_with("https://localhost:"), "{stdout}");
    assert!(folder.join("ca.pem").is_file());
}

#[test]
fn job_fails_if_the_stub_cannot_start() {
    let folder = folder("fails");
    // The stub cannot write this file.
    fs::create_dir(folder.join("ca.pem")).unwrap();
    let output = run(&folder, "echo continued");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(output.stdout.is_empty() && stderr.contains("--ca-file ca.pem"), "{stderr}");
    assert!(stderr.ends_with("nativeflow-stub did not start\n") && stderr.lines().count() == 2, "{stderr}");
}

#[test]
fn job_fails_if_the_stub_is_never_ready() {
    let folder = folder("hangs");
    replace(&folder, "nativeflow-stub", "exec >&- 2>&-; read line <fifo");
    // Each wait ends at once.
    replace(&folder, "sleep", "");
    assert!(Command::new("mkfifo").arg(folder.join("fifo")).status().unwrap().success());
    let output = run(&folder, "echo continued");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(output.stdout.is_empty() && stderr.ends_with("nativeflow-stub did not start\n"), "{stderr}");
    // The program that hangs ends.
    fs::write(folder.join("fifo"), "\n").unwrap();
}
