//! `nf_token`: an access token, with the values that came with it.

use std::ffi::{CStr, CString, c_char};
use std::num::NonZeroUsize;
use std::ptr;

use once_cell::race::OnceBox;

use super::argument::{Output, TextCopy, copy_and_wipe, free};
use super::call_facts::remote_address;
use super::error::nf_error;
use super::guard;
use super::text::{EMPTY, text_of};
use crate::call_facts::CallFacts;
use crate::error::{Cause, Error};
use crate::flow::{self, KeptToken};
use crate::log::{Level, Log};
use crate::token::Token;
use crate::wipe::Slots;

/// An access token. It never changes: several threads may read it at the same
/// time. One thread frees it, once.
pub struct nf_token {
    /// All texts, each with its NUL, in memory that is locked and excluded from core dumps.
    texts: Slots,
    /// The offset of each text. The value is the end of the authorization, so that the token is stored only once.
    value: usize,
    scheme: usize,
    refresh_token: usize,
    instance_url: usize,
    expiration_date: usize,
    expires_at: i64,
    refresh_expires_at: i64,
    call: CallFacts,
    /// Made when it is read: most programs do not.
    remote_address: OnceBox<CString>,
}

impl nf_token {
    /// Copies a token into its own memory; the memory of `token` is wiped. Logs a warning if the system does not lock it.
    ///
    /// # Errors
    /// `NF_INTERNAL` if the system has no page of memory left.
    pub(super) fn export(token: Token, call: CallFacts, log: Option<&Log>) -> Result<nf_token, Error> {
        let texts = [
            token.authorization(),
            token.scheme(),
            token.refresh_token(),
            token.instance_url(),
            token.expiration_date(),
        ];
        let length = texts.iter().map(|text| text.len() + 1).sum();
        let no_memory = || Error::new(Cause::Unforeseen).detail("no memory for the token").of_call(call);
        let mut slots = NonZeroUsize::new(length).and_then(Slots::new).ok_or_else(no_memory)?;
        let mut starts = [0; 5];
        let mut end = 0;
        for (start, text) in starts.iter_mut().zip(texts) {
            *start = end;
            end += text.len();
            if let Some(place) = slots.bytes_mut().get_mut(*start..end) {
                place.copy_from_slice(text.as_bytes());
            }
            // Its NUL is already there, because new slots are zero.
            end += 1;
        }
        if let (false, Some(log), Some(id)) = (slots.are_locked(), log, call.id) {
            log.write(
                Level::Warning,
                id,
                format_args!("token: memory not locked, may be swapped to disk (raise ulimit -l)"),
            );
        }
        let [authorization, scheme, refresh_token, instance_url, expiration_date] = starts;
        Ok(nf_token {
            texts: slots,
            value: authorization + token.authorization().len() - token.value().len(),
            scheme,
            refresh_token,
            instance_url,
            expiration_date,
            expires_at: token.expires_at().unwrap_or(-1),
            refresh_expires_at: token.refresh_expires_at().unwrap_or(-1),
            call,
            remote_address: OnceBox::new(),
        })
    }

    /// Returns the text at offset `start`, valid until this token is freed.
    fn text(&self, start: usize) -> *const c_char {
        self.texts.bytes().get(start..).map_or(EMPTY, |text| text.as_ptr().cast())
    }

    /// Returns the parts that a refresh or a revocation needs.
    pub(super) fn kept(&self) -> KeptToken<'_> {
        let text = |start: usize| {
            let text = self.texts.bytes().get(start..).and_then(|text| CStr::from_bytes_until_nul(text).ok());
            text.and_then(|text| text.to_str().ok()).unwrap_or_default()
        };
        KeptToken {
            scheme: text(self.scheme),
            authorization: text(0),
            refresh_token: text(self.refresh_token),
            instance_url: text(self.instance_url),
            refresh_expires_at: (self.refresh_expires_at >= 0).then_some(self.refresh_expires_at),
        }
    }

    /// Makes a copy of the token for the library.
    pub(super) fn copy(&self) -> Result<Token, Error> {
        let kept = self.kept();
        let (scheme, value, instance_url) = (kept.scheme, kept.value(), kept.instance_url);
        flow::restore(scheme, value, kept.refresh_token, instance_url, self.expires_at, self.refresh_expires_at)
    }

    fn remote_address(&self) -> *const c_char {
        self.remote_address.get_or_init(|| Box::new(remote_address(&self.call))).as_ptr()
    }

    /// Returns the access token, without its NUL.
    fn value(&self) -> &[u8] {
        self.texts.bytes().get(self.value..self.scheme - 1).unwrap_or_default()
    }
}

/// Creates a token from parts that the program has stored, to refresh or revoke
/// it.
///
/// `scheme` is "OAuth" for a token of the Native Flow and "Bearer" for one of
/// the OAuth 2.0 service. `value` or `refresh_token` may be NULL or "", but not
/// both. Both buffers are overwritten with zeros, on success and failure.
/// `instance_url` may be NULL or "", which means the base URL of the client
/// that uses the token. The times are Unix seconds, or -1 if unknown.
///
/// Without `value` the token counts as expired, whatever `expires_at` is, and
/// `nf_token_value` and `nf_token_authorization` return "". Concur gives such
/// tokens to integrators: the refresh token of a company, without a login.
///
/// On success `*out` is a token; free it with `nf_token_free`. The function
/// sends nothing.
///
/// Fails with `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` if a part is invalid.
/// The message names the part and does not repeat it.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_token_new(
    scheme: *const c_char,
    value: *mut c_char,
    refresh_token: *mut c_char,
    instance_url: *const c_char,
    expires_at: i64,
    refresh_expires_at: i64,
    out: *mut *mut nf_token,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls. The texts that stay are copied first, because all may be
        // in one buffer.
        let (out, scheme, instance_url) =
            unsafe { (Output::cleared(out), TextCopy::of(scheme), TextCopy::of(instance_url)) };
        // SAFETY: as above.
        let [value, refresh_token] = unsafe { copy_and_wipe([value, refresh_token]) };
        let out = out.required("out")?;
        let (scheme, value) = (scheme.required("scheme")?, value.optional("value")?);
        let refresh_token = refresh_token.optional("refresh_token")?;
        let instance_url = instance_url.optional("instance_url")?;
        let token = flow::restore(
            scheme.expose(),
            value.expose(),
            refresh_token.expose(),
            instance_url.expose(),
            expires_at,
            refresh_expires_at,
        )?;
        out.set(nf_token::export(token, CallFacts::default(), None)?);
        Ok(())
    })
}

