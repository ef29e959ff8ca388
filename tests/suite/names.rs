//! Host names: a lookup that hangs does not stop others, and a wrong address is not remembered.

use std::fs;
use std::io::{self, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread;

use nativeflow_stub::{Options, Stub, User};

use crate::network::dns::silent_for_hanging_names;
use crate::network::namespace::in_network_namespace;
use crate::network::stalls::read_head;
use crate::support::{self, Build, Call, NAMESPACES, Program, needs, scratch};

/// A stub of the test's own with these host names, and the file with its CA.
fn stub_named(test: &str, host_names: &[&str]) -> (Stub, PathBuf) {
    let host_names = host_names.iter().map(|&name| name.to_owned()).collect();
    let stub = Stub::start(Options { host_names, record: false, ..Options::default() }).unwrap();
    let ca = scratch("names").join(format!("{test}-{}.pem", std::process::id()));
    fs::write(&ca, stub.ca_pem()).unwrap();
    (stub, ca)
}

fn port(url: &str) -> u16 {
    url.rsplit_once(':').unwrap().1.parse().unwrap()
}

fn must_pass(name: &str, args: &[&str], under: &[&str]) {
    let user = User::demo();
    let lines: [&str; 3] = [&user.key, &user.login, &user.secret];
    Program::compile(name, Build::Shared).args(args).lines(&lines).under(under).must_pass();
}

/// Uses a resolver of the program itself, so that nothing depends on time.
#[test]
fn lookup_succeeds_while_other_names_hang() {
    let (stub, ca) = stub_named("hanging", &["good.test", "fifth.test", "lost.test"]);
    must_pass("hanging_names", &[&port(&stub.base_url()).to_string(), ca.to_str().unwrap()], &[]);
}

/// Uses the system's resolver and a DNS server.
#[test]
fn lookup_succeeds_after_calls_to_four_silent_names() {
    needs!(NAMESPACES, "python3");
    let prepare = format!("{}\necho '127.0.0.1 known.test' >>$work/hosts", silent_for_hanging_names());
    in_network_namespace(&prepare, |namespace, ca| must_pass("silent_names", &["8443", ca], namespace));
}

#[test]
#[ignore = "slow"]
fn panic_in_a_lookup_is_an_error_and_frees_its_thread() {
    // As many calls as there are threads, and one more.
    let call = Call::to("https://panic-for-test.invalid").with("calls", "5").with("timeout_ms", "2000");
    let facts = call.run_on(&Call::program(Build::Debug));
    let codes: Vec<&str> = facts.stdout.lines().filter_map(|line| line.strip_prefix("code=")).collect();
    assert_eq!(codes, ["NF_PANIC"; 5], "{}", facts.stdout);
    assert!(facts.stderr.is_empty(), "{}", facts.stderr);
}

/// Function that handles a connection of a host.
type Play = fn(TcpStream) -> io::Result<()>;

/// Plays `wrong` at 127.0.0.2 and `right` at 127.0.0.1, on the same port.
fn two_hosts(wrong: Play, right: Play) -> u16 {
    let right_one = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = right_one.local_addr().unwrap().port();
    let wrong_one = TcpListener::bind(("127.0.0.2", port)).unwrap();
    for (listener, play) in [(right_one, right), (wrong_one, wrong)] {
        thread::spawn(move || {
            for client in listener.incoming() {
                thread::spawn(move || play(client?));
            }
            io::Result::Ok(())
        });
    }
    port
}

/// Passes everything on to the shared stub.
fn to_stub(client: TcpStream) -> io::Result<()> {
    pass(client, support::stub().0)
}

fn pass(mut client: TcpStream, stub: &Stub) -> io::Result<()> {
    let mut server = TcpStream::connect(("127.0.0.1", port(&stub.base_url())))?;
    let (mut answers, mut to_client) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || io::copy(&mut answers, &mut to_client));
    io::copy(&mut client, &mut server).map(drop)
}

fn other_certificate(client: TcpStream) -> io::Result<()> {
    pass(client, &Stub::start(Options::default()).unwrap())
}

fn no_tls(mut client: TcpStream) -> io::Result<()> {
    client.write_all(b"220 mail.example ESMTP\r\n")?;
    io::copy(&mut client, &mut io::sink()).map(drop)
}

fn hangs_up(_: TcpStream) -> io::Result<()> {
    Ok(())
}

fn proxy_that_opens(mut client: TcpStream) -> io::Result<()> {
    read_head(&mut client)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    to_stub(client)
}

fn proxy_that_refuses(mut client: TcpStream) -> io::Result<()> {
    read_head(&mut client)?;
    client.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")?;
    io::copy(&mut client, &mut io::sink()).map(drop)
}

fn proxy_to_other_certificate(mut client: TcpStream) -> io::Result<()> {
    read_head(&mut client)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    other_certificate(client)
}

#[test]
fn name_is_forgotten_if_no_answer_came_over_a_connection_to_it() {
    let ca = support::stub().1.to_str().unwrap();
    let moves = |url: &str, proxy: &str, code| {
        let addresses = ["127.0.0.2", code, "127.0.0.1", "NF_OK", "127.0.0.2", "NF_OK"];
        must_pass("moving_name", &[&[url, ca, proxy], &addresses[..]].concat(), &[]);
    };
    let servers: [(Play, &str); 3] =
        [(other_certificate, "NF_TLS_UNTRUSTED"), (no_tls, "NF_TLS"), (hangs_up, "NF_DISCONNECTED")];
    for (wrong, code) in servers {
        moves(&format!("https://localhost:{}", two_hosts(wrong, to_stub)), "", code);
    }
    let proxies: [(Play, &str); 4] = [
        (proxy_that_refuses, "NF_PROXY"),
        (no_tls, "NF_PROXY"),
        (hangs_up, "NF_PROXY"),
        (proxy_to_other_certificate, "NF_TLS_UNTRUSTED"),
    ];
    for (wrong, code) in proxies {
        let proxy = format!("http://localhost:{}", two_hosts(wrong, proxy_that_opens));
        moves(&support::stub().0.base_url(), &proxy, code);
    }
}

/// Multicast DNS finds such addresses. The address alone does not identify the network.
#[test]
fn name_can_lead_to_a_link_local_address() {
    needs!(NAMESPACES, "python3");
    in_network_namespace(RELAY_AT_LINK_LOCAL, |namespace, ca| {
        must_pass("moving_name", &["https://concur.test:8443", ca, "", "fe80::1%lo", "NF_OK"], namespace);
    });
}

/// Passes everything on from there to the stub.
const RELAY_AT_LINK_LOCAL: &str = r#"
ip address add fe80::1/64 dev lo nodad
python3 -c '
import socket, threading

def copy(source, target):
    try:
        while data := source.recv(4096):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # either end has gone

listener = socket.create_server(("fe80::1", 8443, 0, socket.if_nametoindex("lo")), family=socket.AF_INET6)
print("started", flush=True)
while True:
    client, _ = listener.accept()
    server = socket.create_connection(("127.0.0.1", 8443))
    for ends in (client, server), (server, client):
        threading.Thread(target=copy, args=ends, daemon=True).start()
' >$work/relay &
dns=$!
until grep -qs started "$work/relay"; do kill -0 $dns; sleep 0.01; done
"#;
