//! The login is sent only over a connection without unexpected data, by a call that is still active. Only data after the
//! request counts as the response.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use nativeflow_stub::{Options, Stub};
use rustls::version::{TLS12, TLS13};
use socket2::SockRef;

use crate::network::packet_loss::within;
use crate::network::stalls::{hold, listener, read_head};
use crate::network::tls_peer::{Config, TlsPeer};
use crate::support::{Call, Expected, Facts, Preload, needs, scratch};

/// Part of the remedy of each error that ends a call before its login is sent.
const NOTHING_SENT: &str = "remedy~No Concur credentials were sent.";

/// How long one side of a test waits for the other. After this time the test fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that handles each connection on its own thread, by its number, until the test process ends.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn start(play: impl Fn(TcpStream, usize) -> io::Result<()> + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, play) = (Arc::clone(&connections), Arc::new(play));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (number, play) = (counted.fetch_add(1, Ordering::SeqCst), Arc::clone(&play));
                thread::spawn(move || play(client?, number));
            }
            io::Result::Ok(())
        });
        Server { address, connections }
    }

    fn plain(&self) -> Call {
        Call::to(&format!("http://{}", self.address))
    }

    fn tls(&self, ca: &str) -> Call {
        Call::to(&format!("https://localhost:{}", self.address.port())).with("ca", ca)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A response with a token.
fn answer(token: &str) -> Vec<u8> {
    answer_with("", token)
}

fn answer_with(headers: &str, token: &str) -> Vec<u8> {
    let body = format!("<Access_Token><Token>{token}</Token></Access_Token>");
    format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn expect(facts: &Facts, code: &'static str, lines: &'static [&'static str], case: &str) {
    let differences = Expected { code, lines }.differences(facts);
    assert!(differences.is_empty(), "{case}: {}", differences.join("\n"));
}

/// The values of the lines `name=value`, of each call.
fn all<'a>(facts: &'a Facts, name: &str) -> Vec<&'a str> {
    assert!(facts.stderr.is_empty(), "{}", facts.stderr);
    let values = facts.stdout.lines().filter_map(|line| line.split_once('='));
    values.filter(|(key, _)| *key == name).map(|(_, value)| value).collect()
}

/// A named pipe. A call that reads it waits until the test opens it for writing.
struct Gate(PathBuf);

impl Gate {
    fn new() -> Gate {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let path = scratch("gates").join(format!("{}-{number}", std::process::id()));
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Gate(path)
    }

    /// Makes the call wait when it logs this step.
    fn hold(&self, call: Call, at: &str) -> Call {
        call.with("at", at).with("then", self.0.to_str().unwrap())
    }

    /// Waits until the call has opened the pipe. The call continues when the result is dropped.
    fn reached(path: &Path) -> io::Result<fs::File> {
        let start = Instant::now();
        loop {
            // Fails until the call has opened the pipe.
            match fs::OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path) {
                Err(error) if start.elapsed() > PATIENCE => return Err(error),
                Err(_) => thread::sleep(Duration::from_millis(1)),
                Ok(file) => return Ok(file),
            }
        }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn second_response_is_not_used_for_the_next_user() {
    for (name, version) in [("1.2", &TLS12), ("1.3", &TLS13)] {
        let config = Config::new(&format!("second-{name}"), version, None);
        // This many bytes of the record of a second response come with the first one. The rest comes with the next request.
        for early in [1, 3, 5, 40, usize::MAX] {
            let tls = Arc::clone(&config.tls);
            let server = Server::start(move |client, number| {
                let mut peer = TlsPeer::accept(&tls, client)?;
                read_head(&mut peer)?;
                if number > 0 {
                    return peer.write_all(&answer("second")).and_then(|()| hold(&mut peer.under));
                }
                let first = peer.records(&answer("first"));
                let stranger = peer.records(&answer("stranger"));
                let (now, later) = stranger.split_at(early.min(stranger.len()));
                peer.under.write_all(&[&first, now].concat())?;
                read_head(&mut peer)?;
                peer.under.write_all(later)?;
                hold(&mut peer.under)
            });
            let facts = server.tls(&config.ca).with("keep_alive_ms", "60000").with("calls", "2").run();
            assert_eq!(all(&facts, "value"), ["first", "second"], "TLS {name}, {early} bytes: {}", facts.stdout);
            assert_eq!(server.connections(), 2);
        }
    }
}

#[test]
fn second_response_in_a_tunnel_within_tls_is_not_used() {
    let config = Config::new("tunnel", &TLS13, None);
    for early in [1, 3, 40] {
        let tls = Arc::clone(&config.tls);
        let proxy = Server::start(move |client, number| {
            let mut outer = TlsPeer::accept(&tls, client)?;
            read_head(&mut outer)?;
            outer.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            let mut peer = TlsPeer::accept(&tls, outer)?;
            read_head(&mut peer)?;
            if number > 0 {
                return peer.write_all(&answer("second")).and_then(|()| hold(&mut peer.under.under));
            }
            let (first, stranger) = (peer.records(&answer("first")), peer.records(&answer("stranger")));
            let (first, stranger) = (peer.under.records(&first), peer.under.records(&stranger));
            let (now, later) = stranger.split_at(early);
            peer.under.under.write_all(&[&first, now].concat())?;
            read_head(&mut peer)?;
            peer.under.under.write_all(later)?;
            hold(&mut peer.under.under)
        });
        let call = Call::to("https://localhost:1").with("ca", &config.ca).with("keep_alive_ms", "60000");
        let call = call.with("proxy", &format!("https://localhost:{}", proxy.address.port())).with("calls", "2");
        let facts = call.run();
        assert_eq!(all(&facts, "value"), ["first", "second"], "{early} bytes: {}", facts.stdout);
        assert_eq!(proxy.connections(), 2);
    }
}

/// Event on a new connection before the request.
#[derive(Clone, Copy, Debug)]
enum Before {
    Sends(&'static [u8]),
    /// The server closes the connection, in TLS with close_notify.
    Closes,
    Cuts,
}

/// Calls a server that causes this event. Returns the result of the call, and the bytes that the server received.
fn before_the_request(before: Before, config: Option<&Config>) -> (Facts, Vec<u8>) {
    let gate = Gate::new();
    let (sender, receiver) = mpsc::channel();
    let (path, tls) = (gate.0.clone(), config.map(|config| Arc::clone(&config.tls)));
    let server = Server::start(move |mut client, _| {
        client.set_read_timeout(Some(PATIENCE))?;
        let mut rest = Vec::new();
        let Some(tls) = &tls else {
            let call = Gate::reached(&path)?;
            match before {
                Before::Sends(text) => client.write_all(text)?,
                Before::Closes | Before::Cuts => client.shutdown(Shutdown::Write)?,
            }
            drop(call);
            let _ = client.read_to_end(&mut rest);
            let _ = sender.send(rest);
            return Ok(());
        };
        let mut peer = TlsPeer::accept(tls, client)?;
        let call = Gate::reached(&path)?;
        let records = match before {
            Before::Sends(text) => peer.records(text),
            Before::Closes => peer.close_notify(),
            Before::Cuts => peer.records(b""),
        };
        peer.under.write_all(&records)?;
        if let Before::Cuts = before {
            peer.under.shutdown(Shutdown::Write)?;
        }
        drop(call);
        let _ = peer.read_to_end(&mut rest);
        let _ = sender.send(rest);
        Ok(())
    });
    let call = match config {
        Some(config) => gate.hold(server.tls(&config.ca), "tls "),
        None => gate.hold(server.plain(), "connect "),
    };
    let facts = call.with("timeout_ms", "5000").run();
    assert_eq!(server.connections(), 1);
    (facts, receiver.recv_timeout(2 * PATIENCE).unwrap())
}

#[test]
fn data_before_the_request_is_an_error_and_nothing_is_sent() {
    let texts: [&[u8]; 4] = [
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 54\r\n\r\n<Access_Token><Token>STRANGER</Token></Access_Token>  ",
        b"220 mail.example ESMTP\r\n",
    ];
    let (old, new) = (Config::new("data-1.2", &TLS12, None), Config::new("data-1.3", &TLS13, None));
    for config in [None, Some(&old), Some(&new)] {
        for text in texts {
            let (facts, received) = before_the_request(Before::Sends(text), config);
            let lines = &["message~unexpected data before", "http_status=0", "retry_after_ms=60000", NOTHING_SENT];
            expect(&facts, "NF_MALFORMED", lines, &String::from_utf8_lossy(text));
            assert!(received.is_empty(), "{} bytes were sent", received.len());
        }
    }
}

#[test]
fn server_that_closed_the_connection_receives_nothing() {
    let (old, new) = (Config::new("closed-1.2", &TLS12, None), Config::new("closed-1.3", &TLS13, None));
    for config in [None, Some(&old), Some(&new)] {
        for before in [Before::Closes, Before::Cuts] {
            let (facts, received) = before_the_request(before, config);
            let lines = &["message~before the request was sent", "retry_after_ms=60000", NOTHING_SENT];
            expect(&facts, "NF_DISCONNECTED", lines, &format!("{before:?}"));
            assert!(received.is_empty(), "{} bytes were sent", received.len());
        }
    }
}

/// A session ticket is not a response, and a part of one is not a reason to close a new connection.
#[test]
fn new_connection_waits_for_the_rest_of_a_session_ticket() {
    // Records are so short that a ticket takes several.
    let config = Config::new("ticket", &TLS13, Some(40));
    // A part of a record, and whole records with a part of a message.
    for early in [3, 40] {
        let gate = Gate::new();
        let (path, tls) = (gate.0.clone(), Arc::clone(&config.tls));
        let asked_early = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked_early);
        let server = Server::start(move |client, _| {
            let mut peer = TlsPeer::accept(&tls, client)?;
            let tickets = peer.records(b"");
            assert!(tickets.len() > 2 * early);
            let (now, later) = tickets.split_at(early);
            let call = Gate::reached(&path)?;
            peer.under.write_all(now)?;
            drop(call);
            peer.under.set_read_timeout(Some(Duration::from_millis(200)))?;
            counted.fetch_add(peer.under.peek(&mut [0]).unwrap_or(0), Ordering::SeqCst);
            peer.under.set_read_timeout(None)?;
            peer.under.write_all(later)?;
            read_head(&mut peer)?;
            peer.write_all(&answer("token"))?;
            hold(&mut peer.under)
        });
        let facts = gate.hold(server.tls(&config.ca), "tls ").run();
        expect(&facts, "NF_OK", &["value=token"], &format!("{early} bytes"));
        assert_eq!(asked_early.load(Ordering::SeqCst), 0, "the request comes after the whole ticket");
    }
}

/// A stub that records requests, with its CA in a file.
fn counting(name: &str) -> (Stub, String) {
    let stub = Stub::start(Options::default()).unwrap();
    let ca = scratch("exchange").join(format!("{name}-{}.pem", std::process::id()));
    fs::write(&ca, stub.ca_pem()).unwrap();
    (stub, ca.to_str().unwrap().to_owned())
}

#[test]
fn login_is_not_sent_after_the_end_of_a_call() {
    let (stub, ca) = counting("end");
    let call = Call::to(&stub.base_url()).with("ca", &ca).with("at", "tls ");
    let cancelled: &[&str] = &["message~before the request was sent", "retry_after_ms=-1", NOTHING_SENT];
    for then in ["cancel", "free"] {
        expect(&call.clone().with("then", then).run(), "NF_CANCELLED", cancelled, then);
    }
    let over: &[&str] = &["message~before the request was sent", "retry_after_ms=60000", NOTHING_SENT];
    expect(&call.with("then", "overrun").with("timeout_ms", "500").run(), "NF_TIMEOUT", over, "overrun");
    assert_eq!(stub.requests().len(), 0);
}

#[test]
fn response_received_by_the_deadline_is_read_after_it() {
    let (stub, ca) = counting("deadline");
    let call = Call::to(&stub.base_url()).with("ca", &ca).with("at", "request ").with("then", "overrun");
    expect(&call.with("timeout_ms", "500").run(), "NF_OK", &[], "the answer has come");
    assert_eq!(stub.requests().len(), 1);
}

/// The thread is stopped in the first system call of the call, before anything can wake it.
#[test]
fn call_is_cancelled_before_its_first_wait() {
    needs!("strace");
    let (stub, ca) = counting("begun");
    let delay =
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=eventfd2", "-e", "inject=eventfd2:delay_enter=1200000"];
    for how in ["cancel_after_ms", "free_after_ms"] {
        let facts = Call::to(&stub.base_url()).with("ca", &ca).with(how, "400").run_under(&delay);
        expect(&facts, "NF_CANCELLED", &[NOTHING_SENT], how);
    }
    assert_eq!(stub.requests().len(), 0);
}

#[test]
fn shortage_after_the_request_does_not_claim_that_nothing_was_sent() {
    let (failing, stub) = (Preload::compile("failing"), Stub::start(Options::default()).unwrap());
    for error in [libc::ENOBUFS, libc::ENOMEM, libc::ENFILE] {
        let variables = [&failing.variable(), &format!("FAILING=recv {error}")];
        let facts = Call::to(&stub.plain_url()).run_with(&variables.map(String::as_str));
        expect(&facts, "NF_CONNECT", &["message~No file descriptor", "retry_after_ms=300000"], &error.to_string());
        assert!(!facts.pairs()["remedy"].contains("were sent"), "{}", facts.stdout);
    }
    assert_eq!(stub.requests().len(), 3);
}

#[test]
fn failure_of_connect_is_reported_with_its_cause() {
    let failing = Preload::compile("failing");
    let server = Server::start(|_, _| panic!("nothing connects"));
    let proxied = || Call::to("https://localhost:1").with("proxy", &format!("http://{}", server.address));
    for (error, call, code, part) in [
        (libc::EADDRNOTAVAIL, server.plain(), "NF_CONNECT", "message~No local port or address left"),
        (libc::EADDRNOTAVAIL, proxied(), "NF_CONNECT", "message~No local port or address left"),
        (libc::EMFILE, server.plain(), "NF_CONNECT", "message~No file descriptor"),
        // Only EINPROGRESS means that the connection is being made. After these errors it is not.
        (libc::EAGAIN, server.plain(), "NF_CONNECT", "message~Cannot connect to the server"),
        (libc::EINTR, server.plain(), "NF_CONNECT", "message~Cannot connect to the server"),
        (libc::EAGAIN, proxied(), "NF_PROXY", "message~Cannot connect to the proxy"),
    ] {
        let variables = [&failing.variable(), &format!("FAILING=connect {error}")];
        let facts = call.run_with(&variables.map(String::as_str));
        expect(&facts, code, &["retry_after_ms=60000", NOTHING_SENT], &error.to_string());
        let (name, part) = part.split_once('~').unwrap();
        assert!(facts.pairs()[name].contains(part), "{error}: {}", facts.stdout);
    }
    assert_eq!(server.connections(), 0);
}

/// The call takes the last descriptor. The resolver gets none, and would report that the name does not exist.
#[test]
fn lookup_without_a_descriptor_is_not_reported_as_dns() {
    let limit = ["sh", "-c", "ulimit -n 4; exec \"$@\"", "sh"];
    let facts = Call::to("https://localhost:1").run_under(&limit);
    expect(&facts, "NF_CONNECT", &["message~No file descriptor", NOTHING_SENT], "a name");
    let facts = Call::to("https://127.0.0.1:1").run_under(&limit);
    expect(&facts, "NF_CONNECT", &["message~No file descriptor", NOTHING_SENT], "an address");
}

#[test]
fn twenty_interim_responses_are_accepted() {
    for (head, code) in [("100 Continue", "NF_MALFORMED"), ("103 Early Hints\r\nLink: </a>", "NF_MALFORMED")] {
        for (count, code) in [(1, "NF_OK"), (20, "NF_OK"), (21, code), (1_000_000, code)] {
            let server = Server::start(move |mut client, _| {
                read_head(&mut client)?;
                for _ in 0..count {
                    client.write_all(format!("HTTP/1.1 {head}\r\n\r\n").as_bytes())?;
                }
                client.write_all(&answer("token"))?;
                hold(&mut client)
            });
            let facts = server.plain().with("timeout_ms", "20000").run();
            expect(&facts, code, &[], &format!("{count} times {head}"));
            if code != "NF_OK" {
                assert!(facts.pairs()["message"].contains("interim"), "{}", facts.stdout);
            }
        }
    }
}

#[test]
fn rejection_without_its_end_is_returned_after_two_seconds() {
    for (head, code) in [
        ("403 Forbidden\r\nContent-Length: 100", "NF_DENIED"),
        ("403 Forbidden\r\nTransfer-Encoding: chunked", "NF_DENIED"),
        ("503 Service Unavailable", "NF_MAINTENANCE"),
    ] {
        let server = Server::start(move |mut client, _| {
            read_head(&mut client)?;
            client.write_all(format!("HTTP/1.1 {head}\r\n\r\n").as_bytes())?;
            hold(&mut client)
        });
        // Much less than the timeout of a call, which is a minute.
        expect(&within(0.0..4000.0, server.plain().run()), code, &[], head);
    }
}

/// How a connection ends after a part of a body of unknown length.
#[derive(Clone, Copy, Debug)]
enum End {
    /// TCP reset, without TLS.
    Reset,
    /// End of the TCP stream, without close_notify.
    Fin,
    /// close_notify, which also ends the body.
    CloseNotify,
}

#[test]
fn truncated_body_of_unknown_length_is_a_lost_connection() {
    let config = Config::new("cut", &TLS13, None);
    let whole = "<Access_Token><Token>token</Token></Access_Token>";
    for (end, length, code, part) in [
        (End::Reset, 20, "NF_DISCONNECTED", ""),
        (End::Fin, 20, "NF_DISCONNECTED", ""),
        (End::Fin, 0, "NF_DISCONNECTED", ""),
        (End::CloseNotify, 20, "NF_MALFORMED", "not well-formed"),
        (End::CloseNotify, 0, "NF_MALFORMED", "empty"),
        (End::Fin, whole.len(), "NF_OK", ""),
        (End::CloseNotify, whole.len(), "NF_OK", ""),
    ] {
        let tls = Arc::clone(&config.tls);
        let server = Server::start(move |mut client, _| {
            let text = format!("HTTP/1.1 200 OK\r\n\r\n{}", &whole[..length]);
            if let End::Reset = end {
                read_head(&mut client)?;
                client.write_all(text.as_bytes())?;
                return SockRef::from(&client).set_linger(Some(Duration::ZERO));
            }
            let mut peer = TlsPeer::accept(&tls, client)?;
            read_head(&mut peer)?;
            peer.write_all(text.as_bytes())?;
            if let End::CloseNotify = end {
                let close_notify = peer.close_notify();
                peer.under.write_all(&close_notify)?;
            }
            peer.under.shutdown(Shutdown::Write)?;
            hold(&mut peer.under)
        });
        let facts = if let End::Reset = end { server.plain() } else { server.tls(&config.ca) }.run();
        let pause: &[&str] = if code == "NF_DISCONNECTED" { &["retry_after_ms=300000"] } else { &[] };
        expect(&facts, code, pause, &format!("{end:?} after {length} bytes"));
        assert!(facts.pairs()["message"].contains(part), "{}", facts.stdout);
    }
}

/// The preloaded clock skips pauses, so that the test does not wait.
#[test]
fn idle_connection_is_used_only_within_three_limits() {
    let clock = Preload::compile("clock");
    for (announced, keep_alive_ms, pause_ms, connections) in [
        ("Keep-Alive: timeout=5\r\n", "3600000", "3900", 1),
        ("Keep-Alive: timeout=5, max=100\r\n", "3600000", "4000", 4),
        ("Keep-Alive: timeout=5\r\n", "2000", "2100", 4),
        ("Keep-Alive: timeout=1\r\n", "3600000", "0", 4),
        ("", "3600000", "95000", 1),
        // Five minutes are over before the fourth call.
        ("", "3600000", "101000", 2),
    ] {
        let server = Server::start(move |mut client, _| {
            loop {
                read_head(&mut client)?;
                client.write_all(&answer_with(announced, "token"))?;
            }
        });
        let call = server.plain().with("keep_alive_ms", keep_alive_ms).with("pause_ms", pause_ms).with("calls", "4");
        let facts = call.run_with(&[&clock.variable()]);
        assert_eq!(all(&facts, "code"), ["NF_OK"; 4], "{}", facts.stdout);
        assert_eq!(server.connections(), connections, "{announced:?}, {keep_alive_ms} ms, each {pause_ms} ms");
    }
}

#[test]
fn proxy_rejection_reports_that_nothing_was_sent() {
    let proxy = listener(|mut client| {
        read_head(&mut client)?;
        client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")?;
        hold(&mut client)
    });
    let facts = Call::to_stub().with("proxy", &format!("http://{proxy}")).run();
    expect(&facts, "NF_PROXY_DENIED", &[NOTHING_SENT, "retry_after_ms=-1"], "407");
}

/// On a new connection, on an idle one, and through a proxy.
#[test]
fn renegotiation_after_the_request_is_reported() {
    let config = Config::new("renegotiation", &TLS12, None);
    let (tls, other_tls) = (Arc::clone(&config.tls), Arc::clone(&config.tls));
    let server = Server::start(move |client, number| {
        let mut peer = TlsPeer::accept(&tls, client)?;
        read_head(&mut peer)?;
        if number > 0 {
            peer.write_all(&answer("token"))?;
            read_head(&mut peer)?;
        }
        peer.renegotiate()
    });
    let proxy = Server::start(move |mut client, _| {
        read_head(&mut client)?;
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        let mut peer = TlsPeer::accept(&other_tls, client)?;
        read_head(&mut peer)?;
        peer.renegotiate()
    });
    let named: &[&str] = &["message~renegotiation", "message~after the request was sent", "retry_after_ms=-1"];
    expect(&server.tls(&config.ca).run(), "NF_TLS", named, "new");
    let kept = server.tls(&config.ca).with("keep_alive_ms", "60000").with("calls", "2").run();
    assert_eq!(all(&kept, "code"), ["NF_OK", "NF_TLS"], "{}", kept.stdout);
    assert!(all(&kept, "message")[1].contains("renegotiation"), "{}", kept.stdout);
    let call = Call::to("https://localhost:1").with("ca", &config.ca);
    let facts = call.with("proxy", &format!("http://{}", proxy.address)).run();
    expect(&facts, "NF_TLS", named, "through a proxy");
    assert!(facts.pairs()["message"].contains(&format!("via proxy {}", proxy.address)), "{}", facts.stdout);
}
