//! Peers that stop in any phase: the call must end at its deadline.

use std::fs;
use std::io::{self, Read, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use nativeflow_stub::{Options, Stub};

use super::packet_loss::within;
use super::{Over, Row};
use crate::support::{self, Call};

/// Its record, with the header.
const SERVER_HELLO: u64 = 127;

/// A response whose chunks contain more than its Content-Length.
pub const TWO_LENGTHS: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n\
    2f\r\n<Access_Token><Token>tok</Token></Access_Token>\r\n0\r\n\r\n";

/// A listener that handles each connection with `play` on its own thread, until the test process ends.
pub fn listener(play: impl Fn(TcpStream) -> io::Result<()> + Copy + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming() {
            thread::spawn(move || play(client?));
        }
        io::Result::Ok(())
    });
    address
}

/// Reads until the client closes the connection.
pub fn hold(client: &mut TcpStream) -> io::Result<()> {
    io::copy(client, &mut io::sink()).map(drop)
}

fn drip(client: &mut TcpStream, text: &[u8]) -> io::Result<()> {
    for byte in text {
        client.write_all(&[*byte])?;
        thread::sleep(Duration::from_secs(1));
    }
    hold(client)
}

/// Reads a request head.
pub fn read_head(client: &mut impl Read) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(())
}

/// Passes the data of the client to `stub`. `pass` decides which part of the data of `stub` the client receives.
fn through(stub: &Stub, pass: impl FnOnce(TcpStream, TcpStream) -> io::Result<()> + Send + 'static) -> Call {
    let stub: SocketAddr = stub.base_url().replace("https://localhost", "127.0.0.1").parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut client, _) = listener.accept()?;
        let mut server = TcpStream::connect(stub)?;
        let (answers, to_client) = (server.try_clone()?, client.try_clone()?);
        thread::spawn(move || pass(answers, to_client));
        io::copy(&mut client, &mut server)?;
        server.shutdown(Shutdown::Both)
    });
    Call::to(&format!("https://localhost:{port}")).soon()
}

/// The first flight of a TLS 1.2 server: its whole records, until it changes to the new keys.
fn first_flight(mut answers: TcpStream, mut to_client: TcpStream) -> io::Result<()> {
    const CHANGE_CIPHER_SPEC: u8 = 20;
    loop {
        let mut header = [0; 5];
        answers.read_exact(&mut header)?;
        if header[0] == CHANGE_CIPHER_SPEC {
            return Ok(());
        }
        to_client.write_all(&header)?;
        let length = u16::from_be_bytes([header[3], header[4]]);
        io::copy(&mut (&mut answers).take(length.into()), &mut to_client)?;
    }
}

/// Accepts a client of SOCKS 5 without a password, and reads its request.
fn greet(client: &mut TcpStream) -> io::Result<()> {
    let mut greeting = [0; 2];
    client.read_exact(&mut greeting)?;
    client.read_exact(&mut vec![0; greeting[1].into()])?;
    client.write_all(&[5, 0])?;
    // Version, command, a zero, the kind of the address (a name), its length; after it comes the port.
    let mut request = [0; 5];
    client.read_exact(&mut request)?;
    client.read_exact(&mut vec![0; usize::from(request[4]) + 2])
}

fn by_proxy(scheme: &str, proxy: SocketAddr) -> Call {
    Call::to_stub().soon().with("proxy", &format!("{scheme}://{proxy}"))
}

