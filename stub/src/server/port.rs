//! The data that all connections of a port share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustls::ServerConfig;

use crate::log::Log;
use crate::scenarios::states::States;
use crate::server::activity::Activity;
use crate::service::site::Site;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Role {
    /// The mock Concur service.
    Service,
    /// Accepts connections and sends nothing.
    Silent,
    /// Target of the redirects.
    Elsewhere,
}

pub(crate) struct Port {
    pub(crate) role: Role,
    pub(crate) site: Arc<Site>,
    /// Shared by all ports of the stub.
    pub(crate) states: Arc<States>,
    /// `None` for plain TCP.
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) activity: Arc<Activity>,
    pub(crate) log: Log,
    /// Set to stop accepting connections on this port.
    pub(crate) closed: Arc<AtomicBool>,
}
