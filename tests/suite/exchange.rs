//! The login is sent only over a connection at rest, by a call that goes on; what counts is what comes after it.

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

use crate::network::stalls::{hold, listener, read_head};
use crate::network::tls_peer::{Config, TlsPeer};
use crate::network::way::within;
use crate::support::{Call, Expected, Facts, Preload, needs, scratch};

/// What ends a call before its login is sent, and says so.
const NOTHING_SENT: &str = "remedy~No Concur credentials were sent.";

/// How long one side of a test waits for the other. A test that gets so far fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server whose every connection is played on a thread of its own, with its number, until the test process ends.
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

/// An answer with a token.
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

/// A pipe with a name: a call that reads it waits until it is opened here.
struct Gate(PathBuf);

impl Gate {
    fn new() -> Gate {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let path = scratch("gates").join(format!("{}-{number}", std::process::id()));
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        Gate(path)
    }

    /// The call waits where it tells the log of this step.
    fn hold(&self, call: Call, at: &str) -> Call {
        call.with("at", at).with("then", self.0.to_str().unwrap())
    }

    /// Waits until the call is there. It goes on when the result is dropped.
    fn reached(path: &Path) -> io::Result<fs::File> {
        let start = Instant::now();
        loop {
            // Refused while no call is there.
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
fn no_part_of_a_second_answer_is_left_for_the_next_user() {
    for (name, version) in [("1.2", &TLS12), ("1.3", &TLS13)] {
        let config = Config::new(&format!("second-{name}"), version, None);
        // Of the record of a second answer, so much comes with the first one; the rest comes with the next request.
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
fn no_part_of_a_second_answer_is_left_in_a_tunnel_within_tls() {
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

/// How a server leaves rest before it has been asked.
#[derive(Clone, Copy, Debug)]
enum Before {
    Says(&'static [u8]),
    /// In TLS with its own goodbye.
    Closes,
    Cuts,
}

/// The end of a call whose server does that on a new connection, and what the server has heard.
fn before_the_request(before: Before, config: Option<&Config>) -> (Facts, Vec<u8>) {
    let gate = Gate::new();
    let (heard, hears) = mpsc::channel();
    let (path, tls) = (gate.0.clone(), config.map(|config| Arc::clone(&config.tls)));
    let server = Server::start(move |mut client, _| {
        client.set_read_timeout(Some(PATIENCE))?;
        let mut rest = Vec::new();
        let Some(tls) = &tls else {
            let call = Gate::reached(&path)?;
            match before {
                Before::Says(text) => client.write_all(text)?,
                Before::Closes | Before::Cuts => client.shutdown(Shutdown::Write)?,
            }
            drop(call);
            let _ = client.read_to_end(&mut rest);
            let _ = heard.send(rest);
            return Ok(());
        };
        let mut peer = TlsPeer::accept(tls, client)?;
        let call = Gate::reached(&path)?;
        let records = match before {
            Before::Says(text) => peer.records(text),
            Before::Closes => peer.goodbye(),
            Before::Cuts => peer.records(b""),
        };
        peer.under.write_all(&records)?;
        if let Before::Cuts = before {
            peer.under.shutdown(Shutdown::Write)?;
        }
        drop(call);
        let _ = peer.read_to_end(&mut rest);
        let _ = heard.send(rest);
        Ok(())
    });
    let call = match config {
        Some(config) => gate.hold(server.tls(&config.ca), "tls "),
        None => gate.hold(server.plain(), "connect "),
    };
    let facts = call.with("timeout_ms", "5000").run();
    assert_eq!(server.connections(), 1);
    (facts, hears.recv_timeout(2 * PATIENCE).unwrap())
}

#[test]
fn data_before_the_request_is_no_answer_and_nothing_is_sent() {
    let said: [&[u8]; 4] = [
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 54\r\n\r\n<Access_Token><Token>STRANGER</Token></Access_Token>  ",
        b"220 mail.example ESMTP\r\n",
    ];
    let (old, new) = (Config::new("said-1.2", &TLS12, None), Config::new("said-1.3", &TLS13, None));
    for config in [None, Some(&old), Some(&new)] {
        for text in said {
            let (facts, heard) = before_the_request(Before::Says(text), config);
            let lines = &["message~unexpected data before", "http_status=0", "retry_after_ms=60000", NOTHING_SENT];
            expect(&facts, "NF_MALFORMED", lines, &String::from_utf8_lossy(text));
            assert!(heard.is_empty(), "{} bytes were sent", heard.len());
        }
    }
}

#[test]
fn nothing_is_sent_to_a_server_that_has_closed() {
    let (old, new) = (Config::new("closed-1.2", &TLS12, None), Config::new("closed-1.3", &TLS13, None));
    for config in [None, Some(&old), Some(&new)] {
        for before in [Before::Closes, Before::Cuts] {
            let (facts, heard) = before_the_request(before, config);
            let lines = &["message~before the login was sent", "retry_after_ms=60000", NOTHING_SENT];
            expect(&facts, "NF_DISCONNECTED", lines, &format!("{before:?}"));
            assert!(heard.is_empty(), "{} bytes were sent", heard.len());
        }
    }
}

/// Session tickets are no answer, and a part of one is no reason to give up a new connection.
#[test]
fn a_new_connection_waits_for_the_rest_of_a_session_ticket() {
    // So short that a ticket takes several records.
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

/// A stub that counts, with its CA in a file.
fn counting(name: &str) -> (Stub, String) {
    let stub = Stub::start(Options::default()).unwrap();
    let ca = scratch("exchange").join(format!("{name}-{}.pem", std::process::id()));
    fs::write(&ca, stub.ca_pem()).unwrap();
    (stub, ca.to_str().unwrap().to_owned())
}

#[test]
fn no_login_is_sent_after_the_end_of_a_call() {
    let (stub, ca) = counting("end");
    let call = Call::to(&stub.base_url()).with("ca", &ca).with("at", "tls ");
    let cancelled: &[&str] = &["message~before the login was sent", "retry_after_ms=-1", NOTHING_SENT];
    for then in ["cancel", "free"] {
        expect(&call.clone().with("then", then).run(), "NF_CANCELLED", cancelled, then);
    }
    let over: &[&str] = &["message~before the login was sent", "retry_after_ms=60000", NOTHING_SENT];
    expect(&call.with("then", "overrun").with("timeout_ms", "500").run(), "NF_TIMEOUT", over, "overrun");
    assert_eq!(stub.requests().len(), 0);
}

#[test]
fn an_answer_that_has_come_by_the_deadline_is_read_after_it() {
    let (stub, ca) = counting("deadline");
    let call = Call::to(&stub.base_url()).with("ca", &ca).with("at", "request ").with("then", "overrun");
    expect(&call.with("timeout_ms", "500").run(), "NF_OK", &[], "the answer has come");
    assert_eq!(stub.requests().len(), 1);
}

/// The thread is held in the first system call of the call, before it has anything to be woken by.
#[test]
fn a_call_that_has_only_begun_is_cancelled_too() {
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
fn after_the_request_a_shortage_claims_nothing() {
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
fn a_failure_of_connect_is_told_as_what_it_is() {
    let failing = Preload::compile("failing");
    let server = Server::start(|_, _| panic!("nothing connects"));
    let proxied = || Call::to("https://localhost:1").with("proxy", &format!("http://{}", server.address));
    for (error, call, code, part) in [
        (libc::EADDRNOTAVAIL, server.plain(), "NF_CONNECT", "message~No local port or address left"),
        (libc::EADDRNOTAVAIL, proxied(), "NF_CONNECT", "message~No local port or address left"),
        (libc::EMFILE, server.plain(), "NF_CONNECT", "message~No file descriptor"),
        // Under way it is only after these two: no connection comes of it.
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

/// The call gets the last descriptor for itself; the resolver gets none, and would say that the name does not exist.
#[test]
fn a_lookup_without_a_descriptor_is_not_told_as_dns() {
    let limit = ["sh", "-c", "ulimit -n 4; exec \"$@\"", "sh"];
    let facts = Call::to("https://localhost:1").run_under(&limit);
    expect(&facts, "NF_CONNECT", &["message~No file descriptor", NOTHING_SENT], "a name");
    let facts = Call::to("https://127.0.0.1:1").run_under(&limit);
    expect(&facts, "NF_CONNECT", &["message~No file descriptor", NOTHING_SENT], "an address");
}

#[test]
fn twenty_interim_answers_are_enough() {
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
fn the_rest_of_a_refusal_is_waited_for_two_seconds() {
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
        // Not the minute that a call may take.
        expect(&within(0.0..4000.0, server.plain().run()), code, &[], head);
    }
}

/// How a connection ends after a part of a body whose length nothing says.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// RST, over plain TCP.
    Reset,
    /// In TLS, without its own goodbye.
    Fin,
    /// The end that is the body's too.
    Goodbye,
}

#[test]
fn a_body_without_a_length_that_is_cut_is_a_lost_connection() {
    let config = Config::new("cut", &TLS13, None);
    let whole = "<Access_Token><Token>token</Token></Access_Token>";
    for (cut, length, code, part) in [
        (Cut::Reset, 20, "NF_DISCONNECTED", ""),
        (Cut::Fin, 20, "NF_DISCONNECTED", ""),
        (Cut::Fin, 0, "NF_DISCONNECTED", ""),
        (Cut::Goodbye, 20, "NF_MALFORMED", "not well-formed"),
        (Cut::Goodbye, 0, "NF_MALFORMED", "empty"),
        (Cut::Fin, whole.len(), "NF_OK", ""),
        (Cut::Goodbye, whole.len(), "NF_OK", ""),
    ] {
        let tls = Arc::clone(&config.tls);
        let server = Server::start(move |mut client, _| {
            let text = format!("HTTP/1.1 200 OK\r\n\r\n{}", &whole[..length]);
            if let Cut::Reset = cut {
                read_head(&mut client)?;
                client.write_all(text.as_bytes())?;
                return SockRef::from(&client).set_linger(Some(Duration::ZERO));
            }
            let mut peer = TlsPeer::accept(&tls, client)?;
            read_head(&mut peer)?;
            peer.write_all(text.as_bytes())?;
            if let Cut::Goodbye = cut {
                let goodbye = peer.goodbye();
                peer.under.write_all(&goodbye)?;
            }
            peer.under.shutdown(Shutdown::Write)?;
            hold(&mut peer.under)
        });
        let facts = if let Cut::Reset = cut { server.plain() } else { server.tls(&config.ca) }.run();
        let pause: &[&str] = if code == "NF_DISCONNECTED" { &["retry_after_ms=300000"] } else { &[] };
        expect(&facts, code, pause, &format!("{cut:?} after {length} bytes"));
        assert!(facts.pairs()["message"].contains(part), "{}", facts.stdout);
    }
}

/// By a clock that goes on while the program sleeps, and by no other.
#[test]
fn a_connection_is_kept_for_as_long_as_three_limits_allow() {
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
fn a_refusal_of_a_proxy_says_that_nothing_was_sent() {
    let proxy = listener(|mut client| {
        read_head(&mut client)?;
        client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")?;
        hold(&mut client)
    });
    let facts = Call::to_stub().with("proxy", &format!("http://{proxy}")).run();
    expect(&facts, "NF_PROXY_DENIED", &[NOTHING_SENT, "retry_after_ms=-1"], "407");
}

/// On a new connection, on a kept one, and through a proxy.
#[test]
fn a_second_tls_handshake_after_the_request_is_named() {
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
    let named: &[&str] = &["message~renegotiation", "message~after the login was sent", "retry_after_ms=-1"];
    expect(&server.tls(&config.ca).run(), "NF_TLS", named, "new");
    let kept = server.tls(&config.ca).with("keep_alive_ms", "60000").with("calls", "2").run();
    assert_eq!(all(&kept, "code"), ["NF_OK", "NF_TLS"], "{}", kept.stdout);
    assert!(all(&kept, "message")[1].contains("renegotiation"), "{}", kept.stdout);
    let call = Call::to("https://localhost:1").with("ca", &config.ca);
    let facts = call.with("proxy", &format!("http://{}", proxy.address)).run();
    expect(&facts, "NF_TLS", named, "through a proxy");
    assert!(facts.pairs()["message"].contains(&format!("via proxy {}", proxy.address)), "{}", facts.stdout);
}
