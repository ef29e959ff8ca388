//! What a call has left below the host's frames.

#[cfg(not(test_without = "stack-wiping"))]
use zeroize::zeroize_stack;

/// To copy or to free a token takes a few hundred bytes, and the system's part some more.
#[cfg(not(test_without = "stack-wiping"))]
const USED_BRIEFLY: usize = if cfg!(debug_assertions) { 16 * 1024 } else { 4 * 1024 };

/// A call with a handshake uses 27 KB of stack in an optimised build, and 67 KB in another one, with what the C library has
/// of a thread's. The host is told to have several times as much.
#[cfg(not(test_without = "stack-wiping"))]
const USED: usize = if cfg!(debug_assertions) { 80 * 1024 } else { 40 * 1024 };

/// Zeroes the stack that a call has used. Called from the function that C called, after its work is done.
///
/// A release build has left nothing there in any scan. A build without optimisation has, of the token: it copies texts
/// through its frames, and what a compiler keeps in a frame is nobody's promise. The cost is some 4 µs of a call's 450.
pub(crate) fn clear_stack() {
    #[cfg(not(test_without = "stack-wiping"))]
    zeroize_stack::<USED>();
}

/// The same after work that calls little: more would push the host's data out of the processor's cache.
pub(crate) fn clear_stack_briefly_used() {
    #[cfg(not(test_without = "stack-wiping"))]
    zeroize_stack::<USED_BRIEFLY>();
}
