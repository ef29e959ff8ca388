//! The command line of the mock Concur server.
#![forbid(unsafe_code)]

mod command_line;

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use command_line::{Command, Run};
use nativeflow_stub::{Options, Stub, User, parse_users, scenarios};
use zeroize::Zeroizing;

fn main() -> ExitCode {
    let (result, failure) = match command_line::parse(lexopt::Parser::from_env()) {
        Err(error) => (Err(format!("{error}\ntry nativeflow-stub --help")), ExitCode::from(2)),
        Ok(Command::Help) => (print(&command_line::help()), ExitCode::FAILURE),
        Ok(Command::Version) => {
            (print(concat!("nativeflow-stub ", env!("CARGO_PKG_VERSION"), "\n")), ExitCode::FAILURE)
        }
        Ok(Command::List) => (print(&list()), ExitCode::FAILURE),
        Ok(Command::Run(run)) => match options(&run) {
            Err(error) => (Err(error), ExitCode::from(2)),
            Ok(options) => (serve(&run, options), ExitCode::FAILURE),
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(io::stderr(), "nativeflow-stub: {message}");
            failure
        }
    }
}

fn options(run: &Run) -> Result<Options, String> {
    let default = Options::default();
    Ok(Options {
        port: run.port,
        host_names: run.host_names.clone(),
        only_tls12: run.only_tls12,
        keep_alive: run.keep_alive,
        users: accounts("--users", run.users_file.as_deref())?.unwrap_or(default.users),
        companies: accounts("--companies", run.companies_file.as_deref())?.unwrap_or(default.companies),
        client_secret: match &run.client_secret_file {
            Some(path) => read("--client-secret", path)?.trim_end_matches(['\r', '\n']).to_owned(),
            None => default.client_secret,
        },
        failures_allowed: run.failures_allowed,
        prefix: run.prefix.clone(),
        log: !run.quiet,
        record: false,
        keep_tls_secrets: false,
        idle_exit: run.idle_exit,
        max_requests: run.max_requests,
    })
}

fn accounts(option: &str, path: Option<&Path>) -> Result<Option<Vec<User>>, String> {
    let Some(path) = path else { return Ok(None) };
    let text = read(option, path)?;
    parse_users(&text).map(Some).map_err(|error| format!("{option} {}: {error}", path.display()))
}

fn read(option: &str, path: &Path) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::new());
    match path.as_os_str() == "-" {
        true => io::stdin().read_to_string(&mut text),
        false => fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)),
    }
    .map_err(|error| format!("{option} {}: {error}", path.display()))?;
    Ok(text)
}

fn serve(run: &Run, options: Options) -> Result<(), String> {
    let stub = Stub::start(options).map_err(|error| format!("cannot start: {error}"))?;
    let ca_file = run.ca_file.display();
    fs::write(&run.ca_file, stub.ca_pem()).map_err(|error| format!("--ca-file {ca_file}: {error}"))?;
    print(&format!(
        "nativeflow-stub ready {} ca={ca_file} plain={} silent={} elsewhere={}\n",
        stub.base_url(),
        stub.plain_url(),
        stub.silent_url(),
        stub.elsewhere_url()
    ))?;
    stub.wait();
    Ok(())
}

fn list() -> String {
    let width = scenarios().iter().map(|scenario| scenario.name.len()).max().unwrap_or_default();
    scenarios().iter().map(|scenario| format!("{:width$}  {}\n", scenario.name, scenario.summary)).collect()
}

/// Flushes, so that a reader of a pipe receives the line immediately.
fn print(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| format!("stdout: {error}"))
}
