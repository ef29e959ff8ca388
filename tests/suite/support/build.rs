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
            Build::Debug => (&MADE[2], "target/c-debug/debug", &["--features", "test-panic"]),
        };
        made.get_or_init(|| {
            let mut command = match self {
                Build::Shared | Build::Static => {
                    let mut make = Command::new("make");
                    make.args(["--silent", "library"]);
                    make
                }
                _ => {
                    let mut cargo = Command::new(env!("CARGO"));
                    cargo.args(["rustc", "--quiet", "--lib", "--crate-type", "cdylib"]).args(arguments);
                    if self == Build::Debug {
                        // A folder of its own: other builds share the file's name and would take it for theirs.
                        cargo.args(["--target-dir", "target/c-debug"]);
                    }
                    cargo
                }
            };
            // Those of the make and the cargo that run this test would confuse the inner ones.
            let outer = std::env::vars_os().map(|(name, _)| name).filter(|name| {
                let name = name.to_string_lossy();
                name.starts_with("CARGO_") && name != "CARGO_HOME" || name.contains("MAKEFLAGS") || name == "MAKELEVEL"
            });
            for name in outer {
                command.env_remove(name);
            }
            let status = command.current_dir(root()).env("NATIVEFLOW_C_LIBRARY", "1").status().unwrap();
            assert!(status.success(), "the library does not build");
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
