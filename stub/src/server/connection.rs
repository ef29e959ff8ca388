//! One connection: reads a request, runs its script, then closes the connection or reads the next request.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::body::Framing;
use crate::http::lines::Fault;
use crate::http::request::Request;
use crate::routes;
use crate::server::incoming::{Incoming, Unread};
use crate::server::peer::Peer;
use crate::server::port::{Port, Role};
use crate::service::orders::Orders;
use crate::service::script::{Script, Step};

/// Timeout for the arrival of a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Maximum duration of a stalled response.
const MAX_STALL: Duration = Duration::from_secs(600);
/// How often a waiting response looks whether it was released.
const WAIT: Duration = Duration::from_millis(2);

pub(crate) fn serve(socket: Arc<TcpStream>, port: &Port) {
    let started = Instant::now();
    // Sends single bytes immediately, and fails if the peer neither reads nor closes the connection.
    let _ = socket.set_nodelay(true);
    let _ = socket.set_write_timeout(Some(MAX_STALL));
    let mut peer = match Peer::new(socket, port.tls.as_ref()) {
        Ok(peer) => peer,
        Err(error) => return port.log.note(&format!("tls: {error}")),
    };
    if port.role == Role::Silent {
        // Reads, because that detects the end of the connection. The peer does not notice that its bytes are read.
        peer.stays_connected_until(started + MAX_STALL);
        port.log.note(&format!("silent: connection open for {} ms", started.elapsed().as_millis()));
        return;
    }
    match peer.shake_hands(started + REQUEST_TIMEOUT) {
        Ok(None) => {}
        Ok(Some(handshake)) => port.activity.handshake_done(handshake),
        // The peer closed the connection without sending anything, as a port check does.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return,
        Err(error) => return port.log.note(&format!("no request: {error}")),
    }
    let mut incoming = Incoming::new();
    while serve_request(&mut peer, &mut incoming, port) {}
}

/// Reads one request and replies to it. Returns whether another request may follow.
fn serve_request(peer: &mut Peer, incoming: &mut Incoming, port: &Port) -> bool {
    let started = Instant::now();
    let reply = match read(peer, incoming, port, started + REQUEST_TIMEOUT) {
        Ok(Some(Ok(request))) if port.role == Role::Elsewhere => routes::reply_elsewhere(request, &port.site),
        Ok(Some(Ok(request))) => routes::reply(request, &port.site, &port.states),
        Ok(Some(Err(fault))) => routes::reply_to_fault(fault, &port.site),
        Ok(None) => return false,
        Err(error) => {
            port.log.note(&format!("no request: {error}"));
            return false;
        }
    };
    let completed = run(&reply.script, peer, &port.site.state.orders);
    port.log.request(&reply.entry, reply.script.status, started.elapsed());
    let keeps_open = completed && reply.script.keeps_open;
    if !keeps_open {
        if !incoming.is_empty() {
            port.log.note("unread bytes after the request; a line break in a header value ends the head");
        }
        peer.close(reply.script.ending);
    }
    port.activity.request_done();
    keeps_open
}

