//! The boundary between C and Rust.
//!
//! Each exported function consists of one call of [`call`], [`run`], [`run_briefly`] or [`read`] (`tests/suite/boundary.rs`
//! checks it) and is `extern "C-unwind"`. Cancellation of the thread is postponed first and restored last. A thread that is cancelled
//! asynchronously is then unwound from the exported function's own frame, which has nothing to drop: the bodies are `Copy`.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroize as _;

use super::{cancellation, resident};
use crate::error::{Cause, Error};
use crate::wipe::{clear_registers, clear_stack, clear_stack_briefly_used};

thread_local! {
    /// Where the last panic on this thread arose.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What a failure is handed out as.
pub(super) trait Export {
    /// An object that the C caller owns.
    fn export(error: Error) -> *mut Self;
}

/// The body of a function that can fail: NULL on success, on failure an error that the caller owns. A panic becomes
/// `NF_PANIC`.
#[inline(always)]
pub(super) fn call<E: Export>(body: impl FnOnce() -> Result<(), Error> + Copy) -> *mut E {
    clean(clear_stack, || {
        let panicked = || Error::new(Cause::Panicked).detail(PLACE.try_with(RefCell::take).unwrap_or_default());
        let result = catching(body, || Err(panicked()));
        result.map_or_else(E::export, |()| ptr::null_mut())
    })
}

/// The body of every other function that may touch a secret, as each function does that frees something. A panic gives
/// `after_panic`.
#[inline(always)]
pub(super) fn run<R: Copy>(after_panic: R, body: impl FnOnce() -> R + Copy) -> R {
    clean(clear_stack, || catching(body, || after_panic))
}

/// The same for a body that copies or frees a token and does nothing else.
#[inline(always)]
pub(super) fn run_briefly<R: Copy>(after_panic: R, body: impl FnOnce() -> R + Copy) -> R {
    clean(clear_stack_briefly_used, || catching(body, || after_panic))
}

/// The body of a function that only returns a number or the address of a text: no secret is copied. A panic gives `neutral`.
#[inline(always)]
pub(super) fn read<R: Copy>(neutral: R, body: impl FnOnce() -> R + Copy) -> R {
    let before = cancellation::postpone();
    let result = shielded(|| catching(body, || neutral));
    cancellation::restore(before);
    result
}

/// Clears stack and registers after `body`, while a cancellation still waits.
#[inline(always)]
fn clean<R: Copy>(clear_stack: fn(), body: impl FnOnce() -> R + Copy) -> R {
    let before = cancellation::postpone();
    let result = shielded(body);
    clear_stack();
    clear_registers();
    cancellation::restore(before);
    result
}

/// Never unwinds: `extern "C"` aborts the process before a panic reaches C. Never inlined: it has something to drop, which the
/// exported function must not have, and the stack is cleared below the exported function's frame.
#[inline(never)]
extern "C" fn shielded<R>(body: impl FnOnce() -> R) -> R {
    silence_panics();
    resident::stay();
    body()
}

fn catching<R>(body: impl FnOnce() -> R, after_panic: impl FnOnce() -> R) -> R {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        discard(payload);
        after_panic()
    })
}

/// Lets a test see that a panic inside a call harms neither the host nor the promise to wipe.
#[cfg(test_panic)]
#[allow(clippy::panic)]
#[track_caller]
pub(super) fn panic_if_asked(text: &str) {
    if text.starts_with("panic-for-test") {
        panic!("asked for by {text}");
    }
}

#[cfg(not(test_panic))]
pub(super) fn panic_if_asked(_: &str) {}

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
    // Not `Once`, which a child of fork would wait for if another thread were in the middle of it. Set after the hook: no
    // thread that sees it panics without the hook. Threads that do not see it set the same hook again.
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.load(Ordering::Acquire) {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(|at| format!("{}:{}", from_crate(at.file()), at.line()));
            // A thread that is ending has no place any more; then the panic has none either.
            let _ = PLACE.try_with(|last| last.replace(place.unwrap_or_default()));
        }));
        DONE.store(true, Ordering::Release);
    }
}

/// The end of a path, from the name of the crate on. What stands before it is the machine that built the library.
fn from_crate(path: &str) -> &str {
    let crate_end = path.rfind("/src/").unwrap_or(0);
    let start = path.get(..crate_end).and_then(|before| before.rfind('/')).map_or(0, |slash| slash + 1);
    path.get(start..).unwrap_or(path)
}
