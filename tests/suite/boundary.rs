//! Tests of every exported function: cancelled threads, panics, the caller's buffers, limits of the system.

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

/// Whether `body` is one call of a function of `guard`, after optional comments.
fn is_one_call_of_guard(body: &str) -> bool {
    let code: String = body.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).collect();
    let Some((before, arguments)) = code.split_once('(') else { return false };
    let mut depth = 1;
    let end = arguments.find(|letter| {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        depth == 0
    });
    ["guard::call", "guard::quick_call", "guard::run", "guard::run_briefly", "guard::read"].contains(&before.trim())
        && end == Some(arguments.len() - 1)
}

#[test]
fn exported_function_is_one_call_of_the_guard() {
    let functions = exported_functions();
    assert_eq!(functions.keys().cloned().collect::<Vec<_>>(), committed("nativeflow.symbols"));
    for (name, function) in functions {
        let (head, body) = function.split_once("{\n").unwrap();
        assert!(head.contains("extern \"C-unwind\" fn"), "{name}: {head}");
        assert!(is_one_call_of_guard(body), "{name}: {body}");
    }
}

#[test]
fn code_outside_the_guard_is_detected() {
    assert!(is_one_call_of_guard("    // SAFETY: (\n    guard::run((), || unsafe { free(error) })"));
    for body in
        ["    free(error)", "    guard::run((), || ());\n    free(error)", "    let a = guard::run((), || ())", ""]
    {
        assert!(!is_one_call_of_guard(body), "{body}");
    }
}

/// Runs `tests/c/<name>.c` with its own stub and the demo user.
fn with_own_stub(name: &str, build: Build, change: impl FnOnce(Program, &Stub, &str) -> Program) -> Vec<String> {
    let stub = Stub::start(Options { keep_alive: true, record: false, ..Options::default() }).unwrap();
    // One file for each stub, because tests run at the same time.
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
        // The freed connection uses TLS only if that is fast enough.
        let url = if kind == "deferred" { stub.base_url() } else { stub.plain_url() };
        program.args(&[kind, &url, ca, rounds])
    });
    names.retain(|line| line.starts_with("nf_"));
    names.sort();
    assert_eq!(names, committed("nativeflow.symbols"), "{build}, {kind}");
}

#[test]
fn function_returns_in_a_thread_with_pending_cancellation() {
    for build in [Build::Shared, Build::Static] {
        each_function_cancelled(build, "deferred", "1");
    }
}

#[test]
fn function_does_not_abort_when_its_thread_is_cancelled_asynchronously() {
    for build in [Build::Shared, Build::Static] {
        each_function_cancelled(build, "asynchronous", "20");
    }
}

#[test]
fn call_is_finished_when_its_thread_is_cancelled_asynchronously() {
    for build in [Build::Shared, Build::Static] {
        with_own_stub("cancel_in_call", build, |program, stub, ca| program.args(&[&stub.base_url(), ca]));
    }
}

#[test]
fn buffers_are_zero_and_writable_when_the_log_is_called() {
    with_own_stub("overwrite", Build::Shared, |program, stub, ca| {
        program.args(&[&stub.scenario_url("denied-echo"), ca])
    });
}

/// 4,000 tokens instead of 32,000, with limits in proportion.
#[test]
fn tokens_do_not_exhaust_mappings_or_locked_memory() {
    with_own_stub("many_tokens", Build::Shared, |program, stub, _| program.args(&[&stub.plain_url(), "4000"]));
}
