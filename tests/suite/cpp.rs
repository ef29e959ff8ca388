//! The C++ header, with both compilers and every promised standard.

use nativeflow_stub::{Options, Stub, User};

use crate::support::{self, Build, Compiler, Program, needs, root, scratch};

const STRICT: [&str; 6] = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"];

/// Runs the test of the header.
fn wrapper_passes(compiler: &str, standard: &str, build: Build, under: &[&str]) {
    // It revokes tokens of the demo user, which would end those of other programs on a shared stub.
    let (stub, ca) = support::own_stub(Options::default());
    let user = User::demo();
    compiled_with("wrapper", compiler, &[&format!("-std={standard}")], build)
        .args(&[&stub.base_url(), &ca])
        .lines(&[&user.key, &user.login, &user.secret])
        .under(under)
        .must_pass();
}

/// A program of `tests/cpp`.
fn compiled_with(source: &str, compiler: &str, options: &[&str], build: Build) -> Program {
    let options = options.join(" ");
    let name = format!("{source}-{compiler}{options}-{build}-{}", std::process::id()).replace(' ', "");
    let path = scratch("programs").join(&name);
    Compiler::new(compiler)
        .args(options.split(' '))
        .args(STRICT)
        .args(["-g", "-pthread"])
        .source(&root().join(format!("tests/cpp/{source}.cpp")))
        .output(&path)
        .link(build)
        .run();
    support::proved("header variants", format_args!("{compiler} {options} nativeflow.hpp"));
    Program::new(path, format!("{source}.cpp ({compiler} {options}, {build})"))
}

#[test]
fn cpp_header_works_with_both_compilers_and_each_standard() {
    needs!("g++", "clang++");
    for compiler in ["g++", "clang++"] {
        for standard in ["c++17", "c++20", "c++2b"] {
            wrapper_passes(compiler, standard, Build::Shared, &[]);
        }
    }
    wrapper_passes("g++", "c++17", Build::Static, &[]);
}

#[test]
#[ignore = "slow"]
fn cpp_header_has_no_memory_errors() {
    needs!("g++", "valgrind");
    let suppressions = format!("--suppressions={}", root().join("tests/valgrind.supp").display());
    let valgrind = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", &suppressions];
    wrapper_passes("g++", "c++17", Build::Debug, &valgrind);
}

#[test]
fn client_destroyed_during_a_call_leaves_the_call_its_log() {
    needs!("g++");
    let (stub, ca) = support::stub();
    compiled_with("lifetime", "g++", &["-std=c++17", "-fsanitize=address"], Build::Shared)
        .args(&[&stub.scenario_url("silence-after-tls"), ca.to_str().unwrap()])
        .must_pass();
}

#[test]
fn ten_thousand_cancelled_shares_do_not_affect_another() {
    needs!("g++");
    let (stub, ca) = support::stub();
    // TLS for each call would take most of the time.
    let silent = format!("{}/scenario/silence-after-tls", stub.plain_url());
    let unused = Stub::start(Options::default()).unwrap();
    compiled_with("cancelling", "g++", &["-std=c++17"], Build::Shared)
        .args(&[&unused.plain_url(), &silent, ca.to_str().unwrap()])
        .must_pass();
    assert_eq!(unused.connections(), 0, "of calls that were cancelled before they began");
}
