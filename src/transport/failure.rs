//! Converts errors of the system, of rustls and of the HTTP parser to a cause for the administrator.

use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustix::io::Errno;
use rustls::{AlertDescription, CertificateError, PeerIncompatible, PeerMisbehaved};

use super::chain_error::ChainError;
use super::progress::{Peer, Phase, Progress};
use crate::error::{Cause, Error};
use crate::operation::Event;

/// The timeout of the whole call expired.
pub(super) fn timed_out(limit: Duration, progress: &Progress) -> Error {
    let (limit, phase) = (limit.as_millis(), progress.phase());
    let came = progress.response_bytes();
    let cause = match phase {
        _ if came > 0 => Cause::ResponseTimedOut,
        _ if progress.any_byte_sent() => Cause::TimedOut,
        Phase::Tunnel => Cause::TunnelTimedOut,
        _ => Cause::TimedOutBefore,
    };
    // The proxy does not respond, or a host behind it.
    let target = if phase == Phase::Tunnel { progress.tunnel_target() } else { String::new() };
    let error = Error::new(cause).at(format_args!("{}{target}", progress.place()));
    match came {
        0 => error.detail(format_args!("{limit} ms, {phase}")),
        _ => error.detail(format_args!("{limit} ms, receiving the response ({came} bytes so far)")),
    }
}

/// The system has no descriptor for the call's waker.
pub(super) fn no_descriptor(error: &io::Error, progress: &Progress) -> Error {
    Error::new(Cause::NoResources).at(progress.peer_name()).detail(error)
}

/// The program cancelled the call.
pub(super) fn cancelled(progress: &Progress) -> Error {
    let cause = if progress.any_byte_sent() { Cause::Cancelled } else { Cause::CancelledBefore };
    Error::new(cause).at(progress.place()).detail(progress.phase())
}

/// An error of the system.
pub(super) fn of_io(error: &io::Error, progress: &Progress) -> Error {
    let cause = match (progress.phase(), progress.peer()) {
        _ if is_shortage(error) => Cause::NoResources,
        (Phase::Lookup, Peer::Server) => Cause::HostNotFound,
        (Phase::Lookup, Peer::Proxy) => Cause::ProxyNotFound,
        (Phase::Connecting, Peer::Server) => Cause::CannotConnect,
        (Phase::Connecting, Peer::Proxy) => Cause::ProxyUnreachable,
        (_, Peer::Proxy) => Cause::ProxyHungUp,
        // A reset, an unplugged cable, a lost route: the connection was lost.
        (phase, Peer::Server) => {
            let cause = if progress.any_byte_sent() { Cause::Disconnected } else { Cause::DisconnectedBefore };
            return Error::new(cause).at(progress.place()).detail(format_args!("{error}, {phase}"));
        }
    };
    Error::new(cause).at(progress.peer_name()).detail(error)
}

/// The other end closed the connection early.
pub(super) fn disconnected(progress: &Progress) -> Error {
    of_io(&io::Error::new(ErrorKind::UnexpectedEof, "the other end closed the connection"), progress)
}

/// Whether this machine lacks a resource, in contrast to a network error.
pub(super) fn is_shortage(error: &io::Error) -> bool {
    let short = matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NOBUFS));
    #[cfg(unix)]
    let short = short || Errno::from_io_error(error) == Some(Errno::NFILE);
    short || error.kind() == ErrorKind::OutOfMemory
}

/// Whether this machine has no free local port, or no local address. Another address of the host may still work.
pub(super) fn is_without_port(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::ADDRNOTAVAIL)
}

/// No address could be tried, because no local port is free.
pub(super) fn no_local_port(each: impl fmt::Display, progress: &Progress) -> Error {
    Error::new(Cause::NoLocalPort).at(progress.peer_name()).detail(each)
}

/// Converts the resolver's error. If no descriptor is free, the resolver reports that it cannot find the name or its
/// servers.
pub(super) fn of_lookup(error: &io::Error, progress: &Progress) -> Error {
    match Event::new() {
        Err(shortage) if is_shortage(&shortage) => of_io(&shortage, progress),
        _ => of_io(error, progress),
    }
}

