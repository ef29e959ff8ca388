//! The C interface: one file per C type, documented in `include/nativeflow.h`, which is made from the comments here.
//!
//! `guard` is the one boundary: it postpones cancellation, catches panics, reports errors and clears what is left. `argument` is how pointers come in, `text` how text
//! goes out. The safety contract of every function is the header's preamble ("Calling convention").

// A pointer from C can only be believed; each block says which promise of the header it relies on.
#![allow(unsafe_code)]
// The names are C's, and the safety contract stands in the header.
#![allow(non_camel_case_types, clippy::missing_safety_doc)]
// The comments are the header's, which has no Markdown links.
#![allow(rustdoc::bare_urls, rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

mod argument;
mod cancellation;
mod client;
mod code;
mod error;
mod guard;
mod log;
mod options;
mod release;
mod resident;
mod text;
mod token;
mod user;
mod version;

/// What the header promises of the objects that are passed by a pointer to const.
const fn shared_by_threads<T: Send + Sync>() {}
/// What it promises of all others: made on one thread, freed on another.
const fn handed_over<T: Send>() {}

const _: () = {
    shared_by_threads::<client::nf_client>();
    shared_by_threads::<error::nf_error>();
    shared_by_threads::<token::nf_token>();
    handed_over::<options::nf_options>();
};
