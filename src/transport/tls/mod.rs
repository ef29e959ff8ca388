//! TLS, and whose certificates are trusted.
//!
//! | question | module |
//! |---|---|
//! | records over another stream | `stream`; which sessions are resumed: `sessions` |
//! | what a configuration is made from | `trust`: given roots or `system_roots`; `identity`: the client certificate |
//! | how files are read | `file`, `pem` |
//! | whether a chain is trusted | `roots`, `authority` |
//! | and if not, why | `verify`, which asks `explain`, and answers with a `doubt`; `certificate` names it |

mod authority;
mod certificate;
mod explain;
mod file;
mod identity;
mod pem;
mod roots;
pub(in crate::transport) mod sessions;
pub(in crate::transport) mod stream;
mod system_roots;
mod trust;
mod verify;

pub(crate) use identity::Identity;
pub(crate) use trust::Trust;
