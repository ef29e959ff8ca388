//! A mock SAP Concur server with TLS. Use it in tests, demos and CI.
//!
//! It responds to `GET …/net2/oauth2/accesstoken.ashx` as Concur's Native Flow is documented. Under `/scenario/<name>/`
//! it responds in every other way that a client may encounter: errors, unusual spellings, web pages, redirects,
//! truncated responses, silence. All ports listen on 127.0.0.1 only. Their certificate authority is created in memory
//! and exists as long as the process.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! let stub = nativeflow_stub::Stub::start(nativeflow_stub::Options::default())?;
//! println!("trust {} and ask {}", stub.ca_pem(), stub.scenario_url("denied"));
//! # Ok(())
//! # }
//! ```
//!
//! The modules, from the top down. Each line uses only lines below it.
//!
//! | place | contents |
//! |---|---|
//! | `main`, `command_line` | the program |
//! | `stub` | one running stub: its ports, and the functions for tests |
//! | `server/` | ports and connections: accepts a connection, reads requests from it and runs a script on it |
//! | `routes` | selects the script for a request: the healthy service, or a scenario by its name |
//! | `scenarios/` | **add a scenario here**: one table per file (`accounts` for scenarios with state); `scenario` defines the kinds of entries, `states` their state, `bodies` the shared bodies |
//! | `log`, `options` | the log lines; the options of a stub |
//! | `service/` | parts of scenarios: `context` (data of the request and the site), `credentials`, `documents` (tokens and errors to send), `script` (steps on the connection) |
//! | `http/` | requests and responses of HTTP/1.1, without connections and without Concur |
//! | `users`, `clock`, `random` | the users that get a token, and their file; dates; sample data |
#![forbid(unsafe_code)]

mod clock;
mod control;
mod http;
mod log;
mod options;
mod random;
mod routes;
mod scenarios;
mod server;
mod service;
mod stub;
mod users;

pub use options::Options;
pub use scenarios::scenario::Scenario;
pub use scenarios::scenarios;
pub use server::handshake::Handshake;
pub use server::tls_secrets::TlsSecret;
pub use service::endpoint::Service;
pub use service::site::Place;
pub use stub::Stub;
pub use users::{User, UsersFileError, parse_users};
