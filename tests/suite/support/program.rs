//! Runs a program with a timeout.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Build, compiler, proved};

/// Long enough for any call under a debugger on a busy machine; a program that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// A compiled C program.
pub struct Program {
    path: PathBuf,
    label: String,
    /// Its kind in the counts that `make test` prints.
    kind: &'static str,
    before: Vec<String>,
    args: Vec<String>,
    stdin: Vec<u8>,
}

/// Result of a program.
pub struct Facts {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Program {
    /// A program that a test has built is removed when this is dropped.
    pub fn new(path: PathBuf, label: String) -> Program {
        Program { path, label, kind: "C programs", before: Vec::new(), args: Vec::new(), stdin: Vec::new() }
    }

    /// A program of `tests/c`, or of the directory in `name`.
    pub fn compile(name: &str, build: Build) -> Program {
        compiler::program(name, build, &[])
    }

    /// The same with more arguments of the compiler.
    pub fn compile_with(name: &str, build: Build, flags: &[&str]) -> Program {
        compiler::program(name, build, flags)
    }

    /// Sets the kind of a program that is not in C.
    pub fn counted_as(mut self, kind: &'static str) -> Program {
        self.kind = kind;
        self
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The arguments of the program itself.
    pub fn arguments(&self) -> &[String] {
        &self.args
    }

    pub fn args(mut self, args: &[&str]) -> Program {
        self.args = args.iter().map(|&arg| arg.to_owned()).collect();
        self
    }

    /// One more argument.
    pub fn arg(mut self, arg: &str) -> Program {
        self.args.push(arg.to_owned());
        self
    }

    /// The lines of standard input.
    pub fn lines(mut self, lines: &[&str]) -> Program {
        self.stdin = bytes(lines);
        self
    }

    /// Runs it as an argument of another program, such as valgrind. The last one given is the outermost.
    pub fn under(mut self, command: &[&str]) -> Program {
        self.before.splice(0..0, command.iter().map(|&arg| arg.to_owned()));
        self
    }

    /// Runs it with these lines of standard input.
    pub fn again(&self, lines: &[&str]) -> Facts {
        self.run_with(&self.before, &self.args, &bytes(lines))
    }

    /// Runs it with these arguments and lines of standard input, and these variables in its environment.
    pub fn again_with(&self, variables: &[&str], args: &[String], lines: &[String]) -> Facts {
        let mut before: Vec<String> = ["env"].iter().chain(variables).map(|&word| word.to_owned()).collect();
        before.extend_from_slice(&self.before);
        self.run_with(&before, args, &bytes(lines))
    }

    /// Runs it as an argument of another program, with these lines of standard input.
    pub fn again_under(&self, command: &[&str], lines: &[&str]) -> Facts {
        let before: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        self.run_with(&before, &self.args, &bytes(lines))
    }

    pub fn run(&self) -> Facts {
        self.run_with(&self.before, &self.args, &self.stdin)
    }

    fn run_with(&self, before: &[String], args: &[String], stdin: &[u8]) -> Facts {
        let mut words = before.iter().cloned().chain([self.path.display().to_string()]).chain(args.iter().cloned());
        let mut command = Command::new(words.next().unwrap());
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut child = command.spawn().unwrap();
        // A program that rejects its arguments does not have to read.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let stdout = in_background(child.stdout.take().unwrap());
        let stderr = in_background(child.stderr.take().unwrap());
        let status = wait(&mut child);
        let took = start.elapsed();
        proved(self.kind, &self.label);
        Facts { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap(), took }
    }

    /// Runs a program that checks itself.
    pub fn must_pass(&self) -> Facts {
        let facts = self.run();
        assert!(
            facts.status.success() && facts.stdout.contains("all checks passed") && facts.stderr.is_empty(),
            "{}: {}\n{}{}",
            self.label,
            facts.status,
            facts.stdout,
            facts.stderr
        );
        facts
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Static programs have megabytes. `make clean` removes files that cannot be removed here. A program that is not
        // in the directory of the tests was not built for one: it stays.
        if self.path.starts_with(env!("CARGO_TARGET_TMPDIR")) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Facts {
    /// The `name=value` lines of standard output.
    pub fn pairs(&self) -> HashMap<&str, &str> {
        self.stdout.lines().filter_map(|line| line.split_once('=')).collect()
    }
}

fn bytes(lines: &[impl AsRef<str>]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_ref().as_bytes(), b"\n"].concat()).collect()
}

/// Reads everything while the program runs, so that the program never waits for a reader.
fn in_background(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = Vec::new();
        stream.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    })
}

fn wait(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the program hangs");
        }
        thread::sleep(Duration::from_millis(1));
    }
}
