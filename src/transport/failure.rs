//! What the system, rustls and the HTTP parser report, as a cause that an administrator can act on.

use std::fmt;
use std::io::{self, ErrorKind};

use rustix::io::Errno;
use rustls::{AlertDescription, CertificateError, PeerIncompatible};

use super::call::Call;
use super::phase::{Peer, Phase};
use super::verify::{Doubt, Doubted};
use crate::cause::Cause;
use crate::error::Error;

/// The limit of the whole call has run out.
pub(super) fn timed_out(call: &Call<'_>) -> Error {
    let (limit, phase) = (call.timeout().as_millis(), call.phase());
    let cause = if phase.is_before_request() { Cause::TimedOutBefore } else { Cause::TimedOut };
    Error::new(cause).detail(format_args!("{}{}: {limit} ms, {phase}", call.peer_name(), call.by_way_of()))
}

/// An error of the system.
pub(super) fn of_io(error: &io::Error, call: &Call<'_>) -> Error {
    let cause = match (call.phase(), call.peer()) {
        _ if is_shortage(error) => Cause::NoResources,
        (Phase::Lookup, Peer::Server) => Cause::HostNotFound,
        (Phase::Lookup, Peer::Proxy) => Cause::ProxyNotFound,
        (Phase::Connecting, Peer::Server) => Cause::CannotConnect,
        (Phase::Connecting, Peer::Proxy) => Cause::ProxyUnreachable,
        (_, Peer::Proxy) => Cause::ProxyHungUp,
        // A reset, a cable that was pulled, a route that went: the connection is gone.
        (phase, Peer::Server) => {
            let cause = if phase.is_before_request() { Cause::DisconnectedBefore } else { Cause::Disconnected };
            let (name, way) = (call.peer_name(), call.by_way_of());
            return Error::new(cause).detail(format_args!("{name}{way}: {error}, {phase}"));
        }
    };
    Error::new(cause).detail(format_args!("{}: {error}", call.peer_name()))
}

/// The other end has closed the connection in the middle.
pub(super) fn disconnected(call: &Call<'_>) -> Error {
    of_io(&io::Error::new(ErrorKind::UnexpectedEof, "the other end closed the connection"), call)
}

/// Whether this machine is short of something, and not the network out of order.
pub(super) fn is_shortage(error: &io::Error) -> bool {
    let short = matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NOBUFS));
    #[cfg(unix)]
    let short = short || Errno::from_io_error(error) == Some(Errno::NFILE);
    short || error.kind() == ErrorKind::OutOfMemory
}

/// An error of TLS.
pub(super) fn of_tls(error: &rustls::Error, call: &Call<'_>) -> Error {
    if call.peer() == Peer::Proxy {
        return of_proxy_tls(error, call);
    }
    let cause = match error {
        rustls::Error::InvalidCertificate(certificate) => return of_certificate(certificate, call),
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::ProtocolVersion => Cause::TlsTooOld,
            AlertDescription::CertificateRequired => Cause::ClientCertificateMissing,
            // What servers of TLS 1.2 say of a missing one.
            AlertDescription::HandshakeFailure | AlertDescription::BadCertificate if call.lacks_a_certificate() => {
                Cause::ClientCertificateMissing
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
        rustls::Error::InvalidMessage(_) if call.phase() == Phase::Handshake => Cause::NoTls,
        _ => Cause::TlsFailed,
    };
    Error::new(cause).detail(format_args!("{}: {error}", call.peer_name()))
}

fn of_certificate(error: &CertificateError, call: &Call<'_>) -> Error {
    if let CertificateError::Other(other) = error
        && let Some(doubted) = other.0.downcast_ref::<Doubted>()
    {
        let cause = match doubted.doubt {
            Doubt::SelfSigned => Cause::CertificateSelfSigned,
            Doubt::ChainIncomplete => Cause::CertificateChainIncomplete,
            Doubt::UnknownRoot => Cause::UnknownRoot,
            Doubt::WeakKey => Cause::CertificateWeak,
            Doubt::IssuerUnfit => Cause::CertificateIssuerUnfit,
            Doubt::Refused => Cause::CertificateRefused,
        };
        return Error::new(cause).detail(format_args!("{}: {doubted}", call.peer_name()));
    }
    let cause = match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Cause::CertificateExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Cause::CertificateNotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Cause::CertificateWrongHost
        }
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => Cause::CertificateWeak,
        _ => Cause::CertificateRefused,
    };
    Error::new(cause).detail(format_args!("{}: {error}", call.peer_name()))
}

/// An error of TLS with an https proxy, which the settings of the proxy fix and not those of the server.
fn of_proxy_tls(error: &rustls::Error, call: &Call<'_>) -> Error {
    let name = call.peer_name();
    match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(other)) if other.0.is::<Doubted>() => {
            Error::new(Cause::ProxyUntrusted).detail(format_args!("{name}: {}", other.0))
        }
        rustls::Error::InvalidCertificate(error) => {
            Error::new(Cause::ProxyUntrusted).detail(format_args!("{name}: {error}"))
        }
        rustls::Error::InvalidMessage(_) if call.phase() == Phase::Handshake => {
            Error::new(Cause::ProxyNoTls).detail(format_args!("{name}: {error}"))
        }
        error => Error::new(Cause::ProxyTlsFailed).detail(format_args!("{name}: {error}")),
    }
}

/// What the HTTP parser does not accept.
pub(super) fn of_http(error: &ureq_proto::Error, call: &Call<'_>) -> Error {
    match error {
        ureq_proto::Error::HttpParseTooManyHeaders => head_too_large(call),
        error => garbled(error, call),
    }
}

