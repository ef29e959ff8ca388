//! Looks up the addresses of a host, within the timeout of a call.
//!
//! An address needs no lookup. The result for a name is cached for a minute (`name_cache`). Otherwise the system is
//! queried (`resolver`).

use std::net::{IpAddr, SocketAddr};

use super::name_cache;
use super::resolver::{Failure, Waiting};
use crate::error::{Cause, Code, Error};
use crate::transport::call::Call;
use crate::transport::failure;

/// Returns the addresses of a host, in the system's order of preference.
///
/// `only_loopback` is for plain http: if `localhost` is resolved to another machine, credentials must not be sent there
/// unencrypted.
pub(in crate::transport) fn addresses(
    host: &str,
    port: u16,
    only_loopback: bool,
    call: &Call<'_>,
) -> Result<Vec<SocketAddr>, Error> {
    let mut addresses = match host.parse::<IpAddr>() {
        Ok(address) => {
            call.skip_phase();
            vec![SocketAddr::new(address, port)]
        }
        Err(_) => look_up(host, call)?,
    };
    addresses.retain(|address| !only_loopback || address.ip().is_loopback());
    addresses.iter_mut().for_each(|address| address.set_port(port));
    match addresses.is_empty() {
        true => Err(Error::new(Cause::NotLoopback).detail(call.peer_name())),
        false => Ok(addresses),
    }
}

fn look_up(host: &str, call: &Call<'_>) -> Result<Vec<SocketAddr>, Error> {
    if let Some((addresses, age)) = name_cache::find(host) {
        call.log_phase_done(format_args!("lookup {host}: {} (cached {} s ago)", Listed(&addresses), age.as_secs()));
        return Ok(addresses);
    }
    let waiting = Waiting::begin(host, call.waker())
        .map_err(|error| Error::new(Cause::NoThread).detail(format_args!("{}: {error}", call.peer_name())))?;
    loop {
        match waiting.found() {
            Some(Ok(addresses)) => {
                call.log_phase_done(format_args!("lookup {host}: {}", Listed(addresses)));
                return Ok(addresses.clone());
            }
            Some(Err(Failure::System(error))) => return Err(failure::of_lookup(error, call)),
            Some(Err(Failure::Panicked)) => return Err(Error::new(Cause::Panicked).detail(call.phase())),
            None => {}
        }
        call.wait(&mut [call.watched_waker()], None).map_err(|error| match error.code() {
            Code::Timeout if waiting.is_queued() => Error::new(Cause::LookupsTaken).detail(format_args!(
                "{}: {} ms",
                call.peer_name(),
                call.timeout().as_millis()
            )),
            _ => error,
        })?;
    }
}

/// Formats addresses for a log line.
struct Listed<'a>(&'a [SocketAddr]);

impl std::fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, address) in self.0.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { ", " }, address.ip())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::addresses;
    use crate::error::{Code, Error};
    use crate::message::Endpoint;
    use crate::operation::alone;
    use crate::origin::{HostPort, Origin};
    use crate::transport::call::Call;
    use crate::transport::progress::Progress;
    use std::net::SocketAddr;
    use std::time::Duration;

    fn look_up(host: &str, only_loopback: bool) -> Result<Vec<SocketAddr>, Error> {
        let server = Origin { is_https: false, place: HostPort { host: host.to_owned(), port: 7 } };
        let server = Endpoint { uri: server.to_string().parse().unwrap(), origin: server.into() };
        let (operation, progress) = (alone(Duration::from_secs(60)), Progress::new(server, None));
        addresses(host, 7, only_loopback, &Call::new(&operation, &progress).unwrap())
    }

    #[test]
    fn address_needs_no_lookup() {
        for (host, address) in [("192.0.2.1", "192.0.2.1:7"), ("2001:db8::1", "[2001:db8::1]:7")] {
            assert_eq!(look_up(host, false).unwrap(), [address.parse().unwrap()]);
        }
    }

    #[test]
    fn plain_http_is_only_for_this_machine() {
        // The address of a name that is resolved to another machine.
        let error = look_up("192.0.2.1", true).unwrap_err();
        assert_eq!(error.code(), Code::Connect);
        assert!(error.message().contains("not this machine"), "{error}");
        assert_eq!(look_up("127.0.0.1", true).unwrap().len(), 1);
        assert!(!look_up("localhost", true).unwrap().is_empty());
    }
}
