//! What the arguments ask for.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;
use nativeflow_stub::User;

pub(crate) enum Command {
    Help,
    Version,
    List,
    Run(Run),
}

pub(crate) struct Run {
    pub(crate) ca_file: PathBuf,
    pub(crate) port: u16,
    pub(crate) host_names: Vec<String>,
    pub(crate) only_tls12: bool,
    pub(crate) keep_alive: bool,
    pub(crate) users_file: Option<PathBuf>,
    pub(crate) idle_exit: Option<Duration>,
    pub(crate) max_requests: Option<u64>,
    pub(crate) quiet: bool,
}

pub(crate) fn parse(mut arguments: lexopt::Parser) -> Result<Command, lexopt::Error> {
    let mut ca_file: Option<PathBuf> = None;
    let mut run = Run {
        ca_file: PathBuf::new(),
        port: 0,
        host_names: Vec::new(),
        only_tls12: false,
        keep_alive: false,
        users_file: None,
        idle_exit: None,
        max_requests: None,
        quiet: false,
    };
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("list") => return Ok(Command::List),
            Long("ca-file") => ca_file = Some(arguments.value()?.into()),
            Long("port") => run.port = arguments.value()?.parse()?,
            Long("host-name") => run.host_names.push(arguments.value()?.parse()?),
            Long("only-tls12") => run.only_tls12 = true,
            Long("keep-alive") => run.keep_alive = true,
            Long("users") => run.users_file = Some(arguments.value()?.into()),
            Long("idle-exit") => {
                run.idle_exit = Some(Duration::from_secs(arguments.value()?.parse()?));
            }
            Long("max-requests") => run.max_requests = Some(arguments.value()?.parse()?),
            Long("quiet") => run.quiet = true,
            // Never repeated: it may be a secret that was meant for a file.
            Value(_) => return Err("an argument that is no option is not expected".into()),
            other => return Err(other.unexpected()),
        }
    }
    run.ca_file = ca_file.ok_or("--ca-file is needed: where to write the certificate to trust")?;
    Ok(Command::Run(run))
}

pub(crate) fn help() -> String {
    let demo = User::demo();
    format!(
        "\
nativeflow-stub: a SAP Concur look-alike on TLS, with faults to choose from.

usage: nativeflow-stub --ca-file PATH [options]

  --ca-file PATH      write the certificate authority to trust (PEM) here
  --port N            port of the service; any free one if not given
  --host-name NAME    certify this name too, beside localhost; may be given more than once.
                      A client that asks under it gets it in Instance_Url
  --only-tls12        offer TLS 1.2 and no newer
  --keep-alive        keep connections for further requests
  --users FILE        who gets a token: lines of key<TAB>login<TAB>secret, # begins a
                      comment; - reads stdin. Without it there is one demo user
  --idle-exit SECONDS stop when no connection is open and no request has come for so long
  --max-requests N    stop after N requests
  --quiet             no line for each request on stderr
  --list              print every scenario and stop
  --help, --version   print and stop

When ready it prints one line to stdout:

  nativeflow-stub ready https://localhost:PORT ca=PATH plain=http://localhost:PORT
  silent=https://localhost:PORT elsewhere=https://127.0.0.1:PORT        (on one line)

The first URL is the service. A base URL of https://localhost:PORT/scenario/NAME makes
a client meet the scenario NAME. plain is the same service without TLS, silent accepts
connections and says nothing, elsewhere is where the redirect scenarios lead.

demo user   key     {}
            login   {}
            secret  {}

exit codes: 0 stopped as asked, 1 could not run, 2 called wrongly
",
        demo.key, demo.login, demo.secret
    )
}
