//! Clears the stack that a call has used.

#[cfg(not(test_without = "stack-wiping"))]
use zeroize::zeroize_stack;

/// Copying or freeing a token takes a few hundred bytes, and the system's functions some more.
#[cfg(not(test_without = "stack-wiping"))]
const USED_BRIEFLY: usize = if cfg!(debug_assertions) { 16 * 1024 } else { 4 * 1024 };

/// A call with a handshake uses 27 KB of stack in an optimized build and 67 KB in a debug build, including the C
/// library's data of a thread. A session's call uses more in a debug build, which moves an open exchange through several
/// frames. The documentation requires 128 KB of the calling program.
#[cfg(not(test_without = "stack-wiping"))]
const USED: usize = if cfg!(debug_assertions) { 112 * 1024 } else { 40 * 1024 };

/// Zeroes the stack that a call has used. Called from the function that C called, after its work is done.
///
/// No scan has found secret data on the stack of a release build. A debug build leaves parts of the token: it copies
/// texts through its frames, and no compiler guarantees the content of a frame. The cost is some 4 µs of a call's 450.
pub(crate) fn clear_stack() {
    #[cfg(not(test_without = "stack-wiping"))]
    zeroize_stack::<USED>();
}

/// Zeroes less, after work with few nested calls: more would remove the calling program's data from the processor's
/// cache.
pub(crate) fn clear_stack_briefly_used() {
    #[cfg(not(test_without = "stack-wiping"))]
    zeroize_stack::<USED_BRIEFLY>();
}
