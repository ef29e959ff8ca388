//! Sends a request to an origin and receives the response, within one operation. Independent of Concur.
//!
//! | question | module |
//! |---|---|
//! | the progress of an exchange, and its operation | `progress`, `call` |
//! | from a host name to a connection | `net` |
//! | the proxy and its tunnel | `proxy` |
//! | TLS and the trusted certificates | `tls` |
//! | a request and its response | `exchange` over a `connection`, with `head` and `chunks`; they use `stream` and `buffer` |
//! | idle connections for later calls | `pool` |
//! | the cause of a failure | `failure`; of a rejected certificate: `tls/explain`, in a `chain_error` |

mod buffer;
mod call;
mod chain_error;
mod chunks;
mod connection;
mod exchange;
mod failure;
mod head;
mod net;
mod pool;
mod progress;
mod proxy;
mod stream;
mod tls;

pub(crate) use proxy::{Bypass, Proxy, Route};
pub(crate) use tls::{ClientCertificate, TrustedRoots};

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;

use crate::call_facts::CallFacts;
use crate::error::Error;
use crate::message::{Answer, Request};
use crate::operation::Operation;
use crate::origin::HostPort;
use crate::wipe::PerProcess;
use call::Call;
use connection::Connection;
use net::{connect, lookup};
use pool::{Key, Pool};
use progress::{Peer, Phase, Progress};
use proxy::{Scheme, tunnel};
use stream::Stream;
use tls::sessions;
use tls::stream::Tls;

/// The settings of a transport.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The timeout of each attempt to connect to an address.
    pub(crate) connect_timeout: Duration,
    /// The time in which an idle connection may be used again; zero: each call opens its own.
    pub(crate) keep_alive: Duration,
    pub(crate) trust: TrustedRoots,
    pub(crate) identity: Option<ClientCertificate>,
    pub(crate) route: Route,
}

/// Sends requests over idle or new connections.
#[derive(Debug)]
pub(crate) struct Transport {
    settings: Settings,
    tls: ClientConfig,
    proxy_tls: ClientConfig,
    state: PerProcess<State>,
}

/// The state that a child of fork must not share.
struct State {
    pool: Pool,
    tls: Arc<ClientConfig>,
    proxy_tls: Arc<ClientConfig>,
}

/// Which connections a request may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connections {
    /// An idle one, or a new one.
    Any,
    /// A new one: an idle connection may have been lost without a sign.
    New,
}

/// A request that has been sent and waits for its response. One operation begins it, and any operation may wait for it.
pub(crate) struct Exchange {
    exchange: exchange::Exchange,
    progress: Progress,
    key: Key,
}

impl Transport {
    /// # Errors
    /// The system has no root certificates, and the settings contain none.
    pub(crate) fn new(settings: Settings) -> Result<Transport, Error> {
        let (tls, proxy_tls) = settings.trust.client_configs(settings.identity.as_ref())?;
        Ok(Transport { settings, tls, proxy_tls, state: PerProcess::new() })
    }

    /// Sends a request once. If an idle connection cannot be used and no byte of the request was sent, the call opens a
    /// new one. Plain http stays on this machine.
    ///
    /// # Errors
    /// Each error contains whether a byte of the request was sent.
    pub(crate) fn begin(
        &self,
        operation: &Operation<'_>,
        request: &Request,
        connections: Connections,
    ) -> Result<Exchange, Error> {
        let proxy = self.settings.route.proxy_to(&request.endpoint.origin).cloned();
        let progress = Progress::new(request.endpoint.clone(), proxy.clone());
        let key = Key { origin: Arc::clone(&request.endpoint.origin), proxy, identity: self.settings.identity.clone() };
        let exchange = Call::new(operation, &progress).and_then(|call| self.open(request, &key, connections, &call));
        match exchange {
            Ok(exchange) => Ok(Exchange { exchange, progress, key }),
            Err(error) => {
                key.forget_address();
                Err(progress.complete(error))
            }
        }
    }

    fn open(
        &self,
        request: &Request,
        key: &Key,
        connections: Connections,
        call: &Call<'_>,
    ) -> Result<exchange::Exchange, Error> {
        // A call that was cancelled before it began does not connect, and leaves idle connections to other calls.
        call.check()?;
        let state = self.state();
        let begin = |connection| {
            let head = request.head(!self.keeps())?;
            call.enter(Phase::Checking, Peer::Server);
            exchange::Exchange::begin(connection, head, request.body.as_ref(), call)
        };
        let may_be_idle = self.keeps() && connections == Connections::Any;
        while let Some(connection) = if may_be_idle { state.pool.take(key) } else { None } {
            call.reached(connection.stream.socket().peer());
            match begin(connection) {
                Err(error) if !call.any_byte_sent() => {
                    call.discard_facts();
                    call.check()?;
                    call.log_warning(format_args!(
                        "connect: idle connection lost, opening a new one: {}",
                        error.message()
                    ));
                }
                result => return result,
            }
        }
        begin(Connection::new(self.connect(request, key, state, call)?))
    }

