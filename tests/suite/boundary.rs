//! What holds for each exported function: cancelled threads, panics, the caller's buffers, the system's limits.

use std::collections::BTreeMap;
use std::fs;

use nativeflow_stub::{Options, Stub, User};

use crate::abi::committed;
use crate::support::{self, Build, Program, scratch};

/// The text of each exported function from `extern` to its end.
fn exported_functions() -> BTreeMap<String, String> {
    let mut functions = BTreeMap::new();
    for file in fs::read_dir(support::root().join("src/capi")).unwrap() {
        let source = fs::read_to_string(file.unwrap().path()).unwrap();
        for part in source.split("#[unsafe(no_mangle)]\n").skip(1) {
            let (function, _) = part.split_once("\n}\n").expect("the end of a function");
            let (_, name) = function.split_once(" fn ").unwrap();
            let (name, _) = name.split_once('(').unwrap();
            functions.insert(name.to_owned(), function.to_owned());
        }
    }
    functions
}

/// Whether `body` is one call of a function of `guard`, perhaps behind comments.
fn is_one_call_of_guard(body: &str) -> bool {
    let code: String = body.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).collect();
    let Some((before, arguments)) = code.split_once('(') else { return false };
    let mut depth = 1;
    let end = arguments.find(|letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        depth == 0
    });
    ["guard::call", "guard::run", "guard::run_briefly", "guard::read"].contains(&before.trim())
        && end == Some(arguments.len() - 1)
}

#[test]
fn each_exported_function_is_one_call_of_the_guard() {
    let functions = exported_functions();
    assert_eq!(functions.keys().cloned().collect::<Vec<_>>(), committed("nativeflow.symbols"));
    for (name, function) in functions {
        let (head, body) = function.split_once("{\n").unwrap();
        assert!(head.contains("extern \"C-unwind\" fn"), "{name}: {head}");
        assert!(is_one_call_of_guard(body), "{name}: {body}");
    }
}

#[test]
fn a_body_with_anything_beside_the_guard_is_noticed() {
    assert!(is_one_call_of_guard("    // SAFETY: (\n    guard::run((), || unsafe { free(error) })"));
    for body in
        ["    free(error)", "    guard::run((), || ());\n    free(error)", "    let a = guard::run((), || ())", ""]
    {
        assert!(!is_one_call_of_guard(body), "{body}");
    }
}

/// `tests/c/<name>.c` with a stub of its own, whose address without TLS is used, and the demo user.
fn with_own_stub(name: &str, build: Build, change: impl FnOnce(Program, &Stub, &str) -> Program) -> Vec<String> {
    let stub = Stub::start(Options { keep_alive: true, record: false, ..Options::default() }).unwrap();
    // Of each stub one: tests run side by side.
    let port = stub.base_url().rsplit(':').next().unwrap_or_default().to_owned();
    let ca = scratch("boundary").join(format!("ca-{port}-{}.pem", std::process::id()));
    fs::write(&ca, stub.ca_pem()).unwrap();
    let user = User::demo();
    let program = change(Program::compile(name, build), &stub, ca.to_str().unwrap());
    let facts = program.lines(&[&user.key, &user.login, &user.secret]).must_pass();
    facts.stdout.lines().map(str::to_owned).collect()
}

fn each_function_cancelled(build: Build, kind: &str, rounds: &str) {
    let mut names = with_own_stub("cancel_each", build, |program, stub, ca| {
        // The connection that is freed has TLS only where that is not too slow.
        let url = if kind == "deferred" { stub.base_url() } else { stub.plain_url() };
        program.args(&[kind, &url, ca, rounds])
    });
    names.retain(|line| line.starts_with("nf_"));
    names.sort();
    assert_eq!(names, committed("nativeflow.symbols"), "{build}, {kind}");
}

#[test]
fn each_function_returns_in_a_thread_whose_cancellation_is_pending() {
    for build in [Build::Shared, Build::Static] {
        each_function_cancelled(build, "deferred", "1");
    }
}

#[test]
fn no_function_aborts_when_its_thread_is_cancelled_asynchronously() {
    for build in [Build::Shared, Build::Static] {
        each_function_cancelled(build, "asynchronous", "20");
    }
}

#[test]
fn a_call_that_is_cancelled_asynchronously_is_finished() {
    for build in [Build::Shared, Build::Static] {
        with_own_stub("cancel_in_call", build, |program, stub, ca| program.args(&[&stub.base_url(), ca]));
    }
}

#[test]
fn buffers_are_zero_before_the_log_is_called_and_may_then_be_written() {
    with_own_stub("overwrite", Build::Shared, |program, stub, ca| {
        program.args(&[&stub.scenario_url("denied-echo"), ca])
    });
}

/// 4,000 in the place of 32,000, and limits in proportion.
#[test]
fn tokens_exhaust_neither_mappings_nor_locked_memory() {
    with_own_stub("many_tokens", Build::Shared, |program, stub, _| program.args(&[&stub.plain_url(), "4000"]));
}
