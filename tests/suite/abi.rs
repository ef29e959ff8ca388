//! The binary interface: compiled programs rely on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::{self, Build, Compiler, Program, needs};

fn header() -> String {
    fs::read_to_string(support::root().join("include/nativeflow.h")).unwrap()
}

pub fn committed(list: &str) -> Vec<String> {
    let text = fs::read_to_string(support::root().join("abi").join(list)).unwrap();
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

fn run(command: &str, args: &[&str]) -> String {
    let output = Command::new(command).args(args).output().unwrap();
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The names that `nm` prints of a library with these options, sorted.
fn symbols(build: Build, options: &[&str]) -> Vec<String> {
    let library = build.file();
    let options = [options, &["--defined-only", "--format=just-symbols", library.to_str().unwrap()]].concat();
    // A name with a colon is a member of an archive.
    let symbols = run("nm", &options);
    let mut symbols: Vec<String> =
        symbols.lines().filter(|line| !line.is_empty() && !line.ends_with(':')).map(str::to_owned).collect();
    symbols.sort();
    symbols
}

/// Checks the exported names of a shared or static library, of any Linux build.
pub fn check_exports(build: Build) {
    let exported = symbols(build, &[if build.is_static() { "--extern-only" } else { "--dynamic" }]);
    assert_eq!(exported, committed("nativeflow.symbols"), "{build}");
}

#[test]
fn exported_symbols_match_the_header_and_the_committed_list() {
    for build in [Build::Shared, Build::Static] {
        check_exports(build);
    }
    assert_eq!(committed("nativeflow.symbols"), support::declared_functions(&header()));
}

#[test]
fn codes_match_the_header_and_the_committed_list() {
    let committed: BTreeMap<i32, String> = committed("nativeflow.codes")
        .iter()
        .map(|line| line.split_once(' ').unwrap())
        .map(|(number, name)| (number.parse().unwrap(), name.to_owned()))
        .collect();
    let declared: BTreeMap<i32, String> = header()
        .lines()
        .filter_map(|line| line.strip_prefix("#define NF_"))
        .filter_map(|line| line.split_once(' '))
        .filter(|(name, _)| !["VERSION", "LOG_", "TIMING_", "CREDENTIAL_"].iter().any(|other| name.starts_with(other)))
        .filter(|(name, _)| {
            !["MUST_USE", "API", "CALL", "CHECK_VERSION()", "SECRET_NONE", "SECRET_UNAVAILABLE"].contains(name)
        })
        .map(|(name, number)| (number.parse().unwrap(), format!("NF_{name}")))
        .collect();
    assert_eq!(declared, committed);

    let facts = Program::compile("codes", Build::Shared).must_pass();
    let running = facts.pairs().into_iter().map(|(number, name)| (number.parse().unwrap(), name.to_owned()));
    assert_eq!(running.collect::<BTreeMap<i32, String>>(), committed);
}

#[test]
fn version_is_the_same_in_header_library_and_package() {
    let facts = Program::compile("version", Build::Shared).must_pass();
    assert_eq!(facts.pairs()["version"], env!("CARGO_PKG_VERSION"));
}

/// A header of the version `major.minor.patch`, with the C++ header next to it.
fn header_of_version(version: [u32; 3]) -> PathBuf {
    let folder = support::scratch(&format!("header-{}.{}.{}", version[0], version[1], version[2]));
    let mut text = header();
    for (part, number) in ["MAJOR", "MINOR", "PATCH"].iter().zip(version) {
        let line =
            text.lines().find(|line| line.starts_with(&format!("#define NF_VERSION_{part} "))).unwrap().to_owned();
        text = text.replacen(&line, &format!("#define NF_VERSION_{part} {number}"), 1);
    }
    fs::write(folder.join("nativeflow.h"), text).unwrap();
    fs::copy(support::root().join("include/nativeflow.hpp"), folder.join("nativeflow.hpp")).unwrap();
    folder
}

/// The library must be at least as new as the header, as docs/abi.md promises.
#[test]
fn program_detects_a_library_that_is_older_than_its_header() {
    needs!("c++");
    let numbers: Vec<u32> = env!("CARGO_PKG_VERSION").split('.').map(|number| number.parse().unwrap()).collect();
    let [major, minor, patch] = numbers[..] else { panic!("{numbers:?}") };
    for (version, fits) in [
        ([major, minor, patch], true),
        ([major, minor, patch + 1], true),
        ([major, minor.saturating_sub(1), 255], true),
        ([major, minor + 1, 0], false),
        ([major + 1, 0, 0], false),
        ([major + 1, minor, patch], false),
    ] {
        let headers = header_of_version(version);
        let expected = format!(
            "nativeflow {} is loaded, but this program needs {}.{} or a later {}.x",
            env!("CARGO_PKG_VERSION"),
            version[0],
            version[1],
            version[0]
        );
        for (compiler, source, standard) in
            [("cc", "tests/c/version_check.c", "-std=c90"), ("c++", "tests/cpp/version_check.cpp", "-std=c++17")]
        {
            let program = headers.join(format!("checks-{compiler}"));
            Compiler::bare(compiler)
                // Version 0.0 is never released: no library is older than it.
                .args([
                    standard,
                    "-Wall",
                    "-Wextra",
                    "-Wpedantic",
                    "-Werror",
                    "-Wno-type-limits",
                    "-I",
                    headers.to_str().unwrap(),
                ])
                .source(&support::root().join(source))
                .output(&program)
                .shared()
                .run();
            let facts = Program::new(program, format!("version_check ({compiler}, header {version:?})")).run();
            assert_eq!(facts.status.code(), Some(i32::from(!fits)), "{version:?}: {}", facts.stderr);
            assert_eq!(facts.stderr.contains(&expected), !fits, "{version:?}: {}", facts.stderr);
        }
    }
}

/// Checks a shared library of any Linux build. `parts` are the parts of the C library that it may need in addition to libc.
pub fn check_dependencies_and_size(build: Build, parts: &[&str]) {
    let library = build.file();
    let dynamic = run("readelf", &["--dynamic", "--wide", library.to_str().unwrap()]);
    let needed: Vec<&str> = dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split(['[', ']']).nth(1))
        .collect();
    for name in &needed {
        let basic = *name == "libc.so.6" || name.starts_with("ld-linux") || parts.contains(name);
        assert!(basic, "{build}: {name} is needed beyond libc, {parts:?} and the loader");
    }
    assert!(needed.contains(&"libc.so.6"));
    assert!(dynamic.contains("libnativeflow.so.0"), "{build}: no soname");
    assert!(dynamic.contains("NODELETE"), "{build}: dlclose would unload code that threads still run");
    let size = fs::metadata(&library).unwrap().len();
    assert!(size <= 2_400_000, "{build}: {size} bytes are more than the promised 2.4 MB");
}

#[test]
fn library_needs_only_the_c_library_and_is_small() {
    check_dependencies_and_size(Build::Shared, &["libgcc_s.so.1"]);
}

#[test]
#[ignore = "slow"]
fn readme_names_the_libraries_of_a_static_program() {
    // The profile only saves time: its dependencies are already built.
    Build::PanicAbort.folder();
    let output = support::outside_cargo(env!("CARGO"))
        .args(["rustc", "--profile", "panic-abort", "--lib"])
        .args(["--", "--print", "native-static-libs"])
        .current_dir(support::root())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let libraries = stderr.lines().find_map(|line| line.split_once("native-static-libs: ")).expect(&stderr).1;
    let readme = fs::read_to_string(support::root().join("README.md")).unwrap();
    // The compiler adds libgcc_s itself. With -static it adds another library, because libgcc_s has no static form.
    let wanted: BTreeSet<&str> = libraries.split_whitespace().filter(|library| *library != "-lgcc_s").collect();
    let line = readme.lines().find(|line| line.contains("libnativeflow.a -l")).expect("a link line in README.md");
    let named: BTreeSet<&str> = line.split_whitespace().filter(|word| word.starts_with("-l")).collect();
    assert_eq!(named, wanted);
}
