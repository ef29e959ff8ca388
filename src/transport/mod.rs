//! How a request reaches the server and the answer comes back, under one deadline. Knows nothing of Concur.
//!
//! | question | module |
//! |---|---|
//! | what a call carries through all layers | `call`, `phase`, `cancel`, `event` |
//! | a name becomes addresses | `lookup`, from `name_cache` or `resolver`, on threads of `background` |
//! | one of them becomes a connection | `socket`, on a `descriptor` |
//! | is there a proxy on the way, and will it let us through | `proxy`, `bypass`, `tunnel`, `socks` |
//! | TLS, and who is believed | `tls`, `sessions`, `trust`, `system_roots`, `verify`, `explain`, `roots`, `authority`, `certificate`, `identity`, `pem` |
//! | a request and its answer | `exchange`, with `head` and `chunks`, over a `stream`, by way of a `buffer` |
//! | what is kept for the next call | `kept` |
//! | what a failure means | `failure` |

mod authority;
mod background;
mod buffer;
mod bypass;
mod call;
mod cancel;
mod certificate;
mod chunks;
mod descriptor;
mod event;
mod exchange;
mod explain;
mod failure;
mod head;
mod identity;
mod kept;
mod lookup;
mod name_cache;
mod pem;
mod phase;
mod proxy;
mod resolver;
mod roots;
mod sessions;
mod socket;
mod socks;
mod stream;
mod system_roots;
mod tls;
mod trust;
mod tunnel;
mod verify;

pub(crate) use bypass::Bypass;
pub(crate) use cancel::Entry;
pub(crate) use identity::Identity;
pub(crate) use proxy::{Proxy, Route};
pub(crate) use trust::Trust;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{HeaderValue, USER_AGENT};
use http::request::Builder;
use http::uri::Authority;
use http::{Request, Response, Uri};
use rustls::ClientConfig;

use crate::body::Body;
use crate::cause::Cause;
use crate::error::Error;
use crate::log::Log;
use crate::per_process::PerProcess;
use crate::request::header;
use call::Call;
use cancel::Running;
use exchange::{Connection, Exchanged};
use kept::Kept;
use phase::{Peer, Phase};
use proxy::Scheme;
use socket::Socket;
use stream::Stream;
use tls::{Tls, bare};
use tunnel::Asked;

/// What a transport is made from.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Bounds a whole call.
    pub(crate) timeout: Duration,
    /// Bounds each attempt to connect to an address.
    pub(crate) connect_timeout: Duration,
    /// How long an idle connection may be used again; zero: each call has its own.
    pub(crate) keep_alive: Duration,
    pub(crate) trust: Trust,
    pub(crate) identity: Option<Identity>,
    pub(crate) route: Route,
    pub(crate) log: Option<Log>,
}

/// Sends requests to one server.
#[derive(Debug)]
pub(crate) struct Transport {
    settings: Settings,
    tls: ClientConfig,
    proxy_tls: ClientConfig,
    running: PerProcess<Running>,
    state: PerProcess<State>,
}

/// What must not be shared with a child of fork.
struct State {
    kept: Kept,
    tls: Arc<ClientConfig>,
    proxy_tls: Arc<ClientConfig>,
}

/// An answer, of the server or of a proxy that will not let the request through.
pub(crate) enum Answer {
    OfServer(Response<Body>),
    /// With the proxy's host and port. The request has not left.
    OfProxy(Response<Body>, String),
}

impl Transport {
    /// # Errors
    /// The system has no roots, and the settings name none.
    pub(crate) fn new(settings: Settings) -> Result<Transport, Error> {
        let (tls, proxy_tls) = settings.trust.client_configs(settings.identity.as_ref())?;
        Ok(Transport { settings, tls, proxy_tls, running: PerProcess::new(), state: PerProcess::new() })
    }