/// An error of TLS. `lacks_certificate`: the server has requested a client certificate, and none was set.
pub(super) fn of_tls(error: &rustls::Error, lacks_certificate: bool, progress: &Progress) -> Error {
    if progress.peer() == Peer::Proxy {
        return of_proxy_tls(error, progress);
    }
    let cause = match error {
        rustls::Error::InvalidCertificate(certificate) => return of_certificate(certificate, progress),
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::ProtocolVersion => Cause::TlsTooOld,
            AlertDescription::CertificateRequired => Cause::ClientCertificateMissing,
            // Alerts that servers of TLS 1.2 send if the certificate is missing.
            AlertDescription::HandshakeFailure | AlertDescription::BadCertificate if lacks_certificate => {
                Cause::ClientCertificateMissing
            }
            // The server has requested another handshake, and rustls has declined.
            AlertDescription::HandshakeFailure | AlertDescription::NoRenegotiation if progress.any_byte_sent() => {
                Cause::RenegotiationAsked
            }
            AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => Cause::TlsIncompatible,
            AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied => Cause::ClientCertificateRefused,
            _ => Cause::TlsRefused,
        },
        rustls::Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => Cause::TlsTooOld,
        rustls::Error::PeerIncompatible(_) => Cause::TlsIncompatible,
        rustls::Error::PeerMisbehaved(PeerMisbehaved::TooManyRenegotiationRequests) if progress.any_byte_sent() => {
            Cause::RenegotiationAsked
        }
        rustls::Error::InvalidMessage(_) if progress.phase() == Phase::Handshake => match progress.has_proxy() {
            true => Cause::NoTlsInTunnel,
            false => Cause::NoTls,
        },
        _ => Cause::TlsFailed,
    };
    Error::new(cause).at(progress.place()).detail(error)
}

fn of_certificate(error: &CertificateError, progress: &Progress) -> Error {
    if let CertificateError::Other(other) = error
        && let Some(known) = other.0.downcast_ref::<ChainError>()
    {
        return Error::new(known.cause).at(progress.place()).detail(known);
    }
    let cause = match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Cause::CertificateExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Cause::CertificateNotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Cause::CertificateWrongHost
        }
        _ => Cause::CertificateRefused,
    };
    Error::new(cause).at(progress.place()).detail(error)
}

/// An error of TLS with an https proxy: the proxy settings must be fixed, and not those of the server.
fn of_proxy_tls(error: &rustls::Error, progress: &Progress) -> Error {
    let error = match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) if other.0.is::<ChainError>() => {
            Error::new(Cause::ProxyUntrusted).detail(&other.0)
        }
        rustls::Error::InvalidCertificate(error) => Error::new(Cause::ProxyUntrusted).detail(error),
        rustls::Error::InvalidMessage(_) if progress.phase() == Phase::Handshake => {
            Error::new(Cause::ProxyNoTls).detail(error)
        }
        error => Error::new(Cause::ProxyTlsFailed).detail(error),
    };
    error.at(progress.peer_name())
}

/// An error of the HTTP parser.
pub(super) fn of_http(error: &ureq_proto::Error, progress: &Progress) -> Error {
    match error {
        ureq_proto::Error::HttpParseTooManyHeaders => head_too_large(progress),
        error => protocol_error(error, progress),
    }
}

/// The other end sent data before the request. Such data is not a response (RFC 9112, section 9.2).
pub(super) fn unexpected_data(progress: &Progress) -> Error {
    match progress.peer() {
        Peer::Server => Error::new(Cause::UnexpectedData).at(progress.place()),
        Peer::Proxy => protocol_error("unexpected data before the request", progress),
    }
}

/// The server answers in TLS, although the connection is plain http.
pub(super) fn tls_instead_of_http(progress: &Progress) -> Error {
    Error::new(Cause::TlsInsteadOfHttp).at(progress.place())
}

/// More interim responses (1xx) than a server needs.
pub(super) fn too_many_interim_answers(progress: &Progress) -> Error {
    protocol_error("too many interim responses (1xx)", progress)
}