/// Returns the access token. It is visible ASCII. It is never empty, except if
/// `nf_token_new` made the token without a value. NULL gives "".
///
/// `nf_token_free` wipes the text.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_value(token: *const nf_token) -> *const c_char {
    // SAFETY: NULL or a token that has not been freed (header, "Rules for calls").
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.value)) })
}

/// Copies the access token into a buffer, and returns the length of the token
/// in bytes, without a NUL.
///
/// Writes nothing if `capacity` is smaller than the length; a token is never
/// truncated. Writes a NUL after the token if there is room for it. A C program
/// checks `length < capacity`. A program that pads its fields with spaces
/// checks `length <= capacity` and pads the rest.
///
/// `buffer` may be NULL to get only the length. NULL for the token gives 0. The
/// caller wipes the copy.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_copy_value(
    token: *const nf_token,
    buffer: *mut c_char,
    capacity: usize,
) -> usize {
    guard::run_briefly(0, || {
        // SAFETY: as above.
        let Some(token) = (unsafe { token.as_ref() }) else {
            return 0;
        };
        let value = token.value();
        if !buffer.is_null() && value.len() <= capacity {
            // SAFETY: `buffer` has room for `capacity` bytes (this function's comment), and does not overlap the token.
            unsafe {
                ptr::copy_nonoverlapping(value.as_ptr(), buffer.cast(), value.len());
                if value.len() < capacity {
                    buffer.add(value.len()).write(0);
                }
            }
        }
        value.len()
    })
}

/// Returns the scheme of the Authorization header for this token: "OAuth" for
/// the Native Flow, "Bearer" for the OAuth 2.0 service.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_scheme(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.scheme)) })
}

/// Returns the complete value of an Authorization header: the scheme, a space
/// and the token. It is "" if the token has no value.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_authorization(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(0)) })
}

/// Returns the refresh token, or "" if the server sent none. Store it with
/// `nf_token_refresh_expires_at`: it is needed to renew the token. A refresh may
/// replace it; then only the new one is valid.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_refresh_token(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.refresh_token)) })
}

/// Returns the base URL for requests with this token, or "" if there is none.
///
/// It may end with a slash or not: remove the slash before you append a path.
///
/// Native Flow: exactly as the server wrote it. It is "" if the server sent
/// none, or one that a token must not be sent to. Allowed are only https URLs,
/// and http URLs of loopback hosts.
///
/// OAuth 2.0 service: scheme and host of the server's geolocation. It is "" if
/// the server sent none, or one that is not trusted (see
/// `nf_options_allow_host`).
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_instance_url(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.instance_url)) })
}

/// Returns when the token expires, in Unix seconds (UTC), or -1.
///
/// It is -1 if the date is missing or not in the expected format.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_expires_at(token: *const nf_token) -> i64 {
    // SAFETY: as above.
    guard::read(-1, || unsafe { token.as_ref() }.map_or(-1, |token| token.expires_at))
}

/// Returns when the refresh token expires, in Unix seconds (UTC), or -1.
///
/// It is -1 if the server sent no such time. The Native Flow sends none.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_refresh_expires_at(token: *const nf_token) -> i64 {
    // SAFETY: as above.
    guard::read(-1, || unsafe { token.as_ref() }.map_or(-1, |token| token.refresh_expires_at))
}

/// Returns the expiry date exactly as the server wrote it, or "" if it wrote
/// none. Use it only for display. The OAuth 2.0 service sends no date.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_expiration_date(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.expiration_date)) })
}

/// Returns a time of the call that returned the token, in microseconds, or -1.
/// `timing` is one of the `NF_TIMING_*` constants.
///
/// It is -1 if this call did not do that part: an idle connection needs no
/// lookup, connection and TLS handshake, and plain http has no TLS. It is also
/// -1 for an unknown `timing`. The log contains the same times. The sum of the
/// parts is at most `NF_TIMING_TOTAL`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_timing_us(token: *const nf_token, timing: i32) -> i64 {
    // SAFETY: as above.
    guard::read(-1, || unsafe { token.as_ref() }.map_or(-1, |token| token.call.time_us(timing)))
}

/// Returns IP address and port of the TCP connection of the call that returned
/// the token, such as "192.0.2.1:443" or "[2001:db8::1]:443".
///
/// With a proxy, it is the proxy's address. On an idle connection that is used
/// again, it is that connection's.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_remote_address(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, nf_token::remote_address) })
}

/// Wipes and frees a token. NULL is allowed. Do not free the same token twice.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_free(token: *mut nf_token) {
    // SAFETY: NULL or a token that is not used again (header, "Rules for calls").
    guard::run_briefly((), || unsafe { free(token) })
}
