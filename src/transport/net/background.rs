//! Threads of this library in the process of the calling program.

use std::io;
use std::thread;

/// Enough for the system's resolver with its plug-ins; a size that is given is not looked up in the environment.
const STACK: usize = 256 * 1024;

/// Starts a thread on which no signal handler of the calling program runs. An administrator sees its name.
///
/// # Errors
/// The system starts no further thread.
pub(in crate::transport) fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    // A thread starts with the signal mask of the one that starts it: no signal can come before a mask of its own is set.
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