/// Too many or too long headers.
pub(super) fn head_too_large(progress: &Progress) -> Error {
    match progress.peer() {
        Peer::Server => Error::new(Cause::HeadTooLarge).at(progress.place()),
        Peer::Proxy => protocol_error("headers longer than 16 KiB, or more than 128", progress),
    }
}

/// The other end violates the protocol, HTTP or SOCKS.
pub(super) fn protocol_error(what: impl fmt::Display, progress: &Progress) -> Error {
    let cause = match progress.peer() {
        Peer::Server => Cause::NotHttp,
        Peer::Proxy => Cause::ProxyGarbled,
    };
    Error::new(cause).at(progress.place()).detail(what)
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

    use super::{Peer, Phase, Progress, cancelled, of_http, of_io, of_tls, timed_out};
    use crate::error::{Code, Error};
    use crate::message::Endpoint;
    use crate::origin::{HostPort, Origin};
    use crate::transport::Proxy;

    /// Returns the result of `translate` for an error in that phase.
    fn at(phase: Phase, peer: Peer, translate: impl Fn(&Progress) -> Error) -> Error {
        // Not the default port of the scheme, so that messages contain it.
        let server = Origin { is_https: false, place: HostPort::parse("host:443", 80).unwrap() };
        let server = Endpoint { origin: server.into(), uri: "http://host:443/p?secret".parse().unwrap() };
        let progress = Progress::new(server, Some(Proxy::parse("http://proxy:3128").unwrap().into()));
        progress.enter(phase, peer);
        translate(&progress).request_sent(progress.any_byte_sent())
    }

    /// The same after a byte of the request was sent.
    fn after_sending(phase: Phase, translate: impl Fn(&Progress) -> Error) -> Error {
        at(Phase::Sending, Peer::Server, |progress| {
            progress.add_bytes_sent(1);
            progress.enter(phase, Peer::Server);
            translate(progress).request_sent(progress.any_byte_sent())
        })
    }

    fn timeout(progress: &Progress) -> Error {
        timed_out(Duration::from_millis(700), progress)
    }

    #[test]
    fn tls_failure_keeps_its_reason() {
        for (tls, code) in [
            (rustls::Error::InvalidCertificate(CertificateError::Revoked), Code::TlsUntrusted),
            (rustls::Error::InvalidCertificate(CertificateError::Expired), Code::TlsUntrusted),
            (rustls::Error::AlertReceived(AlertDescription::CertificateRequired), Code::Tls),
            (rustls::Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon), Code::Tls),
            (rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType), Code::Tls),
            (rustls::Error::DecryptError, Code::Tls),
        ] {
            assert_eq!(
                at(Phase::Handshake, Peer::Server, |progress| of_tls(&tls, false, progress)).code(),
                code,
                "{tls}"
            );
        }
    }

    #[test]
    fn tls_failure_with_a_proxy_is_a_proxy_failure() {
        for tls in [
            rustls::Error::InvalidCertificate(CertificateError::Expired),
            rustls::Error::AlertReceived(AlertDescription::HandshakeFailure),
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType),
            rustls::Error::DecryptError,
        ] {
            let error = at(Phase::Handshake, Peer::Proxy, |progress| of_tls(&tls, false, progress));
            assert_eq!(error.code(), Code::Proxy, "{tls}");
            let message = error.message();
            assert!(message.contains("proxy:3128") && !message.contains("server"), "{message}");
        }
    }

    #[test]
    fn lost_connection_has_the_cause_of_its_phase_and_peer() {
        let reset = |progress: &Progress| of_io(&io::ErrorKind::ConnectionReset.into(), progress);
        for (phase, peer, code) in [
            (Phase::Lookup, Peer::Server, Code::Dns),
            (Phase::Lookup, Peer::Proxy, Code::Proxy),
            (Phase::Connecting, Peer::Server, Code::Connect),
            (Phase::Connecting, Peer::Proxy, Code::Proxy),
            (Phase::Handshake, Peer::Server, Code::Disconnected),
            (Phase::Handshake, Peer::Proxy, Code::Proxy),
            (Phase::Tunnel, Peer::Proxy, Code::Proxy),
            (Phase::Sending, Peer::Server, Code::Disconnected),
            (Phase::Waiting, Peer::Server, Code::Disconnected),
        ] {
            let error = at(phase, peer, reset);
            assert_eq!(error.code(), code, "{phase}");
            let name = if peer == Peer::Proxy { "proxy:3128" } else { "host:443" };
            assert!(error.message().contains(name), "{error}");
        }
    }

    #[test]
    fn invalid_data_is_the_fault_of_its_sender() {
        let garbage = |progress: &Progress| of_http(&ureq_proto::Error::HttpParseFail("x".to_owned()), progress);
        assert_eq!(at(Phase::Waiting, Peer::Server, garbage).code(), Code::Malformed);
        assert_eq!(at(Phase::Tunnel, Peer::Proxy, garbage).code(), Code::Proxy);
    }

    #[test]
    fn timeout_names_its_limit_and_phase() {
        let error = at(Phase::Connecting, Peer::Server, timeout);
        assert_eq!(error.code(), Code::Timeout);
        // Either of them may not have answered.
        assert!(error.message().ends_with("host:443 via proxy proxy:3128: 700 ms, connecting"), "{error}");
    }

    #[test]
    fn timeout_of_a_tunnel_names_proxy_and_server() {
        let error = at(Phase::Tunnel, Peer::Proxy, timeout);
        assert!(error.message().contains("proxy:3128 (tunnel to host:443): 700 ms, opening the tunnel"), "{error}");
        assert!(error.remedy().starts_with("Ask the proxy's operator"), "{error}");
    }

    #[test]
    fn pause_and_remedy_depend_on_sent_bytes_in_every_phase() {
        let reset = |progress: &Progress| of_io(&io::ErrorKind::ConnectionReset.into(), progress);
        let shortage = |progress: &Progress| of_io(&rustix::io::Errno::NOBUFS.into(), progress);
        for translate in [&reset as &dyn Fn(&Progress) -> Error, &shortage, &timeout] {
            for phase in [Phase::Lookup, Phase::Connecting, Phase::Handshake, Phase::Checking, Phase::Sending] {
                let error = at(phase, Peer::Server, translate);
                assert_eq!(error.pause(), Some(Duration::from_secs(60)), "{phase}: {error}");
                assert!(error.remedy().ends_with("No Concur credentials were sent."), "{phase}: {error}");
            }
            for phase in [Phase::Sending, Phase::Waiting] {
                let error = after_sending(phase, translate);
                assert_eq!(error.pause(), Some(Duration::from_secs(300)), "{phase}: {error}");
                assert!(!error.remedy().contains("were sent"), "{phase}: {error}");
            }
        }
        let before = at(Phase::Sending, Peer::Server, cancelled);
        assert!(before.message().contains("before the request was sent"), "{before}");
        assert!(!after_sending(Phase::Waiting, cancelled).message().contains("before"));
    }

    #[test]
    fn local_shortage_is_not_a_network_failure() {
        use rustix::io::Errno;
        for peer in [Peer::Server, Peer::Proxy] {
            for phase in [Phase::Lookup, Phase::Connecting, Phase::Handshake, Phase::Tunnel, Phase::Sending] {
                for errno in [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM] {
                    let error = at(phase, peer, |progress| of_io(&errno.into(), progress));
                    assert_eq!(error.code(), Code::Connect);
                    assert!(error.message().starts_with("No file descriptor"), "{error}");
                }
            }
        }
    }

    #[test]
    fn old_server_is_distinguished_from_a_missing_client_certificate() {
        let message = |alert| {
            at(Phase::Handshake, Peer::Server, |progress| of_tls(&rustls::Error::AlertReceived(alert), false, progress))
                .message()
        };
        assert!(message(AlertDescription::ProtocolVersion).contains("TLS 1.2"));
        assert!(message(AlertDescription::HandshakeFailure).contains("no common cipher suite"));
        assert!(message(AlertDescription::CertificateRequired).contains("client certificate"));
    }
}
