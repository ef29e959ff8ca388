//! What a call has left below the host's frames.

use zeroize::zeroize_stack;

/// A call uses some 47 KB: TLS, HTTP and XML, the most of it in the handshake. The host is told to have twice as much.
const USED: usize = 64 * 1024;

/// Zeroes the stack that a call has used. Called from the function that C called, after its work is done.
///
/// A release build has left nothing there in any scan; builds without optimisation copy texts through their frames, and
/// what a compiler keeps in a frame is nobody's promise.
pub(crate) fn clear_stack() {
    zeroize_stack::<USED>();
}
