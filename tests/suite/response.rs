//! The library reads responses with unusual headers or chunk lines if curl reads them. It is strict about the end of a response.

use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;

use crate::network::stalls::{hold, listener, read_head};
use crate::support::{self, Call, Expected};

const TOKEN: &str = "<Access_Token><Token>token</Token></Access_Token>";

fn expect(call: &Call, expected: Expected, case: &str) {
    let differences = expected.differences(&call.run());
    assert!(differences.is_empty(), "{case:?}: {}", differences.join("\n"));
}

/// A server whose every response is this one.
fn server(response: String) -> Call {
    // Leaked, because the threads of the listener may outlive the test.
    let response: &'static str = response.leak();
    let address = listener(move |mut client| {
        read_head(&mut client)?;
        client.write_all(response.as_bytes())?;
        hold(&mut client)
    });
    Call::to(&format!("http://{address}"))
}

/// Response heads that are unusual before the end of the headers.
const ODD: &[(&str, &str)] = &[
    ("HTTP/1.1 100 Continue\r\nServer: Microsoft-IIS/10.0\r\nDate: now\r\n\r\n", ""),
    ("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n b\r\nContent-Length: x\r\n\r\n", ""),
    ("\r\n", ""),
    ("", "Folded: a\r\n b\r\n\tc\r\n"),
    ("", "Content-Type:\r\n application/xml\r\n"),
    ("", "Server : IIS\r\nDate\t: now\r\n"),
    ("", "Set-Cookie: a=\u{1}b\r\n"),
    ("", "Set-Cookie: a=\0b\r\n"),
    ("", "Set-Cookie: a=\rb\r\n"),
    ("", "X Y: a\r\n"),
    ("", "X-\u{fc}: a\r\n"),
    ("", ": a\r\n"),
    ("", " Blank: a\r\n"),
    ("", "Bare: a\n"),
];

