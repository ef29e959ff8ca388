//! `nf_client`: gets tokens; and the one-shot call.

use std::ffi::c_char;

use super::argument::{CallersSecret, Output, free, object, optional_text, text};
use super::error::nf_error;
use super::guard::guard;
use super::options::nf_options;
use super::token::nf_token;
use crate::client::Client;
use crate::error::Error;
use crate::options::Options;
use crate::wipe::{clear_registers, clear_stack};

/// Gets tokens from one service. Any number of threads may call
/// `nf_client_get_token` and `nf_client_cancel` on it at once.
pub struct nf_client {
    client: Client,
}

/// Gets an access token for a user from Concur's production host, with the
/// default options: one client, one call.
///
/// `login` and `secret` are overwritten with zeros before this returns, on
/// success and on failure. `secret` may be NULL for a user without password.
/// On success `*out` is a token that you free with `nf_token_free`.
///
/// Blocks for at most 60 seconds. May run on many threads at once.
///
/// Fails as `nf_client_new` and `nf_client_get_token` do.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn nf_get_token(
    key: *const c_char,
    login: *mut c_char,
    secret: *mut c_char,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    // SAFETY: pointers keep the header's calling convention.
    let error = unsafe { get_token(|| Client::new(&Options::new()), key, login, secret, out) };
    clear_stack();
    clear_registers();
    error
}

/// Makes a client. `options` may be NULL for the default values.
///
/// The options are copied; they may be changed or freed afterwards. On
/// success `*out` is a client that you free with `nf_client_free`.
///
/// Fails with `NF_INVALID_OPTION` when the system has no root certificates
/// and the options name none.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn nf_client_new(options: *const nf_options, out: *mut *mut nf_client) -> *mut nf_error {
    // SAFETY: pointers keep the header's calling convention.
    let out = unsafe { Output::cleared(out) };
    guard(|| {
        let out = out.required("out")?;
        // SAFETY: as above.
        let client = match unsafe { options.as_ref() } {
            Some(options) => Client::new(&options.options)?,
            None => Client::new(&Options::new())?,
        };
        out.give(nf_client { client });
        Ok(())
    })
}

/// Frees a client. NULL is fine.
///
/// Calls that are running on it on other threads end with `NF_CANCELLED`
/// within 10 ms; they hold what they need, and nobody waits for them. One that
/// has not sent its login yet does not send it. No call may begin on it any
/// more; one has begun for certain once it has written a line to the log.
/// Tokens that came from it stay as they are.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_client_free(client: *mut nf_client) {
    // SAFETY: NULL or a client that no call begins on again (header, "Calling convention"). One that has begun holds the
    // client inside by a reference of its own.
    unsafe {
        if let Some(client) = client.as_ref() {
            client.client.close();
        }
        free(client);
    }
}

/// Ends every call that is running on a client, on whatever thread, with
/// `NF_CANCELLED`. NULL is fine.
///
/// Returns at once; each of them returns within 10 ms, whatever it is
/// waiting for. The client stays usable, and calls that begin later are not
/// touched. Any thread may call this, but no signal handler.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_client_cancel(client: *const nf_client) {
    // SAFETY: NULL or a client that has not been freed (header, "Calling convention").
    if let Some(client) = unsafe { client.as_ref() } {
        client.client.cancel();
    }
}

/// Gets an access token for a user with the Native Flow.
///
/// `login` and `secret` are overwritten with zeros before this returns, on
/// success and on failure. `secret` may be NULL for a user without password.
/// On success `*out` is a token that you free with `nf_token_free`.
///
/// The login is sent once, and never again by the library itself. Blocks for
/// at most the client's timeout. May run on many threads at once.
///
/// Ends with `NF_CANCELLED` when `nf_client_cancel` or `nf_client_free` is
/// called meanwhile.
///
/// Fails with `NF_DENIED` when the server refuses the login, the secret or
/// the key (it does not say which; do not retry: the account may lock), with
/// `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` when one of them cannot be sent
/// (a colon or a line end in the login, for example), and with any code from
/// 40 on.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn nf_client_get_token(
    client: *const nf_client,
    key: *const c_char,
    login: *mut c_char,
    secret: *mut c_char,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    // SAFETY: pointers keep the header's calling convention.
    let error = unsafe { get_token(|| Ok(object(client, "client")?.client.clone()), key, login, secret, out) };
    clear_stack();
    clear_registers();
    error
}

/// What both calls do. `client` is made or looked up only when the output can be written. Never inlined: the stack is
/// wiped below the frame of the function that calls this.
///
/// # Safety
/// The pointers keep the header's calling convention.
#[inline(never)]
unsafe fn get_token(
    client: impl FnOnce() -> Result<Client, Error>,
    key: *const c_char,
    login: *mut c_char,
    secret: *mut c_char,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    // SAFETY: the caller's promise. Before the guard, so that the buffers are wiped whatever happens inside.
    let (out, _login, _secret) =
        unsafe { (Output::cleared(out), CallersSecret::new(login), CallersSecret::new(secret)) };
    guard(|| {
        let out = out.required("out")?;
        let client = client()?;
        // SAFETY: the caller's promise; the buffers are wiped after the last use of these views.
        let (key, login, secret) =
            unsafe { (text(key, "key")?, text(login, "login")?, optional_text(secret, "secret")?) };
        panic_if_asked(key);
        let token = client.get_token(key, login, secret)?;
        out.give(nf_token::export(token, client.log())?);
        Ok(())
    })
}

/// Lets a test see that a panic inside a call harms neither the host nor the promise to wipe.
#[cfg(test_panic)]
#[allow(clippy::panic)]
fn panic_if_asked(key: &str) {
    if key == "panic-for-test" {
        panic!("asked for with the key {key}");
    }
}

#[cfg(not(test_panic))]
fn panic_if_asked(_: &str) {}
