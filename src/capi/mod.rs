//! The C interface: one file per C type. `include/nativeflow.h` is generated from the comments here.
//!
//! | question | module |
//! |---|---|
//! | the C types and their functions | `client`, `session`, `options`, `token`, `error` |
//! | error codes, log levels, times of a call | `code`, `log`, `call_facts` |
//! | the version | `version` |
//! | the frame of every function | `guard`, with `cancellation` (of threads) and `pin_module` |
//! | pointers from C, and texts for C | `argument`, `user_pointer`; `text` |
//! | calls a release function | `release` |
//!
//! Every function runs inside `guard`, which disables thread cancellation, catches panics, reports errors and clears stack and
//! registers. `argument` reads pointers from C; `text` makes texts for C. The safety contract of every function is the
//! header's preamble ("Rules for calls").

// A pointer from C cannot be checked. The SAFETY comment of each block names the promise that it relies on.
#![allow(unsafe_code)]
// The names are those of C, and the safety contract is in the header.
#![allow(non_camel_case_types, clippy::missing_safety_doc)]
// The comments are for the header, which has no Markdown links.
#![allow(rustdoc::bare_urls, rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

mod argument;
mod call_facts;
mod cancellation;
mod client;
mod code;
mod error;
mod guard;
mod log;
mod options;
mod pin_module;
mod release;
mod session;
mod text;
mod token;
mod user_pointer;
mod version;

/// The header promises this for objects that are passed by a pointer to const.
const fn shared_by_threads<T: Send + Sync>() {}
/// The header promises this for all others: created on one thread, freed on another.
const fn moved_between_threads<T: Send>() {}

const _: () = {
    shared_by_threads::<client::nf_client>();
    shared_by_threads::<error::nf_error>();
    shared_by_threads::<session::nf_session>();
    shared_by_threads::<token::nf_token>();
    moved_between_threads::<options::nf_options>();
};
