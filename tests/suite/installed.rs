//! What `make install` puts somewhere is found and used there, wherever it is moved to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nativeflow_stub::User;

use crate::support::{self, Build, Compiler, Program, needs, outside_cargo, root, scratch};

/// Where libraries are put: the usual place, and Debian's.
const LIBDIRS: [&str; 2] = ["lib", "lib/x86_64-linux-gnu"];

/// Installs for /opt/nativeflow into a folder of this test, and moves the result to another place.
pub fn installed(name: &str) -> PathBuf {
    installed_with(name, LIBDIRS[0])
}

fn installed_with(name: &str, libdir: &str) -> PathBuf {
    let work = scratch(&format!("installed-{name}-{}", libdir.replace('/', "-")));
    let _ = fs::remove_dir_all(&work);
    make("install", &work.join("stage"), libdir);
    let moved = work.join("moved");
    fs::rename(work.join("stage/opt/nativeflow"), &moved).unwrap();
    moved
}

fn make(target: &str, stage: &Path, libdir: &str) {
    let destination = format!("DESTDIR={}", stage.display());
    let made = outside_cargo("make")
        .args(["--silent", target, &destination, "PREFIX=/opt/nativeflow", &format!("LIBDIR={libdir}")])
        .current_dir(root())
        .status();
    assert!(made.unwrap().success(), "make {target}");
}

/// Runs the example against the stub.
fn gets_a_token(program: PathBuf, label: &str) {
    let (stub, ca) = support::stub();
    let user = User::demo();
    let facts = Program::new(program, label.to_owned())
        .args(&[&stub.base_url(), &user.key, &user.login, ca.to_str().unwrap()])
        .lines(&[&user.secret])
        .run();
    assert!(facts.status.success() && facts.stdout.contains("token:"), "{label}: {}{}", facts.stdout, facts.stderr);
}

fn pkg_config(libraries: &Path, args: &[&str]) -> Vec<String> {
    let output = Command::new("pkg-config")
        .args(args)
        .arg("nativeflow")
        .env("PKG_CONFIG_PATH", libraries.join("pkgconfig"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn pkg_config_is_all_that_a_build_needs() {
    needs!("pkg-config");
    for libdir in LIBDIRS {
        build_by_pkg_config(&installed_with("pkg-config", libdir), libdir);
    }
}

pub fn build_by_pkg_config(prefix: &Path, libdir: &str) {
    let libraries = prefix.join(libdir);
    let example = root().join("examples-c/get_token.c");
    let shared = prefix.join("shared");
    let rpath = format!("-Wl,-rpath,{}", libraries.display());
    let flags = pkg_config(&libraries, &["--cflags", "--libs"]);
    Compiler::bare("cc").source(&example).output(&shared).args(&flags).args([rpath]).run();
    gets_a_token(shared, "get_token (pkg-config)");

    let alone = prefix.join("static");
    // The linker would take the shared one.
    let flags = pkg_config(&libraries, &["--static", "--cflags", "--libs"]);
    let flags = flags.iter().map(|flag| if flag == "-lnativeflow" { "-l:libnativeflow.a" } else { flag });
    Compiler::bare("cc").source(&example).output(&alone).args(flags).run();
    gets_a_token(alone, "get_token (pkg-config --static)");

    let by_variable = prefix.join("by-variable");
    let flags = [["--cflags"], ["--variable=static_libs"]].map(|args| pkg_config(&libraries, &args)).concat();
    Compiler::bare("cc").source(&example).output(&by_variable).args(&flags).run();
    gets_a_token(by_variable, "get_token (pkg-config --variable=static_libs)");
    assert_eq!(pkg_config(&libraries, &["--modversion"]), [env!("CARGO_PKG_VERSION")]);
}

const CMAKE_LISTS: &str = "cmake_minimum_required(VERSION 3.10)
project(user C)
find_package(nativeflow 0.1 REQUIRED)
foreach(kind IN ITEMS shared static)
  add_executable(with_${kind} ${EXAMPLE})
  target_link_libraries(with_${kind} PRIVATE nativeflow::${kind})
endforeach()
";

#[test]
fn cmake_is_all_that_a_build_needs() {
    needs!("cmake");
    for libdir in LIBDIRS {
        build_by_cmake(&installed_with("cmake", libdir));
    }
}

pub fn build_by_cmake(prefix: &Path) {
    let (source, build) = (prefix.join("source"), prefix.join("build"));
    fs::create_dir(&source).unwrap();
    fs::write(source.join("CMakeLists.txt"), CMAKE_LISTS).unwrap();
    let run = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(Command::new("cmake")
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()))
        .arg(format!("-DEXAMPLE={}", root().join("examples-c/get_token.c").display()))
        .arg("-S")
        .arg(&source)
        .arg("-B")
        .arg(&build));
    run(Command::new("cmake").arg("--build").arg(&build));
    for kind in ["shared", "static"] {
        gets_a_token(build.join(format!("with_{kind}")), &format!("get_token (cmake, {kind})"));
    }
}

#[test]
fn what_was_installed_can_be_removed() {
    let stage = scratch("installed-and-removed");
    let _ = fs::remove_dir_all(&stage);
    make("install", &stage, "lib");
    make("uninstall", &stage, "lib");
    let mut folders = vec![stage];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            assert!(entry.file_type().unwrap().is_dir(), "{} is left", entry.path().display());
            folders.push(entry.path());
        }
    }
}

/// Another library in Rust, by another hand.
const OTHER: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn other_library_works() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(|| Vec::<u8>::new()[1]).is_err();
    (caught && vec![7; 1000].iter().sum::<i32>() == 7000) as i32
}
"#;

#[test]
fn two_static_libraries_in_rust_go_into_one_program() {
    let work = scratch("two-runtimes");
    let (source, other, program) = (work.join("other.rs"), work.join("libother.a"), work.join("two"));
    fs::write(&source, OTHER).unwrap();
    let made = outside_cargo("rustc")
        .args(["--edition=2024", "--crate-type=staticlib", "-Copt-level=2", "-o"])
        .args([&other, &source])
        .current_dir(root())
        .status();
    assert!(made.unwrap().success());
    Compiler::c11()
        .source(&root().join("tests/c/two_runtimes.c"))
        .source(&other)
        .output(&program)
        .link(Build::Static)
        .run();
    Program::new(program, "two_runtimes (static)".to_owned()).must_pass();
}
