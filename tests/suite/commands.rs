//! Commands of the Makefile that take long: they name all missing tools before they start, and print a line for each step.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{Build, needs, outside_cargo, root, scratch};

/// A directory with the basic tools of every system, without compilers and Rust.
fn basic_tools() -> PathBuf {
    const TOOLS: &str =
        "sh make sed awk git date od stat sort head uname dirname tr grep cat cut rm mkdir id printf basename expr";
    let folder = scratch("basic-tools");
    let paths = std::env::var("PATH").unwrap();
    for tool in TOOLS.split(' ') {
        let found = paths.split(':').map(|path| Path::new(path).join(tool)).find(|file| file.is_file());
        let link = folder.join(tool);
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(found.unwrap(), link).unwrap();
    }
    folder
}

fn without_tools(target: &str) -> Output {
    outside_cargo("make")
        .args([target, "DESTDIR=/nowhere", "NUGET=/nowhere/nuget.exe"])
        .env("PATH", basic_tools())
        .env_remove("CARGO")
        .env_remove("RUSTC")
        .current_dir(root())
        .output()
        .unwrap()
}

#[test]
fn missing_tools_are_named_at_once_before_anything_starts() {
    let rust = "Rust 1.95: rustup (https://rustup.rs) installs it";
    let (gcc, mingw) = ("cc: on Debian: gcc", ["x86_64-w64-mingw32-gcc: ", "i686-w64-mingw32-gcc: "]);
    for (target, parts) in [
        ("all", &[rust, gcc][..]),
        ("demo", &[rust, gcc]),
        ("stub", &[rust, gcc]),
        ("install", &[rust, gcc]),
        ("windows", &[rust, mingw[0], mingw[1], "It takes 5 minutes"]),
        ("nuget", &[rust, mingw[0], mingw[1], "mcs: ", "mono: ", "NuGet 5: ", "It takes 10 minutes"]),
        ("dist", &[rust, "It takes 4 minutes"]),
        ("deb", &[rust, gcc, "dpkg-gensymbols: on Debian: dpkg-dev", "It takes 3 minutes"]),
    ] {
        let output = without_tools(target);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success() && stdout.is_empty(), "make {target}: {stdout}{stderr}");
        for part in parts.iter().chain(&["Nothing was started."]) {
            assert!(stderr.contains(part), "make {target}: no {part:?} in:\n{stderr}");
        }
        assert_eq!(stderr.matches("needs tools that are missing").count(), 1, "make {target}: {stderr}");
    }
}

#[test]
fn rust_that_is_too_old_is_named() {
    let tools = basic_tools();
    let old = tools.join("old-cargo");
    fs::write(&old, "#!/bin/sh\necho 'cargo 1.85.0 (d73d2caf9 2024-12-31)'\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&old).status().unwrap().success());
    let made = outside_cargo("make").arg("stub").env("CARGO", &old).current_dir(root()).output().unwrap();
    let stderr = String::from_utf8_lossy(&made.stderr);
    assert!(!made.status.success() && stderr.contains("  Rust 1.95: this is 1.85.0"), "{stderr}");
}

#[test]
fn each_step_is_one_line_with_an_estimate() {
    Build::Shared.folder();
    let made = outside_cargo("make").arg("demo").current_dir(root()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&made.stdout), String::from_utf8_lossy(&made.stderr));
    assert!(made.status.success() && stderr.is_empty(), "{stdout}{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    for (line, (step, estimate)) in lines.iter().zip([
        ("Building the library: ", "on a new machine"),
        ("Building nativeflow-stub, the mock server: ", "on a new machine"),
        ("Compiling examples-c/get_token.c", ""),
        ("$ get_token ", ""),
    ]) {
        assert!(line.starts_with(step) && line.contains(estimate), "no {step:?} in:\n{stdout}");
    }
    let silent = outside_cargo("make").args(["--silent", "demo"]).current_dir(root()).output().unwrap();
    assert!(silent.stdout.starts_with(b"$ get_token "), "{}", String::from_utf8_lossy(&silent.stdout));
}

/// `script` provides a terminal.
#[test]
fn terminal_shows_the_progress_of_cargo() {
    needs!("script");
    Build::Shared.folder();
    let mut terminal = outside_cargo("script");
    terminal.args(["--quiet", "--return", "--command", "make library", "/dev/null"]);
    let output = terminal.current_dir(root()).output().unwrap();
    let screen = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && screen.contains("Finished"), "{screen}");
}
