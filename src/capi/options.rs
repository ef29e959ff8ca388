//! `nf_options`: what a client is made from.

use std::ffi::c_char;
use std::slice;
use std::time::Duration;

use super::argument::{free, object_mut, text};
use super::error::nf_error;
use super::guard::guard;
use crate::cause::Cause;
use crate::error::Error;
use crate::options::Options;

/// What a client is made from. One thread at a time.
pub struct nf_options {
    pub(super) options: Options,
}

/// Makes options with the default values: Concur's production host in the
/// United States, 60 seconds for a call, the operating system's roots.
///
/// Never NULL. Free with `nf_options_free`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C" fn nf_options_new() -> *mut nf_options {
    Box::into_raw(Box::new(nf_options { options: Options::new() }))
}

/// Frees options. NULL is fine. Clients made from them stay as they are.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_options_free(options: *mut nf_options) {
    // SAFETY: NULL or options that are not used again (header, "Calling convention").
    unsafe { free(options) }
}

/// Sets where Concur is, such as "https://eu1.concursolutions.com".
///
/// Scheme, host, perhaps a port and a path prefix, and nothing else. https
/// only; http for localhost and loopback addresses, for tests.
///
/// Fails with `NF_INVALID_OPTION` and leaves the old value when the URL cannot
/// be used.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn nf_options_set_base_url(options: *mut nf_options, url: *const c_char) -> *mut nf_error {
    guard(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, url) = unsafe { (object_mut(options, "options")?, text(url, "url")?) };
        options.options.set_base_url(url)
    })
}

/// Sets the limit of a whole call in milliseconds, DNS included.
///
/// From 1 to 4294967295; 60000 is the default. A call returns some
/// milliseconds after its limit at the latest.
///
/// Fails with `NF_INVALID_OPTION` for 0.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn nf_options_set_timeout_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard(|| {
        // SAFETY: pointers keep the header's calling convention.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_timeout(Duration::from_millis(ms.into()))
    })
}

/// Trusts the root certificates in this PEM file in place of the operating
/// system's and of those of a file named before.
///
/// The file is read now; a later change of it has no effect.
///
/// Fails with `NF_INVALID_OPTION` when the file cannot be read, holds no
/// certificate, or holds one that is broken, which the message names.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn nf_options_set_ca_file(options: *mut nf_options, path: *const c_char) -> *mut nf_error {
    guard(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, path) = unsafe { (object_mut(options, "options")?, text(path, "path")?) };
        options.options.set_ca_file(path)
    })
}

/// Trusts the root certificates in `len` bytes of PEM at `pem` in place of the
/// operating system's, beside those of a CA file and of earlier calls.
///
/// `pem` needs no NUL at its end.
///
/// Fails with `NF_INVALID_OPTION` as `nf_options_set_ca_file` does.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn nf_options_add_ca_pem(
    options: *mut nf_options,
    pem: *const c_char,
    len: usize,
) -> *mut nf_error {
    guard(|| {
        // SAFETY: pointers keep the header's calling convention.
        let options = unsafe { object_mut(options, "options") }?;
        if pem.is_null() {
            return Err(Error::new(Cause::NullPointer).detail("pem"));
        }
        if isize::try_from(len).is_err() {
            return Err(Error::new(Cause::CaNoCertificate).detail("len is larger than any memory"));
        }
        // SAFETY: not NULL, and `len` bytes may be read there (this function's comment).
        options.options.add_ca_pem(unsafe { slice::from_raw_parts(pem.cast(), len) })
    })
}

/// Names the calling product in the User-Agent header, before
/// "nativeflow/x.y.z"; for example "my-erp/4.2".
///
/// 1 to 256 printable ASCII characters, no blank at the ends.
///
/// Fails with `NF_INVALID_OPTION` and leaves the old value when it is not.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn nf_options_set_user_agent(options: *mut nf_options, product: *const c_char) -> *mut nf_error {
    guard(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, product) = unsafe { (object_mut(options, "options")?, text(product, "product")?) };
        options.options.set_user_agent(product)
    })
}
