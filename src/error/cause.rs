//! One table of all causes of failure: code, whether a retry can help, message and remedy.
//!
//! A message names what failed, a remedy what the administrator does next. Both are one line. A detail may follow a
//! message (`message: detail`); it never contains a secret. Whether credentials were sent is a fact of the call and not
//! of the cause: see [`crate::error::Error::request_sent`].

use std::time::Duration;

use super::code::Code;

/// When a retry makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Not until the cause is fixed.
    Never,
    /// After this number of seconds.
    AfterSeconds(u64),
    /// After a time that depends on whether credentials may have been sent.
    Again,
}
use Retry::{AfterSeconds, Again, Never};

/// "Sleep for 5 minutes, then retry" (Concur about status 503 and a timeout; used here for every failure of the
/// server).
const SERVER_PAUSE: Retry = AfterSeconds(300);

/// The part of a remedy that is replaced by the seconds of the pause, the same as those of `nf_error_retry_after_ms`.
pub(super) const PAUSE: &str = "{pause}";

impl Retry {
    /// The pause before a retry; `None`: do not retry. `may_be_sent`: a credential may have left this machine.
    pub(crate) fn pause(self, may_be_sent: bool) -> Option<Duration> {
        match self {
            Never => None,
            AfterSeconds(seconds) => Some(Duration::from_secs(seconds)),
            Again if may_be_sent => SERVER_PAUSE.pause(may_be_sent),
            Again => Some(Duration::from_secs(60)),
        }
    }
}

macro_rules! causes {
    ($($cause:ident => $code:ident, $retry:expr, $message:literal, $remedy:literal;)*) => {
        /// A cause of failure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Cause { $($cause),* }

        impl Cause {
            /// All causes. Tests check the table with this list.
            #[cfg(test)]
            pub(crate) const ALL: &[Cause] = &[$(Cause::$cause),*];

            pub(crate) fn code(self) -> Code {
                match self { $(Cause::$cause => Code::$code),* }
            }
            pub(crate) fn retry(self) -> Retry {
                match self { $(Cause::$cause => $retry),* }
            }
            pub(crate) fn message(self) -> &'static str {
                match self { $(Cause::$cause => $message),* }
            }
            pub(crate) fn remedy(self) -> &'static str {
                match self { $(Cause::$cause => $remedy),* }
            }
        }
    };
}

