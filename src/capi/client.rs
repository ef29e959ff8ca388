//! `nf_client`, which gets tokens, and `nf_get_token`, which needs no client.

use std::ffi::c_char;
use std::time::Duration;

use super::argument::{Output, TextCopy, copy_and_wipe, free, object};
use super::error::nf_error;
use super::guard;
use super::options::nf_options;
use super::token::nf_token;
use crate::client::Client;
use crate::error::Error;
use crate::options::Options;

/// A handle of a client, which gets tokens from one service. Several threads
/// may use it at the same time. One thread frees it, once.
pub struct nf_client {
    client: Client,
}

impl nf_client {
    pub(super) fn client(&self) -> &Client {
        &self.client
    }
}

/// Gets an access token for a user with the default options. It creates a
/// client for Concur's production host, makes one call and frees the client.
///
/// `login` and `secret` are overwritten with zeros, on success and failure.
/// `secret` may be NULL for a user without a password. On success `*out` is a
/// token; free it with `nf_token_free`.
///
/// Fill both buffers again before another call: after a call they are empty,
/// and an empty secret is sent as an empty password.
///
/// Blocks for at most 60 seconds. Several threads may call it at the same time.
///
/// Fails with the codes of `nf_client_new` and `nf_client_get_token`.
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
    // SAFETY: the pointers follow the header's rules for calls.
    guard::call(|| unsafe { get_token(|| Client::new(&Options::new()), key, login, secret, out) })
}

/// Creates a client from options. `options` may be NULL for the default values.
///
/// The options are copied; they can be changed or freed afterwards. On success
/// `*out` is a client; free it with `nf_client_free`.
///
/// Fails with `NF_INVALID_OPTION` if the system has no root certificates and
/// the options set none, or if options do not match: the OAuth 2.0 service
/// without a client secret, or the Native Flow with `NF_CREDENTIAL_AUTHTOKEN`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_client_new(options: *const nf_options, out: *mut *mut nf_client) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let out = unsafe { Output::cleared(out) }.required("out")?;
        // SAFETY: as above.
        let client = match unsafe { options.as_ref() } {
            Some(options) => Client::new(&options.options)?,
            None => Client::new(&Options::new())?,
        };
        out.set(nf_client { client });
        Ok(())
    })
}

/// Creates another handle of the same client (a share), with its own timeout
/// and cancellation. Use it for one call, or for several calls that are
/// cancelled together.
///
/// All handles of a client use the same connections, TLS sessions and DNS
/// lookups. A share of a share belongs to the first client too.
///
/// `timeout_ms` is the timeout of each call on the new handle. It may be longer
/// than the client's. 0 means the client's timeout. On success `*out` is a
/// client; free it with `nf_client_free`. Handles can be freed in any order.
///
/// A cancelled share stays cancelled; see `nf_client_cancel`.
///
/// The function sends nothing and does not wait.
///
/// Fails with `NF_INVALID_ARGUMENT` only if an argument is NULL.
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
        // SAFETY: the pointers follow the header's rules for calls.
        let out = unsafe { Output::cleared(out) }.required("out")?;
        // SAFETY: as above.
        let client = unsafe { object(client, "client") }?;
        out.set(nf_client { client: client.client.share(Duration::from_millis(timeout_ms.into())) });
        Ok(())
    })
}

/// Frees this handle of a client. NULL is allowed.
///
/// Calls that run on it on other threads end with `NF_CANCELLED` within 10 ms.
/// A call that has not sent its login does not send it. `nf_client_free` does
/// not wait for running calls; they keep the data that they need.
///
/// No call may start on the handle during or after this function. A call that
/// has written a line to the log has started.
///
/// Calls on other handles continue. The connections are closed when the last
/// handle is freed and the last call has returned. Tokens do not change.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_client_free(client: *mut nf_client) {
    // SAFETY: NULL or a client on which no further call starts (header, "Rules for calls"). A running call has its own
    // reference to the client inside.
    guard::run((), || unsafe {
        if let Some(client) = client.as_ref() {
            client.client.close();
        }
        free(client);
    })
}

/// Cancels calls on all threads: they end with `NF_CANCELLED`. NULL is allowed.
///
/// On a client from `nf_client_new`: cancels every call that runs on it or on
/// one of its shares. The client can still be used; calls that start later are
/// not cancelled.
///
/// On a share: cancels its own calls, those that run and those that start
/// later. A call that starts later sends nothing. So a cancellation is not lost
/// if it comes before its call. The share cannot be used again; free it.
///
/// Returns at once. Each cancelled call returns within 10 ms, whatever it waits
/// for. Call it on any thread, but not in a signal handler.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_client_cancel(client: *const nf_client) {
    // SAFETY: NULL or a client that has not been freed (header, "Rules for calls").
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

