//! A mock SAP Concur server with TLS. Use it in tests, demos and CI.
//!
//! It responds to `GET /net2/oauth2/accesstoken.ashx` as Concur's Native Flow is documented, to `POST /oauth2/v0/token` as
//! the OAuth 2.0 service is, and to refresh, revocation and use of the tokens. Under `/scenario/<name>/` it responds in
//! every other way that a client may encounter: errors, unusual spellings, web pages, redirects, truncated responses,
//! silence. All ports listen on 127.0.0.1 only. Their certificate authority is created in memory and exists as long as
//! the process.
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
//! | `routes` | selects the script for a request: the healthy services, or a scenario by its name |
//! | `control` | commands to the stub from other processes |
//! | `scenarios/` | **add a scenario here**: one table per file (`accounts` for scenarios with state, `oauth2/` for those of OAuth 2.0 only); `scenario` defines the kinds of entries, `states` their state, `bodies` the shared bodies |
//! | `log`, `options` | the log lines; the options of a stub |
//! | `service/healthy`, `native`, `oauth2/`, `api` | the healthy services: rejects a request, or issues, refreshes, revokes and accepts tokens |
//! | `service/issuing`, `documents`, `bearer`, `script` | parts of responses: fresh tokens, documents, the token of a request, steps on the connection |
//! | `service/context`, `credentials` | the data of a request, and whether its credentials are correct |
//! | `service/site` | the data of a port, and the state of all: `accounts`, `lockout`, `issued` tokens, `counts` |
//! | `service/endpoint`, `place` | the paths that Concur serves; the two origins |
//! | `http/` | requests, forms and responses of HTTP/1.1, without connections and without Concur |
//! | `users`, `clock`, `random` | the users that get a token, and their file; the clock, and dates; sample data |
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

pub use options::{Options, is_prefix};
pub use scenarios::scenario::Scenario;
pub use scenarios::scenarios;
pub use server::handshake::Handshake;
pub use server::tls_secrets::TlsSecret;
pub use service::endpoint::Service;
pub use service::place::Place;
pub use stub::Stub;
pub use users::{User, UsersFileError, parse_users};