    /// Counts a call in, so that it can be cancelled, until the result is dropped. Comes before everything else in a call.
    pub(crate) fn enter(&self) -> Entry<'_> {
        self.running().enter(self.keeps())
    }

    /// Sends to `uri` what `request` makes, once; a body that ends early is handed out as far as it came. Plain http stays on
    /// this machine.
    ///
    /// # Errors
    /// Each says whether a byte of the request was sent.
    pub(crate) fn send(
        &self,
        entry: &Entry<'_>,
        uri: &Uri,
        request: impl Fn() -> Result<Builder, Error>,
    ) -> Result<Answer, Error> {
        let proxy = self.settings.route.proxy_to(uri);
        let server = uri.authority().map(Authority::as_str).unwrap_or_default();
        let no_descriptor = |error| Error::new(Cause::NoResources).detail(format_args!("{server}: {error}"));
        let bell = entry.bell().map_err(|error| no_descriptor(error).request_sent(false))?;
        let log = self.settings.log.as_ref();
        let call = Call::new(&bell, log, server, proxy.map(Proxy::name), self.settings.timeout);
        let answer = self.exchange(proxy, request, &call);
        if !matches!(answer, Ok(Answer::OfServer(_))) {
            // The name may have led to the wrong host.
            name_cache::forget(proxy.map_or(bare(uri.host().unwrap_or_default()), |proxy| &proxy.host));
        }
        answer.map_err(|error| error.request_sent(call.any_byte_sent()))
    }

    /// Over a kept connection, or a new one. While not one byte of the request has been sent, a new one takes the place of a
    /// kept one that cannot be used.
    fn exchange(
        &self,
        proxy: Option<&Proxy>,
        request: impl Fn() -> Result<Builder, Error>,
        call: &Call<'_>,
    ) -> Result<Answer, Error> {
        let state = self.state();
        let request = || {
            let request = match self.keeps() {
                true => request()?,
                false => header(request()?, "Connection", HeaderValue::from_static("close")),
            };
            request.body(()).map_err(|_| Error::from(Cause::Unforeseen))
        };
        while let Some(mut connection) = if self.keeps() { state.kept.take() } else { None } {
            call.enter(Phase::Checking, Peer::Server);
            match connection.exchange(request()?, call) {
                Err(error) if !call.any_byte_sent() => {
                    call.check()?;
                    call.warn(format_args!("connect: idle connection lost, opening a new one: {}", error.message()));
                }
                result => return result.map(|exchanged| self.keep(connection, exchanged, state, call)),
            }
        }
        let request = request()?;
        let stream = match self.connect(proxy, &request, state, call)? {
            Asked::Opened(stream) => stream,
            Asked::Refused(response) => return Ok(Answer::OfProxy(*response, call.peer_name().to_owned())),
        };
        let mut connection = Connection::new(stream);
        call.enter(Phase::Checking, Peer::Server);
        let exchanged = connection.exchange(request, call)?;
        Ok(self.keep(connection, exchanged, state, call))
    }

    /// Ends every call that is running, in this process.
    pub(crate) fn cancel(&self) {
        if let Some(running) = self.running.existing() {
            running.cancel();
        }
    }

    /// Ends every call that is running, in this process, and each that enters later.
    pub(crate) fn close(&self) {
        self.running().close();
    }

    fn running(&self) -> &Running {
        self.running.get(Running::default, Running::close_idle)
    }

    /// The log, if there is one.
    pub(crate) fn log(&self) -> Option<&Log> {
        self.settings.log.as_ref()
    }

    fn state(&self) -> &State {
        let make = || {
            // Each process resumes its own sessions; the cache has a lock.
            let own = |config: &ClientConfig| {
                let mut config = config.clone();
                config.resumption = sessions::resumption();
                Arc::new(config)
            };
            State { kept: Kept::default(), tls: own(&self.tls), proxy_tls: own(&self.proxy_tls) }
        };
        self.state.get(make, |parents| {
            parents.kept.close_all();
        })
    }

    /// Whether connections are kept for the next call.
    fn keeps(&self) -> bool {
        !self.settings.keep_alive.is_zero()
    }

    fn keep(&self, connection: Connection, exchanged: Exchanged, state: &State, call: &Call<'_>) -> Answer {
        let Exchanged { response, reusable } = exchanged;
        let until = (reusable && self.keeps())
            .then(|| kept::usable_until(Instant::now(), connection.since, self.settings.keep_alive, response.headers()))
            .flatten();
        call.done(format_args!(
            "answer HTTP {}, {} bytes{}",
            response.status().as_u16(),
            response.body().bytes.len(),
            if until.is_some() { "; the connection is kept" } else { "" }
        ));
        if let Some(until) = until {
            state.kept.put(connection, until);
        }
        Answer::OfServer(response)
    }

    /// Makes the way to the server, with TLS where the address says so.
    fn connect(
        &self,
        proxy: Option<&Proxy>,
        request: &Request<()>,
        state: &State,
        call: &Call<'_>,
    ) -> Result<Asked, Error> {
        let uri = request.uri();
        let host = bare(uri.host().unwrap_or_default());
        let port = port_of(uri);
        let plain = uri.scheme_str() == Some("http");
        let stream = match proxy {
            None => self.reach((host, port), Peer::Server, plain, call)?,
            Some(proxy) => {
                let stream = self.reach((&proxy.host, proxy.port), Peer::Proxy, false, call)?;
                let stream = match proxy.scheme {
                    Scheme::Https => Tls::connect(&state.proxy_tls, &proxy.host, stream, Peer::Proxy, call)?,
                    Scheme::Http | Scheme::Socks5 => stream,
                };
                match tunnel::ask(proxy, stream, (host, port), request.headers().get(USER_AGENT), call)? {
                    Asked::Opened(stream) => stream,
                    refused => return Ok(refused),
                }
            }
        };
        match plain {
            true => Ok(Asked::Opened(stream)),
            false => Tls::connect(&state.tls, host, stream, Peer::Server, call).map(Asked::Opened),
        }
    }

    /// A TCP connection to a host.
    fn reach(
        &self,
        (host, port): (&str, u16),
        peer: Peer,
        only_loopback: bool,
        call: &Call<'_>,
    ) -> Result<Stream, Error> {
        call.enter(Phase::Lookup, peer);
        let addresses = lookup::addresses(host, port, only_loopback, call)?;
        call.enter(Phase::Connecting, peer);
        let socket = Socket::connect(&addresses, self.settings.connect_timeout, call)?;
        if call.is_logged() {
            let address = socket.peer().map_or_else(String::new, |address| format!(" at {address}"));
            call.done(format_args!("connect {}{address}", call.peer_title()));
        }
        Ok(Stream::Tcp(socket))
    }
}

/// The port of an address, by its scheme where it names none.
fn port_of(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 })
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}
