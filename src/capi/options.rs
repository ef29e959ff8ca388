//! `nf_options`: the settings that a client is created from.

use std::ffi::{c_char, c_void};
use std::time::Duration;
use std::{ptr, slice};

use super::argument::{TextCopy, free, object_mut, text};
use super::error::nf_error;
use super::log::nf_log_fn;
use super::release::nf_release_fn;
use super::session::nf_secret_fn;
use super::{guard, log, release, session};
use crate::error::{Cause, Error};
use crate::flow::CredentialType;
use crate::options::Options;

/// The login of a call is a user's login ID, and the secret is the password.
pub const NF_CREDENTIAL_PASSWORD: i32 = 0;
/// The login of a call is the UUID of a company, and the secret is its request
/// token.
pub const NF_CREDENTIAL_AUTHTOKEN: i32 = 1;

/// The settings that a client is created from. Only one thread at a time may
/// use them.
pub struct nf_options {
    pub(super) options: Options,
}

/// A test uses this to check that a panic during a free does no harm.
#[cfg(test_panic)]
impl Drop for nf_options {
    fn drop(&mut self) {
        guard::panic_if_asked(self.options.user_agent.to_str().unwrap_or_default());
    }
}

/// Creates options with the default values.
///
/// The defaults are: Concur's production host in the United States, a timeout
/// of 60 seconds for a call, the operating system's root certificates, no
/// proxy, a new connection for each call, and no log.
///
/// Free the options with `nf_options_free`. The result is NULL only if a defect
/// in the library ended the function.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub extern "C-unwind" fn nf_options_new() -> *mut nf_options {
    guard::run(ptr::null_mut(), || Box::into_raw(Box::new(nf_options { options: Options::new() })))
}

/// Frees options. NULL is allowed. Clients that were created from them do not
/// change.
///
/// Since 0.1.
#[unsafe(no_mangle)]
pub unsafe extern "C-unwind" fn nf_options_free(options: *mut nf_options) {
    // SAFETY: NULL or options that are not used again (header, "Rules for calls").
    guard::run((), || unsafe { free(options) })
}

/// Sets the base URL of Concur, such as "https://eu1.concursolutions.com".
///
/// The URL has a scheme and a host, and optionally a port and a path prefix.
/// The scheme is https. Plain http is allowed only for localhost and loopback
/// addresses (tests). The default is "https://www.concursolutions.com".
///
/// The library adds the path of the endpoint. A URL that ends in one, such as
/// ".../net2/oauth2/accesstoken.ashx", is invalid; the message names the base
/// URL to set instead.
///
/// Fails with `NF_INVALID_OPTION` if the URL is invalid; the old value stays.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_base_url(options: *mut nf_options, url: *const c_char) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (options, url) = unsafe { (object_mut(options, "options")?, text(url, "url")?) };
        options.options.set_base_url(url)
    })
}

/// Selects the OAuth 2.0 service (Concur's current API, /oauth2/v0) instead of
/// the Native Flow. The key of a call is then the client ID.
///
/// It needs a client secret (`nf_options_set_client_secret`). Unless a base URL
/// is set, the host is us2.api.concursolutions.com, and for
/// `NF_CREDENTIAL_AUTHTOKEN` glz.api.concursolutions.com.
///
/// Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_use_oauth2(options: *mut nf_options) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        unsafe { object_mut(options, "options") }?.options.use_oauth2();
        Ok(())
    })
}

/// Sets the application's client secret from the `len` bytes at `secret`
/// (UTF-8).
///
/// The OAuth 2.0 service needs it for every call. The Native Flow, where Concur
/// calls it consumer secret, needs it only for `nf_client_refresh_token`. It is
/// not the user's password.
///
/// `secret` needs no NUL at its end. The library keeps an encrypted copy in
/// the options and in each client, and wipes it with them. The caller wipes its
/// own buffer.
///
/// Fails with `NF_INVALID_OPTION` if the secret is empty, longer than 2048
/// bytes, or contains a NUL or another control character; the old value stays.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_client_secret(
    options: *mut nf_options,
    secret: *const c_char,
    len: usize,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        // SAFETY: `len` bytes may be read there (this function's comment).
        let secret = unsafe { TextCopy::of_length(secret, len) }.required("secret")?;
        options.options.set_client_secret(&secret)
    })
}

