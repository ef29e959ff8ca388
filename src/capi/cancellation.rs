//! `pthread_cancel`, kept out of a call.
//!
//! glibc ends a cancelled thread by unwinding its stack, from inside `recv`, `close` or, if cancellation is asynchronous, any
//! instruction. That cannot pass through Rust code that has something to drop: the process would be aborted, with the login
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

/// What the calling thread had set before [`postpone`]. `Copy`: a frame that holds it has nothing to drop.
#[derive(Clone, Copy)]
pub(super) struct Before {
    #[cfg(target_os = "linux")]
    state: std::ffi::c_int,
    #[cfg(target_os = "linux")]
    kind: std::ffi::c_int,
}

/// From now on a cancellation of the calling thread is pending.
#[inline(always)]
pub(super) fn postpone() -> Before {
    #[cfg(target_os = "linux")]
    {
        let (mut state, mut kind) = (pthread::CANCEL_DISABLE, pthread::CANCEL_DEFERRED);
        // The type too: the signal of an asynchronous cancellation may be on its way, and when it arrives, glibc 2.36 asks
        // for the type only.
        // SAFETY: POSIX; change flags of the calling thread and write the old ones.
        unsafe {
            pthread::pthread_setcancelstate(pthread::CANCEL_DISABLE, &mut state);
            pthread::pthread_setcanceltype(pthread::CANCEL_DEFERRED, &mut kind);
        }
        Before { state, kind }
    }
    #[cfg(not(target_os = "linux"))]
    Before {}
}

/// Sets what the calling thread had set. If an asynchronous cancellation is pending, the thread ends here, and its stack is
/// unwound: the calling functions must have nothing to drop.
#[inline(always)]
pub(super) fn restore(before: Before) {
    #[cfg(target_os = "linux")]
    {
        let mut ours = 0;
        // SAFETY: as above; the values are the calling program's own.
        unsafe {
            pthread::pthread_setcancelstate(before.state, &mut ours);
            pthread::pthread_setcanceltype(before.kind, &mut ours);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let Before {} = before;
}
