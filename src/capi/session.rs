//! `nf_session`: one user's continuing access.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::time::Duration;

use super::argument::{Output, TextCopy, cleared_number, copy_and_wipe, free, object};
use super::client::nf_client;
use super::error::nf_error;
use super::guard;
use super::text::c_text;
use super::token::nf_token;
use super::user_pointer::UserPointer;
use crate::call_facts::CallFacts;
use crate::error::{Code, Error};
use crate::secret_source::SecretSource;
use crate::session::Session;
use crate::token::Token;

/// Result of a secret callback: there is no secret. The call fails with
/// `NF_SECRET_NEEDED`; do not retry.
pub const NF_SECRET_NONE: i32 = -1;
/// Result of a secret callback: the secret cannot be read now, for example
/// because a vault does not answer. The call fails with `NF_SECRET_NEEDED`;
/// retry after 30 seconds.
pub const NF_SECRET_UNAVAILABLE: i32 = -2;

const _: () = assert!(NF_SECRET_NONE == SecretSource::NONE && NF_SECRET_UNAVAILABLE == SecretSource::UNAVAILABLE);

/// Returns the secret of a user when a session needs a login. `user` is the
/// pointer that was given to `nf_options_set_secret_callback`. `login` is the
/// login of the session, valid until the function returns.
///
/// `last_code` is `NF_OK`, or the code with which the server refused the last
/// secret of this user. If it is not `NF_OK`, read the secret again from where
/// it is stored, not from a cache.
///
/// Write the secret (UTF-8, without a NUL) to `buffer` and return its length in
/// bytes. 0 is an empty password. `capacity` is at least 2048. The library owns
/// the buffer and wipes it. A result larger than `capacity` is
/// `NF_INVALID_ARGUMENT`, and nothing is sent. Without a secret, return
/// `NF_SECRET_NONE` or `NF_SECRET_UNAVAILABLE`.
///
/// The function runs on a thread that is inside a call, with no lock held. It
/// never runs twice at the same time for the same user. Its time counts for the
/// timeout of the call, but the library cannot interrupt it.
///
/// It may use other clients and sessions. A call for the same user returns
/// `NF_INVALID_ARGUMENT` at once. It may cancel the client or session for which
/// it runs, but must not free them. Return normally: no longjmp, no C++
/// exception, no fork.
pub type nf_secret_fn = Option<
    unsafe extern "C" fn(
        user: *mut c_void,
        login: *const c_char,
        last_code: i32,
        buffer: *mut c_char,
        capacity: usize,
    ) -> i32,
>;

/// Makes a source of secrets that calls `function`.
pub(super) fn from_callback(
    function: unsafe extern "C" fn(*mut c_void, *const c_char, i32, *mut c_char, usize) -> i32,
    user: *mut c_void,
) -> SecretSource {
    let user = UserPointer::new(user);
    SecretSource::new(move |login: &str, last: Option<Code>, buffer: &mut [u8]| {
        let login = c_text(login);
        let last_code = last.map_or(0, |code| code as i32);
        // SAFETY: the caller's function and pointer are valid until the functions of `nf_options_on_release` run (comment of
        // `nf_options_set_secret_callback`). The buffer has this capacity. The allocator wipes the copy of the login.
        unsafe { function(user.pointer(), login.as_ptr(), last_code, buffer.as_mut_ptr().cast(), buffer.len()) }
    })
}

/// A handle of a session: it keeps an access token of one user valid. Several
/// threads may use it at the same time. One thread frees it, once.
pub struct nf_session {
    session: Session,
}

/// Creates a session for a user. It sends nothing.
///
/// `key` is the consumer key, or the client ID of the OAuth 2.0 service.
/// `login` is not wiped: it is const. The session keeps both encrypted. On
/// success `*out` is a session; free it with `nf_session_free`.
///
/// Sessions of one client (shares included) with the same key and login are
/// one session: they have the same token and ask for it once.
///
/// The session keeps what it needs of the client. The client may be freed
/// first. `nf_client_cancel` and `nf_client_free` do not affect the calls of a
/// session. The timeout of its calls is that of the handle `client`.
///
/// After fork, a session of the parent works in the child. The child begins
/// with the parent's access token, but without the refresh token, because only
/// one process may use it.
///
/// Fails with `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` if key or login is
/// invalid; see `nf_client_get_token`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_new(
    client: *const nf_client,
    key: *const c_char,
    login: *const c_char,
    out: *mut *mut nf_session,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (out, key, login) = unsafe { (Output::cleared(out), TextCopy::of(key), TextCopy::of(login)) };
        let out = out.required("out").map_err(Error::unsent)?;
        // SAFETY: as above.
        let client = unsafe { object(client, "client") }.map_err(Error::unsent)?;
        let (key, login) =
            (key.required("key").map_err(Error::unsent)?, login.required("login").map_err(Error::unsent)?);
        out.set(nf_session { session: Session::new(client.client(), key.expose(), login.expose())? });
        Ok(())
    })
}

