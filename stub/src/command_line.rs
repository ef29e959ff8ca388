//! Command-line arguments.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::prelude::*;
use nativeflow_stub::{Options, User, is_prefix};

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
    pub(crate) companies_file: Option<PathBuf>,
    pub(crate) client_secret_file: Option<PathBuf>,
    pub(crate) failures_allowed: Option<u32>,
    pub(crate) prefix: String,
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
        companies_file: None,
        client_secret_file: None,
        failures_allowed: None,
        prefix: String::new(),
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
            Long("companies") => run.companies_file = Some(arguments.value()?.into()),
            Long("client-secret") => run.client_secret_file = Some(arguments.value()?.into()),
            Long("failures-allowed") => run.failures_allowed = Some(arguments.value()?.parse()?),
            Long("prefix") => match arguments.value()?.parse::<String>()? {
                prefix if is_prefix(&prefix) => run.prefix = prefix,
                _ => return Err("--prefix must have a slash at its start and none at its end".into()),
            },
            Long("idle-exit") => {
                run.idle_exit = Some(Duration::from_secs(arguments.value()?.parse()?));
            }
            Long("max-requests") => run.max_requests = Some(arguments.value()?.parse()?),
            Long("quiet") => run.quiet = true,
            // Not repeated, because it may be a secret that was meant for a file.
            Value(_) => return Err("unexpected argument that is not an option".into()),
            other => return Err(other.unexpected()),
        }
    }
    run.ca_file = ca_file.ok_or("--ca-file is required (the file to write the certificate to trust into)")?;
    Ok(Command::Run(run))
}

pub(crate) fn help() -> String {
    let (demo, company) = (User::demo(), User::demo_company());
    format!(
        "\
nativeflow-stub: a mock SAP Concur server with TLS and selectable faults.

usage: nativeflow-stub --ca-file PATH [options]

  --ca-file PATH      write the certificate authority to trust (PEM) here
  --port N            port of the service; default: any free port
  --host-name NAME    add this name to the certificate, which has localhost; can be repeated.
                      A client that connects to NAME receives it in Instance_Url
  --only-tls12        offer TLS 1.2 only
  --keep-alive        keep connections open for further requests
  --users FILE        users that get a token: lines of key<TAB>login<TAB>secret, # starts a
                      comment; - reads stdin. Default: one demo user
  --companies FILE    companies that get a token of the OAuth 2.0 service: lines of
                      key<TAB>UUID<TAB>request token. Default: one demo company
  --client-secret FILE
                      the secret of every application. Default: the demo secret
  --failures-allowed N
                      lock a login after N wrong passwords. Default: never
  --prefix PATH       serve below PATH only, as a gateway does: /gateway
  --idle-exit SECONDS stop after SECONDS without an open connection and without a request
  --max-requests N    stop after N requests
  --quiet             do not log requests on stderr
  --list              print every scenario and exit
  --help, --version   print and exit

When it is ready, it prints one line to stdout:

  nativeflow-stub ready https://localhost:PORT ca=PATH plain=http://localhost:PORT
  silent=https://localhost:PORT elsewhere=https://127.0.0.1:PORT        (on one line)

The first URL is the service. The base URL https://localhost:PORT/scenario/NAME selects
the scenario NAME. plain is the same service without TLS, silent accepts connections and
sends nothing, elsewhere is the target of the redirect scenarios and the host of users
who belong to another host. plain also accepts /stub/advance-clock?seconds=N, /stub/counts and
/stub/move-users?to=service|elsewhere|anywhere.

demo user   key     {}
            login   {}
            secret  {}
demo company  UUID           {}
              request token  {}
demo client secret           {}

exit codes: 0 stopped as requested, 1 could not run, 2 invalid arguments
",
        demo.key,
        demo.login,
        demo.secret,
        company.login,
        company.secret,
        Options::default().client_secret
    )
}
