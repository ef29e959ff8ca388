//! What ureq and rustls report, as a cause that an administrator can act on.

use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::{AlertDescription, CertificateError};

use super::lookup::{NoThread, NotLoopback};
use super::phase::{FailedIn, Phase};
use crate::cause::{Cause, NETWORK_PAUSE};
use crate::error::Error;

/// Translates an error of ureq about a call to `server` (host and port).
pub(super) fn failure(error: ureq::Error, server: &str, timeout: Duration) -> Error {
    let (phase, error) = match error {
        ureq::Error::Other(other) => match other.downcast::<FailedIn>() {
            Ok(failed) => (Some(failed.phase), failed.error),
            Err(other) => (None, ureq::Error::Other(other)),
        },
        error => (None, error),
    };
    let at = |cause: Cause, what: &dyn fmt::Display| Error::new(cause).detail(format_args!("{server}: {what}"));
    match error {
        ureq::Error::Timeout(_) => timed_out(phase, server, timeout),
        ureq::Error::HostNotFound => Error::new(Cause::HostNotFound).detail(server),
        ureq::Error::Io(error) => match tls_error(&error) {
            Some(tls) => tls_failure(tls, phase, server),
            None => io_failure(&error, phase, server, timeout),
        },
        ureq::Error::Rustls(tls) => tls_failure(&tls, phase, server),
        ureq::Error::Tls(what) => at(Cause::TlsFailed, &what),
        ureq::Error::ConnectionFailed => Error::new(Cause::CannotConnect).detail(server),
        ureq::Error::LargeResponseHeader(..) => Cause::HeadTooLarge.into(),
        // Its parser keeps its own list of what may go wrong; this one is not about a word of HTTP that is misspelt.
        ureq::Error::Protocol(what) if what.to_string().ends_with("too many headers") => Cause::HeadTooLarge.into(),
        ureq::Error::Protocol(what) => at(Cause::NotHttp, &what),
        ureq::Error::BodyStalled => at(Cause::NotHttp, &"a chunk of the body has no end"),
        ureq::Error::Other(other) if other.is::<NoThread>() => at(Cause::NoThread, &other),
        ureq::Error::Other(other) if other.is::<NotLoopback>() => at(Cause::NotLoopback, &other),
        // Their words may hold the address, and later a secret in it.
        ureq::Error::BadUri(_) | ureq::Error::RequireHttpsOnly(_) => Cause::Unforeseen.into(),
        other => at(Cause::Unforeseen, &other),
    }
}

fn timed_out(phase: Option<Phase>, server: &str, timeout: Duration) -> Error {
    let limit = timeout.as_millis();
    match phase {
        // No credential has left yet.
        Some(phase) => Error::new(Cause::TimedOut)
            .detail(format_args!("{server}: {limit} ms, {phase}"))
            .retry_after(NETWORK_PAUSE.pause()),
        None => Error::new(Cause::TimedOut).detail(format_args!("{server}: {limit} ms, waiting for the answer")),
    }
}

fn io_failure(error: &io::Error, phase: Option<Phase>, server: &str, timeout: Duration) -> Error {
    let at = |cause| Error::new(cause).detail(format_args!("{server}: {error}"));
    match (error.kind(), phase) {
        (ErrorKind::TimedOut | ErrorKind::WouldBlock, _) => timed_out(phase, server, timeout),
        _ if is_shortage(error) => at(Cause::NoResources),
        (_, Some(Phase::Lookup)) => at(Cause::HostNotFound),
        (_, Some(Phase::Connecting)) => at(Cause::CannotConnect),
        (_, Some(Phase::Handshake)) => Error::new(Cause::Disconnected)
            .detail(format_args!("{server}: {error}, {}", Phase::Handshake))
            .retry_after(NETWORK_PAUSE.pause()),
        // A reset, a cable that was pulled, a route that went: the connection is gone.
        (_, None) => at(Cause::Disconnected),
    }
}

/// Whether this machine is short of something, and not the network out of order.
fn is_shortage(error: &io::Error) -> bool {
    #[cfg(unix)]
    let short = matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS));
    #[cfg(not(unix))]
    let short = false;
    short || error.kind() == ErrorKind::OutOfMemory
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref::<rustls::Error>()
}

