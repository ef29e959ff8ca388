//! Threads that this library starts in the process of the calling program.

use std::io;
use std::thread;

/// Enough for the system's resolver with its plug-ins. With an explicit size, the standard library does not read the
/// environment.
const STACK: usize = 256 * 1024;

/// Starts a thread that runs no signal handler of the calling program. Its name is visible to administrators.
///
/// # Errors
/// The system cannot start another thread.
pub(in crate::transport) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // A thread starts with the signal mask of its creator: no signal can arrive before the thread sets its own mask.
    #[cfg(unix)]
    let _blocked = SignalsBlocked::new();
    thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(work).map(drop)
}

/// Blocks all signals on the current thread until it is dropped.
#[cfg(unix)]
struct SignalsBlocked {
    before: Option<nix::sys::signal::SigSet>,
}

#[cfg(unix)]
impl SignalsBlocked {
    fn new() -> SignalsBlocked {
        use nix::sys::signal::{SigSet, SigmaskHow};
        SignalsBlocked { before: SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK).ok() }
    }
}

#[cfg(unix)]
impl Drop for SignalsBlocked {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = before.thread_set_mask();
        }
    }
}
