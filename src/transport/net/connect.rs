//! Connects to one of several addresses.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use socket2::{Domain, Type};

use super::socket::Socket;
use crate::descriptor::above_standard_streams;
use crate::error::Error;
use crate::transport::call::Call;
use crate::transport::failure;

/// Time for one attempt alone before the next address is tried in parallel (RFC 8305, section 5).
const CONNECTION_ATTEMPT_DELAY: Duration = Duration::from_millis(250);
/// Maximum number of addresses that are tried.
const MAX_ADDRESSES: usize = 16;
/// Before Windows 10 2004, a poll does not report a failed connection: the socket is checked at this interval.
const RECHECK_INTERVAL: Option<Duration> = if cfg!(windows) { Some(Duration::from_millis(100)) } else { None };

/// Connects to the first of `addresses` that accepts. Each attempt has the timeout `attempt`.
///
/// Happy Eyeballs (RFC 8305): the address families alternate, and the next address is tried after one has failed or has
/// not answered for a quarter of a second.
///
/// # Errors
/// All attempts failed. The error contains the result of each.
pub(in crate::transport) fn connect(
    addresses: &[SocketAddr],
    attempt: Duration,
    call: &Call<'_>,
) -> Result<Socket, Error> {
    // Truncated after the families alternate: a host may have more addresses of one family than are tried.
    let mut untried = interleave_families(addresses).into_iter().take(MAX_ADDRESSES);
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut failures: Vec<String> = Vec::new();
    // The number of attempts that failed because this machine has no free port, or no local address.
    let mut without_port = 0;
    let mut next_start = Instant::now();
    loop {
        if (attempts.is_empty() || Instant::now() >= next_start)
            && let Some(address) = untried.next()
        {
            match begin(address) {
                Ok(socket) => attempts.push(Attempt { socket, address, end: Instant::now() + attempt }),
                // If this machine lacks a resource, another address does not help.
                Err(error) if failure::is_shortage(&error) => return Err(call.failed(error)),
                Err(error) => {
                    failures.push(format!("{address}: {error}"));
                    without_port += usize::from(failure::is_without_port(&error));
                    continue;
                }
            }
            next_start = Instant::now() + CONNECTION_ATTEMPT_DELAY;
            continue;
        }
        let Some(until) = attempts.iter().map(|attempt| attempt.end).min() else {
            let each = failures.join(", ");
            return Err(match without_port == failures.len() {
                true => failure::no_local_port(each, call),
                false => call.failed(io::Error::other(each)),
            });
        };
        let until = if untried.len() > 0 { until.min(next_start) } else { until };
        let until = RECHECK_INTERVAL.map_or(until, |pause| until.min(Instant::now() + pause));
        let mut watched = vec![call.watched_waker()];
        watched.extend(attempts.iter().map(|attempt| PollFd::new(&attempt.socket, PollFlags::OUT)));
        call.wait(&mut watched, Some(until))?;
        let ready: Vec<bool> = watched.iter().skip(1).map(|fd| !fd.revents().is_empty()).collect();
        let now = Instant::now();
        let (mut rest, failed_before) = (Vec::with_capacity(attempts.len()), failures.len());
        for (under_way, ready) in attempts.drain(..).zip(ready) {
            match under_way.outcome(ready, now) {
                Outcome::Connected(socket) => return Ok(socket),
                Outcome::Waits(under_way) => rest.push(under_way),
                Outcome::Failed(why) => failures.push(why),
                Outcome::Late(address) => {
                    failures.push(format!("{address}: no response within {} ms", attempt.as_millis()));
                }
            }
        }
        attempts = rest;
        if failures.len() > failed_before {
            next_start = now;
        }
    }
}

/// Sorts the addresses so that the families alternate, starting with the family of the first one (RFC 8305, section 4).
fn interleave_families(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut ones, mut others): (Vec<_>, Vec<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv6() == first_is_v6);
    let mut turns = Vec::with_capacity(addresses.len());
    ones.reverse();
    others.reverse();
    while let Some(one) = ones.pop() {
        turns.push(one);
        turns.extend(others.pop());
    }
    others.reverse();
    turns.extend(others);
    turns
}

/// A connection attempt.
struct Attempt {
    socket: TcpStream,
    address: SocketAddr,
    end: Instant,
}

enum Outcome {
    Connected(Socket),
    Waits(Attempt),
    Failed(String),
    Late(SocketAddr),
}

impl Attempt {
    fn outcome(self, ready: bool, now: Instant) -> Outcome {
        match (ready, self.socket.take_error()) {
            // There is no error, but also no peer: the socket was never connecting.
            (true, Ok(None)) => match self.socket.peer_addr() {
                Ok(peer) => Outcome::Connected(Socket::new(self.socket, peer)),
                Err(error) => Outcome::Failed(format!("{}: {error}", self.address)),
            },
            (_, Ok(Some(error)) | Err(error)) => Outcome::Failed(format!("{}: {error}", self.address)),
            (false, Ok(None)) if now >= self.end => Outcome::Late(self.address),
            (false, Ok(None)) => Outcome::Waits(self),
        }
    }
}

fn begin(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = new_socket(Domain::for_address(address))?;
    let socket: socket2::Socket = above_standard_streams(socket)?;
    // A request is one small write that waits for its response.
    socket.set_tcp_nodelay(true)?;
    match socket.connect(&address.into()) {
        Ok(()) => Ok(socket.into()),
        Err(error) if is_in_progress(&error) => Ok(socket.into()),
        Err(error) => Err(error),
    }
}

/// Makes a TCP socket that never blocks and that no child process inherits.
#[cfg(any(target_os = "android", target_os = "linux"))]
fn new_socket(family: Domain) -> io::Result<socket2::Socket> {
    // One system call sets both flags, instead of three.
    socket2::Socket::new(family, Type::STREAM.nonblocking(), None)
}

/// The same for systems where these flags are set afterwards.
#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn new_socket(family: Domain) -> io::Result<socket2::Socket> {
    let socket = socket2::Socket::new(family, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Whether the system continues to connect in the background, also after a signal. Only on Windows "would block" means
/// this: elsewhere the system lacks a resource, and the attempt has failed.
fn is_in_progress(error: &io::Error) -> bool {
    let errno = Errno::from_io_error(error);
    matches!(errno, Some(Errno::INPROGRESS | Errno::INTR)) || cfg!(windows) && errno == Some(Errno::WOULDBLOCK)
}

#[cfg(test)]
mod tests {
    use super::interleave_families;
    use std::net::SocketAddr;

    #[test]
    fn families_alternate() {
        let addresses = |text: &[&str]| text.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let [a, b, c, d, e] = ["[::1]:1", "[::2]:1", "[::3]:1", "127.0.0.1:1", "127.0.0.2:1"];
        assert_eq!(interleave_families(&addresses(&[a, b, c, d, e])), addresses(&[a, d, b, e, c]));
        assert_eq!(interleave_families(&addresses(&[d, a, b, c])), addresses(&[d, a, b, c]));
        assert_eq!(interleave_families(&addresses(&[d, e])), addresses(&[d, e]));
        assert!(interleave_families(&[]).is_empty());
    }
}
