//! The builds of the library that the C programs use. Each is made once, by the same rule that a user runs.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::{Target, root};

/// One build of the C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Build {
    /// `target/release/libnativeflow.so`, as `make` builds it.
    Shared,
    /// `target/release/static/libnativeflow.a`, as `make` builds it.
    Static,
    /// A shared library that cannot unwind.
    PanicAbort,
    /// A shared library with symbols (debuggers need them) and with a panic that a test can cause.
    Debug,
    /// The same build as a static library.
    DebugStatic,
    /// As `Shared`, with a panic that a test can cause.
    Panic,
    /// As `Shared`, but its heap is not wiped: a negative proof of `residue`.
    WithoutAllocator,
    /// As `Shared`, but its registers are not cleared: a negative proof.
    WithoutRegisterClearing,
    /// As `Debug`, but its stack is not wiped: a negative proof.
    WithoutStackWiping,
    /// The shared library for another Linux, as `packaging/build.sh` builds it.
    For(Target),
    /// The static one.
    StaticFor(Target),
}

/// How a build is made.
enum Recipe {
    /// With the command of a user.
    Make,
    /// By cargo, in this profile and with these switches of the tests, into a directory of this name.
    Cargo {
        name: &'static str,
        profile: &'static str,
        switches: &'static [&'static str],
    },
    Script(Target),
}

