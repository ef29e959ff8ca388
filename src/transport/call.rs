//! An exchange during an operation.

use std::fmt;
use std::io;
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::PollFd;

use super::failure;
use super::progress::Progress;
use crate::error::Error;
use crate::log::Level;
use crate::operation::{Ended, Operation, Waker};

/// The context of all transport layers: the operation, which limits and cancels every wait, and the progress of the
/// exchange. A call can be used as its progress.
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
    /// The system has no free descriptor.
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

    /// Returns the descriptor that every wait polls in addition to its socket.
    pub(super) fn watched_waker(&self) -> PollFd<'_> {
        self.waker.watched()
    }

    /// Checks whether the call may continue, at places without a wait.
    ///
    /// # Errors
    /// The timeout of the call expired, or it was cancelled.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.operation.check(&self.waker, self.phase_deadline()).map_err(|ended| self.ended(ended))
    }

    /// Waits until one of `watched` is ready, as [`Operation::wait`] does. The first item must be the
    /// [waker](Call::watched_waker).
    ///
    /// # Errors
    /// The timeout of the call expired, or it was cancelled.
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

    /// Converts an error of the system in this phase.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        failure::of_io(&error, self)
    }

    /// Ends the phase, and logs it. `what` must not contain a secret.
    pub(super) fn log_phase_done(&self, what: fmt::Arguments<'_>) {
        // Without a log, the next phase ends this one: the clock is read once.
        if self.is_logged() {
            self.operation.log_phase_done(what, self.end_phase());
        }
    }

    /// Logs a problem that does not stop the call.
    pub(super) fn log_warning(&self, what: fmt::Arguments<'_>) {
        self.operation.log(Level::Warning, what);
    }

    /// Whether details for the log are needed that take time to find.
    pub(super) fn is_logged(&self) -> bool {
        self.operation.is_logged()
    }
}
