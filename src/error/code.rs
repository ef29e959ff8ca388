//! Error codes: the numbers and names of the C interface.

use std::ffi::CStr;

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $number:literal $name:literal;)*) => {
        /// The kind of a failure. The numbers are those of the C constants `NF_*` and are never reused.
        ///
        /// Grouped by the caller's next step: 1–19 invalid call, 20–39 credentials rejected (do not retry), 40–59
        /// server (retry later), 60–79 network, 80–99 response, from 100 internal error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(i32)]
        pub enum Code { $($(#[$doc])* $code = $number),* }

        impl Code {
            /// All codes, sorted by number.
            pub const ALL: &[Code] = &[$(Code::$code),*];

            /// Returns the name of the C constant, as a C string.
            pub(crate) fn c_name(self) -> &'static CStr {
                match self { $(Code::$code => $name),* }
            }
        }
    };
}

codes! {
    /// An argument is missing or cannot be sent.
    InvalidArgument = 1 c"NF_INVALID_ARGUMENT";
    /// A text is not UTF-8.
    InvalidUtf8 = 2 c"NF_INVALID_UTF8";
    /// An option has an invalid value.
    InvalidOption = 3 c"NF_INVALID_OPTION";
    /// Login, secret or consumer key rejected; the server does not report which one.
    Denied = 20 c"NF_DENIED";
    /// The account is locked.
    AccountLocked = 21 c"NF_ACCOUNT_LOCKED";
    /// The account is disabled.
    AccountDisabled = 22 c"NF_ACCOUNT_DISABLED";
    /// The password has expired or must be changed.
    PasswordExpired = 23 c"NF_PASSWORD_EXPIRED";
    /// A policy forbids the request: single sign-on only, IP address, company, grant.
    NotAllowed = 24 c"NF_NOT_ALLOWED";
    /// The application is unknown or disabled.
    BadClient = 25 c"NF_BAD_CLIENT";
    /// The refresh token is invalid or has expired.
    RefreshExpired = 26 c"NF_REFRESH_EXPIRED";
    /// Rejected before, and therefore not sent again.
    HeldBack = 27 c"NF_HELD_BACK";
    /// The user belongs to another host, which is not trusted.
    WrongHost = 28 c"NF_WRONG_HOST";
    /// A login is needed, and there is no secret for it.
    SecretNeeded = 29 c"NF_SECRET_NEEDED";
    /// The server is overloaded.
    Busy = 40 c"NF_BUSY";
    /// The server is under maintenance.
    Maintenance = 41 c"NF_MAINTENANCE";
    /// The server failed.
    ServerError = 42 c"NF_SERVER_ERROR";
    /// The host name cannot be resolved.
    Dns = 60 c"NF_DNS";
    /// Cannot connect.
    Connect = 61 c"NF_CONNECT";
    /// The TLS handshake failed.
    Tls = 62 c"NF_TLS";
    /// The server's certificate is not trusted.
    TlsUntrusted = 63 c"NF_TLS_UNTRUSTED";
    /// The proxy failed.
    Proxy = 64 c"NF_PROXY";
    /// The proxy rejected the credentials, or requires some.
    ProxyDenied = 65 c"NF_PROXY_DENIED";
    /// The timeout expired.
    Timeout = 66 c"NF_TIMEOUT";
    /// The call was cancelled.
    Cancelled = 67 c"NF_CANCELLED";
    /// The connection ended early.
    Disconnected = 68 c"NF_DISCONNECTED";
    /// The endpoint does not exist.
    EndpointGone = 80 c"NF_ENDPOINT_GONE";
    /// The server redirects the request; redirects are never followed.
    Redirected = 81 c"NF_REDIRECTED";
    /// A web page, or a page of a proxy, came instead of a response.
    NotConcur = 82 c"NF_NOT_CONCUR";
    /// The response cannot be parsed.
    Malformed = 83 c"NF_MALFORMED";
    /// The response is too long.
    TooLarge = 84 c"NF_TOO_LARGE";
    /// A defect in this library ended the call.
    Panic = 100 c"NF_PANIC";
    /// An unexpected error inside this library.
    Internal = 101 c"NF_INTERNAL";
}

impl Code {
    /// Returns the name of the C constant, such as `NF_DENIED`.
    pub fn name(self) -> &'static str {
        self.c_name().to_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(Code::ALL.is_sorted_by_key(|&code| code as i32));
        assert!(Code::ALL.windows(2).all(|pair| pair[0] as i32 != pair[1] as i32));
    }
}