/// Sets what login and secret of a call are: `NF_CREDENTIAL_PASSWORD` (the
/// default) or `NF_CREDENTIAL_AUTHTOKEN`.
///
/// With `NF_CREDENTIAL_AUTHTOKEN` the login is the UUID of a company, and the
/// secret is its request token, which is valid for 24 hours. Only the OAuth 2.0
/// service accepts it; for the Native Flow, `nf_client_new` fails with
/// `NF_INVALID_OPTION`.
///
/// Fails with `NF_INVALID_OPTION` for another number; the old value stays.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_credential_type(options: *mut nf_options, r#type: i32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_credential_type(match r#type {
            NF_CREDENTIAL_PASSWORD => CredentialType::Password,
            NF_CREDENTIAL_AUTHTOKEN => CredentialType::AuthToken,
            _ => return Err(Error::new(Cause::CredentialTypeRefused).detail(r#type)),
        });
        Ok(())
    })
}

/// Trusts one more host, such as "eu2.api.concursolutions.com" or
/// "gateway.example:8443". Without a port, the port is 443.
///
/// The OAuth 2.0 service may answer that a user or a token belongs to another
/// host. Logins and tokens are sent there only if the host is trusted. Trusted
/// hosts are:
///
/// - the host and port of the base URL;
/// - the hosts that this function adds, each with its port;
/// - all hosts of concursolutions.com and concurcdc.cn, on port 443, if the
///   host of the base URL is one of them.
///
/// The scheme of an added host is https.
///
/// Fails with `NF_INVALID_OPTION` if the host is invalid.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_allow_host(options: *mut nf_options, host: *const c_char) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (options, host) = unsafe { (object_mut(options, "options")?, text(host, "host")?) };
        options.options.allow_host(host)
    })
}

/// Sets the timeout of a whole call in milliseconds, DNS lookup included.
///
/// Range: 1 to 4294967295. Default: 60000. A call returns at most 10 ms after
/// its timeout, whatever it waits for. On Windows it returns at most 20 ms
/// after it, or later while Windows checks whether a certificate was revoked.
///
/// Fails with `NF_INVALID_OPTION` for 0; the old value stays.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_timeout_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_timeout(Duration::from_millis(ms.into()))
    })
}

/// Sets the timeout of each attempt to connect to one address, in milliseconds.
///
/// Range: 1 to 4294967295. Default: 10000. The timeout of the call limits all
/// attempts together. A call tries up to 16 addresses of a host and alternates
/// between IPv6 and IPv4. It starts the next attempt when one fails, and at the
/// latest after 250 ms, without waiting for the others.
///
/// Fails with `NF_INVALID_OPTION` for 0; the old value stays.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_connect_timeout_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_connect_timeout(Duration::from_millis(ms.into()))
    })
}

/// Sets the file of trusted root certificates, in PEM or DER. They replace the
/// operating system's root certificates and those of an earlier file.
///
/// The file is read during this call; later changes have no effect. No
/// certificate in it is skipped: an invalid one is an error.
///
/// A certificate of X.509 version 3 without CA:TRUE is not a CA certificate. It
/// is trusted only if a server presents exactly this certificate, and only
/// within its host names and its validity period. It is never trusted as an
/// issuer.
///
/// Fails with `NF_INVALID_OPTION` if the file cannot be read, contains no
/// certificate, or contains one that is invalid or may not sign certificates of
/// TLS servers (keyUsage, extendedKeyUsage). The message names the certificate.
/// The old value stays.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_ca_file(options: *mut nf_options, path: *const c_char) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (options, path) = unsafe { (object_mut(options, "options")?, text(path, "path")?) };
        options.options.set_ca_file(path)
    })
}

/// Adds trusted root certificates from the `len` bytes at `pem`, in PEM or DER.
/// They replace the operating system's root certificates. They are used in
/// addition to those of a CA file and of earlier calls.
///
/// `pem` needs no NUL at its end.
///
/// Fails with `NF_INVALID_OPTION` as `nf_options_set_ca_file` does.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_add_ca_pem(
    options: *mut nf_options,
    pem: *const c_char,
    len: usize,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        if pem.is_null() {
            return Err(Error::new(Cause::NullPointer).detail("pem"));
        }
        if isize::try_from(len).is_err() {
            return Err(Error::new(Cause::CaNoCertificate).detail("len is larger than the address space"));
        }
        // SAFETY: not NULL, and `len` bytes may be read there (this function's comment).
        options.options.add_ca_pem(unsafe { slice::from_raw_parts(pem.cast(), len) })
    })
}

