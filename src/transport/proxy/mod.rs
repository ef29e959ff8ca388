//! The proxy on the way, if there is one.
//!
//! | question | module |
//! |---|---|
//! | which proxy, and with which user | `config`; the hosts that are reached without it: `no_proxy` |
//! | the way through it | `tunnel`, or `socks` |
//! | what it means when it does not let a request through | `refusal` |

mod config;
mod no_proxy;
mod refusal;
mod socks;
pub(in crate::transport) mod tunnel;

pub(super) use config::Scheme;
pub(crate) use config::{Proxy, Route};
pub(crate) use no_proxy::Bypass;
