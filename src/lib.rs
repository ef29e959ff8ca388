//! Access tokens for SAP Concur by the Native Flow or OAuth 2.0. No secret data of the login is left in memory.
//!
//! This crate is a C library: its interface is `include/nativeflow.h`, and it exports nothing to Rust.
//!
//! Where to look:
//!
//! | question | module |
//! |---|---|
//! | the options of a client, and the client itself | `options`, `client` |
//! | a token that stays valid; the program's function that returns a secret | `session`; `secret_source` |
//! | the clock that goes on while the machine sleeps | `clock` |
//! | the origins to which users belong | `user_origins` |
//! | a refused login is not sent again; logins of a user go one at a time | `hold_back` |
//! | one call: its deadline and its cancellation | `operation` |
//! | the requests to a service and the meaning of its responses | `flow` (pure: no I/O, no clock), a directory for each service |
//! | scheme, host and port of a server, as a type | `origin` |
//! | requests and responses as data | `message` |
//! | sends a request and receives the response | `transport` (independent of Concur) |
//! | all causes of failure | `error`: `code` for the numbers, `cause` for messages and remedies |
//! | removes credentials and markup from foreign text | `redact` |
//! | the log of the steps of a call | `log` |
//! | the ID of a call, its times and the address that it reached | `call_id`, `call_facts` |
//! | a token and its related values | `token` |
//! | keeps descriptors 0 to 2 free | `descriptor` |
//! | spreads threads over copies of shared data | `thread_number` |
//! | wipes memory, and separates processes after fork | `wipe`, `secret` |
//! | secrets that stay between calls, encrypted; recognized without staying | `sealed`; `fingerprint` |
//! | the C functions | `capi` |
//!
//! Dependencies go one way: capi → session → client → hold_back, flow and transport → message, operation, origin → error → redact.

mod call_facts;
mod call_id;
mod capi;
mod client;
mod clock;
mod descriptor;
mod error;
mod fingerprint;
mod flow;
mod hold_back;
mod log;
mod message;
mod operation;
mod options;
mod origin;
mod redact;
mod sealed;
mod secret;
mod secret_source;
mod session;
mod thread_number;
mod token;
mod transport;
mod user_origins;
mod wipe;
