//! A running stub.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::log::Log;
use crate::options::Options;
use crate::scenarios::scenario::SILENCE_AFTER_ACCEPT;
use crate::scenarios::states::States;
use crate::server::activity::{Activity, Place};
use crate::server::certificates;
use crate::server::handshake::Handshake;
use crate::server::listener;
use crate::server::port::{Port, Role};
use crate::server::tls_secrets::{TlsSecret, TlsSecrets};
use crate::service::site::Site;

/// A Concur look-alike that serves until it is dropped. Dropping it ends every connection, stalled ones too.
pub struct Stub {
    ca_pem: String,
    ports: Ports,
    tls_secrets: Arc<TlsSecrets>,
    activity: Arc<Activity>,
    idle_exit: Option<Duration>,
    max_requests: Option<u64>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Clone, Copy, Debug)]
struct Ports {
    main: u16,
    plain: u16,
    silent: u16,
    elsewhere: u16,
}

impl Ports {
    fn base_url(self) -> String {
        format!("https://localhost:{}", self.main)
    }

    fn plain_url(self) -> String {
        format!("http://localhost:{}", self.plain)
    }

    fn silent_url(self) -> String {
        format!("https://localhost:{}", self.silent)
    }

    /// By address: another origin than the rest even where only host names are compared.
    fn elsewhere_url(self) -> String {
        format!("https://127.0.0.1:{}", self.elsewhere)
    }
}

impl Stub {
    /// Makes a certificate authority, binds four ports on 127.0.0.1 and serves them from threads of its own.
    ///
    /// # Errors
    /// A port that cannot be bound, a thread that cannot be started, no source of random numbers.
    pub fn start(options: Options) -> io::Result<Stub> {
        let mut certificates = certificates::make(&options.host_names, options.only_tls12)?;
        let tls_secrets = Arc::new(TlsSecrets::default());
        if options.keep_tls_secrets {
            certificates.server.key_log = Arc::clone(&tls_secrets) as _;
        }
        let (main, main_port) = listener::bind(options.port)?;
        let (plain, plain_port) = listener::bind(0)?;
        let (silent, silent_port) = listener::bind(0)?;
        let (elsewhere, elsewhere_port) = listener::bind(0)?;
        let ports = Ports { main: main_port, plain: plain_port, silent: silent_port, elsewhere: elsewhere_port };
        let mut stub = Stub {
            ca_pem: certificates.ca_pem,
            ports,
            tls_secrets,
            activity: Arc::new(Activity::new(options.record)),
            idle_exit: options.idle_exit,
            max_requests: options.max_requests,
            threads: Vec::new(),
        };
        let users: Arc<[_]> = options.users.into();
        let host_names: Arc<[_]> = options.host_names.into();
        let states = Arc::new(States::default());
        let tls = Some(Arc::new(certificates.server));
        for (socket, role, url, tls) in [
            (main, Role::Service, ports.base_url(), tls.clone()),
            (plain, Role::Service, ports.plain_url(), None),
            (silent, Role::Silent, ports.silent_url(), None),
            (elsewhere, Role::Elsewhere, ports.elsewhere_url(), tls),
        ] {
            // A failure half-way drops the stub, which ends the threads that run already.
            let site = Site {
                url,
                host_names: Arc::clone(&host_names),
                elsewhere_url: ports.elsewhere_url(),
                users: Arc::clone(&users),
                keep_alive: options.keep_alive,
            };
            let port = Port {
                role,
                site: Arc::new(site),
                states: Arc::clone(&states),
                tls,
                activity: Arc::clone(&stub.activity),
                log: Log { on: options.log },
            };
            stub.threads.push(listener::spawn(socket, port)?);
        }
        Ok(stub)
    }

    /// `https://localhost:PORT`, no slash at the end: the service.
    pub fn base_url(&self) -> String {
        self.ports.base_url()
    }

    /// `http://localhost:PORT`: the same service without TLS.
    pub fn plain_url(&self) -> String {
        self.ports.plain_url()
    }

    /// `https://localhost:PORT`: accepts TCP and says nothing.
    pub fn silent_url(&self) -> String {
        self.ports.silent_url()
    }

    /// `https://127.0.0.1:PORT`: where the redirect scenarios lead.
    pub fn elsewhere_url(&self) -> String {
        self.ports.elsewhere_url()
    }

    /// The base URL that makes a client meet this scenario. The name is not checked: the service answers 404 `unknown scenario`.
    pub fn scenario_url(&self, name: &str) -> String {
        match name {
            SILENCE_AFTER_ACCEPT => self.silent_url(),
            name => format!("{}/scenario/{name}", self.base_url()),
        }
    }

    /// The certificate of the authority to trust, PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The raw head of every request to the service, with or without TLS, in the order of arrival, blank line included. Empty if
    /// [`Options::record`] is off.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.activity.heads(Place::Service)
    }

    /// The same for the target of the redirects.
    pub fn elsewhere_requests(&self) -> Vec<Vec<u8>> {
        self.activity.heads(Place::Elsewhere)
    }

    /// How many connections have been taken, on all ports.
    pub fn connections(&self) -> u64 {
        self.activity.connections()
    }

    /// How many TLS handshakes of each kind have been done, on all ports.
    pub fn handshakes(&self) -> BTreeMap<Handshake, u64> {
        self.activity.handshakes()
    }

    /// The secrets of TLS sessions, in the order in which they came up, since this was called before. Empty if
    /// [`Options::keep_tls_secrets`] is off.
    pub fn take_tls_secrets(&self) -> Vec<TlsSecret> {
        self.tls_secrets.take()
    }

    /// Blocks until [`Options::idle_exit`] or [`Options::max_requests`] is reached; for good if neither is set.
    pub fn wait(&self) {
        self.activity.wait_until_over(self.idle_exit, self.max_requests);
    }

    /// Stops, as dropping does.
    pub fn shutdown(self) {}
}

impl fmt::Debug for Stub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stub").field("ports", &self.ports).finish_non_exhaustive()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.activity.stop();
        let Ports { main, plain, silent, elsewhere } = self.ports;
        for port in [main, plain, silent, elsewhere] {
            listener::wake(port);
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        self.activity.wait_until_closed(Duration::from_secs(1));
    }
}
