//! The part of SOCKS 5 that a client needs (RFC 1928, RFC 1929).

use std::net::IpAddr;

use super::config::SealedLogin;
use crate::error::{Cause, Error};
use crate::origin::HostPort;
use crate::transport::buffer::Buffer;
use crate::transport::call::Call;
use crate::transport::failure;
use crate::transport::stream::Stream;
use crate::wipe::WipedVec;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const WITH_LOGIN: u8 = 2;
const NONE_ACCEPTABLE: u8 = 0xff;
const CONNECT: u8 = 1;
/// Types of addresses.
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Maximum length of a message from the proxy: its reply with a host name.
const MAX_MESSAGE_LEN: usize = 4 + 1 + 255 + 2;

/// Opens a tunnel to a server through the proxy at the other end of `stream`. The proxy looks up the server's name.
pub(super) fn open_tunnel(
    login: Option<&SealedLogin>,
    stream: &mut Stream,
    HostPort { host, port }: &HostPort,
    call: &Call<'_>,
) -> Result<(), Error> {
    let mut session = SocksSession { stream, input: Buffer::new(MAX_MESSAGE_LEN, MAX_MESSAGE_LEN), call };
    let methods: &[u8] = if login.is_some() { &[NO_LOGIN, WITH_LOGIN] } else { &[NO_LOGIN] };
    session.send(&[&[VERSION, methods.len() as u8], methods])?;
    let [version, method] = session.receive()?;
    if version != VERSION {
        return Err(failure::protocol_error("not SOCKS 5", call));
    }
    match (method, login) {
        (NO_LOGIN, _) => {}
        (WITH_LOGIN, Some(login)) => session.log_in(login)?,
        (NONE_ACCEPTABLE | WITH_LOGIN, None) => return Err(denied("user name and password required", call)),
        (NONE_ACCEPTABLE, Some(_)) => return Err(denied("no authentication method in common", call)),
        _ => return Err(failure::protocol_error("authentication method that was not offered", call)),
    }
    let mut request = vec![VERSION, CONNECT, 0];
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend(address.octets());
        }
        Err(_) => {
            // DNS allows 253 characters.
            let length = u8::try_from(host.len()).map_err(|_| Error::new(Cause::HostNotFound).detail(host))?;
            request.extend([NAME, length]);
            request.extend(host.as_bytes());
        }
    }
    request.extend(port.to_be_bytes());
    session.send(&[&request])?;
    let [version, reply, _, kind] = session.receive()?;
    if version != VERSION {
        return Err(failure::protocol_error("not SOCKS 5", call));
    }
    if reply != 0 {
        return Err(refusal(reply, call));
    }
    // The address that the proxy connects from is ignored.
    match kind {
        IPV4 => session.receive::<4>().map(drop)?,
        IPV6 => session.receive::<16>().map(drop)?,
        NAME => {
            let [length] = session.receive()?;
            for _ in 0..length {
                let [_] = session.receive()?;
            }
        }
        _ => return Err(failure::protocol_error("unknown address type in the response", call)),
    }
    let [_, _] = session.receive()?;
    match session.input.is_empty() {
        true => Ok(()),
        false => Err(failure::unexpected_data(call)),
    }
}

/// The messages between client and proxy.
struct SocksSession<'a> {
    stream: &'a mut Stream,
    input: Buffer,
    call: &'a Call<'a>,
}

impl SocksSession<'_> {
    /// Sends a message in one piece, because some proxies read only the first piece.
    fn send(&mut self, parts: &[&[u8]]) -> Result<(), Error> {
        let message = WipedVec::from(parts.concat());
        self.stream.send(&message, self.call)
    }

    /// Receives exactly this number of bytes, however the proxy splits them.
    fn receive<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Error> {
        loop {
            if let Some(&bytes) = self.input.filled().first_chunk::<LENGTH>() {
                self.input.consume(LENGTH);
                return Ok(bytes);
            }
            if self.stream.receive(&mut self.input, self.call)? == 0 {
                return Err(failure::disconnected(self.call));
            }
        }
    }

    /// Sends user and password, each after its length (RFC 1929).
    fn log_in(&mut self, login: &SealedLogin) -> Result<(), Error> {
        let login = login.open()?;
        let (user, password) = (login.user.expose().as_bytes(), login.password.expose().as_bytes());
        // Longer values in the URL were rejected.
        self.send(&[&[1, user.len() as u8], user, &[password.len() as u8], password])?;
        drop(login);
        match self.receive()? {
            [_, 0] => Ok(()),
            [_, _] => Err(denied("user name or password rejected", self.call)),
        }
    }
}

fn denied(what: &str, call: &Call<'_>) -> Error {
    Error::new(Cause::ProxyDenied).detail(format_args!("{}: {what}", call.peer_name()))
}

/// Converts the reply codes of RFC 1928, section 6.
fn refusal(reply: u8, call: &Call<'_>) -> Error {
    let (cause, what) = match reply {
        1 => (Cause::ProxyCannotReach, "general failure"),
        2 => (Cause::ProxyRefused, "connection not allowed by ruleset"),
        3 => (Cause::ProxyCannotReach, "network unreachable"),
        4 => (Cause::ProxyCannotReach, "host unreachable"),
        5 => (Cause::ProxyCannotReach, "connection refused"),
        6 => (Cause::ProxyCannotReach, "TTL expired"),
        7 => (Cause::ProxyRefused, "command not supported"),
        8 => (Cause::ProxyRefused, "address type not supported"),
        _ => (Cause::ProxyRefused, "unknown reason"),
    };
    Error::new(cause).detail(format_args!("{}: {what} (SOCKS reply {reply})", call.peer_name()))
}
