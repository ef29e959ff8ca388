//! A SAP Concur look-alike on TLS, for tests, demos and a user's own CI.
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
//! Where to look: `scenarios/` holds the table, one scenario an entry; `answer` and `script` are what entries are made of; `service`
//! picks the entry for a request; `incoming` and `request` read it, `connection` and `peer` play it.
#![forbid(unsafe_code)]

mod activity;
mod answer;
mod ask;
mod certificates;
mod clock;
mod connection;
mod credentials;
mod handshake;
mod incoming;
mod listener;
mod log;
mod options;
mod peer;
mod request;
mod scenarios;
mod script;
mod service;
mod stub;
mod tls_secrets;
mod token;
mod users_file;

pub use handshake::Handshake;
pub use options::{Options, User};
pub use scenarios::{Scenario, scenarios};
pub use stub::Stub;
pub use tls_secrets::TlsSecret;
pub use users_file::{UsersFileError, parse_users};
