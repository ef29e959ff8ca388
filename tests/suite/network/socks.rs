//! SOCKS 5: microsocks, dante for what microsocks cannot do, and a scripted proxy for the rest.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use super::Row;
use super::process::{Peer, folder, free_address, write};
use super::relay::through_proxy;
use super::stalls::hold;
use crate::support::{self, Call, Facts};

const SOCKS: &str = "SOCKS5 (microsocks)";
const DANTE: &str = "SOCKS5 (dante)";
const SCRIPTED: &str = "SOCKS5 (scripted)";

fn call(users: &[&str], login: &str, url: &str) -> Facts {
    let (folder, address) = (folder("socks"), free_address());
    let port = address.port().to_string();
    let command: Vec<&str> = ["microsocks", "-i", "127.0.0.1", "-p", &port].iter().chain(users).copied().collect();
    let _peer = Peer::start(&folder, &command, address);
    through_proxy(address, |proxy| Call::to(url).with("proxy", &format!("socks5://{login}{proxy}")).run())
}

/// dante checks users of the system. No user name of this test exists there.
fn call_dante(method: &str, rules: &str, login: &str, url: &str) -> Facts {
    let (folder, address) = (folder("dante"), free_address());
    let everywhere = "{ from: 127.0.0.1/32 to: 0.0.0.0/0 }";
    let text = format!(
        "logoutput: stderr\ninternal: 127.0.0.1 port = {}\nexternal: 127.0.0.1\nclientmethod: none\nsocksmethod: {method}\n\
         client pass {everywhere}\n{rules}\nsocks pass {everywhere}\n",
        address.port(),
    );
    let conf = write(&folder, "danted.conf", text);
    let _peer = Peer::start(&folder, &["danted", "-f", &conf], address);
    through_proxy(address, |proxy| Call::to(url).with("proxy", &format!("socks5://{login}{proxy}")).run())
}

/// A proxy that accepts all clients and answers a connection request with `reply`.
fn answering(reply: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut client, _) = listener.accept()?;
        // Version, and one authentication method: none. Then the request, with a name of nine letters.
        client.read_exact(&mut [0; 3])?;
        client.write_all(&[5, 0])?;
        client.read_exact(&mut [0; 4 + 1 + 9 + 2])?;
        client.write_all(reply)?;
        hold(&mut client)
    });
    address
}

fn answered(reply: &'static [u8]) -> Facts {
    Call::to_stub().with("proxy", &format!("socks5://{}", answering(reply))).run()
}

pub fn rows() -> Vec<Row> {
    let stub = || support::stub().0.base_url();
    let users: &'static [&'static str] = &["-u", "user", "-P", "pa55word"];
    vec![
        Row::new((SOCKS, "allows all connections", "NF_OK"), &[], move || call(&[], "", &stub())),
        Row::new((SOCKS, "gets an address instead of a name", "NF_OK"), &[], move || {
            call(&[], "", &stub().replace("localhost", "127.0.0.1"))
        }),
        Row::new((SOCKS, "requires a password, and gets it", "NF_OK"), &[], move || {
            call(users, "user:pa55word@", &stub())
        }),
        Row::new(
            (SOCKS, "requires a password, and gets a wrong one", "NF_PROXY_DENIED"),
            &["http_status=0", "message~user name or password rejected", "retry_after_ms=-1"],
            move || call(users, "user:other@", &stub()),
        ),
        Row::new(
            (SOCKS, "requires a password, and gets none", "NF_PROXY_DENIED"),
            &["message~user name and password required"],
            move || call(users, "", &stub()),
        ),
        Row::new(
            (SOCKS, "target port refuses connections", "NF_PROXY"),
            &["message~connection refused", "retry_after_ms=60000"],
            || call(&[], "", "https://localhost:1"),
        ),
        Row::new((SOCKS, "cannot resolve the host", "NF_PROXY"), &["retry_after_ms=60000"], || {
            call(&[], "", "https://does-not-exist.localhost:1")
        }),
        Row::new((DANTE, "allows all connections", "NF_OK"), &[], move || call_dante("none", "", "", &stub())),
        Row::new(
            (DANTE, "denies the host by its rules", "NF_PROXY"),
            &["message~not allowed by ruleset", "retry_after_ms=-1"],
            move || call_dante("none", "socks block { from: 127.0.0.1/32 to: 127.0.0.0/8 }", "", &stub()),
        ),
        Row::new(
            (DANTE, "target port refuses connections", "NF_PROXY"),
            &["message~connection refused", "retry_after_ms=60000"],
            || call_dante("none", "", "", "https://localhost:1"),
        ),
        Row::new(
            (DANTE, "requires a password, and gets an unknown user", "NF_PROXY_DENIED"),
            &["http_status=0", "message~user name or password rejected", "retry_after_ms=-1"],
            move || call_dante("username", "", "unknown-user:other@", &stub()),
        ),
        Row::new(
            (DANTE, "requires a password, and gets none", "NF_PROXY_DENIED"),
            &["message~user name and password required"],
            move || call_dante("username", "", "", &stub()),
        ),
        Row::new((SCRIPTED, "uses SOCKS 4", "NF_PROXY"), &["message~not SOCKS 5"], || {
            answered(&[4, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        }),
        Row::new((SCRIPTED, "closes the connection", "NF_PROXY"), &["message~closed the connection"], || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            thread::spawn(move || listener.accept());
            Call::to_stub().with("proxy", &format!("socks5://{address}")).run()
        }),
    ]
}
