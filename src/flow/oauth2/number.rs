//! The error numbers of the OAuth 2.0 service (Concur: "Authentication API", error codes). If a number is not known, the
//! error word of RFC 6749, section 5.2, counts.

use crate::error::Cause;

/// Returns the cause for an error number; `None`: the number is not known.
pub(super) fn cause(number: u64) -> Option<Cause> {
    Some(match number {
        5 => Cause::LoginOrClientDenied,
        10 | 11 => Cause::AccountDisabled,
        12 | 13 => Cause::LogonDenied,
        14 => Cause::AccountLocked,
        // The user belongs to another origin, which the service names. It has not checked the credentials.
        16 => Cause::UserOriginNotTrusted,
        19 | 100 => Cause::LoginDenied,
        20 => Cause::AddressNotAllowed,
        21 => Cause::SingleSignOnOnly,
        51 | 52 | 62 | 63 | 65 | 106 | 120 | 135 => Cause::RequestMalformed,
        53 => Cause::CompanyNotEnabled,
        54 => Cause::ScopeNotAllowed,
        59 => Cause::ClientDisabled,
        60 => Cause::GrantNotEnabled,
        61 | 64 => Cause::ClientDenied,
        107 => Cause::RefreshNotAllowed,
        108 => Cause::RefreshExpired,
        123 => Cause::PrincipalDisabled,
        134 => Cause::CompanyMaintenance,
        136 => Cause::RequestTokenOfOtherClient,
        139 => Cause::PasswordMustChange,
        _ => return None,
    })
}

/// Returns the cause for an error word; `None`: the word is not known. `is_refresh`: a refresh token was sent.
pub(super) fn cause_of_word(word: &str, is_refresh: bool) -> Option<Cause> {
    Some(match word {
        "invalid_grant" if is_refresh => Cause::RefreshExpired,
        "invalid_grant" => Cause::LoginOrClientDenied,
        "invalid_client" => Cause::ClientDenied,
        "unauthorized_client" | "unsupported_grant_type" => Cause::GrantNotEnabled,
        "invalid_scope" => Cause::ScopeNotAllowed,
        "invalid_request" => Cause::RequestMalformed,
        _ => return None,
    })
}
