//! `nf_client`: gets tokens; and the one-shot call.

use std::ffi::c_char;
use std::time::Duration;

use super::argument::{Output, TextCopy, free, object, take};
use super::error::nf_error;
use super::guard;
use super::options::nf_options;
use super::token::nf_token;
use crate::client::Client;
use crate::error::Error;
use crate::options::Options;

/// A handle of a client, which gets tokens from one service. Any number of
/// threads may call every function but `nf_client_free` on it at once.
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
pub unsafe extern "C-unwind" fn nf_get_token(
    key: *const c_char,
    login: *mut c_char,
    secret: *mut c_char,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    // SAFETY: pointers keep the header's calling convention.
    guard::call(|| unsafe { get_token(|| Client::new(&Options::new()), key, login, secret, out) })
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
pub unsafe extern "C-unwind" fn nf_client_new(options: *const nf_options, out: *mut *mut nf_client) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let out = unsafe { Output::cleared(out) }.required("out")?;
        // SAFETY: as above.
        let client = match unsafe { options.as_ref() } {
            Some(options) => Client::new(&options.options)?,
            None => Client::new(&Options::new())?,
        };
        out.give(nf_client { client });
        Ok(())
    })
}

/// Makes another handle of the same client, with a limit and a cancellation
/// of its own: for a call, or for a task that may be given up.
///
/// All handles have the same connections, TLS sessions and lookups. A share
/// of a share is one of the first client. `timeout_ms` limits each call on
/// the new handle, from its start, and may be longer than the client's;
/// 0: the client's. On success `*out` is a client that you free with
/// `nf_client_free`; the handles may be freed in any order.
///
/// A share stays cancelled: see `nf_client_cancel`.
///
/// Sends nothing and waits for nothing. Fails with `NF_INVALID_ARGUMENT` for
/// NULL only.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_client_share(
    client: *const nf_client,
    timeout_ms: u32,
    out: *mut *mut nf_client,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: pointers keep the header's calling convention.
        let out = unsafe { Output::cleared(out) }.required("out")?;
        // SAFETY: as above.
        let client = unsafe { object(client, "client") }?;
        out.give(nf_client { client: client.client.share(Duration::from_millis(timeout_ms.into())) });
        Ok(())
    })
}

/// Frees a client, that is, this handle of it. NULL is fine.
///
/// Calls that are running on it on other threads end with `NF_CANCELLED`
/// within 10 ms; they hold what they need, and nobody waits for them. One that
/// has not sent its login yet does not send it. No call may begin on it any
/// more; one has begun for certain once it has written a line to the log.
/// Calls on other handles go on; connections are closed with the last handle
/// and call. Tokens that came from it stay as they are.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_client_free(client: *mut nf_client) {
    // SAFETY: NULL or a client that no call begins on again (header, "Calling convention"). One that has begun holds the
    // client inside by a reference of its own.
    guard::run((), || unsafe {
        if let Some(client) = client.as_ref() {
            client.client.close();
        }
        free(client);
    })
}

/// Ends calls with `NF_CANCELLED`, on whatever thread. NULL is fine.
///
/// On a client that `nf_client_new` made: every call that is running on it or
/// on one of its shares. The client stays usable, and calls that begin later
/// are not touched.
///
/// On a share: its own calls, those that begin later too, and nothing of
/// theirs is sent. So a cancellation that comes before its call is not lost.
/// The share cannot be used again; free it.
///
/// Returns at once; each of the calls returns within 10 ms, whatever it is
/// waiting for. Any thread may call this, but no signal handler.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_client_cancel(client: *const nf_client) {
    // SAFETY: NULL or a client that has not been freed (header, "Calling convention").
    guard::run((), || unsafe { cancel(client) })
}

/// # Safety
/// `client` is NULL or has not been freed.
unsafe fn cancel(client: *const nf_client) {
    // SAFETY: the caller's promise.
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
/// called meanwhile, or when `client` is a share that was cancelled before.
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
pub unsafe extern "C-unwind" fn nf_client_get_token(
    client: *const nf_client,
    key: *const c_char,
    login: *mut c_char,
    secret: *mut c_char,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    // SAFETY: pointers keep the header's calling convention.
    guard::call(|| unsafe { get_token(|| Ok(object(client, "client")?.client.clone()), key, login, secret, out) })
}

/// What both calls do. `client` is made or looked up only when the output can be written.
///
/// # Safety
/// The pointers keep the header's calling convention.
unsafe fn get_token(
    client: impl FnOnce() -> Result<Client, Error>,
    key: *const c_char,
    login: *mut c_char,
    secret: *mut c_char,
    out: *mut *mut nf_token,
) -> Result<(), Error> {
    // SAFETY: the caller's promise. First of all, so that the caller's buffers are wiped whatever happens, and before code of
    // the calling program, such as its log, runs: it may change them. The key before the others, which may be in its buffer.
    let (out, key, [login, secret]) = unsafe { (Output::cleared(out), TextCopy::of(key), take([login, secret])) };
    let out = out.required("out")?;
    let client = client()?;
    let (key, login, secret) = (key.required("key")?, login.required("login")?, secret.optional("secret")?);
    guard::panic_if_asked(key.expose());
    let token = client.get_token(key.expose(), login.expose(), secret.expose())?;
    out.give(nf_token::export(token, client.log())?);
    Ok(())
}
