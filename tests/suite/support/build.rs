//! The builds of the library that the C programs run against. Each is made once, by the same rule that a user runs.

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
    /// A shared library with symbols, for debuggers, and with a panic that a test can ask for.
    Debug,
    /// The same build as a static library.
    DebugStatic,
    /// As `Shared`, with a panic that a test can ask for.
    Panic,
    /// As `Shared`, but its heap is not wiped: the negative proof of `residue`.
    WithoutAllocator,
    /// As `Shared`, but it leaves the registers as they are: the same.
    WithoutRegisterClearing,
    /// As `Debug`, but it leaves the stack as it is: the same.
    WithoutStackWiping,
    /// The shared library for another Linux, as `packaging/build.sh` builds it.
    For(Target),
    /// The static one.
    StaticFor(Target),
}

/// How a build is made, and where it then is.
enum Recipe {
    Make,
    Cargo {
        folder: &'static str,
        arguments: &'static [&'static str],
    },
    /// A release build with one feature more. They share a target folder, for only this crate differs; the library is
    /// copied out of it.
    Feature(&'static str),
    Script(Target),
}

impl Build {
    fn recipe(self) -> Recipe {
        match self {
            Build::Shared | Build::Static => Recipe::Make,
            Build::PanicAbort => {
                Recipe::Cargo { folder: "target/panic-abort", arguments: &["cdylib", "--profile", "panic-abort"] }
            }
            // A folder of its own: another build of the same profile would take the file for its own.
            Build::Debug | Build::DebugStatic => Recipe::Cargo {
                folder: "target/c-debug/debug",
                arguments: &["cdylib,staticlib", "--features", "test-panic", "--target-dir", "target/c-debug"],
            },
            Build::Panic => Recipe::Feature("test-panic"),
            Build::WithoutAllocator => Recipe::Feature("test-without-allocator"),
            Build::WithoutRegisterClearing => Recipe::Feature("test-without-register-clearing"),
            // Only a build without optimisation leaves something there.
            Build::WithoutStackWiping => Recipe::Cargo {
                folder: "target/c-stack/debug",
                arguments: &["cdylib", "--features", "test-without-stack-wiping", "--target-dir", "target/c-stack"],
            },
            Build::For(target) | Build::StaticFor(target) => Recipe::Script(target),
        }
    }

    /// The folder with the library, made if need be.
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
                Recipe::Cargo { folder, arguments } => {
                    library(arguments);
                    root().join(folder)
                }
                Recipe::Feature(feature) => with_feature(feature),
                Recipe::Script(target) => for_target(target),
            };
            let soname = folder.join("libnativeflow.so.0");
            if !soname.exists() {
                // Tests in another process may have been faster.
                let _ = std::os::unix::fs::symlink("libnativeflow.so", soname);
            }
            folder
        })
    }

    pub fn is_static(self) -> bool {
        matches!(self, Build::Static | Build::DebugStatic | Build::StaticFor(_))
    }

    /// The Linux that it is for, if that is not this one.
    pub fn target(self) -> Option<Target> {
        match self {
            Build::For(target) | Build::StaticFor(target) => Some(target),
            _ => None,
        }
    }

    /// The library file itself.
    pub fn file(self) -> PathBuf {
        self.folder().join(match self {
            Build::Static | Build::StaticFor(_) => "static/libnativeflow.a",
            Build::DebugStatic => "libnativeflow.a",
            _ => "libnativeflow.so",
        })
    }
}

/// Builds the C library; the first argument is the kind.
fn library(arguments: &[&str]) {
    make(
        outside_cargo(env!("CARGO"))
            .args(["rustc", "--quiet", "--lib", "--crate-type"])
            .args(arguments)
            .env("NATIVEFLOW_C_LIBRARY", "1"),
    );
}

fn with_feature(feature: &str) -> PathBuf {
    let shared = root().join("target/c-features");
    let folder = shared.join(feature);
    fs::create_dir_all(&folder).unwrap();
    // Another process may build with another feature in the same place.
    let lock = File::create(shared.join("lock")).unwrap();
    lock.lock().unwrap();
    library(&["cdylib", "--release", "--features", feature, "--target-dir", "target/c-features"]);
    fs::copy(shared.join("release/libnativeflow.so"), folder.join("libnativeflow.so")).unwrap();
    folder
}

fn for_target(target: Target) -> PathBuf {
    make(outside_cargo("packaging/build.sh").arg(target.triple()));
    root().join("target").join(target.triple()).join(target.triple()).join("release")
}

/// The stub as a program of its own, for what cannot run in the test's process.
pub fn stub_program() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        make(outside_cargo(env!("CARGO")).args(["build", "--quiet", "--package", "nativeflow-stub"]));
        root().join("target/debug/nativeflow-stub")
    })
}

/// A command without what the make and the cargo that run this test have set: it would confuse inner ones, and ring is
/// built anew whenever one of these changes.
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
