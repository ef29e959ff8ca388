//! Process start to token, side by side: a C program on nativeflow and one on libcurl and libxml2, with the same stub.
//!
//! A measurement and not a test: it fails when a program fails, never on a time. README.md says what the figures mean.
#![forbid(unsafe_code)]

mod command_line;
mod footprint;
mod program;
mod race;
mod report;
mod times;
mod token;
mod wiping;

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use command_line::{Arguments, USAGE};
use nativeflow_stub::{Options, Stub, User};
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
    let stub = start_stub()?;
    let base_url = stub.base_url();
    let ca_file = programs.join("ca.pem");
    write(&ca_file, stub.ca_pem())?;

    let login = stdin(&User::demo());
    let program = |name: &str, ca_file: &Path| Program {
        path: programs.join(name),
        arguments: vec![base_url.clone().into(), ca_file.into()],
        stdin: login.clone(),
    };
    let nativeflow = program("with_nativeflow", &ca_file);
    let libcurl = program("with_libcurl", &ca_file);
    let floor = program("floor", &ca_file);

    // A side that did not verify the server would save the time that this measures.
    let other_ca_file = programs.join("other-ca.pem");
    write(&other_ca_file, start_stub()?.ca_pem())?;
    for name in ["with_nativeflow", "with_libcurl"] {
        if program(name, &other_ca_file).run()?.0.status.success() {
            return Err(format!("{name} takes a token from a server that it has no reason to trust").into());
        }
    }

    let race = Race { nativeflow: &nativeflow, libcurl: &libcurl, floor: &floor, base_url: &base_url };
    let times = race.run(arguments.warm_ups, arguments.runs)?;
    let calls = |name: &str| {
        let mut program = program(name, &ca_file);
        program.arguments.push(wiping::CALLS.to_string().into());
        program
    };
    let rounds = arguments.runs.div_ceil(10);
    let wiping = wiping::measure(&calls("calls_with_wiping"), &calls("calls_without_wiping"), rounds)?;
    let sides =
        |figure: &dyn Fn(&Program) -> Option<u64>| Sides { nativeflow: figure(&nativeflow), libcurl: figure(&libcurl) };
    Ok(Report {
        runs: arguments.runs,
        times,
        wiping,
        peak_memory: sides(&footprint::peak_memory),
        instructions: sides(&|program| footprint::instructions(program, &program.path.with_extension("callgrind"))),
        shared_libraries: sides(&|program| footprint::shared_libraries(&program.path)),
        library: Library { bytes: size(&arguments.library)?, linkage: footprint::linkage(&arguments.library) },
    })
}

fn start_stub() -> std::io::Result<Stub> {
    Stub::start(Options {
        // What is kept of each request would add up.
        record: false,
        ..Options::default()
    })
}

fn stdin(user: &User) -> String {
    format!("{}\n{}\n{}\n", user.key, user.login, user.secret)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn size(path: &Path) -> Result<u64, String> {
    let file = fs::metadata(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(file.len())
}