fn tls_failure(error: &rustls::Error, phase: Option<Phase>, server: &str) -> Error {
    let cause = match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            // A bad signature: issued by another authority of the same name, such as one that was made anew.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Cause::UnknownRoot,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Cause::CertificateExpired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Cause::CertificateNotYetValid
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Cause::CertificateWrongHost
            }
            _ => Cause::CertificateRefused,
        },
        rustls::Error::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity,
        ) => Cause::TlsIncompatible,
        rustls::Error::AlertReceived(_) => Cause::TlsRefused,
        rustls::Error::PeerIncompatible(_) => Cause::TlsIncompatible,
        rustls::Error::InvalidMessage(_) if phase == Some(Phase::Handshake) => Cause::NoTls,
        _ => Cause::TlsFailed,
    };
    Error::new(cause).detail(format_args!("{server}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

    use super::{FailedIn, Phase, failure};
    use crate::error::Code;

    fn translated(error: ureq::Error) -> (Code, String) {
        let error = failure(error, "host:443", Duration::from_millis(700));
        (error.code(), error.message())
    }

    fn wrapped(phase: Phase, error: ureq::Error) -> ureq::Error {
        ureq::Error::Other(Box::new(FailedIn { phase, error }))
    }

    fn in_io(tls: rustls::Error) -> ureq::Error {
        ureq::Error::Io(io::Error::new(io::ErrorKind::InvalidData, tls))
    }

    #[test]
    fn tls_failures_keep_their_reason() {
        for (tls, code) in [
            (rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer), Code::TlsUntrusted),
            (rustls::Error::InvalidCertificate(CertificateError::Revoked), Code::TlsUntrusted),
            (rustls::Error::AlertReceived(AlertDescription::CertificateRequired), Code::Tls),
            (rustls::Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon), Code::Tls),
            (rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType), Code::Tls),
            (rustls::Error::DecryptError, Code::Tls),
        ] {
            assert_eq!(translated(in_io(tls.clone())).0, code, "{tls}");
            assert_eq!(translated(wrapped(Phase::Handshake, in_io(tls.clone()))).0, code, "{tls}");
            assert_eq!(translated(ureq::Error::Rustls(tls)).0, code);
        }
    }

    #[test]
    fn the_phase_decides_what_a_lost_connection_is() {
        let reset = || ureq::Error::Io(io::ErrorKind::ConnectionReset.into());
        assert_eq!(translated(wrapped(Phase::Lookup, reset())).0, Code::Dns);
        assert_eq!(translated(wrapped(Phase::Connecting, reset())).0, Code::Connect);
        assert_eq!(translated(wrapped(Phase::Handshake, reset())).0, Code::Disconnected);
        assert_eq!(translated(reset()).0, Code::Disconnected);
        assert_eq!(translated(ureq::Error::Io(io::ErrorKind::HostUnreachable.into())).0, Code::Disconnected);
        assert_eq!(translated(ureq::Error::Io(io::ErrorKind::TimedOut.into())).0, Code::Timeout);
        assert_eq!(
            translated(wrapped(Phase::Connecting, ureq::Error::Io(io::ErrorKind::TimedOut.into()))).0,
            Code::Timeout
        );
        let (code, message) = translated(wrapped(Phase::Connecting, ureq::Error::Timeout(ureq::Timeout::Global)));
        assert_eq!(code, Code::Timeout);
        assert!(message.ends_with("host:443: 700 ms, connecting"), "{message}");
    }

    #[test]
    fn what_fails_before_the_login_is_sent_may_be_tried_again_sooner() {
        let pause = |error| failure(error, "host:443", Duration::from_millis(700)).pause().map(|pause| pause.as_secs());
        let reset = || ureq::Error::Io(io::ErrorKind::ConnectionReset.into());
        let late = || ureq::Error::Timeout(ureq::Timeout::Global);
        assert_eq!(pause(wrapped(Phase::Handshake, reset())), Some(60));
        assert_eq!(pause(reset()), Some(300));
        assert_eq!(pause(wrapped(Phase::Lookup, late())), Some(60));
        assert_eq!(pause(late()), Some(300));
    }

    #[test]
    fn what_this_machine_lacks_is_not_the_networks_fault() {
        for phase in [Phase::Lookup, Phase::Connecting] {
            let (code, message) =
                translated(wrapped(phase, ureq::Error::Io(io::Error::from_raw_os_error(libc::EMFILE))));
            assert_eq!(code, Code::Connect);
            assert!(message.starts_with("This machine"), "{message}");
        }
    }

    #[test]
    fn an_old_server_is_told_from_one_that_wants_a_certificate() {
        let message = |alert| translated(wrapped(Phase::Handshake, in_io(rustls::Error::AlertReceived(alert)))).1;
        assert!(message(AlertDescription::ProtocolVersion).contains("in common"));
        assert!(message(AlertDescription::CertificateRequired).contains("alert"));
    }
}