    /// Ends an exchange after a wait that succeeded or failed with `cut`. Returns the received part of the response, with a
    /// truncated body as far as it was received, and keeps the connection if it may be used again.
    ///
    /// # Errors
    /// `cut`, if no response has begun.
    pub(crate) fn conclude(
        &self,
        operation: &Operation<'_>,
        exchange: Exchange,
        cut: Option<Error>,
    ) -> Result<(Answer, CallFacts), Error> {
        let Exchange { exchange, progress, key } = exchange;
        let took = progress.end_phase();
        let exchanged = exchange.conclude(cut).inspect_err(|_| key.forget_address())?;
        let (response, came) = (&exchanged.answer.response, exchanged.answer.came);
        let until = (exchanged.is_reusable && self.keeps())
            .then(|| {
                let (since, keep_alive) = (exchanged.connection.since, self.settings.keep_alive);
                pool::usable_until(came.monotonic, since, keep_alive, response.headers())
            })
            .flatten();
        operation.log_phase_done(
            format_args!(
                "response HTTP {}, {} bytes from {}{}",
                response.status().as_u16(),
                response.body().bytes.len(),
                progress.place(),
                if until.is_some() { "; connection kept open" } else { "" }
            ),
            took,
        );
        if let Some(until) = until {
            self.state().pool.put(key, exchanged.connection, until);
        }
        Ok((exchanged.answer, progress.facts()))
    }

    fn state(&self) -> &State {
        let make = || {
            // Each process resumes its own sessions; the cache has a lock.
            let own = |config: &ClientConfig| {
                let mut config = config.clone();
                config.resumption = sessions::resumption();
                Arc::new(config)
            };
            State { pool: Pool::default(), tls: own(&self.tls), proxy_tls: own(&self.proxy_tls) }
        };
        self.state.get(make, |parents| {
            parents.pool.close_all();
        })
    }

    /// Whether connections are kept open for later calls.
    pub(crate) fn keeps(&self) -> bool {
        !self.settings.keep_alive.is_zero()
    }

    /// Connects to the server, directly or through the proxy, with TLS if the origin is https.
    fn connect(&self, request: &Request, key: &Key, state: &State, call: &Call<'_>) -> Result<Stream, Error> {
        let origin = &key.origin;
        let stream = match &key.proxy {
            None => self.reach(&origin.place, Peer::Server, !origin.is_https, call)?,
            Some(proxy) => {
                let stream = self.reach(&proxy.place, Peer::Proxy, false, call)?;
                let stream = match proxy.scheme {
                    Scheme::Https => Tls::connect(&state.proxy_tls, &proxy.place.host, stream, Peer::Proxy, call)?,
                    Scheme::Http | Scheme::Socks5 => stream,
                };
                tunnel::open(proxy, stream, &origin.place, request.header("User-Agent"), call)?
            }
        };
        match origin.is_https {
            true => Tls::connect(&state.tls, &origin.place.host, stream, Peer::Server, call),
            false => Ok(stream),
        }
    }

    /// Opens a TCP connection to a host.
    fn reach(&self, place: &HostPort, peer: Peer, only_loopback: bool, call: &Call<'_>) -> Result<Stream, Error> {
        call.enter(Phase::Lookup, peer);
        let addresses = lookup::addresses(&place.host, place.port, only_loopback, call)?;
        call.enter(Phase::Connecting, peer);
        let socket = connect::connect(&addresses, self.settings.connect_timeout, call)?;
        call.reached(socket.peer());
        if call.is_logged() {
            call.log_phase_done(format_args!("connect {} at {}", call.peer_title(), socket.peer()));
        }
        Ok(Stream::Tcp(socket))
    }
}

