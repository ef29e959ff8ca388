//! `nf_token`: an access token and what came with it.

use std::ffi::c_char;
use std::num::NonZeroUsize;
use std::ptr;

use super::argument::free;
use super::guard;
use super::text::{EMPTY, text_of};
use crate::error::{Cause, Error};
use crate::log::{Level, Log};
use crate::token::Token;
use crate::wipe::Slots;

/// An access token. Never changes: any number of threads may read it, and
/// any one thread frees it.
pub struct nf_token {
    /// All texts, each with its NUL, in memory that is locked and left out of core dumps.
    texts: Slots,
    /// Where each of them starts. The value is the end of the authorization, so that the token is there once.
    value: usize,
    scheme: usize,
    refresh_token: usize,
    instance_url: usize,
    expiration_date: usize,
    expires_at: i64,
}

impl nf_token {
    /// Copies a token into memory of its own; that of `token` is wiped. The log is told when the system does not lock it.
    ///
    /// # Errors
    /// `NF_INTERNAL` when the system has no page of memory left.
    pub(super) fn export(token: Token, log: Option<&Log>) -> Result<nf_token, Error> {
        let texts = [
            token.authorization(),
            token.scheme(),
            token.refresh_token(),
            token.instance_url(),
            token.expiration_date(),
        ];
        let length = texts.iter().map(|text| text.len() + 1).sum();
        let no_memory = || Error::new(Cause::Unforeseen).detail("no memory for the token");
        let mut slots = NonZeroUsize::new(length).and_then(Slots::new).ok_or_else(no_memory)?;
        let mut starts = [0; 5];
        let mut end = 0;
        for (start, text) in starts.iter_mut().zip(texts) {
            *start = end;
            end += text.len();
            if let Some(place) = slots.bytes_mut().get_mut(*start..end) {
                place.copy_from_slice(text.as_bytes());
            }
            // Its NUL is there: the slots were zero.
            end += 1;
        }
        if let (false, Some(log)) = (slots.are_locked(), log) {
            log.write(
                Level::Warning,
                format_args!("token: its memory is not locked and may be swapped out (ulimit -l)"),
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
        })
    }

    /// The text that starts at `start`; lives as long as this token.
    fn text(&self, start: usize) -> *const c_char {
        self.texts.bytes().get(start..).map_or(EMPTY, |text| text.as_ptr().cast())
    }

    /// The token itself, without its NUL.
    fn value(&self) -> &[u8] {
        self.texts.bytes().get(self.value..self.scheme - 1).unwrap_or_default()
    }
}

/// Returns the token itself: visible ASCII, never empty; "" for NULL.
///
/// Wiped and gone after `nf_token_free`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_value(token: *const nf_token) -> *const c_char {
    // SAFETY: NULL or a token that has not been freed (header, "Calling convention").
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.value)) })
}

/// Copies the token into a field of fixed length and returns its length in
/// bytes, without a NUL.
///
/// Writes nothing when `capacity` is smaller than that length: a token is
/// never cut. A NUL is written behind the token when there is room for it,
/// so a C caller checks `length < capacity`, and a caller whose fields are
/// padded with blanks checks `length <= capacity` and pads from there.
/// `buffer` may be NULL to ask for the length. NULL for the token gives 0.
///
/// The copy is yours to wipe.
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
            // SAFETY: `buffer` has room for `capacity` bytes (this function's comment), and a token of ours is not there.
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

/// Returns the word that stands before the token in a request, "OAuth".
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_scheme(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.scheme)) })
}

/// Returns "OAuth <value>", ready to be the value of an Authorization header.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_authorization(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(0)) })
}

/// Returns the refresh token; empty when the server sent none. Keep it: it
/// is needed to renew the token and to migrate to the modern service.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_refresh_token(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.refresh_token)) })
}

/// Returns the base URL that the token is to be used at, as the server spelt
/// it (with or without a slash at the end).
///
/// Empty when the server named none, or one that a token must not be sent
/// to: only https is handed out, and http for a loopback host.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_instance_url(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.instance_url)) })
}

/// Returns when the token expires, in Unix seconds (UTC); -1 when the
/// server's date is missing or cannot be read beyond doubt.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_expires_at(token: *const nf_token) -> i64 {
    // SAFETY: as above.
    guard::read(-1, || unsafe { token.as_ref() }.map_or(-1, |token| token.expires_at))
}

/// Returns the server's own text of that date, for a person to read.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_expiration_date(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    guard::read(EMPTY, || unsafe { text_of(token, |token| token.text(token.expiration_date)) })
}

/// Wipes and frees a token. NULL is fine. Must not be called twice for the
/// same one.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_token_free(token: *mut nf_token) {
    // SAFETY: NULL or a token that is not used again (header, "Calling convention").
    guard::run_briefly((), || unsafe { free(token) })
}
