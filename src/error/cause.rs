//! Every way to fail, in one table: its code, whether it is worth trying again, its message and its remedy.
//!
//! A message says what happened, a remedy what an administrator does next. Both are one line. A message may be followed
//! by a detail (`message: detail`), which never holds a secret.
//! Whether credentials were sent is a fact of the call and not of the cause: see [`crate::error::Error::request_sent`].

use std::time::Duration;

use super::code::Code;

/// When it makes sense to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Not before somebody has changed something.
    Never,
    /// After so many seconds.
    AfterSeconds(u64),
    /// After a time that depends on whether credentials may have been sent.
    Again,
}
use Retry::{AfterSeconds, Again, Never};

/// "Sleep for 5 minutes, then retry" (Concur, for 503 and for a time-out; taken for every failure of the server here).
const SERVER_PAUSE: Retry = AfterSeconds(300);

impl Retry {
    /// As a time span; `None`: do not retry. `may_be_sent`: a credential may have left this machine.
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
        /// One way to fail.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Cause { $($cause),* }

        impl Cause {
            /// All of them, for tests of the table.
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
    // The call is wrong: the program must change.
    NullPointer => InvalidArgument, Never,
        "A pointer that is needed is NULL",
        "Correct the calling program: pass the address that the function's description asks for.";
    NotUtf8 => InvalidUtf8, Never,
        "A text is not valid UTF-8",
        "Convert the text to UTF-8 before the call; a code page such as Windows-1252 is not UTF-8.";
    KeyEmpty => InvalidArgument, Never,
        "The consumer key is empty",
        "Pass the consumer key that Concur issued for your application.";
    KeyNotVisibleAscii => InvalidArgument, Never,
        "The consumer key holds a character that is not visible ASCII (a blank or a line end, perhaps)",
        "Pass the consumer key exactly as Concur issued it; cut off blanks and the line end when it is read from a file.";
    KeyTooLong => InvalidArgument, Never,
        "The consumer key is longer than 2048 bytes",
        "Check that the consumer key is what is passed; real ones have some twenty characters.";
    LoginEmpty => InvalidArgument, Never,
        "The login is empty",
        "Pass the user's Concur login ID; it looks like an e-mail address.";
    LoginColon => InvalidArgument, Never,
        "The login holds a colon, which HTTP Basic cannot carry",
        "Pass the login alone, without the password behind it; Concur logins hold no colon.";
    LoginControl => InvalidArgument, Never,
        "The login holds a control character (a line end, perhaps)",
        "Cut off the line end when the login is read from a file or a terminal.";
    LoginTooLong => InvalidArgument, Never,
        "The login is longer than 2048 bytes",
        "Check that the login is what is passed; Concur allows 128 characters.";
    SecretControl => InvalidArgument, Never,
        "The secret (password) holds a control character (a line end, perhaps)",
        "Cut off the line end when the secret is read from a file or a terminal.";
    SecretTooLong => InvalidArgument, Never,
        "The secret (password) is longer than 2048 bytes",
        "Check that the secret is what is passed; Concur allows 255 characters.";