impl Exchange {
    /// Waits until the whole response was received. After a wait that ended early, another operation may continue.
    ///
    /// # Errors
    /// The response was not received, or only a part of it. The error contains whether a byte of the request was sent.
    pub(crate) fn wait(&mut self, operation: &Operation<'_>) -> Result<(), Error> {
        let waited = Call::new(operation, &self.progress).and_then(|call| self.exchange.wait(&call));
        waited.map_err(|error| self.progress.complete(error))
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use http::{HeaderValue, Method};

    use super::{Answer, CallFacts, Connections, Error, Request, Route, Settings, Transport, TrustedRoots};
    use crate::error::Code;
    use crate::message::Endpoint;
    use crate::operation::{ActiveOperations, Handle, Operation, alone};
    use crate::origin::{HostPort, Origin};
    use crate::secret::Secret;

    const MINUTE: Duration = Duration::from_secs(60);

    /// Makes a server that returns its first connection, and a transport.
    fn server_and_transport() -> (TcpListener, Transport, Endpoint) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let place = HostPort { host: "127.0.0.1".to_owned(), port: listener.local_addr().unwrap().port() };
        let origin = Arc::new(Origin { is_https: false, place });
        let uri = format!("{origin}/token").parse().unwrap();
        let transport = Transport::new(Settings {
            connect_timeout: MINUTE,
            keep_alive: MINUTE,
            trust: TrustedRoots::default(),
            identity: None,
            route: Route::default(),
        });
        (listener, transport.unwrap(), Endpoint { origin, uri })
    }

    fn read_until(client: &mut TcpStream, end: &str) -> String {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end.as_bytes()) {
            let mut byte = [0];
            client.read_exact(&mut byte).unwrap();
            bytes.push(byte[0]);
        }
        String::from_utf8(bytes).unwrap()
    }

    fn send(transport: &Transport, operation: &Operation<'_>, request: &Request) -> Result<(Answer, CallFacts), Error> {
        let mut exchange = transport.begin(operation, request, Connections::Any)?;
        let cut = exchange.wait(operation).err();
        transport.conclude(operation, exchange, cut)
    }

    #[test]
    fn body_is_sent_with_its_length() {
        for length in [1, 100, 16 * 1024, 100_000] {
            let (listener, transport, endpoint) = server_and_transport();
            let body = format!("{}.", "a".repeat(length - 1));
            let kind = ("Content-Type", HeaderValue::from_static("text/plain"));
            let request = Request::new(Method::POST, &endpoint, vec![kind], Secret::concat(&[&body]));
            let server = thread::spawn(move || {
                let (mut client, _) = listener.accept().unwrap();
                let head = read_until(&mut client, "\r\n\r\n");
                let came = read_until(&mut client, ".");
                client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
                (head, came)
            });
            let (answer, _) = send(&transport, &alone(MINUTE), &request).unwrap();
            assert_eq!(*answer.response.body().bytes, *b"ok");
            let (head, came) = server.join().unwrap();
            let host = endpoint.origin.authority();
            let expected = format!(
                "POST /token HTTP/1.1\r\nHost: {host}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n"
            );
            assert_eq!(head, expected);
            assert!(came == body, "{length} bytes");
        }
    }

    #[test]
    fn exchange_of_a_cancelled_operation_is_completed_by_another() {
        const PARTS: [&[u8]; 4] = [
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20",
            b"0 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"3\r\nab",
            b"c\r\n1\r\nd\r\n0\r\n\r\n",
        ];
        let (listener, transport, endpoint) = server_and_transport();
        let request = Request::new(Method::GET, &endpoint, Vec::new(), Secret::default());
        let (running, handle): (ActiveOperations, Arc<Handle>) = Default::default();
        let cancelled = Operation::begin(&running, &handle, false, MINUTE, None);
        let mut exchange = transport.begin(&cancelled, &request, Connections::Any).unwrap();
        let (mut client, _) = listener.accept().unwrap();
        read_until(&mut client, "\r\n\r\n");

        running.cancel();
        assert_eq!(exchange.wait(&cancelled).unwrap_err().code(), Code::Cancelled);
        for part in &PARTS[..3] {
            client.write_all(part).unwrap();
            // On another thread, as in later versions.
            let (back, error) = thread::scope(|scope| {
                let wait = move || {
                    let error = exchange.wait(&alone(Duration::from_millis(20))).unwrap_err();
                    (exchange, error)
                };
                scope.spawn(wait).join().unwrap()
            });
            exchange = back;
            assert_eq!(error.code(), Code::Timeout);
            assert!(!error.remedy().contains("No Concur credentials"), "the request was sent: {error}");
        }
        client.write_all(PARTS[3]).unwrap();
        let last = alone(MINUTE);
        exchange.wait(&last).unwrap();
        let (answer, _) = transport.conclude(&last, exchange, None).unwrap();
        assert_eq!(*answer.response.body().bytes, *b"abcd");

        // The connection is used again for this origin.
        let again = thread::spawn(move || {
            read_until(&mut client, "\r\n\r\n");
            client.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        });
        assert_eq!(send(&transport, &last, &request).unwrap().0.response.status(), 204);
        again.join().unwrap();
    }
}