/// Gets an access token for a user, from the service that the client uses.
///
/// `key` is the consumer key, or the client ID of the OAuth 2.0 service.
/// `login` and `secret` are overwritten with zeros, on success and failure.
/// `secret` may be NULL for a user without a password. On success `*out` is a
/// token; free it with `nf_token_free`.
///
/// Fill both buffers again before another call: after a call they are empty,
/// and an empty secret is sent as an empty password. Such a call fails with
/// `NF_DENIED` and counts as a failed login; its remedy names the empty
/// password.
///
/// Login and secret are sent as they are, in UTF-8. The library does not change
/// their Unicode form: a composed e with acute (U+00E9) and a decomposed one
/// (U+0065 U+0301) are different logins for a server that compares bytes.
/// Concur does not document which form it expects. Pass the form that the user
/// types in Concur, which is usually the composed one.
///
/// The login is sent once; the library does not send it again. There is one
/// exception: the OAuth 2.0 service may answer that it has not checked the
/// login, because the user belongs to another host. If that host is trusted
/// (see `nf_options_allow_host`), the login is sent there, once. The client and
/// its shares remember the host and ask there first the next time.
///
/// Blocks for at most the timeout of `client`. Several threads may call it at
/// the same time.
///
/// Ends with `NF_CANCELLED` if `nf_client_cancel` or `nf_client_free` is called
/// during the call, or if `client` is a share that was cancelled before.
///
/// Fails with `NF_DENIED` if the server rejects the login, the secret or the
/// key (it does not report which). Do not retry, because the account may be
/// locked. If the secret that was sent is empty, is in quotes, begins or ends
/// with a space, or begins with a byte order mark, the remedy names that.
///
/// Fails with `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` if one of these is
/// invalid. The login must not contain a colon, a control character or an
/// invisible character such as a byte order mark, begin or end with a space, or
/// be in quotes. The key is visible ASCII, not in quotes. The secret contains no
/// control character. Then nothing is sent.
///
/// Fails with a code from 21 to 25 if the OAuth 2.0 service reports a reason,
/// such as `NF_ACCOUNT_LOCKED`. `nf_error_server_code` is its number.
///
/// Fails with `NF_WRONG_HOST` if the user belongs to a host that is not
/// trusted.
///
/// Fails with any code from 40 on for other failures.
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
    // SAFETY: the pointers follow the header's rules for calls.
    guard::call(|| unsafe { get_token(|| Ok(object(client, "client")?.client.clone()), key, login, secret, out) })
}

/// Gets another access token for the refresh token of `token`. The login is not
/// needed.
///
/// The client must use the service that issued `token`, with the client secret
/// of the application (`nf_options_set_client_secret`). `key` is the consumer
/// key, or the client ID of the OAuth 2.0 service. `token` does not change, and
/// may have no value (see `nf_token_new`).
///
/// On success `*out` is a new token; free it with `nf_token_free`. Store its
/// refresh token before you use it. The OAuth 2.0 service may replace the
/// refresh token, and the old one is then invalid. If the server sends none, the
/// new token contains the old one.
///
/// The OAuth 2.0 service is called at the token's instance URL; if that is "",
/// at the base URL. The Native Flow is called at the base URL.
///
/// If the response is lost (`NF_TIMEOUT`, `NF_DISCONNECTED`), the OAuth 2.0
/// service may have replaced the refresh token. Keep the old one and try again.
/// If that fails with `NF_REFRESH_EXPIRED`, a login is needed.
///
/// Fails with `NF_REFRESH_EXPIRED` if the server rejects the refresh token; get
/// a new token with login and password.
///
/// Fails with `NF_INVALID_OPTION` if the client has no client secret.
///
/// Fails with `NF_INVALID_ARGUMENT` if `token` has no refresh token or was
/// issued by the other service. Nothing is sent then.
///
/// Fails with `NF_WRONG_HOST` if the host of the instance URL is not trusted.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_client_refresh_token(
    client: *const nf_client,
    key: *const c_char,
    token: *const nf_token,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (out, key) = unsafe { (Output::cleared(out), TextCopy::of(key)) };
        let out = out.required("out").map_err(Error::unsent)?;
        // SAFETY: as above.
        let (client, token) = unsafe { (object(client, "client"), object(token, "token")) };
        let (client, token) = (client.map_err(Error::unsent)?.client.clone(), token.map_err(Error::unsent)?);
        let key = key.required("key").map_err(Error::unsent)?;
        let (refreshed, call) = client.refresh_token(key.expose(), token.kept())?;
        out.set(nf_token::export(refreshed, call, client.log())?);
        Ok(())
    })
}