causes! {
    // The call is invalid: fix the calling program.
    NullPointer => InvalidArgument, Never,
        "Required pointer is NULL",
        "Fix the calling program: pass the address that the function's description asks for.";
    NotUtf8 => InvalidUtf8, Never,
        "Invalid text (not UTF-8)",
        "Convert the text to UTF-8 before the call. A code page such as Windows-1252 is not UTF-8.";
    KeyEmpty => InvalidArgument, Never,
        "Invalid consumer key (empty)",
        "Pass the consumer key that Concur issued for your application.";
    KeyNotVisibleAscii => InvalidArgument, Never,
        "Invalid consumer key (contains a character that is not visible ASCII, such as a space, a line break or a byte order mark)",
        "Pass the consumer key exactly as Concur issued it. If it is read from a file, remove spaces and the line break, and save the file as UTF-8 without a byte order mark.";
    KeyQuoted => InvalidArgument, Never,
        "Invalid consumer key (in quotes)",
        "Pass the consumer key exactly as Concur issued it. Remove the quotes if it is read from a CSV file.";
    KeyTooLong => InvalidArgument, Never,
        "Invalid consumer key (longer than 2048 bytes)",
        "Check that the consumer key is passed and nothing else. Consumer keys have about 20 characters.";
    LoginEmpty => InvalidArgument, Never,
        "Invalid login (empty)",
        "Pass the user's Concur login ID, which looks like an e-mail address. A buffer that a call has wiped is empty: fill it again before each call.";
    LoginColon => InvalidArgument, Never,
        "Invalid login (contains a colon, which HTTP Basic does not allow)",
        "Pass the login without the password. Concur logins contain no colon.";
    LoginControl => InvalidArgument, Never,
        "Invalid login (contains a control character, such as a line break)",
        "Remove the line break if the login is read from a file or a terminal.";
    LoginInvisible => InvalidArgument, Never,
        "Invalid login (contains an invisible character, such as a byte order mark)",
        "Remove the invisible character. If the login is read from a file, save the file as UTF-8 without a byte order mark.";
    LoginSpace => InvalidArgument, Never,
        "Invalid login (begins or ends with a space)",
        "Remove the spaces around the login if it is read from a file or a form. Concur logins have none.";
    LoginQuoted => InvalidArgument, Never,
        "Invalid login (in quotes)",
        "Remove the quotes around the login if it is read from a CSV file. Concur logins have none.";
    LoginTooLong => InvalidArgument, Never,
        "Invalid login (longer than 2048 bytes)",
        "Check that the login is passed and nothing else. Concur allows 128 characters.";
    SecretControl => InvalidArgument, Never,
        "Invalid password (contains a control character, such as a line break)",
        "Remove the line break if the password is read from a file or a terminal.";
    SecretTooLong => InvalidArgument, Never,
        "Invalid password (longer than 2048 bytes)",
        "Check that the password is passed and nothing else. Concur allows 255 characters.";
    RequestTokenEmpty => InvalidArgument, Never,
        "Invalid company request token (empty)",
        "Pass the company UUID as the login and the company request token as the password. A request token is valid for 24 hours.";
    NoRefreshToken => InvalidArgument, Never,
        "Invalid token (contains no refresh token)",
        "Pass a token that came with a refresh token, or get a new one with login and password.";
    NoTokenValue => InvalidArgument, Never,
        "Invalid token (contains no access token)",
        "Refresh the token first, and pass the new one.";
    TokenOfOtherService => InvalidArgument, Never,
        "Invalid token (issued by the other service)",
        "Pass a token of the service that the client uses: the scheme is OAuth for the Native Flow and Bearer for the OAuth 2.0 service.";
    TokenPartRefused => InvalidArgument, Never,
        "Invalid part of a token",
        "Pass the parts exactly as nativeflow or Concur returned them.";
    TokenTooLong => InvalidArgument, Never,
        "Invalid token (too long for a request)",
        "Check that the token is passed and nothing else. Tokens have some hundred characters.";
    CalledFromCallback => InvalidArgument, Never,
        "Invalid call (inside the secret callback of the same user)",
        "Fix the calling program: the secret callback must return the secret, and not ask for a token of the same user.";
    AdminNotUsed => InvalidArgument, Never,
        "Invalid administrator token (the OAuth 2.0 service uses none)",
        "Pass NULL. The OAuth 2.0 service revokes the tokens of the user of that token.";

    // An option is invalid: fix the configuration.
    BaseUrlRefused => InvalidOption, Never,
        "Invalid base URL",
        "Set a URL with scheme and host, and a port and a path if needed, such as https://www.concursolutions.com.";
    TimeoutZero => InvalidOption, Never,
        "Invalid timeout (0 ms)",
        "Set the timeout of the whole call in milliseconds, 1 or more. The default is 60000.";
    UserAgentRefused => InvalidOption, Never,
        "Invalid product name for the User-Agent header",
        "Set 1 to 256 printable ASCII characters without a space at either end, such as my-erp/4.2.";
    CaFileUnreadable => InvalidOption, Never,
        "Cannot read the file of root certificates",
        "Check the path and the permissions of the CA file.";
    CaNoCertificate => InvalidOption, Never,
        "Invalid root certificates (no certificate found)",
        "Set the CA certificates in PEM (-----BEGIN CERTIFICATE-----) or DER.";
    CaBadCertificate => InvalidOption, Never,
        "Invalid root certificates (a certificate cannot be read)",
        "Replace the certificate that the message names, or copy it again from its source.";
    CertificateFormat => InvalidOption, Never,
        "Unsupported format of a certificate or key file",
        "Convert it to PEM: UTF-16 text with iconv -f utf-16 -t utf-8, PKCS#7 with openssl pkcs7 -print_certs (from DER: -inform der), PKCS#12 with openssl pkcs12 -nodes.";
    CaUnfit => InvalidOption, Never,
        "Invalid root certificates (a certificate may not sign server certificates)",
        "Remove the certificate that the message names, and set the root certificate of the CA that issued the server's certificate.";
    ConnectTimeoutZero => InvalidOption, Never,
        "Invalid connect timeout (0 ms)",
        "Set the timeout of each connection attempt in milliseconds, 1 or more. The default is 10000.";
    ProxyRefusedUrl => InvalidOption, Never,
        "Invalid proxy URL",
        "Set a URL such as http://proxy.example:3128 or socks5://user:password@proxy.example:1080. In user name and password, write @ : / % as %40 %3A %2F %25.";
    ProxyBypassRefused => InvalidOption, Never,
        "Invalid list of hosts without proxy",
        "Set domains, addresses or networks with commas between them, such as .example.com,10.0.0.0/8,host:8443. *.example.com means the same as .example.com, and a single * means all hosts.";
    ClientCertificateUnusable => InvalidOption, Never,
        "Invalid client certificate",
        "Set two files in PEM or DER: the certificate chain with the client's own certificate first, and its private key without a passphrase (PKCS#8, PKCS#1 or SEC1).";
    ClientKeyEncrypted => InvalidOption, Never,
        "Invalid client certificate (the private key is encrypted)",
        "Write the key without a passphrase: openssl pkey -in KEY.pem -out PLAIN.pem (from DER: -inform der).";
    NoSystemRoots => InvalidOption, Never,
        "No root certificates found in the places that this operating system uses",
        "Install the package ca-certificates, or set the CA file (nf_options_set_ca_file).";
    ClientSecretRefused => InvalidOption, Never,
        "Invalid client secret",
        "Set the client secret exactly as Concur issued it. Remove the line break if it is read from a file.";
    ClientSecretMissing => InvalidOption, Never,
        "Client secret missing (the OAuth 2.0 service requires one)",
        "Set the client secret (nf_options_set_client_secret) that Concur issued with the client ID.";
    RefreshNeedsClientSecret => InvalidOption, Never,
        "Client secret missing (a refresh requires one)",
        "Set the client secret (nf_options_set_client_secret). In the Native Flow, Concur calls it consumer secret. It is not the user's password.";
    CredentialTypeRefused => InvalidOption, Never,
        "Invalid credential type",
        "Set NF_CREDENTIAL_PASSWORD or NF_CREDENTIAL_AUTHTOKEN (nf_options_set_credential_type).";
    CredentialTypeNeedsOAuth2 => InvalidOption, Never,
        "Invalid credential type (the Native Flow accepts only login and password)",
        "Set the OAuth 2.0 service (nf_options_use_oauth2) too, or leave the credential type at its default.";
    ApplicationTokenNeedsOAuth2 => InvalidOption, Never,
        "Application tokens not available (the Native Flow has none)",
        "Set the OAuth 2.0 service (nf_options_use_oauth2).";
    AllowedHostRefused => InvalidOption, Never,
        "Invalid allowed host",
        "Set a host name, and a port if it is not 443, such as eu2.api.concursolutions.com. Leave out scheme and path.";

    // The credentials were rejected: another attempt can lock the account.
    Denied => Denied, Never,
        "Concur rejected the login, the password or the consumer key (it does not report which)",
        "Do not retry, because the account may be locked. Check login, password and consumer key by hand, and that Concur has enabled the application for the company.";
    NoLoginArrived => Denied, Never,
        "Concur reports missing credentials, although they were sent",
        "Do not retry. Check for a proxy or a gateway that removes the Authorization header, then check login and password.";
    RefusedByEither => Denied, Never,
        "Request rejected by Concur or by a gateway",
        "Do not retry, because the account may be locked. If a gateway or a proxy wrote the server's message, ask its operator to allow the request and its Authorization header. Otherwise check login, password and consumer key by hand.";
    RefusedWithoutStatus => Denied, Never,
        "Concur returned an error instead of a token (without a reason)",
        "Do not retry, because the account may be locked. Read the server's message, and check login, password and consumer key by hand.";
    LoginOrClientDenied => Denied, Never,
        "Concur rejected the login, the password, the client ID or the client secret (it does not report which)",
        "Do not retry, because the account may be locked. Check login, password, client ID and client secret by hand. If the login was migrated from a sandbox, check its ending (.uat) and that the base URL is that of the implementation host.";
    LoginDenied => Denied, Never,
        "Concur rejected the login or the password",
        "Do not retry, because the account may be locked. Check login and password by hand.";
    LogonDenied => Denied, Never,
        "Concur denied the logon",
        "Do not retry, because the account may be locked. Ask the company's Concur administrator to check the user's account and login method.";
    RequestTokenOfOtherClient => Denied, Never,
        "Concur rejected the company request token (issued for another client ID)",
        "Check the client ID, and ask the company to create a request token for your application.";
    AccountLocked => AccountLocked, Never,
        "Account locked",
        "Ask the company's Concur administrator to unlock the account, and fix the stored password before the next attempt.";
    AccountDisabled => AccountDisabled, Never,
        "Account disabled",
        "Ask the company's Concur administrator to enable the account.";
    PrincipalDisabled => AccountDisabled, Never,
        "Account disabled (the user or the company may not sign in)",
        "Ask the company's Concur administrator to enable the user.";
    PasswordMustChange => PasswordExpired, Never,
        "Password must be changed",
        "Set a new password in Concur's web interface, and store it for this program.";
    AddressNotAllowed => NotAllowed, Never,
        "Sign-in not allowed from the IP address of this machine",
        "Ask the company's Concur administrator to allow the address from which this machine connects to the Internet.";
    SingleSignOnOnly => NotAllowed, Never,
        "Sign-in with a password not allowed (single sign-on only)",
        "Ask the company's Concur administrator to allow a password for this user, or use a company request token.";
    CompanyNotEnabled => NotAllowed, Never,
        "Company not enabled for the application",
        "Ask Concur or the company's administrator to connect the company to your application.";
    GrantNotEnabled => NotAllowed, Never,
        "Application not enabled for this kind of request",
        "Ask Concur to enable the grant (password, refresh_token or client_credentials) for your client ID.";
    ScopeNotAllowed => NotAllowed, Never,
        "Application not enabled for the scope",
        "Ask Concur to check the scopes of your client ID.";
    RevokeRefused => NotAllowed, Never,
        "Concur refused to revoke the token",
        "Check that the token is still valid, and refresh it if not. In the Native Flow, pass the token of a Web Services administrator too.";
    ClientDenied => BadClient, Never,
        "Concur rejected the client ID or the client secret",
        "Check client ID and client secret. If the application was migrated from a sandbox, check that the base URL is that of the implementation host, and that the login has its new ending (.uat).";
    ClientDeniedWithoutLogin => BadClient, Never,
        "Concur rejected the client ID or the client secret",
        "Check client ID and client secret. If the application was migrated from a sandbox, check that the base URL is that of the implementation host.";
    ClientDisabled => BadClient, Never,
        "Application disabled",
        "Ask Concur to enable your client ID.";
    RefreshExpired => RefreshExpired, Never,
        "Refresh token invalid or expired",
        "Get a new token with login and password. Use only the newest refresh token: each refresh may replace it.";
    RefreshNotAllowed => RefreshExpired, Never,
        "Refresh not allowed for the application",
        "Get a new token with login and password, and ask Concur to enable the refresh grant for your client ID.";
    RefreshRefused => RefreshExpired, Never,
        "Concur rejected the refresh token, the consumer key or the client secret (it does not report which)",
        "Get a new token with login and password. If that works, check the client secret (nf_options_set_client_secret): it is the consumer secret of the application.";
    RefreshDenied => Denied, Never,
        "Concur rejected the refresh token, the client ID or the client secret (it does not report which)",
        "Check the client ID (in the Native Flow the consumer key) and the client secret (nf_options_set_client_secret), and check for a gateway that changes requests. If they are right, get a new token with login and password.";
    RefusedByEitherWithoutLogin => Denied, Never,
        "Request rejected by Concur or by a gateway",
        "Do not retry. If a gateway or a proxy wrote the server's message, ask its operator to allow the request. Otherwise check the client ID (in the Native Flow the consumer key), the client secret (nf_options_set_client_secret) and the token, if there is one.";
    UserOriginNotTrusted => WrongHost, Never,
        "User belongs to another host, which is not trusted",
        "Set the base URL (nf_options_set_base_url) to that host, or allow it (nf_options_allow_host), if it is a Concur host. Concur did not check the credentials.";
    UserOriginNotNamed => WrongHost, Never,
        "User belongs to another host, which Concur did not name",
        "Set the base URL (nf_options_set_base_url) to the host of the user's region. Concur did not check the credentials.";
    UserOriginIsAsked => WrongHost, Never,
        "User belongs to another host, but Concur named the host that was asked",
        "Report the correlation ID to Concur's support. Concur did not check the credentials.";
    SecondUserOrigin => WrongHost, Never,
        "User belongs to another host, and that host named a third",
        "Set the base URL (nf_options_set_base_url) to the host of the user's region. Concur did not check the credentials.";
    TokenHostNotTrusted => WrongHost, Never,
        "Host of the token not trusted",
        "Set the base URL (nf_options_set_base_url) to that host, or allow it (nf_options_allow_host), if it is a Concur host.";

    // The server cannot handle the request now.
    Busy => Busy, AfterSeconds(60),
        "Concur is overloaded",
        "Wait {pause}, then retry. Start fewer calls at the same time.";
    SecretCallbackFailed => InvalidArgument, Never,
        "Invalid result of the secret callback (longer than its buffer, or an unknown negative number)",
        "Fix the calling program: return the number of bytes that were written, NF_SECRET_NONE or NF_SECRET_UNAVAILABLE.";
    TokenExpiredOnArrival => Malformed, AfterSeconds(60),
        "Response contains a token that has expired already",
        "Wait {pause}, then retry. If the error persists, report it to SAP Concur support.";
    TooManyRequests => HeldBack, AfterSeconds(360),
        "Held back for now (too many requests for this user within an hour)",
        "Wait {pause}, then retry. Find out why the session needs new tokens so often; its status shows the last failure.";
    FreshTokensRejected => HeldBack, AfterSeconds(60),
        "Held back for now (the API refuses tokens that were just issued)",
        "Wait {pause}, then retry. Check the rights of the user and the scopes of the application: a new token does not change them.";
    SecretNeeded => SecretNeeded, Never,
        "A login is needed, and there is no secret for it",
        "Set a function that returns the secret (nf_options_set_secret_callback), or pass the secret in a call (nf_session_log_in).";
    SecretUnavailable => SecretNeeded, AfterSeconds(30),
        "A login is needed, and its secret cannot be read now (NF_SECRET_UNAVAILABLE)",
        "Wait {pause}, then retry. Check the place from which the program reads the secret, such as a vault.";
    HeldBack => HeldBack, Never,
        "Login held back, because the server has rejected it before",
        "Check login and password by hand. A changed password is sent at once.";
    HeldBackUnanswered => HeldBack, Never,
        "Login held back, because it got no response twice, and the server may have rejected it",
        "Check login and password by hand, and find out why the server does not respond. A changed password is sent at once.";
    LoginPaused => HeldBack, AfterSeconds(60),
        "Login held back for now, because the last one got no response",
        "Wait {pause}, then retry.";
    SecretsHeldBack => HeldBack, AfterSeconds(60),
        "Login held back for now, because two other passwords of the user were rejected or got no response",
        "Check the place from which the program reads the password, such as a vault. Wait {pause}, then retry.";
    ClientHeldBack => HeldBack, Never,
        "Login held back, because the server has rejected the client ID or the client secret before",
        "Check client ID and client secret. A changed one is sent at once.";
    KeyHeldBack => HeldBack, Never,
        "Login held back, because the server has rejected different users with this consumer key and has accepted none",
        "Check the consumer key and the base URL, then the logins and passwords.";
    Maintenance => Maintenance, SERVER_PAUSE,
        "Concur is under maintenance",
        "Wait {pause}, then retry. Concur's service status page shows the duration.";
    CompanyMaintenance => Maintenance, SERVER_PAUSE,
        "Company is under maintenance at Concur",
        "Wait {pause}, then retry. Concur's service status page shows the duration.";
    RequestMalformed => ServerError, Never,
        "Concur rejected the request as malformed",
        "Check for a proxy or a gateway that changes requests. If there is none, report it to the authors of nativeflow with the error number.";
    ServerFailed => ServerError, SERVER_PAUSE,
        "Concur failed to process the request",
        "Wait {pause}, then retry. If the error persists, give the correlation ID to Concur's support.";
    // Concur documents status 400 for a bad format, a missing field, the request limit and a database deadlock. Tests
    // check that format and fields are right, so the server is the cause. It is unknown whether the login counted as an
    // attempt.
    BadRequest => ServerError, Never,
        "Concur rejected the request (a request limit, a database deadlock, or a login that it cannot read)",
        "Wait some minutes and try once by hand, not in a loop, because it may count as a failed login. If the error persists, give the correlation ID to Concur's support.";
    // The same without a login.
    RequestRefused => ServerError, Never,
        "Concur rejected the request (a request limit, a database deadlock, or a value that it cannot read)",
        "Wait some minutes and try once by hand. If the error persists, check the token and the base URL, and give the correlation ID to Concur's support.";

    // Network: between this machine and the server.
    HostNotFound => Dns, Again,
        "Cannot resolve the host name",
        "Check the host in the base URL and this machine's DNS settings. If only a proxy resolves external names, set the proxy (nf_options_set_proxy).";
    NoThread => Dns, Again,
        "Cannot start a thread for the DNS lookup",
        "Raise the limit of threads or of memory for the user or the container of this program.";
    NoResources => Connect, Again,
        "No file descriptor or no memory left for a connection",
        "Raise the open-file limit (ulimit -n), free memory, or fix a descriptor leak in this program.";
    NoLocalPort => Connect, Again,
        "No local port or address left for a connection",
        "Close open connections of this machine, or widen its range of local ports (net.ipv4.ip_local_port_range). Check that it has an address in the network of the host.";
    NotLoopback => Connect, Never,
        "Host of a plain http URL is not this machine",
        "Check the address of localhost (/etc/hosts, DNS), or use https.";
    CannotConnect => Connect, Again,
        "Cannot connect to the server",
        "Check the host and port in the base URL (nf_options_set_base_url), that the server runs, and that a firewall allows this machine to connect to it.";
    NoTls => Tls, Never,
        "TLS handshake failed (server does not use TLS)",
        "Check the port in the base URL. A plain HTTP port or a proxy's port does not use TLS.";
    NoTlsInTunnel => Tls, Never,
        "TLS handshake failed (the other end of the proxy's tunnel does not use TLS)",
        "Check the port in the proxy URL (nf_options_set_proxy) and the proxy's log, because some proxies respond themselves instead of opening a tunnel. Then check the port in the base URL.";
    TlsTooOld => Tls, Never,
        "TLS handshake failed (server does not offer TLS 1.2 or 1.3)",
        "Enable TLS 1.2 or 1.3 on the server. If the server is Concur's, check for an old TLS-inspecting proxy.";
    TlsIncompatible => Tls, Never,
        "TLS handshake failed (no common cipher suite or key exchange)",
        "Enable TLS 1.3 on the server, or ECDHE with AES-GCM or ChaCha20-Poly1305 in TLS 1.2 (CBC is not supported), X25519, P-256 or P-384 for the key exchange, and a certificate whose key is RSA, P-256, P-384 or Ed25519. Some servers report this error if they reject a client certificate.";
    RenegotiationAsked => Tls, Never,
        "Server requested a second TLS handshake (renegotiation) after the request was sent",
        "Configure the server or gateway to request a client certificate in the first handshake (IIS: clientcertnegotiation=enable), or not at all.";
    ClientCertificateMissing => Tls, Never,
        "TLS handshake failed (server requires a client certificate)",
        "Set the client certificate (nf_options_set_client_certificate). Concur itself requires none, so ask the operator of the gateway.";
    ClientCertificateRefused => Tls, Never,
        "TLS handshake failed (server sent an alert about certificates)",
        "Check the client certificate (nf_options_set_client_certificate), if one was set: the server must know its issuer, it must not have expired, and its chain must be complete.";
    TlsRefused => Tls, Never,
        "TLS handshake failed (server sent an alert)",
        "Check that the server serves the host of the base URL, and check for a TLS-inspecting proxy.";
    TlsFailed => Tls, Never,
        "TLS connection failed",
        "Check for a TLS-inspecting proxy. If there is none, report the error to Concur's support.";
    CertificateSelfSigned => TlsUntrusted, Never,
        "Server certificate rejected (self-signed)",
        "Check the base URL and the server that responds there, because Concur's certificate is not self-signed. For your own test server, make a certificate with basicConstraints CA:FALSE and set it as the CA file (nf_options_set_ca_file). It is then trusted for this server only.";
    CertificateChainIncomplete => TlsUntrusted, Never,
        "Server certificate rejected (issuer not trusted, its certificate not sent)",
        "Set the issuing CA as the CA file (nf_options_set_ca_file) if it belongs to your company or its proxy. Otherwise ask the server's operator to send the intermediate certificate.";
    CertificateWeak => TlsUntrusted, Never,
        "Server certificate rejected (the chain uses SHA-1 or an RSA key shorter than 2048 bits)",
        "Ask the operator of the server or the proxy for a new certificate with SHA-256 and an RSA key of 2048 bits or an elliptic-curve key.";
    CertificateUnsupported => TlsUntrusted, Never,
        "Server certificate rejected (algorithm not supported; it may be strong)",
        "Ask the server's operator for a chain with RSA, P-256 or P-384 keys and SHA-256 or SHA-384. Or set the server's own certificate (CA:FALSE) as the CA file (nf_options_set_ca_file).";
    CertificateConstrained => TlsUntrusted, Never,
        "Server certificate rejected (an issuer has an extension that is not supported)",
        "Set the certificate that the message names last as the CA file (nf_options_set_ca_file). To print it: openssl s_client -connect HOST:443 -showcerts.";
    CertificateIsAuthority => TlsUntrusted, Never,
        "Server certificate rejected (it is a CA certificate)",
        "Make a new server certificate with basicConstraints CA:FALSE, and set it as the CA file (nf_options_set_ca_file).";
    UnknownRoot => TlsUntrusted, Never,
        "Server certificate rejected (issued by a CA that is not trusted)",
        "Set the root certificate of the TLS-inspecting proxy as the CA file (nf_options_set_ca_file), if there is such a proxy. Otherwise update ca-certificates.";
    CertificateIssuerUnfit => TlsUntrusted, Never,
        "Server certificate rejected (an issuer may not sign it)",
        "Ask the operator of the server or the proxy for a certificate from a CA that may sign it. Set the root certificate of that CA as the CA file (nf_options_set_ca_file) if it is your company's.";
    CertificateExpired => TlsUntrusted, Never,
        "Server certificate rejected (expired)",
        "Check this machine's clock. If it is right, ask the server's operator to renew the certificate.";
    CertificateIssuerExpired => TlsUntrusted, Never,
        "Server certificate rejected (the certificate of an issuer has expired)",
        "Check this machine's clock. If it is right, ask the server's operator to replace that certificate in the chain, or set the issuer's current root certificate as the CA file (nf_options_set_ca_file).";
    CertificateNotYetValid => TlsUntrusted, Never,
        "Server certificate rejected (it or an issuer's is not valid yet)",
        "Check this machine's clock, which seems to be slow.";
    CertificateWrongHost => TlsUntrusted, Never,
        "Server certificate rejected (issued for another host)",
        "Check the host in the base URL, and that DNS leads to Concur and not to a proxy or a login portal.";
    CertificateRefused => TlsUntrusted, Never,
        "Server certificate rejected",
        "Check the certificate (openssl s_client -connect HOST:443 -showcerts), and report it to the operator of the server or the proxy.";
    ProxyAsks => ProxyDenied, Never,
        "A proxy that is not configured requires authentication",
        "Set the proxy (nf_options_set_proxy) with its user name and password, or exempt this machine from the proxy. Concur did not check the credentials.";
    ProxyNotFound => Proxy, Again,
        "Cannot resolve the host name of the proxy",
        "Check the proxy URL and this machine's DNS settings.";
    ProxyUnreachable => Proxy, Again,
        "Cannot connect to the proxy",
        "Check the host and port of the proxy, that it runs, and that a firewall allows this machine to connect to it.";
    ProxyHungUp => Proxy, Again,
        "Proxy closed the connection",
        "Check the port and the scheme of the proxy URL (http, https, socks5), and the proxy's log.";
    ProxyGarbled => Proxy, Never,
        "Proxy failed (protocol error)",
        "Check the port and the scheme of the proxy URL (http, https, socks5).";
    ProxyNoTls => Proxy, Never,
        "TLS handshake with the proxy failed (proxy does not use TLS)",
        "Set http:// in the proxy URL if the proxy accepts connections without TLS. Otherwise check the port in the proxy URL (nf_options_set_proxy).";
    ProxyTlsFailed => Proxy, Never,
        "TLS connection to the proxy failed",
        "Check the port in the proxy URL, the proxy's log, and that the proxy offers TLS 1.2 or 1.3.";
    ProxyUntrusted => Proxy, Never,
        "Proxy certificate rejected",
        "Set the root certificate of the proxy's CA as the CA file (nf_options_set_ca_file). Check the host in the proxy URL and this machine's clock.";
    ProxyDenied => ProxyDenied, Never,
        "Proxy authentication failed",
        "Check user name and password in the proxy URL. NTLM and Negotiate are not supported.";
    ProxyRefused => Proxy, Never,
        "Proxy refused to connect to the server",
        "Ask the proxy's operator to allow CONNECT from this machine to the host and port of the base URL.";
    ProxyCannotReach => Proxy, Again,
        "Proxy cannot connect to the server",
        "Check the host in the base URL. If it is right, ask the proxy's operator to check its DNS settings and its network.";
    WaitCancelled => Cancelled, Never,
        "Call cancelled while another call was asking for this user",
        "Ignore this if it was intended.";
    CancelledBefore => Cancelled, Never,
        "Call cancelled before the request was sent",
        "Ignore this if it was intended.";
    Cancelled => Cancelled, Never,
        "Call cancelled by the program",
        "Ignore this if it was intended. Concur may have issued a token that was not received.";
    TunnelTimedOut => Timeout, Again,
        "Timeout before the request was sent (proxy did not open the tunnel)",
        "Ask the proxy's operator to check its log, its DNS settings and its network. Wait {pause}, then retry.";
    TimedOutBefore => Timeout, Again,
        "Timeout before the request was sent",
        "Check for a firewall that drops packets silently, and for a DNS server or a proxy that does not respond. Wait {pause}, then retry.";
    WaitTimedOut => Timeout, AfterSeconds(5),
        "Timeout while another call of the program was asking for this user",
        "Raise the timeout (nf_options_set_timeout_ms). Wait {pause}, then retry.";
    TooLateForLogin => Timeout, AfterSeconds(5),
        "Timeout before the login was sent (too little time was left for a response)",
        "Raise the timeout (nf_options_set_timeout_ms), and check what takes long: the secret callback, or another call that was asking for this user. Wait {pause}, then retry.";
    TurnTimedOut => Timeout, Again,
        "Timeout before the request was sent (other logins of the same user or with the same consumer key did not end)",
        "Raise the timeout (nf_options_set_timeout_ms), or start fewer logins at the same time. Wait {pause}, then retry.";
    LookupsTaken => Timeout, Again,
        "Timeout before the DNS lookup could start (lookups of other host names hang)",
        "Check this machine's DNS servers and the other host names that this program connects to.";
    DisconnectedBefore => Disconnected, Again,
        "Connection closed before the request was sent",
        "Wait {pause}, then retry. If the error persists, check for a firewall or a proxy that closes connections, and check the port in the base URL.";
    TimedOut => Timeout, Again,
        "Timeout before the response was complete",
        "Wait {pause}, then retry. If the error persists, check for a firewall that drops packets silently, or raise the timeout (nf_options_set_timeout_ms).";
    ResponseTimedOut => Timeout, Again,
        "Timeout while the response was arriving",
        "Raise the timeout (nf_options_set_timeout_ms). Wait {pause}, then retry. If the error persists, check for a proxy or a network that delays responses.";
    Disconnected => Disconnected, Again,
        "Connection closed before the response was complete",
        "Wait {pause}, then retry. If the error persists, check for a firewall or a proxy that closes connections.";

    // The response is not the expected one.
    EndpointGone => EndpointGone, Never,
        "No Native Flow at this address",
        "Check the base URL (nf_options_set_base_url): host, port and path must be those of Concur. If they are, ask Concur's support whether the Native Flow is still available for this host, or set the OAuth 2.0 service (nf_options_use_oauth2).";
    OAuth2EndpointGone => EndpointGone, Never,
        "No OAuth 2.0 service at this address",
        "Check the base URL (nf_options_set_base_url): scheme and host only, such as https://us2.api.concursolutions.com.";
    NativeFlowResponse => Malformed, Never,
        "Response of the Native Flow instead of the OAuth 2.0 service",
        "Check the base URL, and check for a gateway that rewrites its path: the OAuth 2.0 service is at /oauth2/v0/token.";
    Redirected => Redirected, Never,
        "Redirect not followed (it would send the credentials to another address)",
        "Set the base URL (nf_options_set_base_url) to the new address if it is a Concur host. Otherwise check for a proxy or a login portal.";
    WebPage => NotConcur, Never,
        "Received a web page instead of a response",
        "Check for a proxy, a login portal or a wrong base URL. Concur did not check the credentials.";
    WebPageRefusal => NotConcur, Never,
        "Received a web page instead of a response (with a status that rejects the request)",
        "Do not retry, because Concur may have checked the credentials. Check for a proxy, a login portal or a wrong base URL.";
    WebPageUnavailable => NotConcur, SERVER_PAUSE,
        "Received a web page instead of a response (with a status that means \"later\")",
        "Wait {pause}, then retry. If the error persists, check for a proxy or a maintenance notice of Concur. Concur did not check the credentials.";
    TlsInsteadOfHttp => Malformed, Never,
        "Server uses TLS, but the base URL is http",
        "Set https:// in the base URL (nf_options_set_base_url).";
    NotHttp => Malformed, Never,
        "Invalid HTTP response",
        "Check the host and port of the base URL, and check for a proxy that damages responses.";
    UnexpectedData => Malformed, Again,
        "Server sent unexpected data before the request",
        "Check the host and port of the base URL, and check for a load balancer or a proxy that sends data of its own.";
    EmptyBody => Malformed, Never,
        "Invalid response (empty)",
        "Check the base URL. If it is right, give the correlation ID to Concur's support.";
    Compressed => Malformed, Never,
        "Invalid response (compressed, although the request does not accept this)",
        "Check for a proxy that compresses responses, and disable that for this host.";
    BadXml => Malformed, Never,
        "Invalid response (XML is not well-formed)",
        "Check for a proxy that truncates or changes responses. If there is none, give the correlation ID to Concur's support.";
    Dtd => Malformed, Never,
        "Invalid response (contains a document type definition)",
        "Check the base URL and the server that responds there, because Concur sends no document type definition.";
    BadJson => Malformed, Never,
        "Invalid response (JSON is not well-formed)",
        "Check for a proxy that truncates or changes responses. If there is none, give the correlation ID to Concur's support.";
    NoToken => Malformed, Never,
        "Invalid response (contains no token)",
        "Check the base URL. If it is right, give the correlation ID to Concur's support.";
    OtherService => Malformed, Never,
        "Response of the OAuth 2.0 service instead of the Native Flow",
        "Check the base URL, and check for a gateway that rewrites its path: the Native Flow is at /net2/oauth2/accesstoken.ashx. If you want the OAuth 2.0 service, set it (nf_options_use_oauth2).";
    BadToken => Malformed, Never,
        "Invalid response (the token contains characters that are not allowed)",
        "Check for a proxy that changes responses. If there is none, give the correlation ID to Concur's support.";
    TwoValues => Malformed, Never,
        "Invalid response (two different values of one name)",
        "Check for a proxy that changes responses. If there is none, give the correlation ID to Concur's support.";
    UnexpectedStatus => Malformed, Never,
        "Invalid response (unexpected HTTP status)",
        "Check the base URL, and check for a proxy.";
    BodyTooLarge => TooLarge, Never,
        "Response too large (longer than 64 KiB)",
        "Check the base URL. A token response has some hundred bytes.";
    HeadTooLarge => TooLarge, Never,
        "Response too large (more than 16 KiB of headers, or more than 128 headers)",
        "Check the base URL, and check for a proxy that adds headers.";

    // Errors inside this library.
    Panicked => Panic, Never,
        "Internal error (a defect in nativeflow)",
        "Report it to the authors of nativeflow with this message. The program can continue, and login and password were wiped.";
    Unforeseen => Internal, Never,
        "Internal error (unexpected state)",
        "Report it to the authors of nativeflow with this message.";
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Cause, Code, PAUSE, Retry};
    use crate::error::Error;
    use crate::redact::one_line;

    /// `make messages` shows the table.
    #[test]
    fn messages_and_remedies_are_printed_in_a_table() {
        for &cause in Cause::ALL {
            let remedy = cause.remedy();
            println!("{:<18} {}\n{:18} {remedy}\n", cause.code().name(), cause.message(), "");
        }
    }

    /// The words that a remedy may begin with, because it is an instruction.
    const INSTRUCTIONS: &[&str] = &[
        "Ask",
        "Check",
        "Close",
        "Configure",
        "Convert",
        "Do not",
        "Enable",
        "Fix",
        "Get",
        "Ignore",
        "Install",
        "Make",
        "Pass",
        "Raise",
        "Refresh",
        "Remove",
        "Replace",
        "Report",
        "Set",
        "Wait",
        "Write",
    ];

    #[test]
    fn message_names_the_failure_and_remedy_instructs() {
        for &cause in Cause::ALL {
            let (message, remedy) = (cause.message(), cause.remedy());
            assert_eq!(one_line(message), message, "{cause:?}: the message is one short line");
            assert_eq!(one_line(remedy), remedy, "{cause:?}: the remedy is one short line");
            assert!(!message.ends_with('.') && !message.contains(':'), "{cause:?}: a detail may follow the message");
            assert!(
                INSTRUCTIONS.iter().any(|verb| remedy.starts_with(verb)),
                "{cause:?}: the remedy begins with an instruction"
            );
            assert!(remedy.ends_with('.'), "{cause:?}: the remedy is whole sentences");
            for claim in ["Nothing was sent", "not sent", "were sent", "was sent"] {
                assert!(!remedy.contains(claim), "{cause:?}: what was sent is a fact of the call");
            }
        }
    }

    /// An administrator has a configuration file, and bindings replace the name in brackets by their own.
    #[test]
    fn remedy_names_a_function_only_in_brackets() {
        for &cause in Cause::ALL {
            assert!(!cause.message().contains("nf_"), "{cause:?}: a message names no function");
            // Without the functions in brackets.
            let mut rest = cause.remedy().to_owned();
            while let Some((before, after)) = rest.split_once(" (nf_") {
                let (name, after) = after.split_once(')').unwrap();
                assert!(
                    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'),
                    "{cause:?}: {name}"
                );
                rest = format!("{before}{after}");
            }
            assert!(!rest.contains("nf_"), "{cause:?}: {rest}");
        }
    }

    #[test]
    fn remedy_names_the_pause_of_the_error_and_no_other() {
        for &cause in Cause::ALL {
            let (remedy, may_wait) = (cause.remedy(), cause.retry() != Retry::Never);
            assert_eq!(remedy.contains("then retry"), remedy.contains(PAUSE), "{cause:?}: {remedy}");
            assert!(may_wait || !remedy.contains(PAUSE), "{cause:?}: this error has no pause");
            assert!(!may_wait || !remedy.contains("minutes"), "{cause:?}: the server may ask for another pause");
            let error = Error::new(cause).retry_after(Some(Duration::from_secs(7)));
            assert_eq!(error.remedy().contains("Wait 7 seconds, then retry."), remedy.contains(PAUSE), "{cause:?}");
            assert!(!error.remedy().contains('{'), "{cause:?}: {}", error.remedy());
        }
    }

    #[test]
    fn rejected_login_is_never_retried() {
        for &cause in Cause::ALL {
            let number = cause.code() as i32;
            // These protect the account: after their pause a login may be sent.
            let is_pause = matches!(cause, Cause::SecretUnavailable) || cause.code() == Code::HeldBack;
            if ((1..40).contains(&number) || number >= 100) && !is_pause {
                assert_eq!(cause.retry(), Retry::Never, "{cause:?}");
            }
        }
        assert_eq!(Cause::BadRequest.code(), Code::ServerError);
        assert_eq!(Cause::BadRequest.retry(), Retry::Never, "a 400 may have counted as a try");
    }
}
