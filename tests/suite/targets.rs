//! The library for other Linux systems, with an older C library or another processor, has the same interface and works there.
//!
//! `residue` searches the memory there for secrets.

use std::path::Path;
use std::process::Command;

use crate::abi;
use crate::support::{self, Build, Program, Target, needs};
use nativeflow_stub::User;

/// glibc of 2012, the oldest that Rust's standard library supports: major and minor number.
const OLDEST_GLIBC: (u32, u32) = (2, 17);
/// Separate libraries in that version.
const PARTS_OF_GLIBC: &[&str] = &["libpthread.so.0", "libdl.so.2"];

/// Both kinds of library for each target.
fn builds() -> impl Iterator<Item = Build> {
    Target::ALL.into_iter().flat_map(|target| [Build::For(target), Build::StaticFor(target)])
}

#[test]
#[ignore = "slow"]
fn library_has_the_same_interface() {
    needs!("target/zigbuild/bin/cargo-zigbuild", "aarch64-linux-gnu-gcc", "i686-linux-gnu-gcc", "qemu-aarch64-static");
    builds().for_each(abi::check_exports);
}

#[test]
#[ignore = "slow"]
fn library_needs_only_a_c_library() {
    needs!("target/zigbuild/bin/cargo-zigbuild", "aarch64-linux-gnu-gcc", "i686-linux-gnu-gcc", "qemu-aarch64-static");
    for target in Target::ALL {
        abi::check_dependencies_and_size(Build::For(target), PARTS_OF_GLIBC);
    }
}

#[test]
#[ignore = "slow"]
fn library_works_with_an_old_c_library() {
    needs!("target/zigbuild/bin/cargo-zigbuild", "aarch64-linux-gnu-gcc", "i686-linux-gnu-gcc", "qemu-aarch64-static");
    for target in Target::ALL {
        works_with_an_old_c_library(&Build::For(target).file());
    }
}

/// Checks the versions of glibc that a library or program needs.
pub fn works_with_an_old_c_library(file: &Path) {
    let output = Command::new("readelf").args(["--version-info", "--wide"]).arg(file).output().unwrap();
    let symbols = String::from_utf8(output.stdout).unwrap();
    let versions: Vec<(u32, u32)> = symbols
        .split(|letter: char| !letter.is_ascii_alphanumeric() && !"._".contains(letter))
        .filter_map(|word| word.strip_prefix("GLIBC_"))
        .map(|version| {
            let mut numbers = version.split('.').map(|number| number.parse().expect(version));
            (numbers.next().unwrap(), numbers.next().unwrap())
        })
        .collect();
    let newest = versions.iter().max().expect("a version of glibc");
    assert!(*newest <= OLDEST_GLIBC, "{}: {newest:?}", file.display());
}

#[test]
#[ignore = "slow"]
fn example_gets_a_token_and_a_rejection() {
    needs!("target/zigbuild/bin/cargo-zigbuild", "aarch64-linux-gnu-gcc", "i686-linux-gnu-gcc", "qemu-aarch64-static");
    let (stub, ca) = support::stub();
    let demo = User::demo();
    let other = support::user("jürgen.müller@example.com", "Paßwort: 東京 ✓");
    for build in builds() {
        for user in [&demo, &other] {
            let program = Program::compile("examples-c/get_token.c", build).args(&[
                &stub.base_url(),
                &user.key,
                &user.login,
                ca.to_str().unwrap(),
            ]);
            let facts = program.again(&[&user.secret]);
            assert!(facts.status.success(), "{build}: {}", facts.stderr);
            for line in ["token:    ", "expires:  2", "instance: https://localhost:"] {
                assert!(facts.stdout.lines().any(|printed| printed.starts_with(line)), "{build}: {}", facts.stdout);
            }
            let facts = program.again(&["wrong"]);
            assert_eq!(facts.status.code(), Some(1), "{build}");
            assert!(facts.stdout.is_empty() && facts.stderr.starts_with("NF_DENIED: "), "{build}: {}", facts.stderr);
        }
    }
}

#[test]
#[ignore = "slow"]
fn programs_that_check_themselves_pass() {
    needs!("target/zigbuild/bin/cargo-zigbuild", "aarch64-linux-gnu-gcc", "i686-linux-gnu-gcc", "qemu-aarch64-static");
    let (stub, ca) = support::stub();
    let (demo, ca) = (User::demo(), ca.to_str().unwrap());
    for build in builds() {
        let with_stub = |name: &str, url: &str, more: &[&str]| {
            Program::compile(name, build)
                .args(&[&[url, ca], more].concat())
                .lines(&[&demo.key, &demo.login, &demo.secret])
                .must_pass();
        };
        for name in ["arguments", "lifetimes", "nothing", "version"] {
            with_stub(name, &stub.base_url(), &[]);
        }
        // With the stack size in the header.
        with_stub("threads", &stub.base_url(), &["128"]);
        with_stub("cancel", &stub.scenario_url("silence-after-tls"), &[]);
    }
}