/// Sets the name of the calling product in the User-Agent header, such as
/// "my-erp/4.2". "nativeflow/x.y.z" follows it.
///
/// Range: 1 to 256 printable ASCII characters, without a space at either end.
/// Default: no product name.
///
/// Fails with `NF_INVALID_OPTION` if the name is invalid; the old value stays.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_user_agent(
    options: *mut nf_options,
    product: *const c_char,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (options, product) = unsafe { (object_mut(options, "options")?, text(product, "product")?) };
        options.options.set_user_agent(product)
    })
}

/// Sets the client certificate, which is presented to a server that requests
/// one.
///
/// `chain_file` contains the certificate chain, with the client's own
/// certificate first. `key_file` contains its private key in PKCS#8, PKCS#1 or
/// SEC1, without a passphrase. Both are PEM or DER, and are read during this
/// call. The default is no client certificate.
///
/// The key stays in memory until the options and all clients created from them
/// are freed. The certificate is never presented to a proxy.
///
/// Fails with `NF_INVALID_OPTION` if a file cannot be read or the key does not
/// belong to the certificate; the old value stays.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_client_certificate(
    options: *mut nf_options,
    chain_file: *const c_char,
    key_file: *const c_char,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (options, chain, key) =
            unsafe { (object_mut(options, "options")?, text(chain_file, "chain_file")?, text(key_file, "key_file")?) };
        options.options.set_client_certificate(chain, key)
    })
}

/// Sets the proxy for connections to Concur, such as
/// "http://proxy.example:3128".
///
/// The URL has a scheme ("http://", "https://" or "socks5://"), optionally
/// "user:password@", a host and optionally a port. The default port is 443 for
/// https, otherwise 1080. In user and password, write @ : / % \ and spaces as
/// %40 %3A %2F %25 %5C %20. HTTP proxies: Basic authentication only. "" (the
/// default) means no proxy. A plain http base URL never uses the proxy.
///
/// The proxy receives the host and port of the base URL and resolves the name.
/// An HTTP proxy also receives the whole User-Agent header. No proxy receives
/// Concur credentials.
///
/// User and password stay in memory until the options and all clients created
/// from them are freed. They are encrypted, except while a message to the proxy
/// is built or its response is read.
///
/// Fails with `NF_INVALID_OPTION` if the URL is invalid; the old value stays.
/// The message does not repeat the URL.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_proxy(options: *mut nf_options, url: *const c_char) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (options, url) = unsafe { (object_mut(options, "options")?, text(url, "url")?) };
        options.options.set_proxy(url)
    })
}

/// Sets the hosts that are reached without the proxy, in the syntax of
/// NO_PROXY.
///
/// Commas, semicolons or spaces separate the entries. An entry is a domain, an
/// IP address, a network such as 10.0.0.0/8, or * for all hosts. The domain
/// example.com matches that host and all hosts below it. The entries
/// .example.com and *.example.com mean the same. Every entry except a network
/// may have a port, as in host:8443.
///
/// Other entries of Windows lists, such as <local> and 10.*, are invalid. The
/// message names what to write instead.
///
/// The list replaces an earlier one. "" (the default) is an empty list.
///
/// Fails with `NF_INVALID_OPTION` if an entry is invalid; the old list stays.
/// The message names the entry.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_proxy_bypass(
    options: *mut nf_options,
    hosts: *const c_char,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let (options, hosts) = unsafe { (object_mut(options, "options")?, text(hosts, "hosts")?) };
        options.options.set_proxy_bypass(hosts)
    })
}

/// Reads the proxy and the hosts without proxy from environment variables. They
/// replace the values that were set before.
///
/// The proxy is the first of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY
/// that is set and not empty. If none is, no proxy is used. The list of hosts
/// is the first of no_proxy and NO_PROXY that is set and not empty. The
/// variables are read only during this call. No other thread may change the
/// environment during this call.
///
/// The list is parsed as curl parses it. Entries that cannot be parsed are
/// ignored. These entries match no host here, although
/// `nf_options_set_proxy_bypass` accepts them: *.domain, host:port, [address],
/// and * together with other entries.
///
/// Fails with `NF_INVALID_OPTION` if the URL of the proxy is invalid or not
/// UTF-8; the old values stay. The message names the variable, and does not
/// repeat its value.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_use_environment_proxy(options: *mut nf_options) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.use_environment_proxy()
    })
}