pub fn rows() -> Vec<Row> {
    const PROXY: &str = "HTTP proxy (scripted)";
    const SCRIPTED_SERVER: &str = "HTTP server (scripted)";
    const SOCKS: &str = "SOCKS5 (scripted)";
    const SERVER: &str = "TLS server (scripted)";
    const STUB: &str = "nativeflow-stub";
    let tunnel: &[&str] = &["message~opening the tunnel", "http_status=0", "retry_after_ms=60000"];
    let handshake: &[&str] = &["message~in the TLS handshake", "retry_after_ms=60000"];
    let waiting: &[&str] = &["message~waiting for the response", "retry_after_ms=300000"];
    let arriving: &[&str] = &["message~receiving the response", "retry_after_ms=300000", "remedy~Raise the timeout"];
    let to_stub = |scenario: &'static str| move || Call::to(&support::stub().0.scenario_url(scenario)).soon().run();
    let cut_at = |amount: u64| {
        move || {
            let pass = move |answers: TcpStream, mut client| io::copy(&mut answers.take(amount), &mut client).map(drop);
            through(support::stub().0, pass).run()
        }
    };
    vec![
        Row::stall((PROXY, "accepts and is silent"), tunnel, || {
            by_proxy("http", listener(|mut client| hold(&mut client))).run()
        }),
        Row::stall((PROXY, "stops in the middle of its response"), tunnel, || {
            let peer = listener(|mut client| {
                read_head(&mut client)?;
                client.write_all(b"HTTP/1.1 200 Connection est")?;
                hold(&mut client)
            });
            by_proxy("http", peer).run()
        }),
        Row::stall((PROXY, "sends its response one byte a second"), tunnel, || {
            let peer = listener(|mut client| {
                read_head(&mut client)?;
                drip(&mut client, b"HTTP/1.1 200 OK\r\n\r\n")
            });
            by_proxy("http", peer).run()
        }),
        // The status is known by then.
        Row {
            over: Over::Deadline,
            ..Row::new(
                (PROXY, "rejects, and sends its page one byte a second", "NF_PROXY"),
                &["http_status=403"],
                || {
                    let peer = listener(|mut client| {
                        read_head(&mut client)?;
                        client.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n")?;
                        drip(&mut client, b"<html>")
                    });
                    by_proxy("http", peer).run()
                },
            )
        },
        Row::stall((PROXY, "opens the tunnel to a silent server"), handshake, || {
            let peer = listener(|mut client| {
                read_head(&mut client)?;
                client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                hold(&mut client)
            });
            by_proxy("http", peer).run()
        }),
        Row::stall((PROXY, "is silent, as an https proxy"), handshake, || {
            by_proxy("https", listener(|mut client| hold(&mut client))).run()
        }),
        Row::new(
            (PROXY, "closes the connection at once", "NF_PROXY"),
            &["message~closed the connection", "retry_after_ms=60000"],
            || by_proxy("http", listener(|_| Ok(()))).run(),
        ),
        Row::new((PROXY, "rejects, with an endless page", "NF_PROXY"), &["http_status=403"], || {
            let peer = listener(|mut client| {
                read_head(&mut client)?;
                client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n<html>")?;
                hold(&mut client)
            });
            // Much less than the timeout of a call, which is a minute.
            within(0.0..4000.0, by_proxy("http", peer).with("timeout_ms", "60000").run())
        }),
        Row::new((PROXY, "sends headers without end", "NF_PROXY"), &["message~longer than 16 KiB"], || {
            let peer = listener(|mut client| {
                read_head(&mut client)?;
                client.write_all(&[b"HTTP/1.1 200 OK\r\n", &*b"X-More: 1\r\n".repeat(4000)].concat())?;
                hold(&mut client)
            });
            by_proxy("http", peer).run()
        }),
        Row::new((SCRIPTED_SERVER, "sends chunks, and a length that is too short", "NF_OK"), &["value=tok"], || {
            let peer = listener(|mut client| {
                read_head(&mut client)?;
                client.write_all(TWO_LENGTHS)?;
                hold(&mut client)
            });
            Call::to(&format!("http://{peer}")).soon().run()
        }),
        Row::new((PROXY, "does not use HTTP", "NF_PROXY"), &["message~Proxy failed (protocol error)"], || {
            let peer = listener(|mut client| {
                client.write_all(b"220 mail.example ESMTP\r\n")?;
                hold(&mut client)
            });
            by_proxy("http", peer).run()
        }),
        Row::new(
            (PROXY, "sends unexpected data after its response", "NF_PROXY"),
            &["message~unexpected data before the request"],
            || {
                let peer = listener(|mut client| {
                    read_head(&mut client)?;
                    client.write_all(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")?;
                    hold(&mut client)
                });
                by_proxy("http", peer).run()
            },
        ),
        Row::stall((SOCKS, "accepts and is silent"), tunnel, || {
            by_proxy("socks5", listener(|mut client| hold(&mut client))).run()
        }),
        Row::stall((SOCKS, "is silent after the greeting"), tunnel, || {
            let peer = listener(|mut client| {
                client.write_all(&[5, 0])?;
                hold(&mut client)
            });
            by_proxy("socks5", peer).run()
        }),
        Row::stall((SOCKS, "is silent after the request"), tunnel, || {
            let peer = listener(|mut client| {
                greet(&mut client)?;
                hold(&mut client)
            });
            by_proxy("socks5", peer).run()
        }),
        Row::stall((SOCKS, "stops in the middle of its response"), tunnel, || {
            let peer = listener(|mut client| {
                greet(&mut client)?;
                client.write_all(&[5, 0, 0, 1])?;
                hold(&mut client)
            });
            by_proxy("socks5", peer).run()
        }),
        Row::stall((SOCKS, "sends its response one byte a second"), tunnel, || {
            let peer = listener(|mut client| {
                greet(&mut client)?;
                drip(&mut client, &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80])
            });
            by_proxy("socks5", peer).run()
        }),
        Row::new(
            (SOCKS, "closes the connection at once", "NF_PROXY"),
            &["message~closed the connection", "retry_after_ms=60000"],
            || by_proxy("socks5", listener(|_| Ok(()))).run(),
        ),
        Row::new((SOCKS, "does not use SOCKS", "NF_PROXY"), &["message~Proxy failed (protocol error)"], || {
            let peer = listener(|mut client| {
                client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")?;
                hold(&mut client)
            });
            by_proxy("socks5", peer).run()
        }),
        Row::stall((SERVER, "accepts and is silent"), handshake, cut_at(0)),
        Row::stall((SERVER, "stops in its first record"), handshake, cut_at(3)),
        Row::stall((SERVER, "stops after its ServerHello"), handshake, cut_at(SERVER_HELLO)),
        Row::stall((SERVER, "stops in its certificate"), handshake, cut_at(500)),
        Row::stall((SERVER, "uses TLS 1.2 and stops before its Finished"), handshake, || {
            let stub = Stub::start(Options { only_tls12: true, ..Options::default() }).unwrap();
            let ca = support::scratch("stalls").join(format!("ca-{}.pem", std::process::id()));
            fs::write(&ca, stub.ca_pem()).unwrap();
            let facts = through(&stub, first_flight).with("ca", ca.to_str().unwrap()).run();
            fs::remove_file(ca).unwrap();
            facts
        }),
        Row::stall((STUB, "is silent after the handshake"), waiting, to_stub("silence-after-tls")),
        Row::stall((STUB, "sends its head one byte a second"), arriving, to_stub("drip-headers")),
        Row::stall((STUB, "is silent after its head"), arriving, to_stub("silence-after-headers")),
        Row::stall((STUB, "sends its body one byte a second"), arriving, to_stub("drip-slow")),
    ]
}
