//! A running stub.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::log::Log;
use crate::options::{Options, is_prefix};
use crate::scenarios::scenario::SILENCE_AFTER_ACCEPT;
use crate::scenarios::states::States;
use crate::server::activity::Activity;
use crate::server::certificates;
use crate::server::handshake::Handshake;
use crate::server::listener;
use crate::server::port::{Port, Role};
use crate::server::tls_secrets::{TlsSecret, TlsSecrets};
use crate::service::accounts::Accounts;
use crate::service::endpoint::Service;
use crate::service::issued::Holder;
use crate::service::issuing;
use crate::service::place::Place;
use crate::service::site::{Site, State};

/// A mock Concur server that runs until it is dropped. Dropping it closes every connection, stalled ones too.
pub struct Stub {
    ca_pem: String,
    ports: Ports,
    prefix: String,
    state: Arc<State>,
    tls_secrets: Arc<TlsSecrets>,
    activity: Arc<Activity>,
    idle_exit: Option<Duration>,
    max_requests: Option<u64>,
    threads: Vec<JoinHandle<()>>,
    elsewhere: Mutex<Option<JoinHandle<()>>>,
    elsewhere_closed: Arc<AtomicBool>,
}

#[derive(Clone, Copy, Debug)]
struct Ports {
    main: u16,
    plain: u16,
    silent: u16,
    elsewhere: u16,
}

impl Ports {
    fn url(self) -> String {
        format!("https://localhost:{}", self.main)
    }

    fn plain_url(self) -> String {
        format!("http://localhost:{}", self.plain)
    }

    fn silent_url(self) -> String {
        format!("https://localhost:{}", self.silent)
    }

    /// Uses the address, so that it is another origin even if a client compares only host names.
    fn elsewhere_url(self) -> String {
        format!("https://127.0.0.1:{}", self.elsewhere)
    }
}