/// Gets a valid access token of the session's user.
///
/// If the session has a token that is not due for renewal, the call returns it
/// and sends nothing. Otherwise one call renews it: by the refresh token if
/// there is one and the client has a client secret, or by a login with the
/// secret from the secret callback. Other calls wait for it and share the
/// result, also a failure. While the old token is valid, they return it and do
/// not wait.
///
/// A renewal is due before the token expires; see
/// `nf_options_set_refresh_margin_ms`. If it fails while the old token is
/// valid, the call returns the old token and writes a warning to the log.
///
/// On success `*out` is a token; free it with `nf_token_free`. It contains the
/// refresh token and the expiry dates of this moment. The timings of a token
/// from the session's memory are -1.
///
/// After a failure the session pauses: until the pause is over, calls return
/// the same error with the rest of the pause, and send nothing. At most 20
/// logins and 60 requests are sent in an hour.
///
/// Blocks for at most the timeout of `session`. If the timeout expires after
/// the request was sent, another waiting call reads the response.
///
/// Fails with `NF_SECRET_NEEDED` if a login is needed and there is no secret.
///
/// Fails with `NF_HELD_BACK` if the server has refused the same secret before
/// (see `nf_options_set_hold_back_ms`), if too many requests were sent within
/// an hour, or if the API rejects tokens that were just issued.
///
/// Fails with `NF_INVALID_ARGUMENT` inside the secret callback for the same
/// user.
///
/// Fails with the codes of `nf_client_get_token` for other failures.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_get_token(
    session: *const nf_session,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    // The frequent case is a token from memory.
    guard::quick_call(
        // SAFETY: the pointers follow the header's rules for calls.
        || unsafe { get_from_memory(session, out) }.is_some(),
        // SAFETY: as above.
        || unsafe { token_of(session, out, Session::get_token) },
    )
}

/// # Safety
/// The pointers follow the header's rules for calls.
unsafe fn get_from_memory(session: *const nf_session, out: *mut *mut nf_token) -> Option<()> {
    // SAFETY: the caller's promise.
    let (out, session) = unsafe { (Output::cleared(out).required("out").ok()?, &session.as_ref()?.session) };
    let token = nf_token::export(session.fresh_token()?, CallFacts::default(), session.log()).ok()?;
    out.set(token);
    Some(())
}

/// As `nf_session_get_token`, and uses `secret` if a login is needed. For
/// programs that cannot pass a secret callback.
///
/// `secret` is overwritten with zeros, on success and failure. It may be NULL
/// for a user without a password. If the session has a valid token, the call
/// returns it and does not send the secret. Calls with the same secret share
/// one login.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_log_in(
    session: *const nf_session,
    secret: *mut c_char,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    // SAFETY: the pointers follow the header's rules for calls.
    guard::call(|| unsafe {
        // The secret comes first, so that it is wiped on every path.
        let [secret] = copy_and_wipe([secret]);
        let log_in = |session: &Session| session.log_in(&secret.optional("secret").map_err(Error::unsent)?);
        token_of(session, out, log_in)
    })
}

/// # Safety
/// The pointers follow the header's rules for calls.
unsafe fn token_of(
    session: *const nf_session,
    out: *mut *mut nf_token,
    get: impl FnOnce(&Session) -> Result<(Token, CallFacts), Error>,
) -> Result<(), Error> {
    // SAFETY: the caller's promise.
    let out = unsafe { Output::cleared(out) }.required("out").map_err(Error::unsent)?;
    // SAFETY: as above. A clone, because the handle may be freed during the call.
    let session = unsafe { object(session, "session") }.map_err(Error::unsent)?.session.clone();
    let (token, call) = get(&session)?;
    out.set(nf_token::export(token, call, session.log())?);
    Ok(())
}

/// Gives the session a token that the program has stored. `token` is not freed.
///
/// The session takes the token if it has none, or if its own was rejected or
/// expires earlier. Otherwise nothing changes, so that an old copy never
/// replaces a newer refresh token.
///
/// To store tokens: under one lock of the program, call `nf_session_get_token`,
/// compare the refresh token with the stored one, and store it if it differs.
///
/// Fails with `NF_INVALID_ARGUMENT` if the token was issued by the other
/// service.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_set_token(
    session: *const nf_session,
    token: *const nf_token,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (session, token) = unsafe { (object(session, "session")?, object(token, "token")?) };
        session.session.set_token(&token.copy()?)
    })
}

