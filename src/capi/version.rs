//! The version of the header and of the library.

use std::ffi::{CStr, c_char};

use super::guard;

/// Major version of this header.
pub const NF_VERSION_MAJOR: u32 = 0;
/// Minor version of this header.
pub const NF_VERSION_MINOR: u32 = 1;
/// Patch version of this header.
pub const NF_VERSION_PATCH: u32 = 0;
/// Version of this header as one number, 0xMMmmpp: 0x000100 is 0.1.0.
pub const NF_VERSION_NUMBER: u32 = NF_VERSION_MAJOR << 16 | NF_VERSION_MINOR << 8 | NF_VERSION_PATCH;

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// Returns the version of the loaded library, such as "0.1.0".
///
/// The text is static. Any thread may call this function.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nf_version() -> *const c_char {
    guard::read(VERSION.as_ptr(), || VERSION.as_ptr())
}

/// Returns the version of the loaded library as one number, 0xMMmmpp.
/// `NF_CHECK_VERSION` compares it with `NF_VERSION_NUMBER`.
///
/// Any thread may call this function.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nf_version_number() -> u32 {
    guard::read(NF_VERSION_NUMBER, || NF_VERSION_NUMBER)
}
