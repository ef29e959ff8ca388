//! TLS and the trusted certificates.
//!
//! | question | module |
//! |---|---|
//! | records over another stream | `stream`; the sessions that are resumed: `sessions` |
//! | the parts of a configuration | `trusted_roots`: the caller's or `system_roots`; `client_certificate` |
//! | reads files | `file`, `pem` |
//! | verifies a chain | `roots`, `authority` |
//! | the reason if it is rejected | `verify`, which calls `explain`; the result is a `chain_error`; `certificate` names it |

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
