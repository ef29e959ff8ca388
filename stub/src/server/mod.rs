//! Ports and connections, and the record of their activity.

mod connection;
mod incoming;
mod peer;

pub(crate) mod activity;
pub(crate) mod certificates;
pub(crate) mod handshake;
pub(crate) mod listener;
pub(crate) mod port;
pub(crate) mod tls_secrets;
