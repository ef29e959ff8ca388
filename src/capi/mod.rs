//! The C interface: one file per C type, documented in `include/nativeflow.h`, which is made from the comments here.
//!
//! `guard` is the one boundary: it catches panics and reports errors. `argument` is how pointers come in, `text` how text
//! goes out. The safety contract of every function is the header's preamble ("Calling convention").

// A pointer from C can only be believed; each block says which promise of the header it relies on.
#![allow(unsafe_code)]
// The names are C's, and the safety contract stands in the header.
#![allow(non_camel_case_types, clippy::missing_safety_doc)]
// The comments are the header's, which has no Markdown links.
#![allow(rustdoc::bare_urls, rustdoc::invalid_html_tags)]

mod argument;
mod cancellation;
mod client;
mod code;
mod error;
mod guard;
mod log;
mod options;
mod resident;
mod text;
mod token;
mod version;
