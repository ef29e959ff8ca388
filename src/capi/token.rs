//! `nf_token`: an access token and what came with it.

use std::ffi::c_char;
use std::ptr;

use super::argument::free;
use super::text::{Text, text_of};
use crate::token::Token;

/// An access token. Never changes: any number of threads may read it, and
/// any one thread frees it.
pub struct nf_token {
    /// "OAuth <value>": the token stands in memory once, and the value is this text's end.
    authorization: Text,
    value_starts_at: usize,
    scheme: Text,
    refresh_token: Text,
    instance_url: Text,
    expires_at: i64,
    expiration_date: Text,
}

impl From<Token> for nf_token {
    fn from(token: Token) -> nf_token {
        nf_token {
            authorization: Text::new(token.authorization()),
            value_starts_at: token.authorization().len() - token.value().len(),
            scheme: Text::new(token.scheme()),
            refresh_token: Text::new(token.refresh_token()),
            instance_url: Text::new(token.instance_url()),
            expires_at: token.expires_at().unwrap_or(-1),
            expiration_date: Text::new(token.expiration_date()),
        }
    }
}

/// Returns the token itself: visible ASCII, never empty; "" for NULL.
///
/// Wiped and gone after `nf_token_free`.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_token_value(token: *const nf_token) -> *const c_char {
    // SAFETY: NULL or a token that has not been freed (header, "Calling convention").
    unsafe { text_of(token, |token| token.authorization.as_ptr().wrapping_add(token.value_starts_at)) }
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
pub unsafe extern "C" fn nf_token_copy_value(token: *const nf_token, buffer: *mut c_char, capacity: usize) -> usize {
    // SAFETY: as above.
    let Some(token) = (unsafe { token.as_ref() }) else {
        return 0;
    };
    let value = token.authorization.from(token.value_starts_at);
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
}

/// Returns the word that stands before the token in a request, "OAuth".
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_token_scheme(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    unsafe { text_of(token, |token| token.scheme.as_ptr()) }
}

/// Returns "OAuth <value>", ready to be the value of an Authorization header.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_token_authorization(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    unsafe { text_of(token, |token| token.authorization.as_ptr()) }
}

/// Returns the refresh token; empty when the server sent none. Keep it: it
/// is needed to renew the token and to migrate to the modern service.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_token_refresh_token(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    unsafe { text_of(token, |token| token.refresh_token.as_ptr()) }
}

/// Returns the base URL that the token is to be used at, as the server spelt
/// it (with or without a slash at the end).
///
/// Empty when the server named none, or one that a token must not be sent
/// to: only https is handed out, and http for a loopback host.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_token_instance_url(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    unsafe { text_of(token, |token| token.instance_url.as_ptr()) }
}

/// Returns when the token expires, in Unix seconds (UTC); -1 when the
/// server's date is missing or cannot be read beyond doubt.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_token_expires_at(token: *const nf_token) -> i64 {
    // SAFETY: as above.
    unsafe { token.as_ref() }.map_or(-1, |token| token.expires_at)
}

/// Returns the server's own text of that date, for a person to read.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_token_expiration_date(token: *const nf_token) -> *const c_char {
    // SAFETY: as above.
    unsafe { text_of(token, |token| token.expiration_date.as_ptr()) }
}

/// Wipes and frees a token. NULL is fine. Must not be called twice for the
/// same one.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nf_token_free(token: *mut nf_token) {
    // SAFETY: NULL or a token that is not used again (header, "Calling convention").
    unsafe { free(token) }
}
