//! Asks a proxy for a way to the server, which it then cannot look into.

use bytes::Bytes;
use http::header::HeaderValue;
use http::{Method, Request, Response, Uri};

use super::call::Call;
use super::exchange::{Connection, Exchanged};
use super::failure;
use super::phase::{Peer, Phase};
use super::proxy::{Login, Proxy, Scheme};
use super::socks;
use super::stream::Stream;
use crate::body::Body;
use crate::cause::Cause;
use crate::error::Error;
use crate::request::{begin, header};

/// How asking for a tunnel can end.
pub(super) enum Asked {
    Opened(Stream),
    /// With what the proxy answered.
    Refused(Box<Response<Body>>),
}

/// Asks for a way to `host` and `port`.
pub(super) fn ask(
    proxy: &Proxy,
    mut stream: Stream,
    (host, port): (&str, u16),
    user_agent: Option<&HeaderValue>,
    call: &Call<'_>,
) -> Result<Asked, Error> {
    call.enter(Phase::Tunnel, Peer::Proxy);
    if proxy.scheme == Scheme::Socks5 {
        socks::ask(proxy.login.as_ref(), &mut stream, (host, port), call)?;
        call.done(format_args!("{} opens the way to {host}:{port}", call.peer_title()));
        return Ok(Asked::Opened(stream));
    }
    let mut connection = Connection::new(stream);
    let Exchanged { response, .. } = connection.exchange(connect(proxy, (host, port), user_agent)?, call)?;
    let status = response.status();
    if !status.is_success() {
        return Ok(Asked::Refused(Box::new(response)));
    }
    let stream = connection.into_stream().ok_or_else(|| failure::spoke_first(call))?;
    call.done(format_args!("{} opens the way to {host}:{port}, HTTP {}", call.peer_title(), status.as_u16()));
    Ok(Asked::Opened(stream))
}

/// The request for a tunnel (RFC 9110, section 9.3.6). Nothing in it is Concur's but the host.
fn connect(proxy: &Proxy, (host, port): (&str, u16), user_agent: Option<&HeaderValue>) -> Result<Request<()>, Error> {
    let place = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let target = Uri::builder().authority(place).build().map_err(|_| Cause::Unforeseen)?;
    let mut request = begin(Method::CONNECT, target);
    if let Some(product) = user_agent {
        request = header(request, "User-Agent", product.clone());
    }
    if let Some(login) = &proxy.login {
        request = header(request, "Proxy-Authorization", secret_value(login)?);
    }
    request.body(()).map_err(|_| Cause::Unforeseen.into())
}

fn secret_value(login: &Login) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(login.basic())).map_err(|_| Cause::Unforeseen)?;
    value.set_sensitive(true);
    Ok(value)
}
