//! Calls by the C program `tests/c/call.c`, which gets its settings from here.

use std::sync::OnceLock;

use nativeflow_stub::User;

use super::{Build, Facts, Program};

/// Settings of the program: `name=value` lines.
#[derive(Clone)]
pub struct Call(Vec<String>);

impl Call {
    /// A call to `url` as the demo user, which trusts the stub. A login without a response is not held back, because many
    /// tests repeat one on purpose.
    pub fn to(url: &str) -> Call {
        let (_, ca) = super::stub();
        let call = Call(Vec::new()).with("url", url).with("ca", ca.to_str().unwrap());
        call.with("hold_back_ms", "0").by(&User::demo())
    }

    /// A call to the working service of the shared stub.
    pub fn to_stub() -> Call {
        Call::to(&super::stub().0.base_url())
    }

    /// Uses another user.
    pub fn by(self, user: &User) -> Call {
        self.with("key", &user.key).with("login", &user.login).with("secret", &user.secret)
    }

    /// Asks the OAuth 2.0 service, as the application of the stub.
    pub fn with_oauth2(self) -> Call {
        self.with("oauth2", "1").with("client_secret", &nativeflow_stub::Options::default().client_secret)
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

    /// A short timeout, with which a stall ends soon.
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

    /// Runs on a program from [`Call::program`].
    pub fn run_on(&self, program: &Program) -> Facts {
        program.again(&self.lines())
    }

    /// Runs with these variables in the environment (`NAME=value`).
    pub fn run_with(&self, variables: &[&str]) -> Facts {
        shared().again_with(variables, &[], &self.0)
    }

    /// Runs it as an argument of another program.
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
