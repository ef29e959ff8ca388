//! Access tokens for SAP Concur, by the OAuth 2.0 Native Flow, without a trace of the login left behind.
//!
//! This crate is a C library: its interface is `include/nativeflow.h`, and it exports nothing to Rust.
//!
//! Where to look:
//!
//! | question | module |
//! |---|---|
//! | what a client is made from, what it does | `options`, `client` |
//! | what is said to the server, what its answer means | `flow` (pure: no I/O, no clock) |
//! | how header names are written | `request` |
//! | how a request gets there and the answer back | `transport` (knows nothing of Concur) |
//! | every way to fail, its message and its remedy | `cause`, `error` |
//! | who is told of each step | `log` |
//! | how memory is left clean | `wipe` |
//! | what fork does to all of it | `per_process` |
//! | the C functions | `capi` |
//!
//! Dependencies go one way: capi → client → flow and transport.

mod body;
mod capi;
mod cause;
mod client;
mod error;
mod flow;
mod line;
mod log;
mod options;
mod per_process;
mod request;
mod secret;
mod token;
mod transport;
mod wipe;
