//! Calls by the C program `tests/c/call.c`, put together from settings.

use std::sync::OnceLock;

use nativeflow_stub::User;

use super::{Build, Facts, Program};

/// What the program is told: `name=value` lines.
#[derive(Clone)]
pub struct Call(Vec<String>);

impl Call {
    /// As the demo user, to `url`, trusting the stub.
    pub fn to(url: &str) -> Call {
        let (_, ca) = super::stub();
        Call(Vec::new()).with("url", url).with("ca", ca.to_str().unwrap()).by(&User::demo())
    }

    /// To the healthy service of the shared stub.
    pub fn to_stub() -> Call {
        Call::to(&super::stub().0.base_url())
    }

    /// As another user.
    pub fn by(self, user: &User) -> Call {
        self.with("key", &user.key).with("login", &user.login).with("secret", &user.secret)
    }

    /// Replaces the value of a setting.
    pub fn with(self, name: &str, value: &str) -> Call {
        let mut call = self.without(name);
        call.0.push(format!("{name}={value}"));
        call
    }

    pub fn without(mut self, name: &str) -> Call {
        let start = format!("{name}=");
        self.0.retain(|line| !line.starts_with(&start));
        self
    }

    /// A limit that a stall runs into soon.
    pub fn soon(self) -> Call {
        self.with("timeout_ms", "400")
    }

    /// The program, with a build of the library.
    pub fn program(build: Build) -> Program {
        Program::compile("call", build)
    }

    pub fn run(&self) -> Facts {
        self.run_on(shared())
    }

    /// By a program that [`Call::program`] has given.
    pub fn run_on(&self, program: &Program) -> Facts {
        program.again(&self.lines())
    }

    /// With these variables in the environment (`NAME=value`).
    pub fn run_with(&self, variables: &[&str]) -> Facts {
        shared().again_with(variables, &[], &self.0)
    }

    /// As an argument of another program.
    pub fn run_under(&self, command: &[&str]) -> Facts {
        shared().again_under(command, &self.lines())
    }

    fn lines(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

fn shared() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| Call::program(Build::Shared))
}
