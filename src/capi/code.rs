//! The codes as C constants. No macro makes them, because cbindgen does not see the result of a macro.

use std::ffi::{CStr, c_char};

use super::guard;
use super::text::EMPTY;
use crate::error::Code;

/// Success.
pub const NF_OK: i32 = 0;

/// An argument is missing or invalid. Fix the calling program.
pub const NF_INVALID_ARGUMENT: i32 = 1;
/// A text is not UTF-8.
pub const NF_INVALID_UTF8: i32 = 2;
/// The value of an option is invalid.
pub const NF_INVALID_OPTION: i32 = 3;

/// Login, secret or consumer key rejected; the server does not report which.
pub const NF_DENIED: i32 = 20;
/// The account is locked. Only the OAuth 2.0 service reports it.
pub const NF_ACCOUNT_LOCKED: i32 = 21;
/// The account is disabled. Only the OAuth 2.0 service reports it.
pub const NF_ACCOUNT_DISABLED: i32 = 22;
/// The password must be changed. Only the OAuth 2.0 service reports it.
pub const NF_PASSWORD_EXPIRED: i32 = 23;
/// A policy forbids the request: IP address, single sign-on, company, grant,
/// right to revoke.
pub const NF_NOT_ALLOWED: i32 = 24;
/// The client ID or the client secret is wrong, or the application is disabled.
/// Only the OAuth 2.0 service reports it.
pub const NF_BAD_CLIENT: i32 = 25;
/// The refresh token is invalid or expired. Get a token with login and
/// password.
pub const NF_REFRESH_EXPIRED: i32 = 26;
/// The login was rejected before and is not sent again; see
/// `nf_options_set_hold_back_ms`.
pub const NF_HELD_BACK: i32 = 27;
/// The user or the token belongs to another host, which is not trusted.
pub const NF_WRONG_HOST: i32 = 28;
/// A login is needed, and there is no secret for it. Set a secret callback or
/// call `nf_session_log_in`.
pub const NF_SECRET_NEEDED: i32 = 29;

/// The server is overloaded; see `nf_error_retry_after_ms`.
pub const NF_BUSY: i32 = 40;
/// The server is under maintenance.
pub const NF_MAINTENANCE: i32 = 41;
/// The server failed to process the request.
pub const NF_SERVER_ERROR: i32 = 42;

/// The host name cannot be resolved.
pub const NF_DNS: i32 = 60;
/// The connection to the server cannot be opened.
pub const NF_CONNECT: i32 = 61;
/// The TLS handshake or the TLS connection failed.
pub const NF_TLS: i32 = 62;
/// The server's certificate is not trusted. No Concur credentials were sent.
pub const NF_TLS_UNTRUSTED: i32 = 63;
/// The proxy cannot be reached, fails, or refuses the connection.
pub const NF_PROXY: i32 = 64;
/// The proxy requires a user name and password, or rejects those that it
/// received.
pub const NF_PROXY_DENIED: i32 = 65;
/// The timeout of the call expired.
pub const NF_TIMEOUT: i32 = 66;
/// The calling program cancelled the call.
pub const NF_CANCELLED: i32 = 67;
/// The connection was closed before the response was complete.
pub const NF_DISCONNECTED: i32 = 68;

/// The token endpoint does not exist, or no longer exists.
pub const NF_ENDPOINT_GONE: i32 = 80;
/// The server sent a redirect. The library never follows redirects.
pub const NF_REDIRECTED: i32 = 81;
/// A web page or a proxy's error page was received instead of a token response.
pub const NF_NOT_CONCUR: i32 = 82;
/// The response is invalid.
pub const NF_MALFORMED: i32 = 83;
/// The response is too large.
pub const NF_TOO_LARGE: i32 = 84;

/// Internal error: a defect in the library ended the call. The process can
/// continue.
pub const NF_PANIC: i32 = 100;
/// Internal error: unexpected state.
pub const NF_INTERNAL: i32 = 101;

// Fails to compile if a constant is missing or differs from the number of its code.
const _: () = {
    let mut codes = Code::ALL;
    let mut constants: &[(i32, Code)] = &CONSTANTS;
    while let ([code, more_codes @ ..], [(number, same), more_constants @ ..]) = (codes, constants) {
        assert!(*number == *same as i32 && *number == *code as i32);
        (codes, constants) = (more_codes, more_constants);
    }
    assert!(codes.is_empty() && constants.is_empty());
};
const CONSTANTS: [(i32, Code); 32] = [
    (NF_INVALID_ARGUMENT, Code::InvalidArgument),
    (NF_INVALID_UTF8, Code::InvalidUtf8),
    (NF_INVALID_OPTION, Code::InvalidOption),
    (NF_DENIED, Code::Denied),
    (NF_ACCOUNT_LOCKED, Code::AccountLocked),
    (NF_ACCOUNT_DISABLED, Code::AccountDisabled),
    (NF_PASSWORD_EXPIRED, Code::PasswordExpired),
    (NF_NOT_ALLOWED, Code::NotAllowed),
    (NF_BAD_CLIENT, Code::BadClient),
    (NF_REFRESH_EXPIRED, Code::RefreshExpired),
    (NF_HELD_BACK, Code::HeldBack),
    (NF_WRONG_HOST, Code::WrongHost),
    (NF_SECRET_NEEDED, Code::SecretNeeded),
    (NF_BUSY, Code::Busy),
    (NF_MAINTENANCE, Code::Maintenance),
    (NF_SERVER_ERROR, Code::ServerError),
    (NF_DNS, Code::Dns),
    (NF_CONNECT, Code::Connect),
    (NF_TLS, Code::Tls),
    (NF_TLS_UNTRUSTED, Code::TlsUntrusted),
    (NF_PROXY, Code::Proxy),
    (NF_PROXY_DENIED, Code::ProxyDenied),
    (NF_TIMEOUT, Code::Timeout),
    (NF_CANCELLED, Code::Cancelled),
    (NF_DISCONNECTED, Code::Disconnected),
    (NF_ENDPOINT_GONE, Code::EndpointGone),
    (NF_REDIRECTED, Code::Redirected),
    (NF_NOT_CONCUR, Code::NotConcur),
    (NF_MALFORMED, Code::Malformed),
    (NF_TOO_LARGE, Code::TooLarge),
    (NF_PANIC, Code::Panic),
    (NF_INTERNAL, Code::Internal),
];

/// Returns the name of a code, such as "NF_DENIED" for 20.
///
/// The text is static and never NULL. A number that this version does not know
/// gives "NF_UNKNOWN". Any thread may call this function.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nf_code_name(code: i32) -> *const c_char {
    guard::read(EMPTY, || code_name(code).as_ptr())
}

pub(super) fn code_name(code: i32) -> &'static CStr {
    let known = Code::ALL.iter().find(|&&known| known as i32 == code);
    match (known, code) {
        (Some(known), _) => known.c_name(),
        (None, NF_OK) => c"NF_OK",
        (None, _) => c"NF_UNKNOWN",
    }
}
