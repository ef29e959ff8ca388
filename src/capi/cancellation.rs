//! Disables `pthread_cancel` during a call.
//!
//! glibc ends a cancelled thread by unwinding its stack, from inside `recv`, `close` or, if cancellation is asynchronous, any
//! instruction. Rust code that has something to drop cannot be unwound this way: the process would be aborted, with the login
//! still in memory.

#[cfg(target_os = "linux")]
mod pthread {
    use std::ffi::c_int;

    // The values in glibc and musl.
    pub(super) const CANCEL_DISABLE: c_int = 1;
    pub(super) const CANCEL_DEFERRED: c_int = 0;

    unsafe extern "C-unwind" {
        pub(super) fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
        pub(super) fn pthread_setcanceltype(kind: c_int, before: *mut c_int) -> c_int;
    }
}

/// Cancellation is disabled. Contains the thread's earlier settings. `Copy`: a frame that contains it has nothing to drop.
#[derive(Clone, Copy)]
pub(super) struct CancelDisabled {
    #[cfg(target_os = "linux")]
    state: std::ffi::c_int,
    #[cfg(target_os = "linux")]
    kind: std::ffi::c_int,
}

/// Disables cancellation of the calling thread: a cancellation stays pending until [`restore`].
#[inline(always)]
pub(super) fn disable() -> CancelDisabled {
    #[cfg(target_os = "linux")]
    {
        let (mut state, mut kind) = (pthread::CANCEL_DISABLE, pthread::CANCEL_DEFERRED);
        // The type too, because the signal of an asynchronous cancellation may arrive later, and glibc 2.36 then checks only
        // the type.
        // SAFETY: POSIX; both change flags of the calling thread and write the old ones.
        unsafe {
            pthread::pthread_setcancelstate(pthread::CANCEL_DISABLE, &mut state);
            pthread::pthread_setcanceltype(pthread::CANCEL_DEFERRED, &mut kind);
        }
        CancelDisabled { state, kind }
    }
    #[cfg(not(target_os = "linux"))]
    CancelDisabled {}
}

/// Restores the thread's settings. If an asynchronous cancellation is pending, the thread ends here and its stack is unwound:
/// the calling functions must have nothing to drop.
#[inline(always)]
pub(super) fn restore(earlier: CancelDisabled) {
    #[cfg(target_os = "linux")]
    {
        let mut ours = 0;
        // SAFETY: as above; the values are those of the calling program.
        unsafe {
            pthread::pthread_setcancelstate(earlier.state, &mut ours);
            pthread::pthread_setcanceltype(earlier.kind, &mut ours);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let CancelDisabled {} = earlier;
}
