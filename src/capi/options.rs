//! `nf_options`: what a client is made from.

use std::ffi::{c_char, c_void};
use std::time::Duration;
use std::{ptr, slice};

use super::argument::{free, object_mut, text};
use super::error::nf_error;
use super::log::nf_log_fn;
use super::release::nf_release_fn;
use super::{guard, log, release};
use crate::error::{Cause, Error};
use crate::options::Options;

/// What a client is made from. One thread at a time.
pub struct nf_options {
    pub(super) options: Options,
}

/// Lets a test see that a panic while something is freed does no harm.
#[cfg(test_panic)]
impl Drop for nf_options {
    fn drop(&mut self) {
        guard::panic_if_asked(self.options.user_agent.to_str().unwrap_or_default());
    }
}

/// Makes options with the default values: Concur's production host in the
/// United States, 60 seconds for a call, the operating system's roots, no
/// proxy, one connection for each call, no log.
///
/// NULL only if a defect in the library ended the function. Free with
/// `nf_options_free`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nf_options_new() -> *mut nf_options {
    guard::run(ptr::null_mut(), || Box::into_raw(Box::new(nf_options { options: Options::new() })))
}

/// Frees options. NULL is fine. Clients made from them stay as they are.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_options_free(options: *mut nf_options) {
    // SAFETY: NULL or options that are not used again (header, "Calling convention").
    guard::run((), || unsafe { free(options) })
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
pub unsafe extern "C-unwind" fn nf_options_set_base_url(options: *mut nf_options, url: *const c_char) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, url) = unsafe { (object_mut(options, "options")?, text(url, "url")?) };
        options.options.set_base_url(url)
    })
}

/// Sets the limit of a whole call in milliseconds, DNS included.
///
/// From 1 to 4294967295; 60000 is the default. A call returns at most 10 ms
/// after its limit, whatever it is waiting for. On Windows that is 20 ms, and
/// longer while Windows asks whether a certificate was revoked.
///
/// Fails with `NF_INVALID_OPTION` for 0.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_timeout_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_timeout(Duration::from_millis(ms.into()))
    })
}

/// Sets the limit of each attempt to connect to an address, in milliseconds.
///
/// From 1 to 4294967295; 10000 is the default. Within the limit of the call,
/// all addresses of a host are tried, IPv6 and IPv4 by turns, the next one
/// after a quarter of a second without waiting for the one before.
///
/// Fails with `NF_INVALID_OPTION` for 0.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_connect_timeout_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_connect_timeout(Duration::from_millis(ms.into()))
    })
}

/// Trusts the root certificates in this file, PEM or DER, in place of the
/// operating system's and of those of a file named before.
///
/// The file is read now; a later change of it has no effect. No certificate in
/// it is skipped: one that cannot be read is an error.
///
/// A certificate of X.509 version 3 without CA:TRUE is no authority's. It is
/// trusted only when a server presents exactly this certificate, for the host
/// names and the period in it, and never as the issuer of another one.
///
/// Fails with `NF_INVALID_OPTION` when the file cannot be read, holds no
/// certificate, or holds one that is broken or must not sign certificates of
/// TLS servers (keyUsage, extendedKeyUsage). The message names the certificate.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_ca_file(options: *mut nf_options, path: *const c_char) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, path) = unsafe { (object_mut(options, "options")?, text(path, "path")?) };
        options.options.set_ca_file(path)
    })
}

/// Trusts the root certificates in the `len` bytes at `pem`, PEM or DER, in
/// place of the operating system's, beside those of a CA file and of earlier
/// calls.
///
/// `pem` needs no NUL at its end.
///
/// Fails with `NF_INVALID_OPTION` as `nf_options_set_ca_file` does.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_add_ca_pem(
    options: *mut nf_options,
    pem: *const c_char,
    len: usize,
) -> *mut nf_error {
    guard::call(|| {
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
pub unsafe extern "C-unwind" fn nf_options_set_user_agent(
    options: *mut nf_options,
    product: *const c_char,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, product) = unsafe { (object_mut(options, "options")?, text(product, "product")?) };
        options.options.set_user_agent(product)
    })
}

/// Shows a client certificate to a server that asks for one.
///
/// Two files, PEM or DER: the certificate chain, the client's own first, and
/// its private key in PKCS#8, PKCS#1 or SEC1, without a passphrase. Both are
/// read now; the key stays in memory as long as these options and clients made
/// from them. A proxy is never shown it.
///
/// Fails with `NF_INVALID_OPTION` and leaves the old value when a file cannot
/// be read or the key does not belong to the certificate.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_client_certificate(
    options: *mut nf_options,
    chain_file: *const c_char,
    key_file: *const c_char,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, chain, key) =
            unsafe { (object_mut(options, "options")?, text(chain_file, "chain_file")?, text(key_file, "key_file")?) };
        options.options.set_client_certificate(chain, key)
    })
}