/// The other end speaks before it is asked.
pub(super) fn spoke_first(call: &Call<'_>) -> Error {
    garbled("it speaks before it is asked", call)
}

/// Of headers there are too many, or too long ones.
pub(super) fn head_too_large(call: &Call<'_>) -> Error {
    match call.peer() {
        Peer::Server => Error::new(Cause::HeadTooLarge).detail(call.peer_name()),
        Peer::Proxy => garbled("the headers of its answer are longer than 16 KiB, or more than 128", call),
    }
}

/// What answers does not keep to the protocol, HTTP or SOCKS.
pub(super) fn garbled(what: impl fmt::Display, call: &Call<'_>) -> Error {
    let cause = match call.peer() {
        Peer::Server => Cause::NotHttp,
        Peer::Proxy => Cause::ProxyGarbled,
    };
    Error::new(cause).detail(format_args!("{}: {what}", call.peer_name()))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;
    use std::time::Duration;

    use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

    use super::super::cancel::Bell;
    use super::super::identity::Nobody;
    use super::{Call, Peer, Phase, of_http, of_io, of_tls, timed_out};
    use crate::error::{Code, Error};

    /// What `translate` makes of an error in that phase.
    fn at(phase: Phase, peer: Peer, translate: impl Fn(&Call<'_>) -> Error) -> Error {
        let bell = Arc::new(Bell::new().unwrap());
        let (nobody, proxy) = (Nobody::default(), Some("proxy:3128".to_owned()));
        let call = Call::new(&bell, None, &nobody, "host:443", proxy, Duration::from_millis(700));
        call.enter(phase, peer);
        translate(&call)
    }

    #[test]
    fn tls_failures_keep_their_reason() {
        for (tls, code) in [
            (rustls::Error::InvalidCertificate(CertificateError::Revoked), Code::TlsUntrusted),
            (rustls::Error::InvalidCertificate(CertificateError::Expired), Code::TlsUntrusted),
            (rustls::Error::AlertReceived(AlertDescription::CertificateRequired), Code::Tls),
            (rustls::Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon), Code::Tls),
            (rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType), Code::Tls),
            (rustls::Error::DecryptError, Code::Tls),
        ] {
            assert_eq!(at(Phase::Handshake, Peer::Server, |call| of_tls(&tls, call)).code(), code, "{tls}");
        }
    }

    #[test]
    fn tls_failures_with_a_proxy_are_the_proxys() {
        for tls in [
            rustls::Error::InvalidCertificate(CertificateError::Expired),
            rustls::Error::AlertReceived(AlertDescription::HandshakeFailure),
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType),
            rustls::Error::DecryptError,
        ] {
            let error = at(Phase::Handshake, Peer::Proxy, |call| of_tls(&tls, call));
            assert_eq!(error.code(), Code::Proxy, "{tls}");
            let message = error.message();
            assert!(message.contains("proxy:3128") && !message.contains("server"), "{message}");
        }
    }

    #[test]
    fn the_phase_and_the_peer_decide_what_a_lost_connection_is() {
        let reset = |call: &Call<'_>| of_io(&io::ErrorKind::ConnectionReset.into(), call);
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
    fn garbage_is_the_fault_of_who_sent_it() {
        let garbage = |call: &Call<'_>| of_http(&ureq_proto::Error::HttpParseFail("x".to_owned()), call);
        assert_eq!(at(Phase::Waiting, Peer::Server, garbage).code(), Code::Malformed);
        assert_eq!(at(Phase::Tunnel, Peer::Proxy, garbage).code(), Code::Proxy);
    }

    #[test]
    fn a_timeout_names_limit_and_phase() {
        let error = at(Phase::Connecting, Peer::Server, timed_out);
        assert_eq!(error.code(), Code::Timeout);
        // Either may be what is silent.
        assert!(error.message().ends_with("host:443 by way of proxy proxy:3128: 700 ms, connecting"), "{error}");
    }

    #[test]
    fn what_fails_before_the_login_is_sent_may_be_tried_again_sooner() {
        let pause = |phase, translate: &dyn Fn(&Call<'_>) -> Error| {
            at(phase, Peer::Server, translate).pause().map(|pause| pause.as_secs())
        };
        let reset = |call: &Call<'_>| of_io(&io::ErrorKind::ConnectionReset.into(), call);
        assert_eq!(pause(Phase::Handshake, &reset), Some(60));
        assert_eq!(pause(Phase::Waiting, &reset), Some(300));
        assert_eq!(pause(Phase::Lookup, &timed_out), Some(60));
        assert_eq!(pause(Phase::Waiting, &timed_out), Some(300));
    }

    #[test]
    fn what_this_machine_lacks_is_not_the_networks_fault() {
        for phase in [Phase::Lookup, Phase::Connecting] {
            let error = at(phase, Peer::Server, |call| of_io(&rustix::io::Errno::MFILE.into(), call));
            assert_eq!(error.code(), Code::Connect);
            assert!(error.message().starts_with("This machine"), "{error}");
        }
    }

    #[test]
    fn an_old_server_is_told_from_one_that_wants_a_certificate() {
        let message = |alert| {
            at(Phase::Handshake, Peer::Server, |call| of_tls(&rustls::Error::AlertReceived(alert), call)).message()
        };
        assert!(message(AlertDescription::ProtocolVersion).contains("TLS 1.2"));
        assert!(message(AlertDescription::HandshakeFailure).contains("in common"));
        assert!(message(AlertDescription::CertificateRequired).contains("client certificate"));
    }
}
