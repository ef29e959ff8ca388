//! A mock SAP Concur server on TLS, for tests, demos and a user's own CI.
//!
//! It answers `GET …/net2/oauth2/accesstoken.ashx` as Concur's Native Flow is documented to, and under `/scenario/<name>/` it answers
//! in every other way that a client may meet: errors, odd spellings, web pages, redirects, cut connections, silence. Everything listens
//! on 127.0.0.1 only, behind a certificate authority that is made in memory and forgotten with the process.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! let stub = nativeflow_stub::Stub::start(nativeflow_stub::Options::default())?;
//! println!("trust {} and ask {}", stub.ca_pem(), stub.scenario_url("denied"));
//! # Ok(())
//! # }
//! ```
//!
//! Where to look, from the top down. Each line uses only lines below it.
//!
//! | place | what it holds |
//! |---|---|
//! | `main`, `command_line` | the program |
//! | `stub` | one running stub: its ports and what a test may ask of it |
//! | `server/` | ports and connections: who takes a connection, reads requests from it and plays a script on it |
//! | `routes` | which script a request gets: the healthy service, or a scenario by its name |
//! | `scenarios/` | **add a scenario here**: a table a file (`accounts` for those that keep state); `scenario` holds the kinds of entries, `states` their state, `bodies` what tables share |
//! | `log`, `options` | what is logged; what a stub is started with |
//! | `service/` | what scenarios are made of: `context` (what one may ask of the request and the site), `credentials`, `documents` (tokens and errors to send), `script` (steps on the connection) |
//! | `http/` | requests and responses of HTTP/1.1, without connections and without Concur |
//! | `users`, `clock`, `random` | who gets a token, and the file that names them; dates; sample data |
#![forbid(unsafe_code)]

mod clock;
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
pub use stub::Stub;
pub use users::{User, UsersFileError, parse_users};
