//! One connection: read a request, find out what to do, do it, leave or go on with the next.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::request::{Body, Request};
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

/// Reads one request and answers it; whether another one may follow.
fn answer(peer: &mut Peer, incoming: &mut Incoming, port: &Port) -> bool {
    let started = Instant::now();
    let deadline = started + REQUEST_LIMIT;
    let no_request = |error| {
        port.log.note(&format!("no request: {error}"));
        false
    };
    let head = match incoming.head(peer, deadline) {
        Ok(Some(head)) => head,
        Ok(None) => return false,
        Err(error) => return no_request(error),
    };
    let place = match port.role {
        Role::Elsewhere => Place::Elsewhere,
        _ => Place::Service,
    };
    port.activity.request_came(place, &head.bytes);
    let mut request = head.fault.map_or_else(|| Request::parse(&head.bytes), Err);
    if let Ok(read) = &request {
        match read_body(read, peer, incoming, deadline) {
            Ok(()) => {}
            Err(Unread::Io(error)) => return no_request(error),
            Err(Unread::Fault(fault)) => request = Err(fault),
        }
    }
    let reply = match request {
        Err(fault) => routes::reply_to_fault(fault, &port.site),
        Ok(request) if port.role == Role::Elsewhere => routes::reply_elsewhere(request, &port.site),
        Ok(request) => routes::reply(request, &port.site),
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

fn read_body(request: &Request, peer: &mut Peer, incoming: &mut Incoming, deadline: Instant) -> Result<(), Unread> {
    if request.waits_with_its_body && request.body != Body::Length(0) && incoming.is_empty() {
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    incoming.skip_body(request.body, peer, deadline)
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
