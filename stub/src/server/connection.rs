//! One connection: read a request, find out what to do, do it, leave or go on with the next.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::body::Framing;
use crate::http::lines::Fault;
use crate::http::request::Request;
use crate::routes;
use crate::server::activity::Place;
use crate::server::incoming::{Incoming, Unread};
use crate::server::peer::Peer;
use crate::server::port::{Port, Role};
use crate::service::script::{Script, Step};

/// A request must arrive within this time.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);
/// No stall outlives this.
const STALL_LIMIT: Duration = Duration::from_secs(600);

pub(crate) fn serve(socket: Arc<TcpStream>, port: &Port) {
    let started = Instant::now();
    // Dripped bytes go out one by one, and a peer that neither reads nor leaves is given up.
    let _ = socket.set_nodelay(true);
    let _ = socket.set_write_timeout(Some(STALL_LIMIT));
    let mut peer = match Peer::new(socket, port.tls.as_ref()) {
        Ok(peer) => peer,
        Err(error) => return port.log.note(&format!("tls: {error}")),
    };
    if port.role == Role::Silent {
        // Reading is how a peer's leaving is noticed; that what it said is read does not show on its side.
        peer.stays_until(started + STALL_LIMIT);
        port.log.note(&format!("silent: held {} ms", started.elapsed().as_millis()));
        return;
    }
    match peer.shake_hands(started + REQUEST_LIMIT) {
        Ok(None) => {}
        Ok(Some(handshake)) => port.activity.handshake_done(handshake),
        // Gone without a word, as after a look at whether somebody listens.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return,
        Err(error) => return port.log.note(&format!("no request: {error}")),
    }
    let mut incoming = Incoming::new();
    while answer(&mut peer, &mut incoming, port) {}
}

/// Reads one request and replies to it; whether another one may follow.
fn answer(peer: &mut Peer, incoming: &mut Incoming, port: &Port) -> bool {
    let started = Instant::now();
    let reply = match read(peer, incoming, port, started + REQUEST_LIMIT) {
        Ok(Some(Ok(request))) if port.role == Role::Elsewhere => routes::reply_elsewhere(request, &port.site),
        Ok(Some(Ok(request))) => routes::reply(request, &port.site, &port.states),
        Ok(Some(Err(fault))) => routes::reply_to_fault(fault, &port.site),
        Ok(None) => return false,
        Err(error) => {
            port.log.note(&format!("no request: {error}"));
            return false;
        }
    };
    let played = play(&reply.script, peer);
    port.log.request(&reply.entry, reply.script.status, started.elapsed());
    let keeps = played && reply.script.keeps;
    if !keeps {
        if !incoming.is_empty() {
            port.log.note("more came after the request, unread; a line end in a header value ends the head");
        }
        peer.leave(reply.script.ending);
    }
    port.activity.request_done();
    keeps
}

/// One request with its body, or what is wrong with it; `None` if the peer went without a word.
fn read(
    peer: &mut Peer,
    incoming: &mut Incoming,
    port: &Port,
    deadline: Instant,
) -> io::Result<Option<Result<Request, Fault>>> {
    let Some(head) = incoming.head(peer, deadline)? else { return Ok(None) };
    let place = match port.role {
        Role::Elsewhere => Place::Elsewhere,
        _ => Place::Service,
    };
    port.activity.request_came(place, &head.bytes);
    let mut request = match head.fault.map_or_else(|| Request::parse(&head.bytes), Err) {
        Ok(request) => request,
        Err(fault) => return Ok(Some(Err(fault))),
    };
    if request.waits_with_its_body && request.framing != Framing::Length(0) && incoming.is_empty() {
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    match incoming.body(request.framing, peer, deadline) {
        Ok(body) => request.body = body,
        Err(Unread::Io(error)) => return Err(error),
        Err(Unread::Fault(fault)) => return Ok(Some(Err(fault))),
    }
    Ok(Some(Ok(request)))
}

/// Ends early when the peer has gone; whether it was still there at the end.
fn play(script: &Script, peer: &mut Peer) -> bool {
    let deadline = Instant::now() + STALL_LIMIT;
    script.steps.iter().all(|step| act(step, peer, deadline))
}

/// Whether there is someone left to act for.
fn act(step: &Step, peer: &mut Peer, deadline: Instant) -> bool {
    match step {
        Step::Send(bytes) => peer.send(bytes).is_ok(),
        Step::Repeat { block, times } => (0..*times).all(|_| Instant::now() < deadline && peer.send(block).is_ok()),
        Step::Drip { bytes, every } => bytes.chunks(1).all(|byte| {
            let now = Instant::now();
            now < deadline && peer.send(byte).is_ok() && peer.stays_until(now + *every)
        }),
        Step::Pause(time) => peer.stays_until(Instant::now() + *time),
        Step::Hold => peer.stays_until(deadline),
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

    /// What a scenario sees of the body of a request that comes over TCP.
    fn seen(headers: &str, body: &str) -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut peer = Peer::new(Arc::new(listener.accept().unwrap().0), None).unwrap();
        let activity = Arc::new(Activity::new(false));
        let (site, states) = (Site::demo(), Arc::default());
        let port = Port { role: Role::Service, site, states, tls: None, activity, log: Log { on: false } };
        let request = format!("POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}GET");
        let sender = std::thread::spawn(move || client.write_all(request.as_bytes()).map(|()| client));
        let mut incoming = Incoming::new();
        let request = read(&mut peer, &mut incoming, &port, Instant::now() + REQUEST_LIMIT).unwrap().unwrap().unwrap();
        sender.join().unwrap().unwrap();
        let scenario: fn(&Context) -> Response =
            |context| Response::new(200, TEXT, context.request.body.bytes().unwrap_or(b"too long"));
        scenario(&Context::new(request, &port.site)).body
    }

    #[test]
    fn scenario_sees_the_body_of_a_post() {
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
            assert!(seen(headers, &body) == expected.as_bytes(), "{headers}{}", body.len());
        }
    }
}
