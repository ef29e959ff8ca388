//! Keeps descriptors 0 to 2 free. They belong to the calling program, even if it has closed them: its output goes to 1
//! and 2.

use std::io;

#[cfg(unix)]
use std::os::fd::{AsRawFd as _, OwnedFd};

/// The first descriptor that is not a standard stream.
#[cfg(unix)]
const FIRST: i32 = 3;

/// Moves the object to a descriptor that is not a standard stream.
///
/// # Errors
/// The system has no free descriptor.
#[cfg(unix)]
pub(crate) fn above_standard_streams<T: From<OwnedFd>>(object: impl Into<OwnedFd>) -> io::Result<T> {
    let descriptor = object.into();
    match descriptor.as_raw_fd() {
        ..FIRST => Ok(rustix::io::fcntl_dupfd_cloexec(&descriptor, FIRST)?.into()),
        _ => Ok(descriptor.into()),
    }
}

/// Windows has no such descriptors.
#[cfg(not(unix))]
pub(crate) fn above_standard_streams<T>(object: impl Into<T>) -> io::Result<T> {
    Ok(object.into())
}
