//! In which phase of a call something failed: ureq's own errors do not say, and it decides what an administrator does.

use std::fmt;

use ureq::unversioned::transport::{ConnectionDetails, Connector, Transport};

/// The phases before the request is sent: until then no credential has left this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Lookup,
    Connecting,
    Handshake,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Lookup => "looking up the host name",
            Phase::Connecting => "connecting",
            Phase::Handshake => "in the TLS handshake",
        })
    }
}

/// An error of ureq with the phase in which it arose, as it travels through ureq.
#[derive(Debug)]
pub(super) struct FailedIn {
    pub(super) phase: Phase,
    pub(super) error: ureq::Error,
}

impl FailedIn {
    pub(super) fn wrap(phase: Phase, error: ureq::Error) -> ureq::Error {
        ureq::Error::Other(Box::new(FailedIn { phase, error }))
    }
}

impl fmt::Display for FailedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.phase, self.error)
    }
}

impl std::error::Error for FailedIn {}

/// Marks the failures of a connector with its phase.
#[derive(Debug)]
pub(super) struct InPhase<C> {
    phase: Phase,
    connector: C,
}

impl<C> InPhase<C> {
    pub(super) fn new(phase: Phase, connector: C) -> InPhase<C> {
        InPhase { phase, connector }
    }
}

impl<In: Transport, C: Connector<In>> Connector<In> for InPhase<C> {
    type Out = C::Out;

    fn connect(&self, details: &ConnectionDetails, chained: Option<In>) -> Result<Option<C::Out>, ureq::Error> {
        self.connector.connect(details, chained).map_err(|error| FailedIn::wrap(self.phase, error))
    }
}
