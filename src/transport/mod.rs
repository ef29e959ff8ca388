//! How a request reaches the server and the answer comes back, under one deadline. Knows nothing of Concur.

mod buffers;
mod failure;
mod lookup;
mod phase;
mod tls;
mod trust;

pub(crate) use trust::Trust;

use std::io::Read;
use std::time::Duration;

use http::{Request, Response};
use ureq::Agent;
use ureq::config::AutoHeaderValue;
use ureq::unversioned::transport::{Connector as _, TcpConnector};
use zeroize::Zeroizing;

use crate::body::Body;
use crate::cause::Cause;
use crate::error::Error;
use failure::failure;
use lookup::Lookup;
use phase::{InPhase, Phase};
use tls::TlsConnector;

/// Longest answer. A token answer has some hundred bytes.
const LONGEST_BODY: usize = 64 * 1024;
/// Holds the longest request; the default of 128 KiB only costs time.
const BUFFER: usize = 16 * 1024;
/// A head that fills the buffer cannot be read to its end; ureq would take it for a lost connection.
const LONGEST_HEAD: usize = BUFFER - 1;

/// Sends requests, each on a connection of its own.
#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    timeout: Duration,
}

impl Transport {
    /// `timeout` bounds a whole call. `plain` allows http, for this machine only: the caller has checked the address.
    pub(crate) fn new(trust: &Trust, timeout: Duration, plain: bool) -> Result<Transport, Error> {
        let config = Agent::config_builder()
            .https_only(!plain)
            // Explicit: ureq would take what the environment names.
            .proxy(None)
            // A redirect would carry X-ConsumerKey to the other host.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .accept_encoding(AutoHeaderValue::None)
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .input_buffer_size(BUFFER)
            .output_buffer_size(BUFFER)
            .max_response_header_size(LONGEST_HEAD)
            .timeout_global(Some(timeout))
            .build();
        let connector = InPhase::new(Phase::Connecting, TcpConnector::default())
            .chain(InPhase::new(Phase::Handshake, TlsConnector::new(trust.client_config()?)));
        Ok(Transport { agent: Agent::with_parts(config, connector, Lookup { only_loopback: plain }), timeout })
    }

    /// Sends `request` once. A body that ends early is handed out as far as it came.
    pub(crate) fn send(&self, request: Request<()>) -> Result<Response<Body>, Error> {
        let server = request.uri().authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
        let failed = |error| failure(error, &server, self.timeout);
        let response = self.agent.run(request).map_err(failed)?;
        let (head, body) = response.into_parts();
        let announced = body.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(LONGEST_BODY);
        // One more than may be, to see whether there is more; allocated once, for a buffer that grows leaves its block.
        let mut bytes = Zeroizing::new(vec![0; announced.min(LONGEST_BODY) + 1]);
        let mut reader = body.into_reader();
        let mut length = 0;
        let cut = loop {
            match bytes.get_mut(length..) {
                None | Some([]) if length > LONGEST_BODY => break Some(Error::new(Cause::BodyTooLarge)),
                // The announced length and one byte more than that: ureq never gives it.
                None | Some([]) => break None,
                Some(free) => match reader.read(free) {
                    Ok(0) => break None,
                    Ok(count) => length += count,
                    Err(error) => break Some(failed(ureq::Error::from(error))),
                },
            }
        };
        bytes.truncate(length);
        Ok(Response::from_parts(head, Body { bytes, cut }))
    }
}
