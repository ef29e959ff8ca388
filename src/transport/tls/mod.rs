//! TLS, and whose certificates are trusted.
//!
//! | question | module |
//! |---|---|
//! | records over another stream | `stream`; which sessions are resumed: `sessions` |
//! | what a configuration is made from | `trusted_roots`: given ones or `system_roots`; `client_certificate` |
//! | how files are read | `file`, `pem` |
//! | whether a chain is trusted | `roots`, `authority` |
//! | and if not, why | `verify`, which asks `explain`, and answers with a `doubt`; `certificate` names it |

mod authority;
mod certificate;
mod client_certificate;
mod explain;
mod file;
mod pem;
mod roots;
pub(in crate::transport) mod sessions;
pub(in crate::transport) mod stream;
mod system_roots;
mod trusted_roots;
mod verify;

pub(crate) use client_certificate::ClientCertificate;
pub(crate) use trusted_roots::TrustedRoots;
