//! Makes foreign text fit for output: one line, without markup, in which no credential can be read.
//!
//! | question | module |
//! |---|---|
//! | makes one log line | `line` |
//! | removes credentials from a server's error text | `redactor`, with `runs` of characters that must not be shown |
//! | the forms in which a credential is recognized | `canonical`: `unescape`, `decompose`, `mojibake` |

mod canonical;
mod decompose;
mod line;
pub(crate) mod mojibake;
mod redactor;
mod runs;
mod unescape;

pub(crate) use line::{is_invisible, one_line};
pub(crate) use redactor::Redactor;