    // An option is wrong: the configuration must change.
    BaseUrlRefused => InvalidOption, Never,
        "The base URL cannot be used",
        "Give scheme, host, perhaps a port and a path, as in https://www.concursolutions.com; plain http is for this machine only.";
    TimeoutZero => InvalidOption, Never,
        "A time limit of 0 ms was asked for",
        "Give the limit of the whole call in milliseconds, 1 or more; 60000 is the default.";
    UserAgentRefused => InvalidOption, Never,
        "The product name for the User-Agent header cannot be used",
        "Give 1 to 256 printable ASCII characters without blanks at the ends, as in my-erp/4.2.";
    CaFileUnreadable => InvalidOption, Never,
        "The file of trusted roots cannot be read",
        "Check the path and the permissions of the CA file.";
    CaNoCertificate => InvalidOption, Never,
        "No certificate was found among the trusted roots that were given",
        "Give the CA certificates as PEM (-----BEGIN CERTIFICATE-----) or DER.";
    CaBadCertificate => InvalidOption, Never,
        "A certificate among the trusted roots that were given cannot be read",
        "Replace the certificate that is named, or copy it again from its source.";
    CertificateFormat => InvalidOption, Never,
        "A file of certificates or keys has a format that is not supported",
        "Convert it to PEM: UTF-16 text with iconv -f utf-16 -t utf-8, PKCS#7 with openssl pkcs7 -print_certs (from DER: -inform der), PKCS#12 with openssl pkcs12 -nodes.";
    CaUnfit => InvalidOption, Never,
        "A certificate among the trusted roots that were given may not sign certificates of servers",
        "Remove the certificate that is named, and give the root certificate of the authority that issued the server's certificate.";
    ConnectTimeoutZero => InvalidOption, Never,
        "A time limit of 0 ms for connecting was asked for",
        "Give the limit of each attempt to connect in milliseconds, 1 or more; 10000 is the default.";
    ProxyRefusedUrl => InvalidOption, Never,
        "The proxy's URL cannot be used",
        "Give it as in http://proxy.example:3128 or socks5://user:password@proxy.example:1080; write @ : / % in user and password as %40 %3A %2F %25.";
    ProxyBypassRefused => InvalidOption, Never,
        "The list of hosts without proxy cannot be used",
        "Give domains, addresses or networks with commas between them, as in .example.com,10.0.0.0/8,host:8443; * stands for all.";
    ClientCertificateUnusable => InvalidOption, Never,
        "The client certificate cannot be used",
        "Give two files in PEM or DER: the certificate chain, the client's own first, and its private key without a passphrase (PKCS#8, PKCS#1 or SEC1).";
    ClientKeyEncrypted => InvalidOption, Never,
        "The private key of the client certificate is encrypted",
        "Write the key without a passphrase: openssl pkey -in KEY.pem -out PLAIN.pem (from DER: -inform der).";
    NoSystemRoots => InvalidOption, Never,
        "This system has no trusted root certificates where they are looked for",
        "Install the package ca-certificates, or name a CA file with nf_options_set_ca_file.";

    // The credentials were refused: trying again can lock the account.
    Denied => Denied, Never,
        "Concur refused the login, the secret or the consumer key and does not say which",
        "Do not retry, the account may lock. Check login, secret and key by hand, and that Concur has enabled the application for the company.";
    NoLoginArrived => Denied, Never,
        "Concur says that the request carried no login, though one was sent",
        "Do not retry. Look for a proxy or gateway on the way that removes the Authorization header, then check login and secret.";
    RefusedByEither => Denied, Never,
        "Concur, or a gateway before it, refused the request",
        "Do not retry, because the account may be locked. If the server's message is a gateway's or a proxy's, ask its operator to let the request and its Authorization header through. Otherwise check login, secret and key by hand.";
    RefusedWithoutStatus => Denied, Never,
        "Concur answered with an error in place of a token and does not say what is wrong",
        "Do not retry, the account may lock. Read the server's own message; check login, secret and key by hand.";

    // The server cannot do it now.
    Busy => Busy, AfterSeconds(60),
        "Concur is overloaded and asks to slow down",
        "Wait as long as the retry time says and start fewer calls at once.";
    Maintenance => Maintenance, SERVER_PAUSE,
        "Concur is under maintenance",
        "Wait 5 minutes, then try again; Concur's service status page tells how long it lasts.";
    ServerFailed => ServerError, SERVER_PAUSE,
        "Concur failed to handle the request",
        "Wait 5 minutes, then try again; if it stays, give the correlation ID to Concur's support.";
    // Concur names bad format, missing field, request limit and database deadlock for 400. The format is tested and the
    // fields are all there, so it is the server's turn; but whether it counted as a try of the login is not known.
    BadRequest => ServerError, Never,
        "Concur turned the request away, for a request limit, a database deadlock or a login that it cannot read",
        "Wait some minutes and try once by hand, not in a loop: it may count as a failed login. If it stays, give the correlation ID to Concur's support.";

