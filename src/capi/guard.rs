//! The boundary between C and Rust.
//!
//! Each exported function consists of one call of [`call`], [`quick_call`], [`run`], [`run_briefly`] or [`read`] (`tests/suite/boundary.rs` checks
//! it) and is `extern "C-unwind"`. Cancellation of the thread is disabled first and restored last. A thread that is cancelled
//! asynchronously is then unwound from the frame of the exported function, which has nothing to drop: the bodies are `Copy`.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroize as _;

use super::cancellation;
use super::pin_module::pin_module;
use crate::error::{Cause, Error};
use crate::wipe::{clear_registers, clear_stack, clear_stack_briefly_used};

thread_local! {
    /// Source line of the last panic on this thread.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The C type of an error.
pub(super) trait Export {
    /// Makes an object that the C caller owns.
    fn export(error: Error) -> *mut Self;
}

/// Runs the body of a function that can fail. Returns NULL on success, otherwise an error that the caller owns. A panic
/// becomes `NF_PANIC`.
#[inline(always)]
pub(super) fn call<E: Export>(body: impl FnOnce() -> Result<(), Error> + Copy) -> *mut E {
    run_and_clear(clear_stack, || {
        let panicked = || Error::new(Cause::Panicked).detail(PLACE.try_with(RefCell::take).unwrap_or_default());
        let result = catch_panic(body, || Err(panicked()));
        result.map_or_else(E::export, |()| ptr::null_mut())
    })
}

/// Runs the body of every other function that may read or free a secret. Returns `after_panic` if the body panics.
#[inline(always)]
pub(super) fn run<R: Copy>(after_panic: R, body: impl FnOnce() -> R + Copy) -> R {
    run_and_clear(clear_stack, || catch_panic(body, || after_panic))
}

/// Runs the body of a function that copies or frees a token and does nothing else, as [`run`] does.
#[inline(always)]
pub(super) fn run_briefly<R: Copy>(after_panic: R, body: impl FnOnce() -> R + Copy) -> R {
    run_and_clear(clear_stack_briefly_used, || catch_panic(body, || after_panic))
}

/// Runs `quick`, which copies a token and does nothing else. If that returns `false`, it has done nothing, and `body` runs as
/// in [`call`].
#[inline(always)]
pub(super) fn quick_call<E: Export>(
    quick: impl FnOnce() -> bool + Copy,
    body: impl FnOnce() -> Result<(), Error> + Copy,
) -> *mut E {
    if run_briefly(false, quick) { ptr::null_mut() } else { call(body) }
}

/// Runs the body of a function that returns only a number or the address of a text and copies no secret. Returns `neutral` if
/// the body panics.
#[inline(always)]
pub(super) fn read<R: Copy>(neutral: R, body: impl FnOnce() -> R + Copy) -> R {
    let cancel = cancellation::disable();
    let result = run_contained(|| catch_panic(body, || neutral));
    cancellation::restore(cancel);
    result
}

/// Runs `body`, and then clears stack and registers before cancellation is restored.
#[inline(always)]
fn run_and_clear<R: Copy>(clear_stack: fn(), body: impl FnOnce() -> R + Copy) -> R {
    let cancel = cancellation::disable();
    let result = run_contained(body);
    clear_stack();
    clear_registers();
    cancellation::restore(cancel);
    result
}

/// Runs `body`. Never unwinds: `extern "C"` aborts the process before a panic reaches C. Never inlined, because it has
/// something to drop, which the exported function must not have, and because only the stack below the exported function's
/// frame is cleared.
#[inline(never)]
extern "C" fn run_contained<R>(body: impl FnOnce() -> R) -> R {
    set_panic_hook();
    pin_module();
    body()
}

fn catch_panic<R>(body: impl FnOnce() -> R, after_panic: impl FnOnce() -> R) -> R {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        discard(payload);
        after_panic()
    })
}

/// A test uses this to check that after a panic the process continues and secrets are wiped.
#[cfg(test_panic)]
#[allow(clippy::panic)]
#[track_caller]
pub(super) fn panic_if_asked(text: &str) {
    if text.starts_with("panic-for-test") {
        panic!("requested by {text}");
    }
}

#[cfg(not(test_panic))]
pub(super) fn panic_if_asked(_: &str) {}

/// Wipes and drops the text of a panic, which may contain a secret.
fn discard(mut payload: Box<dyn Any + Send>) {
    if let Some(text) = payload.downcast_mut::<String>() {
        text.zeroize();
    }
    // A payload that is not a text may panic again when it is dropped. The second payload is leaked.
    if let Err(again) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(again);
    }
}

/// Sets a panic hook that prints nothing, because the default hook would print to the stderr of the calling program. The hook
/// stores only the place of a panic, never its text, which may contain a secret.
///
/// The hook belongs to this library's copy of the Rust runtime. A calling program in Rust has its own.
fn set_panic_hook() {
    // Not `Once`: a child of fork would wait for it forever if another thread had just started it. The flag is set after the
    // hook, so a thread that sees the flag has the hook. A thread that does not see it sets the same hook again.
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.load(Ordering::Acquire) {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(|at| format!("{}:{}", from_crate(at.file()), at.line()));
            // Thread-local data is gone while a thread ends; the place is then not stored.
            let _ = PLACE.try_with(|last| last.replace(place.unwrap_or_default()));
        }));
        DONE.store(true, Ordering::Release);
    }
}

/// Returns the path from the name of the crate on. The part before it depends on the machine that built the library.
fn from_crate(path: &str) -> &str {
    let crate_end = path.rfind("/src/").unwrap_or(0);
    let start = path.get(..crate_end).and_then(|before| before.rfind('/')).map_or(0, |slash| slash + 1);
    path.get(start..).unwrap_or(path)
}
