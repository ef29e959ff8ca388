//! The proxy, if there is one.
//!
//! | question | module |
//! |---|---|
//! | the proxy and its user; the hosts that are connected to directly | `config`; `no_proxy` |
//! | opens the tunnel | `tunnel`, or `socks` |
//! | the cause if the proxy rejects a request | `refusal`; for SOCKS: `socks` |

mod config;
mod no_proxy;
mod refusal;
mod socks;
pub(in crate::transport) mod tunnel;

pub(super) use config::Scheme;
pub(crate) use config::{Proxy, Route};
pub(crate) use no_proxy::Bypass;