impl Stub {
    /// Creates a certificate authority, binds four ports on 127.0.0.1 and serves them on its own threads.
    ///
    /// # Errors
    /// The prefix is invalid, a port cannot be bound, a thread cannot be started, or the system has no source of random numbers.
    pub fn start(options: Options) -> io::Result<Stub> {
        if !is_prefix(&options.prefix) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the prefix has no slash at its start, or one at its end",
            ));
        }
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
        let Options { users, companies, client_secret, failures_allowed, prefix, .. } = options;
        let state = Arc::new(State::new(Accounts::new(users, companies, client_secret, failures_allowed)));
        let mut stub = Stub {
            ca_pem: certificates.ca_pem,
            ports,
            prefix,
            state,
            tls_secrets,
            activity: Arc::new(Activity::new(options.record)),
            idle_exit: options.idle_exit,
            max_requests: options.max_requests,
            threads: Vec::new(),
            elsewhere: Mutex::default(),
            elsewhere_closed: Arc::default(),
        };
        let host_names: Arc<[_]> = options.host_names.into();
        let states = Arc::new(States::default());
        let tls = Some(Arc::new(certificates.server));
        for (socket, role, url, tls) in [
            (main, Role::Service, ports.url(), tls.clone()),
            (plain, Role::Service, ports.plain_url(), None),
            (silent, Role::Silent, ports.silent_url(), None),
            (elsewhere, Role::Elsewhere, ports.elsewhere_url(), tls),
        ] {
            // If this fails, the stub is dropped, which ends the threads that already run.
            let site = Site {
                place: if role == Role::Elsewhere { Place::Elsewhere } else { Place::Service },
                is_controlled: tls.is_none(),
                url,
                service_url: ports.url(),
                elsewhere_url: ports.elsewhere_url(),
                prefix: stub.prefix.to_ascii_lowercase(),
                host_names: Arc::clone(&host_names),
                keep_alive: options.keep_alive,
                state: Arc::clone(&stub.state),
            };
            let port = Port {
                role,
                site: Arc::new(site),
                states: Arc::clone(&states),
                tls,
                activity: Arc::clone(&stub.activity),
                log: Log { on: options.log },
                closed: match role {
                    Role::Elsewhere => Arc::clone(&stub.elsewhere_closed),
                    Role::Service | Role::Silent => Arc::default(),
                },
            };
            let thread = listener::spawn(socket, port)?;
            match role {
                Role::Elsewhere => stub.elsewhere = Mutex::new(Some(thread)),
                Role::Service | Role::Silent => stub.threads.push(thread),
            }
        }
        Ok(stub)
    }

    /// The URL of the service, `https://localhost:PORT` and [`Options::prefix`], without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.ports.url(), self.prefix)
    }

    /// The URL of the same service without TLS, `http://localhost:PORT` and the prefix.
    pub fn plain_url(&self) -> String {
        format!("{}{}", self.ports.plain_url(), self.prefix)
    }

    /// The URL of the port that accepts TCP and sends nothing, `https://localhost:PORT`.
    pub fn silent_url(&self) -> String {
        self.ports.silent_url()
    }

    /// The target of the redirect scenarios, and the other host of users, `https://127.0.0.1:PORT`.
    pub fn elsewhere_url(&self) -> String {
        self.ports.elsewhere_url()
    }

    /// Returns the base URL of a scenario. Does not check the name: the service responds to an unknown one with 404
    /// `unknown scenario`.
    pub fn scenario_url(&self, name: &str) -> String {
        match name {
            SILENCE_AFTER_ACCEPT => self.silent_url(),
            name => format!("{}/scenario/{name}", self.base_url()),
        }
    }

    /// The certificate of the authority to trust, in PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Returns the raw head of every request to the service, with or without TLS, in the order of arrival, including
    /// the blank line. Empty if [`Options::record`] is off.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.activity.heads(Place::Service)
    }

    /// Returns the bodies of the same requests, in the same order. A body is empty until it is read, and if it is longer
    /// than 64 KiB.
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.activity.bodies(Place::Service)
    }

    /// Returns the heads of the requests to [`Stub::elsewhere_url`].
    pub fn elsewhere_requests(&self) -> Vec<Vec<u8>> {
        self.activity.heads(Place::Elsewhere)
    }

    /// Returns the bodies of the requests to [`Stub::elsewhere_url`].
    pub fn elsewhere_bodies(&self) -> Vec<Vec<u8>> {
        self.activity.bodies(Place::Elsewhere)
    }

    /// Returns the number of valid HTTP requests, to the service and elsewhere. It is counted even if
    /// [`Options::record`] is off, as are the numbers below.
    pub fn request_count(&self) -> u64 {
        self.state.counts.requests()
    }

    /// Returns how often this login, or company's UUID, arrived with a password or request token, right or wrong. All
    /// unknown logins have one common number.
    pub fn login_attempts(&self, login: &str) -> u64 {
        self.state.counts.logins(self.state.accounts.number(login.as_bytes()))
    }

    /// Returns the number of requests with a refresh token, right or wrong.
    pub fn refreshes(&self) -> u64 {
        self.state.counts.refreshes()
    }

    /// Returns the number of requests to revoke tokens.
    pub fn revocations(&self) -> u64 {
        self.state.counts.revocations()
    }

    /// Returns the number of requests whose URL contained a secret, except where the Native Flow requires it: in its
    /// refresh and revocation.
    pub fn secrets_in_url(&self) -> u64 {
        self.state.counts.secrets_in_url()
    }

    /// Returns the number of requests to [`Stub::elsewhere_url`] that contained credentials or tokens.
    pub fn credentials_elsewhere(&self) -> u64 {
        self.state.counts.credentials_elsewhere()
    }

    /// Issues a refresh token without a request, as one that a program has stored. `login` can be a company's UUID.
    /// Returns `None` if the stub has no such user.
    pub fn issue_refresh_token(&self, service: Service, login: &str) -> Option<String> {
        let account = self.state.accounts.number(login.as_bytes())?;
        let holder = Holder { key: self.state.accounts.get(account)?.key.clone(), account: Some(account) };
        Some(match service {
            Service::Native => issuing::native_refresh(&holder, &self.state),
            Service::OAuth2 => issuing::oauth2_refresh(&holder, &self.state).0,
        })
    }

    /// Moves the stub's clock forward: tokens expire, and `Date` headers change.
    pub fn advance_clock(&self, seconds: u32) {
        self.state.clock.advance(seconds);
    }

    /// Sets where all users of the OAuth 2.0 service live. The other origin refuses their logins with code 16, without
    /// checking them. `None`, as at the start: both origins accept them.
    pub fn move_users(&self, home: Option<Place>) {
        self.state.accounts.set_home(home);
    }

    /// Plays a scenario for all requests whose path names none, from now on; `None` ends that. Ignores an unknown name.
    pub fn play(&self, scenario: Option<&str>) {
        self.state.orders.play(scenario);
    }

    /// Makes the responses of the token services wait, from now on, until they are released (`false`). A request is read
    /// and counted before.
    pub fn hold_responses(&self, is_holding: bool) {
        self.state.orders.hold(is_holding);
    }

    /// Sets the lifetime of new access tokens in seconds. 0, as at the start: that of the service.
    pub fn set_token_lifetime(&self, seconds: u32) {
        self.state.orders.set_lifetime(seconds);
    }

    /// Closes the port of [`Stub::elsewhere_url`]: from then on it refuses connections.
    pub fn close_elsewhere(&self) {
        self.elsewhere_closed.store(true, Ordering::Relaxed);
        listener::wake(self.ports.elsewhere);
        if let Some(thread) = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }

    /// Returns the number of connections that were accepted, on all ports.
    pub fn connections(&self) -> u64 {
        self.activity.connections()
    }

    /// Returns the number of completed TLS handshakes of each kind, on all ports.
    pub fn handshakes(&self) -> BTreeMap<Handshake, u64> {
        self.activity.handshakes()
    }

    /// Returns the secrets of TLS sessions since the previous call of this function, in their order of creation. Empty
    /// if [`Options::keep_tls_secrets`] is off.
    pub fn take_tls_secrets(&self) -> Vec<TlsSecret> {
        self.tls_secrets.take()
    }

    /// Blocks until [`Options::idle_exit`] or [`Options::max_requests`] is reached, forever if neither is set.
    pub fn wait(&self) {
        self.activity.wait_until_over(self.idle_exit, self.max_requests);
    }

    /// Stops the stub, as dropping does.
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
        let Ports { main, plain, silent, .. } = self.ports;
        for port in [main, plain, silent] {
            listener::wake(port);
        }
        self.close_elsewhere();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        self.activity.wait_until_closed(Duration::from_secs(1));
    }
}
