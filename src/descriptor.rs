//! Descriptors 0 to 2 belong to the calling program, even where it has closed them: what it prints goes to 1 and 2.

use std::io;

#[cfg(unix)]
use std::os::fd::{AsRawFd as _, OwnedFd};

/// The first descriptor that is no standard stream.
#[cfg(unix)]
const FIRST: i32 = 3;

/// The same object under a descriptor that is no standard stream.
///
/// # Errors
/// The system has no descriptor left.
#[cfg(unix)]
pub(crate) fn above_standard_streams<T: From<OwnedFd>>(object: impl Into<OwnedFd>) -> io::Result<T> {
    let descriptor = object.into();
    match descriptor.as_raw_fd() {
        ..FIRST => Ok(rustix::io::fcntl_dupfd_cloexec(&descriptor, FIRST)?.into()),
        _ => Ok(descriptor.into()),
    }
}

/// Windows has no such numbers.
#[cfg(not(unix))]
pub(crate) fn above_standard_streams<T>(object: impl Into<T>) -> io::Result<T> {
    Ok(object.into())
}
