//! Compilers, pkg-config and CMake find the files that `make install` installs, also after they are moved.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nativeflow_stub::User;

use crate::support::{
    self, Build, Compiler, NAMESPACES, Program, STATIC_C_LIBRARY, is_here, needs, outside_cargo, root, scratch,
};

/// Directories for libraries: the usual one and that of Debian.
const LIBDIRS: [&str; 2] = ["lib", "lib/x86_64-linux-gnu"];

/// Installs for /opt/nativeflow into a directory of this test, and moves the result to another one.
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
    gets_a_token_from(&support::stub().0.base_url(), program, label);
}

fn gets_a_token_from(base_url: &str, program: PathBuf, label: &str) {
    let (_, ca) = support::stub();
    let user = User::demo();
    let facts = Program::new(program, label.to_owned())
        .args(&[base_url, &user.key, &user.login, ca.to_str().unwrap()])
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
fn program_builds_with_pkg_config() {
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
    // The linker would prefer the shared library.
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
fn program_builds_with_cmake() {
    needs!("cmake");
    for libdir in LIBDIRS {
        build_by_cmake(&installed_with("cmake", libdir));
    }
}

pub fn build_by_cmake(prefix: &Path) {
    let (build, _) = configured(prefix, CMAKE_LISTS);
    run(Command::new("cmake").arg("--build").arg(&build));
    for kind in ["shared", "static"] {
        gets_a_token(build.join(format!("with_{kind}")), &format!("get_token (cmake, {kind})"));
    }
}

/// Runs CMake on a project. Returns the build directory and the output of CMake.
fn configured(prefix: &Path, lists: &str) -> (PathBuf, String) {
    let (source, build) = (prefix.join("source"), prefix.join("build"));
    fs::create_dir(&source).unwrap();
    fs::write(source.join("CMakeLists.txt"), lists).unwrap();
    let output = run(Command::new("cmake")
        .arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()))
        .arg(format!("-DEXAMPLE={}", root().join("examples-c/get_token.c").display()))
        .arg("-S")
        .arg(&source)
        .arg("-B")
        .arg(&build));
    (build, output)
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn cmake_accepts_only_versions_and_pointers_that_fit() {
    needs!("cmake");
    let version = env!("CARGO_PKG_VERSION");
    let (_, minor) = version.rsplit_once('.').unwrap().0.split_once('.').unwrap();
    let next = format!("0.{}.0", minor.parse::<u32>().unwrap() + 1);
    let requests = [
        (version.to_owned(), true),
        ("0.0.1".to_owned(), true),
        (format!("{version} EXACT"), true),
        ("0.0.1 EXACT".to_owned(), false),
        (next.clone(), false),
        ("1.0".to_owned(), false),
        ("0.0.1...0.0.9".to_owned(), false),
        (format!("0.0.1...{version}"), true),
        (format!("0.0.1...<{version}"), false),
        (format!("{version}...<{next}"), true),
        (format!("{next}...0.9"), false),
        ("0.0.1...2".to_owned(), true),
        ("1...2".to_owned(), false),
    ];
    let mut lists = "cmake_minimum_required(VERSION 3.19)\nproject(user C)\n".to_owned();
    let mut expected = Vec::new();
    for pointer_size in [size_of::<usize>(), 12 - size_of::<usize>()] {
        lists.push_str(&format!("set(CMAKE_SIZEOF_VOID_P {pointer_size})\n"));
        for (request, fits) in &requests {
            lists.push_str(&format!("find_package(nativeflow {request} QUIET)\n"));
            lists.push_str(&format!("message(STATUS \"{pointer_size} {request}: ${{nativeflow_FOUND}}\")\n"));
            lists.push_str("unset(nativeflow_DIR CACHE)\n");
            let found = u8::from(*fits && pointer_size == size_of::<usize>());
            expected.push(format!("-- {pointer_size} {request}: {found}"));
        }
    }
    let (_, output) = configured(&installed("cmake-versions"), &lists);
    let answers: Vec<&str> = output.lines().filter(|line| line.ends_with(": 0") || line.ends_with(": 1")).collect();
    assert_eq!(answers, expected);
}

/// The glibc of this machine as a number, such as 236 for 2.36.
fn glibc() -> u32 {
    let first_line = run(Command::new("getconf").arg("GNU_LIBC_VERSION"));
    let version = first_line.trim().rsplit(' ').next().unwrap().replace('.', "");
    version.parse().unwrap()
}

/// A directory with nothing except a fully static program, a hosts file and a CA file. Looking up the name needs no other file,
/// although the configuration names a source that is not there. The stub is outside, so the network stays.
const EMPTY_ROOT: &str = r#"
set -eu
root=$1 program=$2 ca=$3
shift 3
mount -t tmpfs none "$root"
mkdir "$root/etc"
cp "$program" "$root/program"
cp "$ca" "$root/ca.pem"
echo '127.0.0.1 localhost' >"$root/etc/hosts"
echo 'hosts: mymachines files dns' >"$root/etc/nsswitch.conf"
exec chroot "$root" "$@"
"#;

#[test]
fn fully_static_program_gets_a_token() {
    needs!("cmake", "pkg-config", STATIC_C_LIBRARY);
    let prefix = installed("alone");
    // docs/packaging.md: an older glibc loads libraries to look up names.
    let by_name = support::stub().0.base_url();
    let by_address = by_name.replace("localhost", "127.0.0.1");
    let base_url = if glibc() >= 234 { &by_name } else { &by_address };

    let program = prefix.join("by-pkg-config");
    let libraries = prefix.join("lib");
    let flags = [["--cflags"], ["--variable=static_libs"]].map(|args| pkg_config(&libraries, &args)).concat();
    // Not with Compiler, because the linker warns of getaddrinfo.
    let mut compiler = Command::new("cc");
    run(compiler.arg("-static").arg(root().join("examples-c/get_token.c")).args(flags).arg("-o").arg(&program));
    is_alone(&program);
    if glibc() >= 234 && is_here(NAMESPACES) {
        gets_a_token_in_an_empty_root(&program);
    }
    gets_a_token_from(base_url, program, "get_token (pkg-config, -static)");

    let lists = CMAKE_LISTS.replace("ITEMS shared static", "ITEMS static").replace("PRIVATE", "PRIVATE -static");
    let (build, _) = configured(&prefix, &lists);
    run(Command::new("cmake").arg("--build").arg(&build));
    let program = build.join("with_static");
    is_alone(&program);
    gets_a_token_from(base_url, program, "get_token (cmake, -static)");
}

fn gets_a_token_in_an_empty_root(program: &Path) {
    let (stub, ca) = support::stub();
    let (user, root) = (User::demo(), scratch("empty-root"));
    let arguments = [root.to_str().unwrap(), program.to_str().unwrap(), ca.to_str().unwrap()];
    let mut command = support::in_namespace(EMPTY_ROOT, &arguments);
    command.retain(|&word| word != "--net");
    let facts = Program::new("/program".into(), "get_token (-static, empty root)".to_owned())
        .under(&command)
        .args(&[&stub.base_url(), &user.key, &user.login, "/ca.pem"])
        .lines(&[&user.secret])
        .run();
    assert!(facts.status.success() && facts.stdout.contains("token:"), "{}{}", facts.stdout, facts.stderr);
}

fn is_alone(program: &Path) {
    let output = run(Command::new("readelf").arg("--dynamic").arg(program));
    assert!(!output.contains("NEEDED"), "{output}");
}

/// All other tests use the libraries that `make` builds with the same command.
#[test]
#[ignore = "slow"]
fn cargo_build_makes_the_same_libraries_as_make() {
    let folder = "target/cargo-alone";
    let built = outside_cargo(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--target-dir", folder])
        .current_dir(root())
        .status();
    assert!(built.unwrap().success());
    for library in ["libnativeflow.so", "libnativeflow.a"] {
        let alone = fs::read(root().join(folder).join("release").join(library)).unwrap();
        assert!(alone == fs::read(Build::Shared.folder().join(library)).unwrap(), "{library} is another one");
    }
}

#[test]
fn programs_licenses_and_examples_are_installed() {
    let prefix = installed("programs");
    let doc = prefix.join("share/doc/nativeflow");
    for file in ["LICENSE-APACHE", "LICENSE-MIT", "examples/get_token.c", "examples/read_secret.h"] {
        assert!(doc.join(file).is_file(), "{file}");
    }
    let notices = fs::read_to_string(doc.join("NOTICES")).unwrap();
    // Of the library, and only of the mock server.
    for name in ["ureq-proto-", "BoringSSL", "lexopt-"] {
        assert!(notices.contains(name), "{name}");
    }
    for page in ["man1/nativeflow-stub.1", "man1/nativeflow-diagnose.1", "man3/nf_log_fn.3", "man3/nf_client.3"] {
        assert!(prefix.join("share/man").join(page).is_file(), "{page}");
    }

    let help = Command::new("nativeflow-diagnose").arg("--help").env("PATH", prefix.join("bin")).output().unwrap();
    assert!(help.status.success() && help.stdout.starts_with(b"usage: nativeflow-diagnose ["), "{help:?}");
    let ca = prefix.join("ca.pem");
    let mut stub = Command::new(prefix.join("bin/nativeflow-stub"))
        .args(["--ca-file", ca.to_str().unwrap(), "--max-requests", "1", "--idle-exit", "60", "--quiet"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = String::new();
    BufReader::new(stub.stdout.as_mut().unwrap()).read_line(&mut ready).unwrap();
    let user = User::demo();
    let url = ready.split(' ').nth(2).unwrap();
    let facts = Program::new(prefix.join("bin/nativeflow-diagnose"), "nativeflow-diagnose (installed)".to_owned())
        .args(&["--base-url", url, "--ca-file", ca.to_str().unwrap(), &user.key, &user.login])
        .lines(&[&user.secret])
        .run();
    assert!(facts.status.success() && facts.stdout.contains("Received a token"), "{}{}", facts.stdout, facts.stderr);
    assert!(stub.wait().unwrap().success());
}

/// `$1` is the project, `$2` an empty directory with program.c. The remaining arguments are lines of the README: to install, and
/// two to link. System directories are changed only in this namespace. The program gets no network.
const AS_PRINTED: &str = r#"
set -eu
project=$1 work=$2 install=$3 shared=$4 static=$5
mkdir -p "$work/space"
mount -t tmpfs none "$work/space"
for folder in usr/local etc var/cache; do
    mkdir -p "$work/space/$folder/upper" "$work/space/$folder/work"
    mount -t overlay none -o "lowerdir=/$folder,upperdir=$work/space/$folder/upper,workdir=$work/space/$folder/work" "/$folder"
done
sudo() {
    "$@"
}
started() { # how it was linked
    echo "$1: $?"
    rm a.out
}
cd "$project"
eval "$install"

cd "$work"
ln -s "$project/include" "$project/target" .
unshare --net sh -c "$shared" || started shared
eval "$static"
unshare --net ./a.out || started static

# With another PREFIX, by the printed lines.
make --no-print-directory --directory "$project" install-files PREFIX="$work/space/other" >printed
make --silent --directory "$project" uninstall
ldconfig
eval "$(sed -n '/^    /p' printed)"
unshare --net ./a.out || started "another PREFIX"
"#;

#[test]
fn program_starts_with_the_lines_of_the_readme() {
    needs!(NAMESPACES, "pkg-config");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let program = readme.split("```c\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let lines = |after: &str| -> Vec<String> {
        let (_, section) = readme.split_once(after).unwrap();
        let section = section.split("\n## ").next().unwrap();
        section.lines().filter_map(|line| line.strip_prefix("    ")).map(str::to_owned).collect()
    };
    let install = lines("\n## Install\n");
    let [shared, by_archive] = &lines("\nLink with ")[..] else { panic!("two lines") };
    assert!(install.len() == 2 && install.iter().all(|line| line.contains("make")), "{install:?}");

    let work = scratch("as-printed");
    fs::remove_dir_all(&work).unwrap();
    fs::create_dir_all(&work).unwrap();
    fs::write(work.join("program.c"), program).unwrap();
    let install = install.join("\n");
    let arguments = [root().to_str().unwrap(), work.to_str().unwrap(), &install, shared, by_archive];
    let mut command = support::in_namespace(AS_PRINTED, &arguments);
    command.retain(|&word| word != "--net");
    let output = outside_cargo(command[0]).args(&command[1..]).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stdout}{stderr}");
    for linked in ["shared", "static", "another PREFIX"] {
        // The program ends with 1, and the loader with 127.
        assert!(stdout.contains(&format!("{linked}: 1\n")), "{linked}: {stdout}{stderr}");
    }
    // Key and login of the README are accepted. There is no network.
    assert_eq!(stderr.matches("NF_DNS: ").count(), 3, "{stdout}{stderr}");
}

#[test]
fn installed_files_can_be_removed() {
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

/// Another library in Rust, by another author.
const OTHER: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn other_library_works() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    let caught = std::panic::catch_unwind(|| Vec::<u8>::new()[1]).is_err();
    (caught && vec![7; 1000].iter().sum::<i32>() == 7000) as i32
}
"#;

#[test]
fn two_static_libraries_in_rust_link_into_one_program() {
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