/// Revokes a token at the service. `token` is not freed.
///
/// Native Flow: ends this access token. Concur does not document whether the
/// refresh token that came with it ends too. `admin` is the token of a Web
/// Services administrator; NULL means that the token revokes itself.
///
/// OAuth 2.0 service: ends all refresh tokens that the token's user has for the
/// application. Concur does not document whether access tokens end too; they
/// may stay valid until they expire, within an hour. `admin` must be NULL.
///
/// A token without a value cannot revoke; refresh it first.
///
/// Fails with `NF_NOT_ALLOWED` if the server refuses, for example because the
/// token has expired.
///
/// Fails with `NF_INVALID_ARGUMENT` if a token has no value or was issued by
/// the other service, or if `admin` is not allowed. Nothing is sent then.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_client_revoke_token(
    client: *const nf_client,
    token: *const nf_token,
    admin: *const nf_token,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (client, token) = unsafe { (object(client, "client"), object(token, "token")) };
        let (client, token) = (client.map_err(Error::unsent)?.client.clone(), token.map_err(Error::unsent)?);
        // SAFETY: as above.
        let admin = unsafe { admin.as_ref() };
        client.revoke_token(token.kept(), admin.map(nf_token::kept))
    })
}

/// Gets an access token for the application itself, without a user (client
/// credentials). `key` is the client ID.
///
/// On success `*out` is a token without a refresh token; free it with
/// `nf_token_free`.
///
/// Fails with `NF_INVALID_OPTION` unless the client uses the OAuth 2.0 service.
///
/// Fails with `NF_BAD_CLIENT` if the server rejects the client ID or the client
/// secret.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_client_get_application_token(
    client: *const nf_client,
    key: *const c_char,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (out, key) = unsafe { (Output::cleared(out), TextCopy::of(key)) };
        let out = out.required("out").map_err(Error::unsent)?;
        // SAFETY: as above.
        let client = unsafe { object(client, "client") }.map_err(Error::unsent)?.client.clone();
        let key = key.required("key").map_err(Error::unsent)?;
        let (token, call) = client.get_application_token(key.expose())?;
        out.set(nf_token::export(token, call, client.log())?);
        Ok(())
    })
}

/// Lifts the hold of a user: the next call may send the login once, also with
/// the same secret. Call it after the reason was found. It sends
/// nothing; without a hold it does nothing.
///
/// `login` is not wiped: it is const. The hold applies to all clients of the
/// process that use the same service, base URL, key and credential type; see
/// `nf_options_set_hold_back_ms`. A hold of the key is lifted too.
///
/// Fails with `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` if key or login is
/// invalid.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_client_clear_hold(
    client: *const nf_client,
    key: *const c_char,
    login: *const c_char,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (client, key, login) = unsafe { (object(client, "client"), TextCopy::of(key), TextCopy::of(login)) };
        client?.client.clear_hold(key.required("key")?.expose(), login.required("login")?.expose())
    })
}

/// Implements both functions. `client` is created or read only if the output can be written.
///
/// # Safety
/// The pointers follow the header's rules for calls.
unsafe fn get_token(
    client: impl FnOnce() -> Result<Client, Error>,
    key: *const c_char,
    login: *mut c_char,
    secret: *mut c_char,
    out: *mut *mut nf_token,
) -> Result<(), Error> {
    // SAFETY: the caller's promise. This comes first, so that the caller's buffers are wiped on every path, and before code of
    // the calling program runs, such as its log, which may change them. The key is copied before the others are wiped,
    // because all may be in one buffer.
    let (out, key, [login, secret]) =
        unsafe { (Output::cleared(out), TextCopy::of(key), copy_and_wipe([login, secret])) };
    let out = out.required("out").map_err(Error::unsent)?;
    let client = client().map_err(Error::unsent)?;
    let key = key.required("key").map_err(Error::unsent)?;
    let (login, secret) = (login.required("login"), secret.optional("secret"));
    let (login, secret) = (login.map_err(Error::unsent)?, secret.map_err(Error::unsent)?);
    guard::panic_if_asked(key.expose());
    let (token, call) = client.get_token(key.expose(), login.expose(), secret.expose())?;
    out.set(nf_token::export(token, call, client.log())?);
    Ok(())
}
