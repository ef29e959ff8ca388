//! The boundary between C and Rust.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroize as _;

use super::cancellation::Postponed;
use super::error::nf_error;
use super::resident;
use crate::cause::Cause;
use crate::error::Error;

thread_local! {
    /// Where the last panic on this thread arose.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs the body of a C function; gives NULL on success, and on failure an error that the caller owns. A panic becomes
/// `NF_PANIC`.
pub(super) fn guard(body: impl FnOnce() -> Result<(), Error>) -> *mut nf_error {
    silence_panics();
    resident::stay();
    let _postponed = Postponed::new();
    let error = match panic::catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return std::ptr::null_mut(),
        Ok(Err(error)) => error,
        Err(payload) => {
            discard(payload);
            Error::new(Cause::Panicked).detail(PLACE.try_with(RefCell::take).unwrap_or_default())
        }
    };
    nf_error::export(error)
}

/// Wipes and drops the text of a panic, which may quote a secret.
fn discard(mut payload: Box<dyn Any + Send>) {
    if let Some(text) = payload.downcast_mut::<String>() {
        text.zeroize();
    }
    // What is no text may panic again when it is dropped; that payload is left alone.
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
}

/// Keeps panics off the host's stderr: `catch_unwind` lets the hook print first. Of a panic only the place is kept, never
/// its text, which may quote a secret.
///
/// The hook is that of this library's own copy of the Rust runtime; a host's, if it has one, is another.
fn silence_panics() {
    // Not `Once`, which a child of fork would wait for if another thread were in the middle of it.
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, Ordering::Relaxed) {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(|at| format!("{}:{}", from_crate(at.file()), at.line()));
            // A thread that is ending has no place any more; then the panic has none either.
            let _ = PLACE.try_with(|last| last.replace(place.unwrap_or_default()));
        }));
    }
}

/// The end of a path, from the name of the crate on. What stands before it is the machine that built the library.
fn from_crate(path: &str) -> &str {
    let crate_end = path.rfind("/src/").unwrap_or(0);
    let start = path.get(..crate_end).and_then(|before| before.rfind('/')).map_or(0, |slash| slash + 1);
    path.get(start..).unwrap_or(path)
}
