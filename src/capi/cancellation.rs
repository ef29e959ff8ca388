//! `pthread_cancel`, kept out of a call.
//!
//! glibc ends a cancelled thread by unwinding its stack, from inside `recv` or `poll`. That cannot pass through Rust: the
//! process would be aborted, with the login still in memory.

/// While this lives, a cancellation of the calling thread waits; it takes effect at the host's next chance.
pub(super) struct Postponed {
    #[cfg(target_os = "linux")]
    before: std::ffi::c_int,
}

#[cfg(target_os = "linux")]
mod pthread {
    use std::ffi::c_int;

    /// The value in glibc and musl.
    pub(super) const CANCEL_DISABLE: c_int = 1;

    unsafe extern "C" {
        pub(super) fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
    }
}

impl Postponed {
    #[cfg(target_os = "linux")]
    pub(super) fn new() -> Postponed {
        let mut before = pthread::CANCEL_DISABLE;
        // SAFETY: POSIX; changes a flag of the calling thread and writes the old one.
        unsafe { pthread::pthread_setcancelstate(pthread::CANCEL_DISABLE, &mut before) };
        Postponed { before }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn new() -> Postponed {
        Postponed {}
    }
}

#[cfg(target_os = "linux")]
impl Drop for Postponed {
    fn drop(&mut self) {
        let mut disabled = pthread::CANCEL_DISABLE;
        // SAFETY: as above; the state is the host's own.
        unsafe { pthread::pthread_setcancelstate(self.before, &mut disabled) };
    }
}