    // The way there.
    HostNotFound => Dns, Again,
        "The host name cannot be resolved",
        "Check the host in the base URL and this machine's DNS. Where outside names do not resolve, a proxy is the way out: nf_options_set_proxy.";
    NoThread => Dns, Again,
        "This machine cannot start the thread that looks up the host name",
        "Raise the limit of threads or of memory for the user or the container that this program runs in.";
    NoResources => Connect, Again,
        "This machine has no descriptor or no memory left for a connection",
        "Raise the open-file limit (ulimit -n), free memory, or fix a descriptor leak in this program.";
    NoLocalPort => Connect, Again,
        "This machine has no local port or address left to connect from",
        "Close connections that this machine holds open, or widen its range of local ports (net.ipv4.ip_local_port_range); check that it has an address in the network of the host.";
    NotLoopback => Connect, Never,
        "The host of a plain http address is not this machine, though its name says so",
        "Look where localhost leads (/etc/hosts, DNS), or use https.";
    CannotConnect => Connect, Again,
        "No connection to the server",
        "Check that a firewall lets this machine reach the host and port.";
    NoTls => Tls, Never,
        "What answers there does not speak TLS",
        "Check the port in the base URL; a plain HTTP port or a proxy's port does not speak TLS.";
    TlsTooOld => Tls, Never,
        "The server does not speak TLS 1.2 or 1.3",
        "Have TLS 1.2 or 1.3 switched on there; if the server is Concur's, an old TLS-inspecting proxy on the way is what answers.";
    TlsIncompatible => Tls, Never,
        "Client and server have no cipher or key exchange in common",
        "Have the server offer TLS 1.3, or ECDHE with AES-GCM or ChaCha20-Poly1305 in TLS 1.2 (CBC is not supported), X25519, P-256 or P-384 for the key exchange, and a certificate whose key is RSA, P-256, P-384 or Ed25519; some servers say the same when they do not like a client certificate.";
    RenegotiationAsked => Tls, Never,
        "The server asked for a second TLS handshake (renegotiation), after the login was sent",
        "Have the server or gateway ask for a client certificate in the first handshake (IIS: clientcertnegotiation=enable), or not at all.";
    ClientCertificateMissing => Tls, Never,
        "The server wants a client certificate",
        "Give one with nf_options_set_client_certificate; if Concur itself wants none, a gateway on the way does: ask who runs it.";
    ClientCertificateRefused => Tls, Never,
        "The server ended TLS with an alert about certificates",
        "If a client certificate was given (nf_options_set_client_certificate), check that the server knows its issuer, that it has not expired and that its chain is whole.";
    TlsRefused => Tls, Never,
        "The server ended TLS with an alert",
        "Check that the host in the base URL is served there, and look for a TLS-inspecting proxy on the way.";
    TlsFailed => Tls, Never,
        "The TLS connection failed",
        "Look for a TLS-inspecting proxy on the way; if there is none, try again later and report it to Concur's support.";
    CertificateSelfSigned => TlsUntrusted, Never,
        "The server's certificate is self-signed",
        "Concur's is not: check the base URL and what answers there. For a test server of yours, make one with basicConstraints CA:FALSE and give it with nf_options_set_ca_file: it is then trusted for this server only.";
    CertificateChainIncomplete => TlsUntrusted, Never,
        "The server did not send the certificate of an issuer, which is not trusted here either",
        "If the issuer that is named is your company's or a proxy's, give it with nf_options_set_ca_file; if not, the server's operator must send the intermediate certificate too.";
    CertificateWeak => TlsUntrusted, Never,
        "The server's certificate or an issuer's is no longer safe (signed with SHA-1, or an RSA key of less than 2048 bits)",
        "The server's or the proxy's operator must have it issued anew, with SHA-256 and an RSA key of 2048 bits or an elliptic one.";
    CertificateUnsupported => TlsUntrusted, Never,
        "The server's certificate cannot be checked (its algorithm may be strong, but is not supported)",
        "Ask the server's operator for a chain with RSA, P-256 or P-384 keys and SHA-256 or SHA-384; or give the server's own certificate (CA:FALSE) with nf_options_set_ca_file.";
    CertificateConstrained => TlsUntrusted, Never,
        "The server's certificate cannot be checked (an issuer has an extension that is not supported)",
        "Give the certificate that the message names last with nf_options_set_ca_file; openssl s_client -connect HOST:443 -showcerts prints it.";
    CertificateIsAuthority => TlsUntrusted, Never,
        "The server's certificate is that of an authority (CA:TRUE), which no server may use",
        "Make the server's certificate with basicConstraints CA:FALSE, and give that one with nf_options_set_ca_file.";
    UnknownRoot => TlsUntrusted, Never,
        "The server's certificate was issued by an authority that is not trusted here",
        "Behind a TLS-inspecting proxy give its root with nf_options_set_ca_file; otherwise update ca-certificates.";
    CertificateIssuerUnfit => TlsUntrusted, Never,
        "The server's certificate has an issuer that may not sign it",
        "Ask the server's or the proxy's operator for a certificate of an authority that may sign it, and give that authority's root with nf_options_set_ca_file if it is your company's.";
    CertificateExpired => TlsUntrusted, Never,
        "The server's certificate has expired",
        "Check this machine's clock; if it is right, the server's operator must renew the certificate.";
    CertificateIssuerExpired => TlsUntrusted, Never,
        "The certificate of an issuer of the server's certificate has expired",
        "Check this machine's clock; if it is right, have the server's operator replace that certificate in the chain, or give the root that the issuer has now with nf_options_set_ca_file.";
    CertificateNotYetValid => TlsUntrusted, Never,
        "The server's certificate or an issuer's is not valid yet",
        "Check this machine's clock; it seems to be behind.";
    CertificateWrongHost => TlsUntrusted, Never,
        "The server's certificate is for another host",
        "Check the host in the base URL, and that DNS leads to Concur and not to a proxy or a login portal.";
    CertificateRefused => TlsUntrusted, Never,
        "The server's certificate cannot be trusted",
        "Look at the certificate (openssl s_client -connect HOST:443 -showcerts) and report it to whoever runs the server or the proxy.";
    ProxyAsks => ProxyDenied, Never,
        "A proxy on the way that was not named asks for credentials of its own",
        "The login was not judged. Name the proxy, with its user and password, by nf_options_set_proxy, or let this machine through without.";
    ProxyNotFound => Proxy, Again,
        "The host name of the proxy cannot be resolved",
        "Check the proxy's URL and this machine's DNS.";
    ProxyUnreachable => Proxy, Again,
        "No connection to the proxy",
        "Check the proxy's host and port, that it runs, and that a firewall lets this machine reach it.";
    ProxyHungUp => Proxy, Again,
        "The proxy closed the connection",
        "Check the port and the scheme of the proxy's URL (http, https, socks5), and the proxy's log.";
    ProxyGarbled => Proxy, Never,
        "What answers at the proxy's address does not speak the proxy's protocol",
        "Check the port and the scheme of the proxy's URL (http, https, socks5).";
    ProxyNoTls => Proxy, Never,
        "TLS with the proxy failed (it does not use TLS)",
        "Write http:// in the proxy's URL if the proxy takes connections without TLS, or check its port.";
    ProxyTlsFailed => Proxy, Never,
        "TLS with the proxy failed",
        "Check the port in the proxy's URL, the proxy's log, and that the proxy offers TLS 1.2 or 1.3.";
    ProxyUntrusted => Proxy, Never,
        "The proxy's certificate is not trusted",
        "Give the root certificate of the proxy's authority with nf_options_set_ca_file; check the host in the proxy's URL and this machine's clock.";
    ProxyDenied => ProxyDenied, Never,
        "The proxy wants a user and a password, or refuses those that it got",
        "Check user and password in the proxy's URL; schemes other than Basic (NTLM, Negotiate) are not spoken.";
    ProxyRefused => Proxy, Never,
        "The proxy refuses to connect to the server",
        "Ask who runs the proxy to allow CONNECT from this machine to the host and port of the base URL.";
    ProxyCannotReach => Proxy, Again,
        "The proxy cannot reach the server",
        "Check the host in the base URL; if it is right, ask who runs the proxy about its DNS and its way out.";
    CancelledBefore => Cancelled, Never,
        "The call was cancelled by the program before the login was sent",
        "Ignore this if it was intended.";
    Cancelled => Cancelled, Never,
        "The call was cancelled by the program",
        "Ignore this if it was intended. Concur may have issued a token that was not received.";
    TimedOutBefore => Timeout, Again,
        "The time limit ran out before the login was sent",
        "Look for a firewall that drops packets silently, and for a DNS server or a proxy that does not answer; then try again.";
    LookupsTaken => Timeout, Again,
        "Timeout before a thread was free to look up the host name (lookups of other host names get no answer)",
        "Check this machine's DNS servers and the other host names that this program connects to.";
    DisconnectedBefore => Disconnected, Again,
        "The connection ended before the login was sent",
        "Try again; if it stays, look for a firewall or proxy that cuts connections, and check the port in the base URL.";
    TimedOut => Timeout, Again,
        "There was no complete answer within the time limit",
        "Wait 5 minutes before the next try, as Concur asks; check for a firewall that drops packets silently.";
    Disconnected => Disconnected, Again,
        "The connection ended before the answer was complete",
        "Wait 5 minutes, then try again; if it stays, look for a firewall or proxy that cuts connections.";

