//! One call of the C program `tests/c/call.c`, put together from settings.

use std::sync::OnceLock;

use nativeflow_stub::User;

use crate::support::{self, Build, Facts, Program};

/// What the program is told: `name=value` lines.
#[derive(Clone)]
pub struct Call(Vec<String>);

impl Call {
    /// As the demo user, to `url`, trusting the stub.
    pub fn to(url: &str) -> Call {
        let (_, ca) = support::stub();
        let user = User::demo();
        Call(Vec::new())
            .with("url", url)
            .with("ca", ca.to_str().unwrap())
            .with("key", &user.key)
            .with("login", &user.login)
            .with("secret", &user.secret)
    }

    /// To the healthy service of the shared stub.
    pub fn to_stub() -> Call {
        Call::to(&support::stub().0.base_url())
    }

    /// The last one of a name counts.
    pub fn with(mut self, name: &str, value: &str) -> Call {
        let start = format!("{name}=");
        self.0.retain(|line| !line.starts_with(&start));
        self.0.push(format!("{start}{value}"));
        self
    }

    /// A limit that a stall runs into soon.
    pub fn soon(self) -> Call {
        self.with("timeout_ms", "400")
    }

    pub fn run(&self) -> Facts {
        program().again(&self.lines())
    }

    /// With these variables in the environment (`NAME=value`).
    pub fn run_with(&self, variables: &[&str]) -> Facts {
        program().again_with(variables, &[], &self.0)
    }

    /// As an argument of another program.
    pub fn run_under(&self, command: &[&str]) -> Facts {
        program().again_under(command, &self.lines())
    }

    fn lines(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

fn program() -> &'static Program {
    static PROGRAM: OnceLock<Program> = OnceLock::new();
    PROGRAM.get_or_init(|| Program::compile("call", Build::Shared))
}