/// Tells the session that the API has answered that `token` is not valid any
/// more: with status 401, or with status 403 for a token of the Native Flow.
/// `token` is not freed.
///
/// The next call gets a new token at once. A token that is not the session's
/// current one changes nothing, so that several threads may report the same
/// token.
///
/// If the API also rejects the new token within 60 seconds, the next call fails
/// with `NF_HELD_BACK` until a minute has passed since that token came. The
/// time doubles each time, up to an hour: a new token does not help then.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_reject_token(
    session: *const nf_session,
    token: *const nf_token,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (session, token) = unsafe { (object(session, "session")?, object(token, "token")?) };
        session.session.reject_token(token.kept().value())
    })
}

/// Lifts the hold of the session's user, and ends a pause of the session. The
/// next call may send the login once, also with the same secret. Call it after
/// the reason was found. It sends nothing; without a hold it does
/// nothing.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_clear_hold(session: *const nf_session) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointer follows the header's rules for calls.
        unsafe { object(session, "session") }?.session.clear_hold()
    })
}

/// Revokes the session's token at the service, and forgets it. If it has
/// expired and can be refreshed, it is refreshed first. Without a token it
/// does nothing.
///
/// The session forgets the token also if the call fails. The remedy of the
/// error then contains the time until which the token is valid. A hold stays.
///
/// Fails with the codes of `nf_client_revoke_token` and
/// `nf_client_refresh_token`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_log_out(session: *const nf_session) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointer follows the header's rules for calls.
        let session = unsafe { object(session, "session") }.map_err(Error::unsent)?.session.clone();
        session.log_out()
    })
}

/// Writes the state of the session to `buffer`, as JSON with a NUL at its end.
/// `*length` is its length in bytes, without the NUL. It contains no secret.
///
/// Writes nothing to `buffer` if `capacity` is not larger than the length.
/// `buffer` may be NULL to get only the length.
///
/// Times are Unix seconds or null. Keys may be added, and are never removed:
///
///     state                "fresh", "due", "held", "paused" or "none"
///     expires_at           expiry of the token
///     refresh_expires_at   expiry of the refresh token
///     hold                 null, or an object: code, since, until
///     pause_until          end of the pause
///     last_error           null, or an object: code, at, call_id
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_status(
    session: *const nf_session,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        unsafe { status(session, buffer, capacity, length) }
    })
}

/// # Safety
/// The pointers follow the header's rules for calls.
unsafe fn status(
    session: *const nf_session,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Result<(), Error> {
    // SAFETY: NULL or a number that may be written.
    let length = unsafe { cleared_number(length, "length") }?;
    // SAFETY: the caller's promise.
    let text = unsafe { object(session, "session") }?.session.status()?;
    *length = text.len();
    if !buffer.is_null() && text.len() < capacity {
        // SAFETY: `buffer` has room for `capacity` bytes (comment of the function), and does not overlap the text.
        unsafe {
            ptr::copy_nonoverlapping(text.as_ptr(), buffer.cast(), text.len());
            buffer.add(text.len()).write(0);
        }
    }
    Ok(())
}

/// Creates another handle of the same session (a share), with its own timeout
/// and cancellation, as `nf_client_share` does for a client.
///
/// `timeout_ms` is the timeout of each call on the new handle. 0 means that of
/// `session`. On success `*out` is a session; free it with `nf_session_free`.
/// Handles can be freed in any order.
///
/// Fails with `NF_INVALID_ARGUMENT` only if an argument is NULL.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_session_share(
    session: *const nf_session,
    timeout_ms: u32,
    out: *mut *mut nf_session,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let out = unsafe { Output::cleared(out) }.required("out")?;
        // SAFETY: as above.
        let session = unsafe { object(session, "session") }?;
        out.set(nf_session { session: session.session.share(Duration::from_millis(timeout_ms.into())) });
        Ok(())
    })
}

/// Cancels calls of a session on all threads: they end with `NF_CANCELLED`.
/// NULL is allowed.
///
/// On a session from `nf_session_new`: cancels every call that runs on it or on
/// one of its shares. Calls that start later are not cancelled. On a share:
/// cancels its own calls, those that run and those that start later.
///
/// Returns at once. Calls of other sessions that wait for the same token do not
/// end: one of them goes on.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_session_cancel(session: *const nf_session) {
    guard::run((), || {
        // SAFETY: NULL or a session that has not been freed (header, "Rules for calls").
        if let Some(session) = unsafe { session.as_ref() } {
            session.session.cancel();
        }
    })
}

/// Frees this handle of a session, and wipes what it keeps. NULL is allowed.
///
/// Calls that run on it on other threads end with `NF_CANCELLED`. No call may
/// start on the handle during or after this function. The token of the session
/// is forgotten when the last handle is freed; it is not revoked.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_session_free(session: *mut nf_session) {
    // SAFETY: NULL or a session on which no further call starts (header, "Rules for calls"). A running call has its own
    // reference to the session inside.
    guard::run((), || unsafe {
        if let Some(session) = session.as_ref() {
            session.session.close();
        }
        free(session);
    })
}
