//! Compiles a C program against the header and, if asked, a build of the library.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Build, Program, Target, root, scratch};

/// Libraries that a static program links in addition to this one. The README names the same, and a test compares them with
/// rustc's list.
pub const STATIC_LIBRARIES: &[&str] = &["-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];

/// One call of a C or C++ compiler.
pub struct Compiler(Command);

impl Compiler {
    pub fn new(compiler: &str) -> Compiler {
        Compiler::bare(compiler).args(["-I", root().join("include").to_str().unwrap()])
    }

    /// Without the path of our header: the compiler must find it as for a user.
    pub fn bare(compiler: &str) -> Compiler {
        Compiler(Command::new(compiler))
    }

    /// Strict C11, as the examples are promised to be.
    pub fn c11() -> Compiler {
        Compiler::new("cc").strict_c11()
    }

    /// The same for the Linux that a build is for.
    pub fn c11_for(build: Build) -> Compiler {
        match build.target() {
            None => Compiler::c11(),
            Some(target) => Compiler::new(target.compiler()).strict_c11().args(target.link_arguments()),
        }
    }

    fn strict_c11(self) -> Compiler {
        self.args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-g", "-pthread"])
    }

    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Compiler {
        self.0.args(args);
        self
    }

    pub fn source(mut self, path: &Path) -> Compiler {
        self.0.arg(path);
        self
    }

    pub fn output(mut self, path: &Path) -> Compiler {
        self.0.arg("-o").arg(path);
        self
    }

    pub fn shared(self) -> Compiler {
        self.link(Build::Shared)
    }

    /// Links with a build of the library, found again at run time.
    pub fn link(mut self, build: Build) -> Compiler {
        self.0.arg(build.file());
        match build.is_static() {
            true => self.0.args(STATIC_LIBRARIES),
            false => self.0.arg(format!("-Wl,-rpath,{}", build.folder().display())),
        };
        self
    }

    /// Runs the compiler, which must not print anything.
    pub fn run(mut self) {
        let output = self.0.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && stderr.is_empty(), "{:?}: {stderr}", self.0);
    }
}

/// The command that runs a program of this build.
pub fn emulator(build: Build) -> &'static [&'static str] {
    build.target().map_or(&[], Target::emulator)
}

/// Compiles `tests/c/<name>.c`, or the file of this name if `name` contains a slash. Adds `flags`.
pub fn program(name: &str, build: Build, flags: &[&str]) -> Program {
    let source = match name.contains('/') {
        true => root().join(name),
        false => root().join(format!("tests/c/{name}.c")),
    };
    let stem = source.file_stem().unwrap().to_str().unwrap();
    // Parallel tests may compile the same program, so each test and each process has its own file.
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = scratch("programs").join(format!("{stem}-{build}-{}-{number}", std::process::id()));
    Compiler::c11_for(build).args(flags.iter().copied()).source(&source).output(&path).link(build).run();
    Program::new(path, format!("{stem} ({build})")).under(emulator(build))
}

/// A file of `tests/c` that replaces functions of the C library in a program.
pub struct Preload(PathBuf);

impl Preload {
    pub fn compile(name: &str) -> Preload {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = scratch("programs").join(format!("{name}-{}-{number}.so", std::process::id()));
        let source = root().join(format!("tests/c/{name}.c"));
        Compiler::c11().args(["-shared", "-fPIC"]).source(&source).output(&path).run();
        Preload(path)
    }

    /// For the environment of the program.
    pub fn variable(&self) -> String {
        format!("LD_PRELOAD={}", self.0.display())
    }
}

impl Drop for Preload {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
