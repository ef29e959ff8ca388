//! An exchange while an operation drives it.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::PollFd;

use super::failure;
use super::progress::Progress;
use crate::error::Error;
use crate::operation::{Ended, Operation, Waker};

/// What all layers of the transport are handed: the operation, which limits and ends every wait, and the progress of the
/// exchange, as which it may be used.
pub(super) struct Call<'a> {
    operation: &'a Operation<'a>,
    waker: Arc<Waker>,
    progress: &'a Progress,
}

impl Deref for Call<'_> {
    type Target = Progress;

    fn deref(&self) -> &Progress {
        self.progress
    }
}

impl<'a> Call<'a> {
    /// # Errors
    /// The system has no descriptor left.
    pub(super) fn new(operation: &'a Operation<'a>, progress: &'a Progress) -> Result<Call<'a>, Error> {
        let waker = operation.waker().map_err(|error| failure::no_descriptor(&error, progress))?;
        Ok(Call { operation, waker, progress })
    }

    pub(super) fn timeout(&self) -> Duration {
        self.operation.timeout()
    }

    pub(super) fn waker(&self) -> &Arc<Waker> {
        &self.waker
    }

    /// What every wait watches beside its socket.
    pub(super) fn watched_waker(&self) -> PollFd<'_> {
        self.waker.watched()
    }

    /// Whether the call may go on: asked where nothing is waited for.
    ///
    /// # Errors
    /// The limit of the call has run out, or it was cancelled.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.operation.check(&self.waker, self.phase_deadline()).map_err(|ended| self.ended(ended))
    }

    /// Waits until one of `watched` is ready, as [`Operation::wait`] does. The first of them is the
    /// [waker](Call::watched_waker).
    ///
    /// # Errors
    /// The limit of the call has run out, or it was cancelled.
    pub(super) fn wait(&self, watched: &mut [PollFd<'_>], until: Option<Instant>) -> Result<bool, Error> {
        self.operation.wait(&self.waker, watched, until, self.phase_deadline()).map_err(|ended| self.ended(ended))
    }

    fn ended(&self, ended: Ended) -> Error {
        match ended {
            Ended::TimedOut => failure::timed_out(self.timeout(), self),
            Ended::Cancelled => failure::cancelled(self),
            Ended::Failed(error) => self.failed(error),
        }
    }

    /// What an error of the system means here.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        failure::of_io(&error, self)
    }

    /// Tells the log that the phase is done. `what` must not hold a secret.
    pub(super) fn log_phase_done(&self, what: fmt::Arguments<'_>) {
        self.operation.log_phase_done(what, self.since());
    }

    /// Tells the log of something that is not as it should be.
    pub(super) fn log_warning(&self, what: fmt::Arguments<'_>) {
        self.operation.log_warning(what);
    }

    /// Whether what only costs time to find out is wanted.
    pub(super) fn is_logged(&self) -> bool {
        self.operation.log().is_some()
    }
}