    // The answer is not what was asked for.
    EndpointGone => EndpointGone, Never,
        "There is no Native Flow token endpoint at this address",
        "Check the base URL. If it is right, Concur has switched the old endpoint off for this host: move to the modern OAuth 2.0 service.";
    Redirected => Redirected, Never,
        "The server sent a redirect, which is never followed because the credentials would go along",
        "If the new address is Concur's, make it the base URL; if not, look for a proxy or a login portal on the way.";
    WebPage => NotConcur, Never,
        "A web page came in place of an answer",
        "The login was not judged. Look for a proxy, a login portal or a wrong base URL.";
    WebPageRefusal => NotConcur, Never,
        "A web page came in place of an answer, with a status that refuses the request",
        "Do not retry, because it is not known whether Concur checked the login. Look for a proxy, a login portal or a wrong base URL.";
    WebPageUnavailable => NotConcur, SERVER_PAUSE,
        "A web page came in place of an answer, with a status that says \"later\"",
        "The login was not judged. Wait 5 minutes, then try again; if it stays, look for a proxy on the way or a maintenance notice of Concur's.";
    NotHttp => Malformed, Never,
        "What answers there does not speak proper HTTP",
        "Check host and port of the base URL, and look for a proxy that garbles the answer.";
    UnexpectedData => Malformed, Again,
        "The server sent unexpected data before the request",
        "Check host and port of the base URL, and look for a load balancer or a proxy that sends data on its own.";
    NoBody => Malformed, Never,
        "The answer is empty",
        "Check the base URL; if it is right, give the correlation ID to Concur's support.";
    Compressed => Malformed, Never,
        "The answer is compressed, which was not asked for",
        "Look for a proxy on the way that compresses answers, and switch that off for this host.";
    BadXml => Malformed, Never,
        "The answer is not well-formed XML",
        "Look for a proxy that cuts or changes answers; if there is none, give the correlation ID to Concur's support.";
    Dtd => Malformed, Never,
        "The answer holds a document type definition, which is refused",
        "Concur sends none: check the base URL and look for what else answers there.";
    BadJson => Malformed, Never,
        "The answer is not well-formed JSON",
        "Look for a proxy that cuts or changes answers; if there is none, give the correlation ID to Concur's support.";
    NoToken => Malformed, Never,
        "The answer holds no token",
        "Check the base URL; if it is right, give the correlation ID to Concur's support.";
    OtherService => Malformed, Never,
        "The modern OAuth 2.0 service answered instead of the Native Flow",
        "Check the base URL, and look for a gateway that rewrites its path: the Native Flow is at /net2/oauth2/accesstoken.ashx.";
    BadToken => Malformed, Never,
        "The token in the answer holds characters that no token may hold",
        "Look for a proxy that changes answers; if there is none, give the correlation ID to Concur's support.";
    TwoValues => Malformed, Never,
        "Response contains two different values of one name",
        "Check for a proxy that changes responses; if there is none, give the correlation ID to Concur's support.";
    UnexpectedStatus => Malformed, Never,
        "The server answered with a status that the Native Flow does not know",
        "Check the base URL and look for a proxy on the way.";
    BodyTooLarge => TooLarge, Never,
        "The answer is longer than 64 KiB",
        "Check the base URL: a token answer has some hundred bytes.";
    HeadTooLarge => TooLarge, Never,
        "The headers of the answer are longer than 16 KiB, or more than 128",
        "Check the base URL and look for a proxy that adds headers.";