/// Reads one request with its body. Returns its fault if it is invalid, `None` if the peer closed the connection first.
fn read(
    peer: &mut Peer,
    incoming: &mut Incoming,
    port: &Port,
    deadline: Instant,
) -> io::Result<Option<Result<Request, Fault>>> {
    let Some(head) = incoming.head(peer, deadline)? else { return Ok(None) };
    let record = port.activity.request_came(port.site.place, &head.bytes);
    let mut request = match head.fault.map_or_else(|| Request::parse(&head.bytes), Err) {
        Ok(request) => request,
        Err(fault) => return Ok(Some(Err(fault))),
    };
    if request.expects_continue && request.framing != Framing::Length(0) && incoming.is_empty() {
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    match incoming.body(request.framing, peer, deadline) {
        Ok(body) => {
            port.activity.body_came(record, body.bytes().unwrap_or_default());
            request.body = body;
        }
        Err(Unread::Io(error)) => return Err(error),
        Err(Unread::Fault(fault)) => return Ok(Some(Err(fault))),
    }
    Ok(Some(Ok(request)))
}

/// Runs the steps until the peer is gone. Returns whether it was still connected at the end.
fn run(script: &Script, peer: &mut Peer, orders: &Orders) -> bool {
    let deadline = Instant::now() + MAX_STALL;
    script.steps.iter().all(|step| run_step(step, peer, orders, deadline))
}

/// Returns whether the peer is still connected.
fn run_step(step: &Step, peer: &mut Peer, orders: &Orders, deadline: Instant) -> bool {
    match step {
        Step::Send(bytes) => peer.send(bytes).is_ok(),
        Step::Repeat { block, times } => (0..*times).all(|_| Instant::now() < deadline && peer.send(block).is_ok()),
        Step::Drip { bytes, every } => bytes.chunks(1).all(|byte| {
            let now = Instant::now();
            now < deadline && peer.send(byte).is_ok() && peer.stays_connected_until(now + *every)
        }),
        Step::Pause(time) => peer.stays_connected_until(Instant::now() + *time),
        Step::Hold => peer.stays_connected_until(deadline),
        Step::Wait => {
            while orders.is_holding() && Instant::now() < deadline {
                if !peer.stays_connected_until(Instant::now() + WAIT) {
                    return false;
                }
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::response::{Response, TEXT};
    use crate::log::Log;
    use crate::server::activity::Activity;
    use crate::service::context::Context;
    use crate::service::site::Site;
    use std::io::Write;
    use std::net::TcpListener;

    /// Sends a request over TCP. Returns its body as a scenario receives it.
    fn received(headers: &str, body: &str) -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut peer = Peer::new(Arc::new(listener.accept().unwrap().0), None).unwrap();
        let activity = Arc::new(Activity::new(false));
        let (site, states) = (Site::demo(), Arc::default());
        let (log, closed) = (Log { on: false }, Arc::default());
        let port = Port { role: Role::Service, site, states, tls: None, activity, log, closed };
        let request = format!("POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}GET");
        let sender = std::thread::spawn(move || client.write_all(request.as_bytes()).map(|()| client));
        let mut incoming = Incoming::new();
        let request =
            read(&mut peer, &mut incoming, &port, Instant::now() + REQUEST_TIMEOUT).unwrap().unwrap().unwrap();
        sender.join().unwrap().unwrap();
        let scenario: fn(&Context) -> Response =
            |context| Response::new(200, TEXT, context.request.body.bytes().unwrap_or(b"too long"));
        scenario(&Context::demo(request)).body
    }

    #[test]
    fn scenario_receives_the_body_of_a_post() {
        const FORM: &str = "grant_type=password&username=a%40b.c&password=%00";
        let chunked = "Transfer-Encoding: chunked\r\n";
        let (most, more) = ("x".repeat(65_536), "x".repeat(65_537));
        for (headers, body, expected) in [
            ("", String::new(), ""),
            ("Content-Length: 49\r\n", FORM.to_owned(), FORM),
            (
                chunked,
                format!("{:x};name=value\r\n{FORM}\r\n2\r\n\r\n\r\n0\r\nTrailer: x\r\n\r\n", FORM.len()),
                &format!("{FORM}\r\n"),
            ),
            (chunked, "0\r\n\r\n".to_owned(), ""),
            ("Content-Length: 65536\r\n", most.clone(), &most),
            (chunked, format!("10000\r\n{most}\r\n0\r\n\r\n"), &most),
            ("Content-Length: 65537\r\n", more.clone(), "too long"),
            (chunked, format!("10000\r\n{most}\r\n1\r\nx\r\n0\r\n\r\n"), "too long"),
        ] {
            assert!(received(headers, &body) == expected.as_bytes(), "{headers}{}", body.len());
        }
    }
}
