//! Compares nativeflow with libcurl, libxml2 and cJSON on the same stub: process start to token, and one call in a running
//! process; and a cached token of a session with that of MSAL Python.
//!
//! It is a measurement, not a test: it fails if a program fails, but no duration makes it fail. README.md explains the
//! figures.
#![forbid(unsafe_code)]

mod cached;
mod calls;
mod command_line;
mod connections;
mod footprint;
mod processor;
mod program;
mod race;
mod report;
mod times;
mod token;
mod wiping;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use command_line::{Arguments, USAGE};
use connections::{Course, Pair};
use nativeflow_stub::{Options, Service, Stub, User};
use program::Program;
use race::Race;
use report::{Library, Report, Sides};

fn main() -> ExitCode {
    let result = match command_line::parse(lexopt::Parser::from_env()) {
        Ok(Some(arguments)) => bench(&arguments),
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(error) => Err(format!("{error}\n{USAGE}").into()),
    };
    match result {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("nativeflow-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> Result<Report, Box<dyn Error>> {
    let programs = &arguments.programs;
    let (stub, ca_file) = start_stub(programs, "ca.pem")?;
    let base_url = stub.base_url();
    let native = |name: &str| program(programs, name, Service::Native, &stub, &ca_file);
    let (nativeflow, libcurl, floor) = (native("with_nativeflow"), native("with_libcurl"), native("floor"));

    // A program that does not verify the server would be faster, so this checks all of them.
    let (_, other_ca_file) = start_stub(programs, "other-ca.pem")?;
    for (name, arguments) in [
        ("with_nativeflow", [].as_slice()),
        ("with_libcurl", &[]),
        ("calls_with_nativeflow", &["1", "full"]),
        ("calls_with_libcurl", &["1", "full"]),
    ] {
        if program(programs, name, Service::Native, &stub, &other_ca_file).run_with(arguments)?.status.success() {
            return Err(format!("{name} accepts a token from a server that it must not trust").into());
        }
    }

    let race = Race { nativeflow: &nativeflow, libcurl: &libcurl, floor: &floor, base_url: &base_url };
    let times = race.run(arguments.warm_ups, arguments.runs)?;
    let sides =
        |figure: &dyn Fn(&Program) -> Option<u64>| Sides { nativeflow: figure(&nativeflow), libcurl: figure(&libcurl) };
    let peak_memory = sides(&footprint::peak_memory);
    let instructions = sides(&|program| footprint::instructions(program, &program.path.with_extension("callgrind")));
    let shared_libraries = sides(&|program| footprint::shared_libraries(&program.path));
    let cached = |service| program(programs, "cached_token", service, &stub, &ca_file);
    let (native_cached, oauth2_cached) = (cached(Service::Native), cached(Service::OAuth2));
    let rounds = arguments.runs.div_ceil(10);
    let cached = cached::measure(&native_cached, &oauth2_cached, arguments.msal.as_deref(), rounds)?;
    drop(stub);

    // On several processors the duration of a short call depends on the processors that the kernel selects.
    processor::stay_on_one()?;
    let (stub, ca_file) = start_stub(programs, "ca.pem")?;
    let calls = |name: &str, service| program(programs, name, service, &stub, &ca_file);
    let with_nativeflow = calls("calls_with_nativeflow", Service::Native);
    let connections = Course {
        native: Pair { nativeflow: &with_nativeflow, libcurl: &calls("calls_with_libcurl", Service::Native) },
        oauth2: Pair {
            nativeflow: &calls("calls_with_nativeflow", Service::OAuth2),
            libcurl: &calls("calls_with_libcurl", Service::OAuth2),
        },
        floor: &calls("calls_with_rustls", Service::Native),
        stub: &stub,
    }
    .measure(rounds)?;
    let without_wiping = calls("calls_without_wiping", Service::Native);
    let wiping = wiping::measure(&with_nativeflow, &without_wiping, &stub.base_url(), rounds)?;
    Ok(Report {
        runs: arguments.runs,
        times,
        connections,
        wiping,
        cached,
        peak_memory,
        instructions,
        shared_libraries,
        library: Library { bytes: size(&arguments.library)?, linkage: footprint::linkage(&arguments.library) },
    })
}

/// Starts a stub, and writes its CA into a file in `directory`.
fn start_stub(directory: &Path, ca_file: &str) -> Result<(Stub, PathBuf), Box<dyn Error>> {
    let stub = Stub::start(Options {
        keep_alive: true,
        // Recorded requests would accumulate.
        record: false,
        ..Options::default()
    })?;
    let path = directory.join(ca_file);
    fs::write(&path, stub.ca_pem()).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((stub, path))
}

fn program(directory: &Path, name: &str, service: Service, stub: &Stub, ca_file: &Path) -> Program {
    let User { key, login, secret } = &User::demo();
    let mut stdin = format!("{key}\n{login}\n{secret}\n");
    if service == Service::OAuth2 {
        stdin += &Options::default().client_secret;
        stdin += "\n";
    }
    Program { path: directory.join(name), arguments: vec![stub.base_url().into(), ca_file.into()], service, stdin }
}

fn size(path: &Path) -> Result<u64, String> {
    let file = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(file.len())
}
