//! A server that requests a second TLS handshake after the request, as IIS and SAP do for client certificates.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::thread;

use super::Row;
use super::certificates::Authority;
use super::process::{folder, free_address, write};
use crate::support::{Call, Facts};

pub fn row() -> Row {
    Row::new(
        ("openssl s_server", "requests a client certificate by renegotiation, after the request", "NF_TLS"),
        &["message~renegotiation", "message~after the request was sent", "remedy~first handshake", "retry_after_ms=-1"],
        call,
    )
}

/// One call to a server that gets the command to renegotiate when it has printed the end of the request.
fn call() -> Facts {
    let (folder, address) = (folder("renegotiation"), free_address());
    let root = Authority::root("The root");
    let leaf = root.server(|_| ());
    let (ca, chain) = (write(&folder, "ca.pem", &root.pem), write(&folder, "chain.pem", &leaf.pem));
    let key = write(&folder, "key.pem", &leaf.key);
    let mut server = Command::new("openssl")
        .args(["s_server", "-tls1_2", "-accept", &address.to_string(), "-naccept", "1", "-cert", &chain, "-key", &key])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
    // The server listens before it prints this line.
    assert!(lines.any(|line| line == "ACCEPT"), "openssl s_server does not start");
    let mut commands = server.stdin.take().unwrap();
    let operator = thread::spawn(move || {
        if lines.any(|line| line.to_ascii_lowercase().starts_with("authorization:")) {
            let _ = commands.write_all(b"R\n");
        }
        lines.for_each(drop);
    });
    let facts = Call::to(&format!("https://localhost:{}", address.port())).with("ca", &ca).run();
    let _ = server.kill();
    server.wait().unwrap();
    operator.join().unwrap();
    fs::remove_dir_all(folder).unwrap();
    facts
}
