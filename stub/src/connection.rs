//! One connection: read a request head, find out what to do, do it, leave or go on with the next.

use std::io;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::activity::Place;
use crate::listener::{Listener, Role};
use crate::peer::Peer;
use crate::request::{LONGEST_HEAD, Request};
use crate::script::{Script, Step};
use crate::service;

/// A request head must arrive within this time.
const HEAD_LIMIT: Duration = Duration::from_secs(30);
/// No stall outlives this.
const STALL_LIMIT: Duration = Duration::from_secs(600);

pub(crate) fn serve(socket: Arc<TcpStream>, listener: &Listener) {
    let started = Instant::now();
    // Dripped bytes go out one by one, and a peer that neither reads nor leaves is given up.
    let _ = socket.set_nodelay(true);
    let _ = socket.set_write_timeout(Some(STALL_LIMIT));
    let mut peer = match Peer::new(socket, listener.tls.as_ref()) {
        Ok(peer) => peer,
        Err(error) => return listener.log.note(&format!("tls: {error}")),
    };
    if listener.role == Role::Silent {
        // Reading is how a peer's leaving is noticed; that what it said is read does not show on its side.
        peer.stays_until(started + STALL_LIMIT);
        listener.log.note(&format!("silent: held {} ms", started.elapsed().as_millis()));
        return;
    }
    match peer.shake_hands(started + HEAD_LIMIT) {
        Ok(None) => {}
        Ok(Some(handshake)) => listener.activity.handshake_done(handshake),
        // Gone without a word, as after a look at whether somebody listens.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return,
        Err(error) => return listener.log.note(&format!("no request: {error}")),
    }
    while answer(&mut peer, listener) {}
}

/// Reads one request and answers it; whether another one may follow.
fn answer(peer: &mut Peer, listener: &Listener) -> bool {
    let started = Instant::now();
    let head = match read_head(peer, started + HEAD_LIMIT) {
        Ok(Some(head)) => head,
        Ok(None) => return false,
        Err(error) => {
            listener.log.note(&format!("no request: {error}"));
            return false;
        }
    };
    let place = match listener.role {
        Role::Elsewhere => Place::Elsewhere,
        _ => Place::Service,
    };
    listener.activity.request_came(place, &head);
    let reply = service::reply(&head, listener);
    let played = play(&reply.script, peer);
    listener.log.request(&reply, started.elapsed());
    let keeps = played && reply.script.keeps;
    if !keeps {
        peer.leave(reply.script.ending);
    }
    listener.activity.request_done();
    keeps
}

/// Up to and including the blank line, or as far as it takes to see that this is no HTTP. `None` if the peer went without a word.
fn read_head(peer: &mut Peer, deadline: Instant) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    // Never grows, so that nothing of it is left behind in a smaller block.
    let mut head = Zeroizing::new(Vec::with_capacity(LONGEST_HEAD));
    let mut buffer = Zeroizing::new([0; 4096]);
    loop {
        let read = match peer.read_until(deadline, buffer.as_mut_slice()) {
            Err(error) if head.is_empty() && error.kind() == io::ErrorKind::UnexpectedEof => 0,
            read => read?,
        };
        if read == 0 {
            return match head.is_empty() {
                true => Ok(None),
                false => Err(io::ErrorKind::UnexpectedEof.into()),
            };
        }
        if head.len() + read > LONGEST_HEAD {
            return Err(io::Error::other("the head is too long"));
        }
        // The blank line may be split between two reads.
        let from = head.len().saturating_sub(3);
        head.extend_from_slice(buffer.get(..read).unwrap_or_default());
        let tail = head.get(from..).unwrap_or_default();
        if let Some(at) = tail.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            head.truncate(from + at + 4);
            return Ok(Some(head));
        }
        // Another protocol, TLS on the plain listener for one: its blank line may never come, and the answer is 400.
        if Request::cannot_become(&head) {
            return Ok(Some(head));
        }
    }
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