/// Goes to Concur by way of a proxy, such as "http://proxy.example:3128".
///
/// "http://", "https://" or "socks5://", perhaps "user:password@", a host,
/// perhaps a port (without one 1080, and 443 for https). In user and password
/// write @ : / % \ and spaces as %40 %3A %2F %25 %5C %20. Only Basic is spoken
/// with HTTP proxies. The proxy sees the host and port of the base URL, whose
/// name it looks up, and the product of the User-Agent, never a credential of
/// Concur. User and password stay in memory as long as these options and
/// clients made from them. "" means no proxy, which is the default. A plain
/// http base URL is always reached without.
///
/// Fails with `NF_INVALID_OPTION` and leaves the old value when the URL cannot
/// be used; the message does not repeat it.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_proxy(options: *mut nf_options, url: *const c_char) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, url) = unsafe { (object_mut(options, "options")?, text(url, "url")?) };
        options.options.set_proxy(url)
    })
}

/// Names hosts that are reached without the proxy, in the syntax of NO_PROXY.
///
/// Separated by commas or blanks: a domain, which covers all hosts below it
/// too (a dot before it changes nothing); an address; a network such as
/// 10.0.0.0/8; each but a network perhaps with a port, as in host:8443; or *
/// for all. Replaces an earlier list; "" is none.
///
/// Fails with `NF_INVALID_OPTION`, names the entry and leaves the old list when
/// one cannot be read.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_proxy_bypass(
    options: *mut nf_options,
    hosts: *const c_char,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let (options, hosts) = unsafe { (object_mut(options, "options")?, text(hosts, "hosts")?) };
        options.options.set_proxy_bypass(hosts)
    })
}

/// Takes the proxy and the hosts without proxy from the environment, in place
/// of what was set before.
///
/// The variables of curl for https: https_proxy, HTTPS_PROXY, all_proxy,
/// ALL_PROXY, the first that is there and not empty; no_proxy, NO_PROXY. Read
/// now, and at no other time; no other thread may change the environment
/// meanwhile. no_proxy is read as curl reads it, and what it cannot read is
/// ignored. So of the entries of `nf_options_set_proxy_bypass` these match no
/// host here: *.domain, host:port, [address], and * beside other entries.
///
/// Fails with `NF_INVALID_OPTION` and leaves the old values when the proxy's URL
/// cannot be used or is not UTF-8; the message names the variable and not its
/// value.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_use_environment_proxy(options: *mut nf_options) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.use_environment_proxy()
    })
}

/// Keeps a connection open after a call, for a next one on the same client
/// within this many milliseconds. 0, the default: each call has its own.
///
/// For programs that get tokens for many users, one after another. Nothing of
/// a user is left in a kept connection. At most eight are kept, none for
/// longer than five minutes or than the server announces (`Keep-Alive:
/// timeout`, less one second); one that has been idle for too long is closed
/// by the next call or by `nf_client_free`.
///
/// A connection is used again only if it is open and nothing has come over it
/// since the last answer; otherwise the call opens a new one. If it ends after
/// a byte of the request was sent, the call ends with `NF_DISCONNECTED`. One
/// thing cannot be seen: if a server or proxy sends a second answer to the
/// request before, and its first byte comes after this check, the next call
/// takes it for its own. Where that is not acceptable, leave this at 0.
///
/// Fails with `NF_INVALID_ARGUMENT` for NULL options only.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_keep_alive_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_keep_alive(Duration::from_millis(ms.into()));
        Ok(())
    })
}

/// Tells `fn` of each step of every call, one line each. NULL: nobody, which
/// is the default.
///
/// `fn` gets `user`; see `nf_log_fn`. A call that `nf_client_free` ends still
/// tells the log how it ended, after `nf_client_free` has returned. So `user`
/// must stay valid until these options, all clients made from them, all their
/// shares and all calls are gone: `nf_options_on_release` tells when.
///
/// Fails with `NF_INVALID_ARGUMENT` for NULL options only.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_log(
    options: *mut nf_options,
    r#fn: nf_log_fn,
    user: *mut c_void,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_log(r#fn.map(|function| log::to(function, user)));
        Ok(())
    })
}

/// Calls `fn` with `user` once, when nothing can call back any more: these
/// options, all clients made from them after this call, all shares of those
/// clients and all their calls are gone. Free there what `user` of a log
/// points to; see `nf_release_fn`.
///
/// May be called several times: each `fn` is called, in the order in which
/// they were given.
///
/// Fails with `NF_INVALID_ARGUMENT` when options or `fn` are NULL; `fn` is
/// not called then.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_on_release(
    options: *mut nf_options,
    r#fn: nf_release_fn,
    user: *mut c_void,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let options = unsafe { object_mut(options, "options") }?;
        let function = r#fn.ok_or_else(|| Error::new(Cause::NullPointer).detail("fn"))?;
        options.options.on_release(release::to(function, user));
        Ok(())
    })
}
