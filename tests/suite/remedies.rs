//! Messages and remedies lead an administrator to the setting that is wrong, and a login is not sent if it cannot be right.

use std::io::Write as _;
use std::net::SocketAddr;

use nativeflow_stub::{Options, Stub, User};

use crate::network::stalls::{hold, listener, read_head};
use crate::support::{self, Call, Expected};

fn expect(call: &Call, code: &'static str, lines: &'static [&'static str], case: &str) {
    let differences = Expected { code, lines }.differences(&call.run());
    assert!(differences.is_empty(), "{case:?}: {}", differences.join("\n"));
}

#[test]
fn explore() {
    let plain: SocketAddr = listener(|mut client| {
        client.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")?;
        hold(&mut client)
    });
    let opens = listener(|mut client| {
        read_head(&mut client)?;
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        let mut byte = [0; 100];
        std::io::Read::read(&mut client, &mut byte)?;
        client.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")?;
        hold(&mut client)
    });
    for proxy in [format!("https://{plain}"), format!("http://{plain}"), format!("socks5://{plain}"), format!("http://{opens}")] {
        println!("{proxy}\n{}", Call::to_stub().with("proxy", &proxy).with("timeout_ms", "3000").run().stdout);
    }
    println!("{}", Call::to(&format!("https://{plain}")).run().stdout);
}