#[test]
fn odd_header_does_not_prevent_a_token_or_a_rejection() {
    for (before, headers) in ODD {
        for (status, code, lines) in [
            ("200 OK", "NF_OK", &["value=token"] as &[_]),
            (" 200 O\u{1}K", "NF_OK", &["value=token"]),
            ("403 Forbidden", "NF_DENIED", &["http_status=403"]),
            ("403\tForbidden", "NF_DENIED", &["http_status=403"]),
        ] {
            let body = if code == "NF_OK" { TOKEN } else { "<Error><Message>no</Message></Error>" };
            let response =
                format!("{before}HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len());
            expect(&server(response.clone()), Expected { code, lines }, &response);
        }
    }
}

#[test]
fn protocol_name_in_lower_case_is_accepted() {
    let call = server(format!("http/1.1 200 ok\r\nContent-Length: {}\r\n\r\n{TOKEN}", TOKEN.len()));
    expect(&call, Expected { code: "NF_OK", lines: &["value=token"] }, "http/1.1");
}

/// The last two are those of proxies that decompress a body and do not change its headers.
#[test]
fn coding_without_compression_is_ignored() {
    for coding in ["UTF-8", "identity", "none", "gzip", "br"] {
        let headers = format!("Content-Encoding: {coding}\r\nContent-Length: {}", TOKEN.len());
        let call = server(format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{TOKEN}"));
        expect(&call, Expected { code: "NF_OK", lines: &["value=token"] }, coding);
    }
}

/// A proxy that opens a tunnel to the stub with this head.
fn tunnel_with(head: String) -> SocketAddr {
    let stub: SocketAddr = support::stub().0.base_url().replace("https://localhost", "127.0.0.1").parse().unwrap();
    // The listener copies its closure for each connection.
    let head: &str = head.leak();
    listener(move |mut client| {
        read_head(&mut client)?;
        client.write_all(head.as_bytes())?;
        let mut server = TcpStream::connect(stub)?;
        let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
        thread::spawn(move || io::copy(&mut from_server, &mut to_client));
        io::copy(&mut client, &mut server).map(drop)
    })
}

#[test]
fn odd_header_of_a_proxy_does_not_prevent_a_tunnel() {
    for (before, headers) in ODD {
        let proxy = tunnel_with(format!("{before}HTTP/1.1 200 OK\r\n{headers}\r\n"));
        let call = Call::to_stub().with("proxy", &format!("http://{proxy}"));
        expect(&call, Expected { code: "NF_OK", lines: &[] }, headers);
        let proxy = listener(move |mut client| {
            read_head(&mut client)?;
            let text = format!("{before}HTTP/1.1 407 No\r\n{headers}Content-Length: 0\r\n\r\n");
            client.write_all(text.as_bytes())?;
            hold(&mut client)
        });
        let call = Call::to_stub().with("proxy", &format!("http://{proxy}"));
        expect(&call, Expected { code: "NF_PROXY_DENIED", lines: &["http_status=407"] }, headers);
    }
}

/// RFC 9112, section 6.3: a response that opens a tunnel has no body, so length headers in it are ignored.
#[test]
fn length_headers_of_an_open_tunnel_are_ignored() {
    for headers in [
        "Content-Length: 5\r\n",
        "Content-Length: x\r\n",
        "Content-Length : 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
    ] {
        let proxy = tunnel_with(format!("HTTP/1.1 200 OK\r\n{headers}\r\n"));
        let call = Call::to_stub().with("proxy", &format!("http://{proxy}"));
        expect(&call, Expected { code: "NF_OK", lines: &[] }, headers);
    }
}

/// RFC 9112, section 6.1: the connection must not be used again.
#[test]
fn chunked_response_of_http_1_0_is_read_and_its_connection_closed() {
    for headers in ["", "Connection: keep-alive\r\n", "Connection: keep-alive\r\nContent-Length: 5\r\n"] {
        let peer = listener(move |mut client| {
            read_head(&mut client)?;
            let size = TOKEN.len();
            write!(
                client,
                "HTTP/1.0 200 OK\r\n{headers}Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n{TOKEN}\r\n0\r\n\r\n"
            )?;
            assert!(read_head(&mut client).is_err(), "a second request");
            Ok(())
        });
        let call = Call::to(&format!("http://{peer}")).with("keep_alive_ms", "60000").with("calls", "2");
        let facts = call.with("timeout_ms", "5000").run();
        let values: Vec<_> = facts.stdout.lines().filter_map(|line| line.strip_prefix("value=")).collect();
        assert_eq!(values, ["token"; 2], "{headers:?}: {}", facts.stdout);
    }
}

#[test]
fn odd_framing_is_malformed() {
    for headers in [
        "Content-Length : 49",
        "Content-Length:\r\n 49",
        "Content-Length: 49\u{1}",
        "Content-Length: 49\r",
        "Content-Length: 49\r\n\r\r\nA: b",
        "Content-Length: 49\r\nContent-Length: 50",
        "Transfer-Encoding : chunked",
        "\r\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chun\u{1}ked",
        "no colon",
    ] {
        let call = server(format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{TOKEN}"));
        let lines = &["message~Invalid HTTP response"];
        expect(&call, Expected { code: "NF_MALFORMED", lines }, headers);
    }
}

fn chunked(body: &str) -> Call {
    server(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}"))
}

#[test]
fn chunk_extensions_and_padding_are_ignored() {
    let (size, signature) = (TOKEN.len(), "s".repeat(5000));
    for line in [
        format!("{size:x};ieof=yes;name=value"),
        format!("{size:x};signature=\"{signature}\""),
        format!("{size:016X}      "),
        format!("{size:0100x}"),
    ] {
        for end in ["0\r\n\r\n", "0000;last;name=\"some value\"\r\nTrailer: a\r\n\r\n", "0\r\nTrailer: a\n\n"] {
            let expected = Expected { code: "NF_OK", lines: &["value=token"] };
            expect(&chunked(&format!("{line}\r\n{TOKEN}\r\n{end}")), expected, &line);
        }
    }
}

#[test]
fn bad_chunk_is_reported_at_once() {
    let size = TOKEN.len();
    // Without the last end tag, because a complete token is accepted with any framing.
    let body = &TOKEN[..size - 1];
    for (text, part) in [
        (format!("+{size:x}\r\n{body}"), "message~size is not hexadecimal"),
        (format!("{size:x}\n{body}"), "message~does not end in CR LF"),
        (format!("{size:x};a=b\n{body}"), "message~does not end in CR LF"),
        (format!("{:x}\r\n{body}\n0\n\n", size - 1), "message~longer than its size"),
        (format!("1;{}", "x".repeat(20_000)), "message~more than 16 KiB"),
    ] {
        let lines = vec![part, "message~Invalid HTTP response", "retry_after_ms=-1"].leak();
        expect(&chunked(&text), Expected { code: "NF_MALFORMED", lines }, &text);
    }
}

/// The server sent it before it received the request.
#[test]
fn status_408_on_an_idle_connection_is_a_lost_connection() {
    let peer = listener(|mut client| {
        read_head(&mut client)?;
        write!(client, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{TOKEN}", TOKEN.len())?;
        read_head(&mut client)?;
        client.write_all(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    });
    let call = Call::to(&format!("http://{peer}")).with("keep_alive_ms", "60000").with("calls", "2");
    let facts = call.run();
    let codes: Vec<_> = facts.stdout.lines().filter_map(|line| line.strip_prefix("code=")).collect();
    assert_eq!(codes, ["NF_OK", "NF_DISCONNECTED"], "{}", facts.stdout);
    assert!(facts.stdout.contains("retry_after_ms=300000"), "{}", facts.stdout);
}

/// Each state of both parsers must survive the end of the available data.
#[test]
fn response_that_arrives_byte_by_byte_is_read() {
    let peer = listener(|mut client| {
        client.set_nodelay(true)?;
        read_head(&mut client)?;
        let head = "\r\nHTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nA : b\r\n c\r\nB: \u{1}\r\nTransfer-Encoding: chunked";
        let (one, two) = TOKEN.split_at(20);
        let text =
            format!("{head}\r\n\r\n{:x} ;a=b\r\n{one}\r\n{:04X}\r\n{two}\r\n0\r\nC: d\r\n\r\n", one.len(), two.len());
        for byte in text.as_bytes() {
            client.write_all(&[*byte])?;
        }
        hold(&mut client)
    });
    let call = Call::to(&format!("http://{peer}"));
    expect(&call, Expected { code: "NF_OK", lines: &["value=token"] }, "byte by byte");
}
