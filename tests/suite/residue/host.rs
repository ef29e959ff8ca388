//! The host, compiled against a build of the library, and run along a path.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::paths::Path;
use crate::support::{Build, Compiler, Facts, Program, Target, emulator, root, scratch};

/// Binding of the host's calls of libc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Each function at its first call, which copies the vector registers, and data that the library left there, to the stack.
    Lazy,
    /// All functions at the start (`LD_BIND_NOW=1`): the former stack frames of the library are not overwritten.
    Now,
}

pub struct Host(Program);

impl Host {
    pub fn compile(build: Build) -> Host {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = scratch("programs").join(format!("residue-{}-{number}", std::process::id()));
        let mut compiler = Compiler::c11_for(build).args(["-O2", "-Wl,-z,lazy"]);
        for source in sources(build) {
            compiler = compiler.source(&source);
        }
        compiler.output(&path).link(build).run();
        Host(Program::new(path, format!("residue ({build})")).under(emulator(build)))
    }

    pub fn run(&self, path: &Path, binding: Binding) -> Facts {
        let (args, lines) = brief(path);
        self.0.again_with(if binding == Binding::Now { &["LD_BIND_NOW=1"] } else { &[] }, &args, &lines)
    }

    /// Looks for a path's windows in a file.
    pub fn look_into(&self, file: &std::path::Path, path: &Path) -> Facts {
        let (_, lines) = brief(path);
        self.0.again_with(&[], &["dumped".to_owned(), file.display().to_string()], &lines)
    }

    pub fn file(&self) -> &std::path::Path {
        self.0.path()
    }

    pub fn into_program(self) -> Program {
        self.0
    }
}

/// The command line and the lines of standard input.
pub fn brief(path: &Path) -> (Vec<String>, Vec<String>) {
    let mut args =
        vec![path.name.clone(), path.url.clone(), path.ca.clone(), path.limit_ms.to_string(), path.calls.to_string()];
    args.extend(path.flags.iter().cloned());
    (args, path.patterns.brief())
}

/// All C files, and the assembler file of the processor.
fn sources(build: Build) -> Vec<PathBuf> {
    let folder = root().join("tests/residue");
    let mut sources: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).collect();
    sources.retain(|file| file.extension().is_some_and(|extension| extension == "c"));
    let processor = build.target().map_or(std::env::consts::ARCH, Target::processor);
    sources.push(folder.join(format!("registers_{processor}.S")));
    sources.sort();
    sources
}