/// Sets how long a connection may stay idle between two calls, in milliseconds.
///
/// Range: 0 to 4294967295. Default: 0, which opens a new connection for each
/// call. Other values are for programs that get tokens for many users, one
/// after another. An idle connection contains no data of a user.
///
/// A client has at most eight idle connections. None is used for longer than
/// five minutes, or than the server announces (`Keep-Alive: timeout`, minus one
/// second). The next call or `nf_client_free` closes expired ones.
///
/// A connection is used again only if it is open and no data has arrived since
/// the last response. If the server closed the idle connection and no byte of
/// the request was sent, the call opens a new one. If a byte was sent, the call
/// fails with `NF_DISCONNECTED`.
///
/// This check has a limit. A server or proxy may send a second response to the
/// previous request. If its first byte arrives after the check, the next call
/// accepts it as its own response. If that is not acceptable, use 0.
///
/// Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_keep_alive_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_keep_alive(Duration::from_millis(ms.into()));
        Ok(())
    })
}

/// Sets the function that returns the secret of a user when a session needs a
/// login. NULL (the default): sessions get secrets only from
/// `nf_session_log_in`.
///
/// `fn` receives `user`; see `nf_secret_fn`. `user` must stay valid as long as
/// that of `nf_options_set_log`, and until the sessions are freed.
///
/// Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_secret_callback(
    options: *mut nf_options,
    r#fn: nf_secret_fn,
    user: *mut c_void,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_secret_source(r#fn.map(|function| session::from_callback(function, user)));
        Ok(())
    })
}

/// Sets how long before its expiry a session renews a token, in milliseconds.
///
/// Range: 0 to 4294967295; never more than half of the token's lifetime.
/// Default: a tenth of the lifetime, at least a minute and at most a day.
///
/// Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_refresh_margin_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_refresh_margin(Duration::from_millis(ms.into()));
        Ok(())
    })
}

/// Sets how long a refused secret is not sent again, in milliseconds.
///
/// Range: 0 to 4294967295. Default: 72000000 (20 hours). Concur locks an
/// account after a few refused logins. Therefore the library remembers a
/// refusal for all clients and sessions of the process, by a keyed fingerprint;
/// it keeps no secret. A call with the same secret then fails with
/// `NF_HELD_BACK` and sends nothing. Another secret is sent at once.
/// `nf_client_clear_hold` and `nf_session_clear_hold` lift the hold.
///
/// Until a secret has been accepted once, and after ten seconds without a
/// login, logins of the same user are sent one at a time, because the password
/// may be wrong. Other calls wait within their timeout. After two refused
/// secrets within 15 minutes, a third one is held back for the rest of that
/// time. After refusals of three users with a consumer key that was never
/// accepted, all logins with that key are held back.
///
/// 0: calls of `nf_client_get_token` are neither held back nor queued, and
/// sessions use the default.
///
/// Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_hold_back_ms(options: *mut nf_options, ms: u32) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_hold_back(Duration::from_millis(ms.into()));
        Ok(())
    })
}

/// Sets the log function. `fn` is called with one line for each step of every
/// call. NULL (the default) disables logging.
///
/// `fn` receives `user`; see `nf_log_fn`. `user` must stay valid until the
/// options and their clients, shares included, are freed and all running calls
/// have returned (they may log after `nf_client_free`). A function given to
/// `nf_options_on_release` is called at that time.
///
/// Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_set_log(
    options: *mut nf_options,
    r#fn: nf_log_fn,
    user: *mut c_void,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        options.options.set_log(r#fn.map(|function| log::from_callback(function, user)));
        Ok(())
    })
}

/// Adds a function that is called once, when no callback can run any more.
///
/// It is called when these options and all clients created from them later are
/// freed, shares included, and all calls on them have returned. `fn` receives
/// `user`; see `nf_release_fn`. Use it to free the data that `user` of a log
/// points to.
///
/// If several functions are added, they are called in the order in which they
/// were added.
///
/// Fails with `NF_INVALID_ARGUMENT` if `options` or `fn` is NULL; `fn` is then
/// never called.
///
/// Since 0.1.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C-unwind" fn nf_options_on_release(
    options: *mut nf_options,
    r#fn: nf_release_fn,
    user: *mut c_void,
) -> *mut nf_error {
    guard::call(|| {
        // SAFETY: the pointers follow the header's rules for calls.
        let options = unsafe { object_mut(options, "options") }?;
        let function = r#fn.ok_or_else(|| Error::new(Cause::NullPointer).detail("fn"))?;
        options.options.on_release(release::from_callback(function, user));
        Ok(())
    })
}
