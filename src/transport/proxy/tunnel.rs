//! Opens a tunnel through a proxy to the server. The proxy cannot read the TLS data inside.

use http::header::HeaderValue;
use http::{Method, Uri};

use super::config::{Proxy, Scheme};
use super::refusal::refusal;
use super::socks;
use crate::error::{Cause, Error};
use crate::message::{begin, header, secret_value};
use crate::origin::HostPort;
use crate::transport::call::Call;
use crate::transport::connection::Connection;
use crate::transport::exchange::Exchange;
use crate::transport::failure;
use crate::transport::progress::{Peer, Phase};
use crate::transport::stream::Stream;

/// Opens a tunnel to `server`; `stream` is the connection to the proxy.
///
/// # Errors
/// The proxy fails, or rejects the request.
pub(in crate::transport) fn open(
    proxy: &Proxy,
    mut stream: Stream,
    server: &HostPort,
    user_agent: Option<&HeaderValue>,
    call: &Call<'_>,
) -> Result<Stream, Error> {
    call.enter(Phase::Tunnel, Peer::Proxy);
    if proxy.scheme == Scheme::Socks5 {
        socks::open_tunnel(proxy.login.as_ref(), &mut stream, server, call)?;
        call.log_phase_done(format_args!("{}: tunnel to {server} open", call.peer_title()));
        return Ok(stream);
    }
    let mut exchange = Exchange::begin(Connection::new(stream), connect(proxy, server, user_agent)?, &[], call)?;
    let cut = exchange.wait(call).err();
    let exchanged = exchange.conclude(cut)?;
    let status = exchanged.answer.response.status();
    if !status.is_success() {
        return Err(refusal(&exchanged.answer, &call.peer_name(), &proxy.redactor()?));
    }
    let stream = exchanged.connection.into_stream().ok_or_else(|| failure::unexpected_data(call))?;
    call.log_phase_done(format_args!("{}: tunnel to {server} open, HTTP {}", call.peer_title(), status.as_u16()));
    Ok(stream)
}

/// Makes the request for a tunnel (RFC 9110, section 9.3.6). It contains nothing of Concur except the host.
fn connect(proxy: &Proxy, server: &HostPort, user_agent: Option<&HeaderValue>) -> Result<http::Request<()>, Error> {
    let target = Uri::builder().authority(server.to_string()).build().map_err(|_| Cause::Unforeseen)?;
    let mut head = begin(Method::CONNECT, target);
    if let Some(product) = user_agent {
        head = header(head, "User-Agent", product.clone());
    }
    if let Some(login) = &proxy.login {
        head = header(head, "Proxy-Authorization", secret_value(login.open()?.basic())?);
    }
    head.body(()).map_err(|_| Cause::Unforeseen.into())
}
