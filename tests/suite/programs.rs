//! C programs that check themselves, against every build of the library.

use crate::support::{self, Build, Call, Expected, Program, is_debug_asked_for, is_everything_tested, needs};
use nativeflow_stub::{Options, Stub, User};

/// The builds that a program runs against; the last one takes a while to make.
fn builds() -> Vec<Build> {
    let mut builds = vec![Build::Shared, Build::Static];
    if is_everything_tested() {
        builds.push(Build::PanicAbort);
    }
    builds
}

/// Stack in kilobytes: as promised in the header. Builds without optimization need more.
fn stack(build: Build) -> &'static str {
    if build == Build::PanicAbort || is_debug_asked_for() { "0" } else { "128" }
}

/// A program that calls the stub as the demo user.
fn with_stub(name: &str, build: Build) -> Program {
    let (stub, ca) = support::stub();
    let user = User::demo();
    Program::compile(name, build).args(&[&stub.base_url(), ca.to_str().unwrap()]).lines(&[
        &user.key,
        &user.login,
        &user.secret,
    ])
}

#[test]
fn bad_input_is_rejected_and_buffers_are_wiped() {
    for build in builds() {
        with_stub("arguments", build).must_pass();
    }
}

#[test]
fn null_objects_have_neutral_values() {
    for build in builds() {
        Program::compile("nothing", build).must_pass();
    }
}

#[test]
fn objects_outlive_their_source() {
    for build in builds() {
        with_stub("lifetimes", build).must_pass();
    }
}

#[test]
fn eight_threads_share_a_client() {
    for build in builds() {
        with_stub("threads", build).arg(stack(build)).must_pass();
    }
}

/// Runs `tests/c/refreshing_threads.c` against its own stub.
fn refreshing_threads(build: Build, under: &[&str]) {
    let users = (0..8).map(|number| support::user(&format!("user{number}"), "pa55+word&"));
    let options = Options { users: users.collect(), record: false, ..Options::default() };
    let client_secret = options.client_secret.clone();
    let stub = Stub::start(options).unwrap();
    let ca = support::scratch("refreshing").join(format!("ca-{build}-{}.pem", std::process::id()));
    std::fs::write(&ca, stub.ca_pem()).unwrap();
    Program::compile("refreshing_threads", build)
        .args(&[&stub.base_url(), ca.to_str().unwrap()])
        .lines(&[&User::demo().key, "pa55+word&", &client_secret])
        .under(under)
        .must_pass();
}

#[test]
fn eight_threads_refresh_and_revoke_on_a_client_of_each_service() {
    for build in builds() {
        refreshing_threads(build, &[]);
    }
}

#[test]
fn call_id_belongs_to_one_call_on_all_threads_and_after_fork() {
    for build in builds() {
        with_stub("call_ids", build).must_pass();
    }
}

#[test]
fn cancelled_thread_finishes_its_call() {
    let (stub, ca) = support::stub();
    for build in builds() {
        Program::compile("cancel", build)
            .args(&[&stub.scenario_url("silence-after-tls"), ca.to_str().unwrap()])
            .must_pass();
    }
}

#[test]
fn call_reports_that_no_thread_can_be_started() {
    let (stub, ca) = support::stub();
    let (by_name, user) = (stub.base_url(), User::demo());
    Program::compile("no_thread", Build::Shared)
        .args(&[&by_name, &by_name.replace("localhost", "127.0.0.1"), ca.to_str().unwrap()])
        .lines(&[&user.key, &user.login, &user.secret])
        .must_pass();
}

/// Only with the shared library: a static library always uses the program's functions.
#[test]
fn environment_is_read_only_if_requested() {
    with_stub("environment", Build::Shared).must_pass();
}

#[test]
fn proxy_variable_that_is_not_utf8_is_rejected_by_name() {
    let call = Call::to_stub().with("environment_proxy", "1");
    let run = |variables: &str| call.run_under(&["sh", "-c", &format!("{variables} exec \"$@\""), "sh"]);

    let facts = run(r"https_proxy=$(printf 'http://user:p\344ss@127.0.0.1:1') HTTPS_PROXY=http://127.0.0.1:1");
    let lines = &["message~https_proxy: not UTF-8"];
    let differences = Expected { code: "NF_INVALID_OPTION", lines }.differences(&facts);
    assert!(differences.is_empty(), "{differences:?}");
    assert!(!facts.stdout.contains("ss@"), "{}", facts.stdout);

    // The other entries of the list are used.
    let facts = run(r"https_proxy=http://127.0.0.1:1 no_proxy=$(printf 'p\344ss,localhost')");
    let differences = Expected { code: "NF_OK", lines: &[] }.differences(&facts);
    assert!(differences.is_empty(), "{differences:?}");
}

#[test]
fn no_proxy_variable_matches_the_hosts_that_curl_matches() {
    for (list, code) in [
        ("localhost", "NF_OK"),
        (".localhost.", "NF_OK"),
        ("x localhost", "NF_OK"),
        ("*", "NF_OK"),
        ("*.localhost", "NF_PROXY"),
        ("x,*", "NF_PROXY"),
        (" * ", "NF_PROXY"),
        ("localhost:{port}", "NF_PROXY"),
        ("localhost..", "NF_PROXY"),
    ] {
        let call = Call::to_stub().with("environment_proxy", "1");
        let port = support::stub().0.base_url().rsplit(':').next().unwrap().to_owned();
        let list = format!("no_proxy={}", list.replace("{port}", &port));
        let facts = call.run_under(&["env", "https_proxy=http://127.0.0.1:1", &list]);
        assert_eq!(facts.pairs()["code"], code, "{list}");
    }
}

#[test]
#[ignore = "slow"]
fn panic_is_returned_as_an_error() {
    Program::compile("panic", Build::Debug).must_pass();
}

/// Memory errors and lost blocks are failures. Uses a debug build, because the suppressions contain names of functions.
#[test]
#[ignore = "slow"]
fn programs_have_no_memory_errors() {
    needs!("valgrind");
    let suppressions = format!("--suppressions={}", support::root().join("tests/valgrind.supp").display());
    let valgrind = [
        "valgrind",
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect",
        "--errors-for-leak-kinds=definite,indirect",
        &suppressions,
    ];
    for (name, more) in [("arguments", ""), ("lifetimes", ""), ("threads", "0"), ("panic", ""), ("nothing", "")] {
        let program = with_stub(name, Build::Debug);
        let program = if more.is_empty() { program } else { program.arg(more) };
        program.under(&valgrind).must_pass();
    }
    refreshing_threads(Build::Debug, &valgrind);
}
