//! The C++ header, with both compilers and every standard that it promises.

use nativeflow_stub::User;

use crate::support::{self, Build, Compiler, Program, needs, root, scratch};

const STRICT: [&str; 6] = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"];

fn compiled(compiler: &str, standard: &str, build: Build) -> Program {
    let name = format!("wrapper-{compiler}-{standard}-{build}-{}", std::process::id());
    let path = scratch("programs").join(&name);
    Compiler::new(compiler)
        .args([format!("-std={standard}"), "-g".to_owned()])
        .args(STRICT)
        .source(&root().join("tests/cpp/wrapper.cpp"))
        .output(&path)
        .link(build)
        .run();
    support::proved("header variants", format_args!("{compiler} {standard} nativeflow.hpp"));
    let (stub, ca) = support::stub();
    let user = User::demo();
    Program::new(path, format!("wrapper.cpp ({compiler} {standard}, {build})"))
        .args(&[&stub.base_url(), ca.to_str().unwrap()])
        .lines(&[&user.key, &user.login, &user.secret])
}

#[test]
fn it_works_with_both_compilers_and_each_standard() {
    needs!("g++", "clang++");
    for compiler in ["g++", "clang++"] {
        for standard in ["c++17", "c++20", "c++2b"] {
            compiled(compiler, standard, Build::Shared).must_pass();
        }
    }
    compiled("g++", "c++17", Build::Static).must_pass();
}

#[test]
#[ignore = "slow"]
fn its_memory_is_used_as_it_should_be() {
    needs!("g++", "valgrind");
    let suppressions = format!("--suppressions={}", root().join("tests/valgrind.supp").display());
    let valgrind = ["valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", &suppressions];
    compiled("g++", "c++17", Build::Debug).under(&valgrind).must_pass();
}
