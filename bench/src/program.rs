//! A compiled program. Each run is a new process with the login on its standard input, as in production.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use nativeflow_stub::Service;

pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    /// The service that it asks.
    pub(crate) service: Service,
    /// Key, login and secret, one per line, and the client secret of OAuth 2.0. Not arguments, because every user of the
    /// machine can read those.
    pub(crate) stdin: String,
}

impl Program {
    /// Runs the program. Returns its output and its duration, from before the process is created until it has been
    /// waited for.
    pub(crate) fn run(&self) -> io::Result<(Output, Duration)> {
        self.time(Command::new(&self.path).args(&self.arguments))
    }

    /// Runs the program with more arguments, without measuring.
    pub(crate) fn run_with(&self, arguments: &[&str]) -> io::Result<Output> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).args(arguments);
        Ok(self.time(&mut command)?.0)
    }

    /// Runs the program as the last argument of `tool`, without measuring.
    pub(crate) fn run_under(&self, tool: &mut Command) -> io::Result<Output> {
        Ok(self.time(tool.arg(&self.path).args(&self.arguments))?.0)
    }

    /// Runs a command that contains the program, without measuring.
    pub(crate) fn run_as(&self, command: &mut Command) -> io::Result<Output> {
        Ok(self.time(command)?.0)
    }

    fn time(&self, command: &mut Command) -> io::Result<(Output, Duration)> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let mut child = command.spawn().map_err(|error| {
            let program = command.get_program().display();
            io::Error::new(error.kind(), format!("{program}: {error}"))
        })?;
        if let Some(mut stdin) = child.stdin.take() {
            match stdin.write_all(self.stdin.as_bytes()) {
                // The empty program may exit before it reads its input.
                Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error),
                _ => {}
            }
        }
        let output = child.wait_with_output()?;
        Ok((output, start.elapsed()))
    }
}
