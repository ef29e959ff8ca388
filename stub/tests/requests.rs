//! Requests as clients send them: with bodies, pipelined, and invalid ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod client;

use std::io::Write;
use std::net::{Shutdown, TcpStream};

use client::{BASIC, KEY, exchange, head_for, host_and_port, next_reply, tcp};
use nativeflow_stub::{Options, Stub};

fn keeping() -> Stub {
    Stub::start(Options { keep_alive: true, ..Options::default() }).unwrap()
}

fn connect(stub: &Stub) -> TcpStream {
    tcp(host_and_port(&stub.plain_url()).1)
}

fn post(stub: &Stub, headers: &str, body: &str) -> String {
    format!("{}{body}", head_for("POST", &stub.plain_url(), &format!("{BASIC}{KEY}{headers}")))
}

fn get(stub: &Stub) -> String {
    head_for("GET", &stub.plain_url(), &format!("{BASIC}{KEY}"))
}

#[test]
fn post_gets_the_response_of_get_and_its_body_is_read() {
    let stub = keeping();
    let chunked = "Transfer-Encoding: chunked\r\n";
    let long = "x".repeat(200_000);
    for (headers, body) in [
        ("", String::new()),
        ("Content-Length: 0\r\n", String::new()),
        ("Content-Length: 5\r\n", "hello".to_owned()),
        ("Content-Length: 200000\r\n", long.clone()),
        (chunked, "0\r\n\r\n".to_owned()),
        (chunked, "5\r\nhello\r\n00A;name=value\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n".to_owned()),
        (chunked, format!("30d40\r\n{long}\r\n0\r\n\r\n")),
        // An additional line break, as old browsers send it.
        ("Content-Length: 5\r\n", "hello\r\n".to_owned()),
    ] {
        let mut stream = connect(&stub);
        stream.write_all(post(&stub, headers, &body).as_bytes()).unwrap();
        assert_eq!(next_reply(&mut stream).status(), "200", "{headers}");
        stream.write_all(get(&stub).as_bytes()).unwrap();
        assert_eq!(next_reply(&mut stream).status(), "200", "after {headers}");
    }
    // Only heads are recorded, one per request.
    assert_eq!(stub.requests().len(), 16);
    assert!(stub.requests().iter().all(|head| head.ends_with(b"\r\n\r\n")));
}

#[test]
fn request_in_single_bytes_is_read() {
    let stub = keeping();
    let mut stream = connect(&stub);
    stream.set_nodelay(true).unwrap();
    let body = "5\r\nhello\r\n0\r\n\r\n";
    for byte in post(&stub, "Transfer-Encoding: chunked\r\n", body).as_bytes() {
        stream.write_all(&[*byte]).unwrap();
    }
    assert_eq!(next_reply(&mut stream).status(), "200");
}

#[test]
fn pipelined_requests_get_responses_in_order() {
    let stub = keeping();
    let mut stream = connect(&stub);
    let denied = get(&stub).replace("X-ConsumerKey: ", "X-ConsumerKey: other");
    let requests = [get(&stub), post(&stub, "Content-Length: 5\r\n", "hello"), denied, get(&stub)];
    stream.write_all(requests.concat().as_bytes()).unwrap();
    let statuses = [(); 4].map(|()| next_reply(&mut stream).status());
    assert_eq!(statuses, ["200", "200", "403", "200"]);
}

/// curl does this with a long body, and .NET with every body.
#[test]
fn client_that_expects_continue_receives_it() {
    let stub = keeping();
    let mut stream = connect(&stub);
    stream.write_all(post(&stub, "Expect: 100-continue\r\nContent-Length: 5\r\n", "").as_bytes()).unwrap();
    assert_eq!(next_reply(&mut stream).text(), "HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hello").unwrap();
    assert_eq!(next_reply(&mut stream).status(), "200");
}

/// The client sends no more but does not close its side: the response must not wait for the end of the request.
#[test]
fn bad_request_is_rejected_immediately_with_its_fault() {
    let stub = keeping();
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (request, fault) in [
        (get(&stub).replace("\r\n", "\n"), "line 1 ends in LF without CR"),
        (get(&stub).replace("Host", "Hos").replace("Hos", "X"), "HTTP/1.1 without a Host header"),
        (get(&stub).replace(KEY, "Host: localhost\r\n"), "more than one Host header"),
        // Encoders that wrap lines: with LF, with CR LF, and with a space on the next line.
        (
            get(&stub).replace("==\r\n", "\n==\r\n"),
            "line 3 ends in LF without CR; Base64 in Authorization must be one line",
        ),
        (
            get(&stub).replace("==\r\n", "\r\n==\r\n"),
            "line 4 has no colon, so it is not a header; Base64 in Authorization must be one line",
        ),
        (
            get(&stub).replace("==\r\n", "\r\n ==\r\n"),
            "line 4 begins with a space, which continues the previous line (RFC 9112, 5.2); Base64 in Authorization must be one line",
        ),
        (post(&stub, "Content-Length: x\r\n", ""), "Content-Length is not a number"),
        (post(&stub, chunked, "hello\r\n"), "a chunk of the body has no size"),
        (post(&stub, chunked, "+5\r\nhello\r\n"), "a chunk of the body has no size"),
        (post(&stub, chunked, "4\r\nhello\r\n"), "a chunk of the body is longer than its size"),
        (post(&stub, chunked, "5\nhello\r\n"), "a line in the body ends in LF without CR"),
        (post(&stub, chunked, &"0".repeat(5000)), "a line between chunks of the body is longer than 4096 bytes"),
        ("SSH-2.0-x\r\n".to_owned(), "line 1 is not a request line (METHOD TARGET HTTP/1.1)"),
        ("\u{16}\u{3}\u{1}".to_owned(), "TLS on a port for plain HTTP"),
    ] {
        let reply = exchange(connect(&stub), request.as_bytes());
        assert_eq!(reply.status(), "400", "{fault}: {}", reply.text());
        assert_eq!(reply.body(), format!("bad request: {fault}\n"));
    }
}

#[test]
fn truncated_body_gets_no_response() {
    let stub = keeping();
    let mut stream = connect(&stub);
    stream.write_all(post(&stub, "Content-Length: 5\r\n", "hell").as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(next_reply(&mut stream).bytes.is_empty());
}
