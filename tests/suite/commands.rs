//! Commands of the Makefile that take long: they name all missing tools before they start, and print a line for each step.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::SystemTime;

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

/// A program that replaces cargo.
fn other_cargo(name: &str, script: &str) -> PathBuf {
    let cargo = scratch("other-cargo").join(name);
    fs::write(&cargo, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
    cargo
}

#[test]
fn rust_that_is_too_old_is_named() {
    let old = other_cargo("old", "echo 'cargo 1.85.0 (d73d2caf9 2024-12-31)'");
    let made = outside_cargo("make").arg("stub").env("CARGO", &old).current_dir(root()).output().unwrap();
    let stderr = String::from_utf8_lossy(&made.stderr);
    assert!(!made.status.success() && stderr.contains("  Rust 1.95: this is 1.85.0"), "{stderr}");
}

#[test]
fn each_step_of_the_demo_is_one_line() {
    Build::Shared.folder();
    let made = outside_cargo("make").arg("demo").current_dir(root()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&made.stdout), String::from_utf8_lossy(&made.stderr));
    assert!(made.status.success() && stderr.is_empty(), "{stdout}{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    let after_building = lines.iter().skip_while(|line| line.starts_with("Building "));
    for (line, step) in after_building.zip(["Compiling examples-c/get_token.c", "$ get_token "]) {
        assert!(line.starts_with(step), "no {step:?} in:\n{stdout}");
    }
    let silent = outside_cargo("make").args(["--silent", "demo"]).current_dir(root()).output().unwrap();
    assert!(silent.stdout.starts_with(b"$ get_token "), "{}", String::from_utf8_lossy(&silent.stdout));
}

#[test]
fn build_has_an_estimate_unless_nothing_is_to_be_built() {
    let cargo = other_cargo("failing", "[ $1 = --version ] && echo 'cargo 1.95.0'");
    let build = scratch("estimates");
    let _ = fs::remove_dir_all(&build);
    fs::create_dir_all(build.join("release")).unwrap();
    let printed = |target: &str| {
        let build = format!("BUILD={}", build.display());
        let made =
            outside_cargo("make").args([target, &build]).env("CARGO", &cargo).current_dir(root()).output().unwrap();
        String::from_utf8(made.stdout).unwrap()
    };
    for (target, step, output) in [
        ("library", "Building the library: 1 or 2 minutes on a new machine\n", "libnativeflow.so"),
        ("stub", "Building nativeflow-stub, the mock server: 1 minute on a new machine\n", "nativeflow-stub"),
    ] {
        assert_eq!(printed(target), step);
        let output = fs::File::create(build.join("release").join(output)).unwrap();
        assert_eq!(printed(target), "", "it is new");
        output.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_eq!(printed(target), step, "the sources are newer");
    }
}

#[test]
fn make_ends_with_the_place_of_its_results() {
    Build::Shared.folder();
    let made = outside_cargo("make").current_dir(root()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&made.stdout), String::from_utf8_lossy(&made.stderr));
    assert!(made.status.success() && stderr.is_empty(), "{stdout}{stderr}");
    let (folder, files) = stdout.lines().last().unwrap().strip_prefix("Built in ").unwrap().split_once(": ").unwrap();
    assert_eq!((folder, files.split(", ").count()), ("target/release", 4), "{stdout}");
    for file in files.split(", ") {
        assert!(root().join(folder).join(file).is_file(), "{file}");
    }
}

#[test]
fn make_help_lists_the_targets() {
    let made = outside_cargo("make").arg("help").current_dir(root()).output().unwrap();
    let help = String::from_utf8(made.stdout).unwrap();
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let (_, known) = makefile.split_once("\n.PHONY: ").unwrap();
    let known: Vec<&str> = known.split_whitespace().collect();
    assert!(made.status.success() && help.lines().count() > 15, "{help}");
    for line in help.lines() {
        let (command, what) = line.split_once('#').unwrap_or_else(|| panic!("no text: {line}"));
        let target = command.trim().strip_prefix("make").unwrap().trim();
        assert!((target.is_empty() || known.contains(&target)) && !what.is_empty(), "{line}");
    }
    for target in ["demo", "test", "install", "help"] {
        assert!(help.contains(&format!("make {target} ")), "{target}");
    }
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