    // Inside.
    Panicked => Panic, Never,
        "A defect in nativeflow ended this call",
        "Report it to the authors of nativeflow with this message; the program may go on, the login and the secret were wiped.";
    Unforeseen => Internal, Never,
        "Something happened that nativeflow does not know",
        "Report it to the authors of nativeflow with this message.";
}

#[cfg(test)]
mod tests {
    use super::Code;
    use super::{Cause, Retry};
    use crate::redact::one_line;

    #[test]
    fn every_failure_says_what_happened_and_what_to_do() {
        for &cause in Cause::ALL {
            let (message, remedy) = (cause.message(), cause.remedy());
            assert_eq!(one_line(message), message, "{cause:?}: the message is one short line");
            assert_eq!(one_line(remedy), remedy, "{cause:?}: the remedy is one short line");
            assert!(!message.ends_with('.'), "{cause:?}: a detail may follow the message");
            assert!(remedy.ends_with('.'), "{cause:?}: the remedy is whole sentences");
            for claim in ["Nothing was sent", "not sent", "were sent", "was sent"] {
                assert!(!remedy.contains(claim), "{cause:?}: what was sent is a fact of the call");
            }
        }
    }

    #[test]
    fn a_refused_login_is_never_worth_a_retry() {
        for &cause in Cause::ALL {
            let number = cause.code() as i32;
            if (1..40).contains(&number) || number >= 100 {
                assert_eq!(cause.retry(), Retry::Never, "{cause:?}");
            }
        }
        assert_eq!(Cause::BadRequest.code(), Code::ServerError);
        assert_eq!(Cause::BadRequest.retry(), Retry::Never, "a 400 may have counted as a try");
    }
}