impl Build {
    fn recipe(self) -> Recipe {
        let cargo = |name, profile, switches| Recipe::Cargo { name, profile, switches };
        match self {
            // Takes two seconds after a change, instead of half a minute.
            Build::Shared | Build::Static if is_debug_asked_for() => cargo("debug", "dev", &[]),
            Build::Shared | Build::Static => Recipe::Make,
            Build::PanicAbort => cargo("panic-abort", "panic-abort", &[]),
            Build::Debug | Build::DebugStatic => cargo("debug-with-panic", "dev", &["test_panic"]),
            Build::Panic => cargo("with-panic", "release", &["test_panic"]),
            Build::WithoutAllocator => cargo("without-allocator", "release", &[r#"test_without="allocator""#]),
            Build::WithoutRegisterClearing => {
                cargo("without-register-clearing", "release", &[r#"test_without="register-clearing""#])
            }
            // Only a build without optimization leaves secrets there.
            Build::WithoutStackWiping => cargo("without-stack-wiping", "dev", &[r#"test_without="stack-wiping""#]),
            Build::For(target) | Build::StaticFor(target) => Recipe::Script(target),
        }
    }

    /// The directory with the library. Builds it first if necessary.
    pub fn folder(self) -> &'static Path {
        static MADE: [OnceLock<PathBuf>; 10] = [const { OnceLock::new() }; 10];
        let made = match self {
            Build::Shared | Build::Static => &MADE[0],
            Build::PanicAbort => &MADE[1],
            Build::Debug | Build::DebugStatic => &MADE[2],
            Build::Panic => &MADE[3],
            Build::WithoutAllocator => &MADE[4],
            Build::WithoutRegisterClearing => &MADE[5],
            Build::WithoutStackWiping => &MADE[6],
            Build::For(target) | Build::StaticFor(target) => &MADE[7 + target as usize],
        };
        made.get_or_init(|| {
            let folder = match self.recipe() {
                Recipe::Make => {
                    make(outside_cargo("make").args(["--silent", "library"]));
                    root().join("target/release")
                }
                Recipe::Cargo { name, profile, switches } => by_cargo(name, profile, switches),
                Recipe::Script(target) => for_target(target),
            };
            let soname = folder.join("libnativeflow.so.0");
            if !soname.exists() {
                // Another process may have built it first.
                let _ = std::os::unix::fs::symlink("libnativeflow.so", soname);
            }
            folder
        })
    }

    pub fn is_static(self) -> bool {
        matches!(self, Build::Static | Build::DebugStatic | Build::StaticFor(_))
    }

    /// The other Linux system that it is built for, if any.
    pub fn target(self) -> Option<Target> {
        match self {
            Build::For(target) | Build::StaticFor(target) => Some(target),
            _ => None,
        }
    }

    /// The library file itself.
    pub fn file(self) -> PathBuf {
        self.folder().join(match self {
            Build::Static if is_debug_asked_for() => "libnativeflow.a",
            Build::Static | Build::StaticFor(_) => "static/libnativeflow.a",
            Build::DebugStatic => "libnativeflow.a",
            _ => "libnativeflow.so",
        })
    }
}

/// Whether a build without optimization replaces the builds of a user: `make check PROFILE=dev`.
pub fn is_debug_asked_for() -> bool {
    std::env::var("NATIVEFLOW_PROFILE").is_ok_and(|profile| profile == "dev")
}

/// These builds share a target directory, because only this crate differs; the libraries are copied out of it.
fn by_cargo(name: &str, profile: &str, switches: &[&str]) -> PathBuf {
    let shared = root().join("target/c");
    let folder = shared.join(name);
    fs::create_dir_all(&folder).unwrap();
    // Another process may make another build in the same directory.
    let lock = File::create(shared.join("lock")).unwrap();
    lock.lock().unwrap();
    let mut cargo = outside_cargo(env!("CARGO"));
    cargo.args(["rustc", "--quiet", "--lib", "--target-dir", "target/c", "--profile", profile, "--"]);
    make(cargo.args(switches.iter().flat_map(|switch| ["--cfg", switch])));
    let built = shared.join(if profile == "dev" { "debug" } else { profile });
    for library in ["libnativeflow.so", "libnativeflow.a"] {
        // Does not overwrite a file that a program may have loaded.
        let new = folder.join("new");
        fs::copy(built.join(library), &new).unwrap();
        fs::rename(new, folder.join(library)).unwrap();
    }
    folder
}

fn for_target(target: Target) -> PathBuf {
    make(outside_cargo("packaging/build.sh").arg(target.triple()));
    root().join("target").join(target.triple()).join(target.triple()).join("release")
}

/// The stub as a separate program. Tests use it if the stub cannot run in their own process.
pub fn stub_program() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        make(outside_cargo(env!("CARGO")).args(["build", "--quiet", "--package", "nativeflow-stub"]));
        root().join("target/debug/nativeflow-stub")
    })
}

/// A command without the variables that the make and the cargo of this test have set. They would confuse an inner make or cargo,
/// and each change of them builds ring again.
pub fn outside_cargo(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let from_cargo = text.starts_with("CARGO_") && text != "CARGO_HOME" || text == "OUT_DIR";
        if from_cargo || text.starts_with("MAKE") || text == "MFLAGS" {
            command.env_remove(&name);
        }
    }
    command
}

/// Runs a build at the top of the project.
fn make(command: &mut Command) {
    let status = command.current_dir(root()).status().unwrap();
    assert!(status.success(), "{command:?} fails");
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Build::Shared => "shared",
            Build::Static => "static",
            Build::PanicAbort => "panic=abort",
            Build::Debug => "debug",
            Build::DebugStatic => "static debug",
            Build::Panic => "with a panic",
            Build::WithoutAllocator => "without allocator",
            Build::WithoutRegisterClearing => "without register clearing",
            Build::WithoutStackWiping => "without stack wiping",
            Build::For(target) => return write!(f, "shared for {}", target.triple()),
            Build::StaticFor(target) => return write!(f, "static for {}", target.triple()),
        })
    }
}

/// The functions that a header declares, sorted.
pub fn declared_functions(header: &str) -> Vec<String> {
    let mut names: Vec<String> = header
        .lines()
        .filter(|line| !line.trim_start().starts_with(['*', '/', '#']))
        .filter_map(|line| line.split_once('('))
        .filter_map(|(before, _)| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("nf_"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}
