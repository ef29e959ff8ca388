//! The codes as C constants. Written out, for the header generator does not see what a macro makes.

use std::ffi::{CStr, c_char};

use super::guard;
use super::text::EMPTY;
use crate::error::Code;

/// Success.
pub const NF_OK: i32 = 0;

/// An argument is missing or cannot be sent. Mend the calling program.
pub const NF_INVALID_ARGUMENT: i32 = 1;
/// A text is not UTF-8.
pub const NF_INVALID_UTF8: i32 = 2;
/// An option has a value that cannot be used.
pub const NF_INVALID_OPTION: i32 = 3;

/// Login, secret or consumer key refused; the server does not say which.
pub const NF_DENIED: i32 = 20;
/// The account is locked. Not told by the Native Flow.
pub const NF_ACCOUNT_LOCKED: i32 = 21;
/// The account is disabled. Not told by the Native Flow.
pub const NF_ACCOUNT_DISABLED: i32 = 22;
/// The password must be changed. Not told by the Native Flow.
pub const NF_PASSWORD_EXPIRED: i32 = 23;
/// A policy forbids it. Not told by the Native Flow.
pub const NF_NOT_ALLOWED: i32 = 24;
/// The application is unknown or disabled. Not told by the Native Flow.
pub const NF_BAD_CLIENT: i32 = 25;
/// The refresh token is bad or has expired. Not used by this version.
pub const NF_REFRESH_EXPIRED: i32 = 26;
/// Refused before, and therefore not sent again. Not used by this version.
pub const NF_HELD_BACK: i32 = 27;
/// The user lives on another host. Not told by the Native Flow.
pub const NF_WRONG_HOST: i32 = 28;

/// The server is overloaded: see `nf_error_retry_after_ms`.
pub const NF_BUSY: i32 = 40;
/// The server is under maintenance.
pub const NF_MAINTENANCE: i32 = 41;
/// The server failed.
pub const NF_SERVER_ERROR: i32 = 42;

/// The host name cannot be resolved.
pub const NF_DNS: i32 = 60;
/// No connection to the server.
pub const NF_CONNECT: i32 = 61;
/// The TLS handshake failed.
pub const NF_TLS: i32 = 62;
/// The server's certificate is not trusted. Nothing was sent.
pub const NF_TLS_UNTRUSTED: i32 = 63;
/// The proxy cannot be reached, fails, or refuses the connection.
pub const NF_PROXY: i32 = 64;
/// The proxy wants a user and a password, or refuses those that it got.
pub const NF_PROXY_DENIED: i32 = 65;
/// The time limit ran out.
pub const NF_TIMEOUT: i32 = 66;
/// The program cancelled the call.
pub const NF_CANCELLED: i32 = 67;
/// The connection ended before the answer was complete.
pub const NF_DISCONNECTED: i32 = 68;

/// The endpoint is not there (any more).
pub const NF_ENDPOINT_GONE: i32 = 80;
/// The server redirects, which is never followed.
pub const NF_REDIRECTED: i32 = 81;
/// A web page or a proxy's page came in place of an answer.
pub const NF_NOT_CONCUR: i32 = 82;
/// The answer cannot be read.
pub const NF_MALFORMED: i32 = 83;
/// The answer is too long.
pub const NF_TOO_LARGE: i32 = 84;

/// A defect in the library ended the call; the process is unharmed.
pub const NF_PANIC: i32 = 100;
/// Something happened that the library does not know.
pub const NF_INTERNAL: i32 = 101;

// Does not compile when a constant is missing or is not the number of its code.
const _: () = {
    let mut codes = Code::ALL;
    let mut constants: &[(i32, Code)] = &CONSTANTS;
    while let ([code, more_codes @ ..], [(number, same), more_constants @ ..]) = (codes, constants) {
        assert!(*number == *same as i32 && *number == *code as i32);
        (codes, constants) = (more_codes, more_constants);
    }
    assert!(codes.is_empty() && constants.is_empty());
};
const CONSTANTS: [(i32, Code); 31] = [
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
/// The text is static and never NULL: a number that this version does not
/// know gives "NF_UNKNOWN". Any thread may call this.
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
