//! `nf_token`: an access token, with the values that came with it.

use std::ffi::{CString, c_char};
use std::num::NonZeroUsize;
use std::ptr;

use once_cell::race::OnceBox;

use super::argument::free;
use super::call_facts::remote_address;
use super::guard;
use super::text::{EMPTY, text_of};
use crate::call_facts::CallFacts;
use crate::error::{Cause, Error};
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
            call,
            remote_address: OnceBox::new(),
        })
    }

    /// Returns the text at offset `start`, valid until this token is freed.
    fn text(&self, start: usize) -> *const c_char {
        self.texts.bytes().get(start..).map_or(EMPTY, |text| text.as_ptr().cast())
    }

    fn remote_address(&self) -> *const c_char {
        self.remote_address.get_or_init(|| Box::new(remote_address(&self.call))).as_ptr()
    }

    /// Returns the access token, without its NUL.
    fn value(&self) -> &[u8] {
        self.texts.bytes().get(self.value..self.scheme - 1).unwrap_or_default()
    }
}

/// Returns the access token. It is visible ASCII and never empty; NULL gives
/// "".
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

/// Returns the scheme of the Authorization header for this token, "OAuth".
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_scheme(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.scheme)) })
}

/// Returns "OAuth <value>", the complete value of an Authorization header.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_authorization(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(0)) })
}

/// Returns the refresh token, or "" if the server sent none. Store it: it is
/// needed to renew the token and to migrate to the OAuth 2.0 service.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_refresh_token(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.refresh_token)) })
}

/// Returns the base URL for requests with this token, exactly as the server
/// wrote it (with or without a slash at the end).
///
/// It is "" if the server sent none, or one that a token must not be sent to.
/// Allowed are only https URLs, and http URLs of loopback hosts.
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

/// Returns the expiry date exactly as the server wrote it. Use it only for
/// display.
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
