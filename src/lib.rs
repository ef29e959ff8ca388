//! Access tokens for SAP Concur, by the OAuth 2.0 Native Flow, without a trace of the login left behind.
//!
//! This crate is a C library: its interface is `include/nativeflow.h`, and it exports nothing to Rust.
//!
//! Where to look:
//!
//! | question | module |
//! |---|---|
//! | what a client is made from, what it does | `options`, `client` |
//! | one call: its deadline, how it is cancelled | `operation` |
//! | what is said to a service, what its answer means | `flow` (pure: no I/O, no clock), a folder for each service |
//! | where a service is | `origin` |
//! | requests and answers as data | `message` |
//! | how a request gets there and the answer back | `transport` (knows nothing of Concur) |
//! | every way to fail, its message and its remedy | `error`, with all of them in `cause` |
//! | what may be shown of foreign text | `redact` |
//! | who is told of each step | `log` |
//! | how memory is left clean, and what fork does to it | `wipe`, `secret` |
//! | the C functions | `capi` |
//!
//! Dependencies go one way: capi → client → flow and transport → message, operation, origin → error → redact.

mod capi;
mod client;
mod descriptor;
mod error;
mod flow;
mod log;
mod message;
mod operation;
mod options;
mod origin;
mod redact;
mod secret;
mod token;
mod transport;
mod wipe;
