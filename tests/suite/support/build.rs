//! The builds of the library that the C programs run against. Each is made once, by the same rule that a user runs.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::root;

/// One build of the C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Build {
    /// `target/release/libnativeflow.so`, as `make` builds it.
    Shared,
    /// `target/release/libnativeflow.a`, as `make` builds it.
    Static,
    /// A shared library that cannot unwind.
    PanicAbort,
    /// A shared library with symbols, for debuggers, and with a panic that a test can ask for.
    Debug,
}

impl Build {
    /// The folder with the library, made if need be.
    pub fn folder(self) -> &'static Path {
        static MADE: [OnceLock<PathBuf>; 3] = [const { OnceLock::new() }; 3];
        let (made, target, arguments): (_, _, &[&str]) = match self {
            Build::Shared | Build::Static => (&MADE[0], "target/release", &[]),
            Build::PanicAbort => (&MADE[1], "target/panic-abort", &["--profile", "panic-abort"]),
            // A folder of its own: another build of the same profile would take the file for its own.
            Build::Debug => {
                (&MADE[2], "target/c-debug/debug", &["--features", "test-panic", "--target-dir", "target/c-debug"])
            }
        };
        made.get_or_init(|| {
            let mut command = match self {
                Build::Shared | Build::Static => outside_cargo("make"),
                _ => outside_cargo(env!("CARGO")),
            };
            match self {
                Build::Shared | Build::Static => command.args(["--silent", "library"]),
                _ => command.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib"]).args(arguments),
            };
            make(command.env("NATIVEFLOW_C_LIBRARY", "1"));
            let folder = root().join(target);
            let soname = folder.join("libnativeflow.so.0");
            if !soname.exists() {
                // Tests in another process may have been faster.
                let _ = std::os::unix::fs::symlink("libnativeflow.so", soname);
            }
            folder
        })
    }

    /// The library file itself.
    pub fn file(self) -> PathBuf {
        self.folder().join(if self == Build::Static { "libnativeflow.a" } else { "libnativeflow.so" })
    }
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
