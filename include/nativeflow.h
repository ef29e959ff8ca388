/*
 * nativeflow: an access token for SAP Concur from a user's login, leaving no
 * trace of the login behind.
 *
 * Made from the sources by cbindgen; do not edit.
 *
 *
 * IN SHORT
 *
 *     nf_token *token;
 *     nf_error *error = nf_get_token(key, login, secret, &token);
 *     if (error) {
 *         fprintf(stderr, "%s: %s. %s\n", nf_error_name(error),
 *                 nf_error_message(error), nf_error_remedy(error));
 *         nf_error_free(error);
 *     } else {
 *         use(nf_token_authorization(token), nf_token_instance_url(token));
 *         nf_token_free(token);
 *     }
 *
 *
 * CALLING CONVENTION
 *
 * A function that can fail returns nf_error *: NULL is success, anything else
 * is an error that you own and free. There is no last error; errno means
 * nothing after a call and may have changed.
 *
 * Parameters stand in this order: the object, inputs, outputs. An output is
 * set to NULL before anything else happens and stays so on failure. A NULL
 * output pointer is NF_INVALID_ARGUMENT.
 *
 * Every pointer that is passed is NULL or valid. An object is used no more
 * after it was freed. Functions that read an object take NULL and answer ""
 * or 0 or -1. Every other NULL is NF_INVALID_ARGUMENT, unless the function
 * says otherwise.
 *
 *
 * STRINGS
 *
 * Text in is NUL-terminated UTF-8 and is copied before the call returns; text
 * that is not UTF-8 is NF_INVALID_UTF8. Text out is const char *, UTF-8, never
 * NULL, and lives as long as the object that it came from. You never call
 * free() on anything from here.
 *
 *
 * OWNERSHIP
 *
 *     made by                                        freed by
 *     ---------------------------------------------  ---------------
 *     nf_get_token, nf_client_get_token: token       nf_token_free
 *     nf_client_new: client                          nf_client_free
 *     nf_options_new                                 nf_options_free
 *     every function that returns nf_error *         nf_error_free
 *     every function that returns const char *       nobody
 *
 * Each *_free takes NULL. Nothing refers to anything else: objects may be
 * freed in any order.
 *
 *
 * THREADS
 *
 * A pointer to const means: calls may run at the same time on the same object.
 * So a client, a token and an error may be shared, and options may not. An
 * object is freed by one thread, when no other uses it; a client also while
 * calls run on it, which are cancelled. Objects may be made on one thread and
 * freed on another.
 *
 * No function installs a signal handler, changes the locale or a limit, or
 * reads an environment variable (but nf_options_use_environment_proxy). Host
 * names are looked up on threads of the library's own, named nativeflow-dns,
 * on which all signals are blocked. Four names are looked up at a time; calls
 * for the same name share a lookup. A lookup that hangs goes on after its calls
 * until the system's resolver gives up. There are at most 20 such threads.
 *
 * After fork, objects that were made before work in both processes. The child
 * uses no connection of its parent and waits for no lock that was held.
 *
 * Each function needs up to 128 KiB of stack. On Linux, pthread_cancel takes
 * effect after the function has returned; if cancellation is asynchronous, a
 * returned object that the thread has not stored by then is lost. When the
 * system has no memory left, the process is aborted.
 *
 *
 * SECRETS
 *
 * char *login and char *secret are your buffers. The library copies them and
 * then overwrites them with zeros, up to their NUL, before it does anything
 * else, on success and on failure. That is why they are char * and not const
 * char *: pass an array, never a string literal. The consumer key is yours to
 * wipe. A token and its refresh token are wiped by nf_token_free.
 *
 * Messages contain no secrets. If a server repeats the key, login or secret
 * (four characters or more), [redacted] replaces the value, or the whole text
 * is withheld: "[withheld: the answer repeats a credential]". Six characters
 * of one in a row are a repetition.
 *
 *
 * CERTIFICATES
 *
 * On Linux, the library does not check whether a certificate was revoked: it
 * sends no request to a revocation service (OCSP) and reads no revocation list.
 *
 *
 * WINDOWS
 *
 * A program that uses nativeflow.dll defines NF_DLL before it includes this
 * header. Functions are cdecl. The DLL stays loaded once it was used: a lookup
 * that hangs may outlive its call. Windows judges certificates by its own
 * roots, unless nf_options_set_ca_file names others. Arguments of main() and
 * what a console gives have code pages of their own; here all text is UTF-8.
 *
 *
 * VERSIONS
 *
 * NF_VERSION_NUMBER is this header's, nf_version_number() that of the library
 * that runs. Before 1.0, programs compiled with 0.x.y run with 0.x.z and with
 * any later 0.w whose library is called libnativeflow.so.0. Functions are added
 * and never changed, codes are added and never renumbered: treat a code that
 * you do not know by its group (see nf_error_code).
 */


#ifndef NATIVEFLOW_H
#define NATIVEFLOW_H

#include <stddef.h>
#include <stdint.h>
#if defined(__GNUC__)
#define NF_MUST_USE __attribute__((warn_unused_result))
#elif defined(_MSC_VER)
#define NF_MUST_USE _Check_return_
#else
#define NF_MUST_USE
#endif
/* On Windows, for programs that use nativeflow.dll: define NF_DLL. */
#if defined(_WIN32) && defined(NF_DLL)
#define NF_API __declspec(dllimport)
#else
#define NF_API
#endif
/* How functions are called, callbacks too, whatever a compiler's default is. */
#if defined(_WIN32)
#define NF_CALL __cdecl
#else
#define NF_CALL
#endif

/**
 * Major version of this header.
 */
#define NF_VERSION_MAJOR 0

/**
 * Minor version of this header.
 */
#define NF_VERSION_MINOR 1

/**
 * Patch version of this header.
 */
#define NF_VERSION_PATCH 0

/**
 * Version of this header as one number, 0xMMmmpp: 0x000100 is 0.1.0.
 */
#define NF_VERSION_NUMBER (((NF_VERSION_MAJOR << 16) | (NF_VERSION_MINOR << 8)) | NF_VERSION_PATCH)

/**
 * Success.
 */
#define NF_OK 0

/**
 * An argument is missing or cannot be sent. Mend the calling program.
 */
#define NF_INVALID_ARGUMENT 1

/**
 * A text is not UTF-8.
 */
#define NF_INVALID_UTF8 2

/**
 * An option has a value that cannot be used.
 */
#define NF_INVALID_OPTION 3

/**
 * Login, secret or consumer key refused; the server does not say which.
 */
#define NF_DENIED 20

/**
 * The account is locked. Not told by the Native Flow.
 */
#define NF_ACCOUNT_LOCKED 21

/**
 * The account is disabled. Not told by the Native Flow.
 */
#define NF_ACCOUNT_DISABLED 22

/**
 * The password must be changed. Not told by the Native Flow.
 */
#define NF_PASSWORD_EXPIRED 23

/**
 * A policy forbids it. Not told by the Native Flow.
 */
#define NF_NOT_ALLOWED 24

/**
 * The application is unknown or disabled. Not told by the Native Flow.
 */
#define NF_BAD_CLIENT 25

/**
 * The refresh token is bad or has expired. Not used by this version.
 */
#define NF_REFRESH_EXPIRED 26

/**
 * Refused before, and therefore not sent again. Not used by this version.
 */
#define NF_HELD_BACK 27

/**
 * The user lives on another host. Not told by the Native Flow.
 */
#define NF_WRONG_HOST 28

/**
 * The server is overloaded: see `nf_error_retry_after_ms`.
 */
#define NF_BUSY 40

/**
 * The server is under maintenance.
 */
#define NF_MAINTENANCE 41

/**
 * The server failed.
 */
#define NF_SERVER_ERROR 42

/**
 * The host name cannot be resolved.
 */
#define NF_DNS 60

/**
 * No connection to the server.
 */
#define NF_CONNECT 61

/**
 * The TLS handshake failed.
 */
#define NF_TLS 62

/**
 * The server's certificate is not trusted. Nothing was sent.
 */
#define NF_TLS_UNTRUSTED 63

/**
 * The proxy cannot be reached, fails, or refuses the connection.
 */
#define NF_PROXY 64

/**
 * The proxy wants a user and a password, or refuses those that it got.
 */
#define NF_PROXY_DENIED 65

/**
 * The time limit ran out.
 */
#define NF_TIMEOUT 66

/**
 * The program cancelled the call.
 */
#define NF_CANCELLED 67

/**
 * The connection ended before the answer was complete.
 */
#define NF_DISCONNECTED 68

/**
 * The endpoint is not there (any more).
 */
#define NF_ENDPOINT_GONE 80

/**
 * The server redirects, which is never followed.
 */
#define NF_REDIRECTED 81

/**
 * A web page or a proxy's page came in place of an answer.
 */
#define NF_NOT_CONCUR 82

/**
 * The answer cannot be read.
 */
#define NF_MALFORMED 83

/**
 * The answer is too long.
 */
#define NF_TOO_LARGE 84

/**
 * A defect in the library ended the call; the process is unharmed.
 */
#define NF_PANIC 100

/**
 * Something happened that the library does not know.
 */
#define NF_INTERNAL 101

/**
 * The call has failed.
 */
#define NF_LOG_ERROR 1

/**
 * Something is not as it should be, and the call goes on.
 */
#define NF_LOG_WARNING 2

/**
 * A step was done.
 */
#define NF_LOG_INFO 3

/**
 * A handle of a client, which gets tokens from one service. Any number of
 * threads may call every function but `nf_client_free` on it at once.
 */
typedef struct nf_client nf_client;

/**
 * Why a call failed, and what to do about it. Never changes: any number of
 * threads may read it, and any one thread frees it.
 */
typedef struct nf_error nf_error;

/**
 * What a client is made from. One thread at a time.
 */
typedef struct nf_options nf_options;

/**
 * An access token. Never changes: any number of threads may read it, and
 * any one thread frees it.
 */
typedef struct nf_token nf_token;

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/**
 * Takes one line of the log: `user` as it was given, one of the `NF_LOG_*`
 * levels, and the text, which lives until the function returns.
 *
 * A line holds no secret and no line break. Its first word is the step
 * (lookup, connect, proxy, tls, request, answer, token, failed), its end how
 * long that took. Called on the thread of the call, which waits for it, with
 * no lock held; calls on several threads call it at the same time. It must
 * return, and in one process only: no longjmp, no C++ exception, no fork
 * whose child returns too, for both would send the login.
 */
typedef void (NF_CALL *nf_log_fn)(void *user, int32_t level, const char *line);

/**
 * Called once, when nothing can call back any more: `user` as it was given.
 *
 * Called on the thread that lets go last, which may be inside
 * `nf_options_free`, `nf_client_free` or at the end of a call, with no lock
 * held. It may free memory. It must return, and must not call this library:
 * no longjmp, no C++ exception, no fork whose child returns too.
 */
typedef void (NF_CALL *nf_release_fn)(void *user);

/**
 * Returns the version of the library that is running, such as "0.1.0".
 *
 * The text is static. Any thread may call this.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_version(void);

/**
 * Returns the version of the library that is running as one number,
 * 0xMMmmpp, to compare with `NF_VERSION_NUMBER`.
 *
 * Any thread may call this.
 *
 * Since 0.1.
 */
NF_API uint32_t NF_CALL nf_version_number(void);

/**
 * Returns the name of a code, such as "NF_DENIED" for 20.
 *
 * The text is static and never NULL: a number that this version does not
 * know gives "NF_UNKNOWN". Any thread may call this.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_code_name(int32_t code);

/**
 * Returns the code, one of the `NF_*` constants; `NF_OK` for NULL.
 *
 * Treat a code that you do not know by its group: 1 to 19 the call is wrong,
 * 20 to 39 the credentials are refused (do not retry), 40 to 59 the server
 * (retry later), 60 to 79 the way there, 80 to 99 the answer, from 100
 * inside the library. Whatever the group, a program tries again by itself
 * only if `nf_error_retry_after_ms` is not -1.
 *
 * Since 0.1.
 */
NF_API int32_t NF_CALL nf_error_code(const nf_error *error);

/**
 * Returns the name of the code, such as "NF_DENIED"; "NF_OK" for NULL.
 *
 * The text is static.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_name(const nf_error *error);

/**
 * Returns what happened: one line, in English, without any secret.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_message(const nf_error *error);

/**
 * Returns what an administrator does next: one line, in English.
 *
 * It ends with "No Concur credentials were sent." if a call failed before
 * the first byte of its request was sent.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_remedy(const nf_error *error);

/**
 * Returns the HTTP status of the answer; 0 when there was none.
 *
 * Since 0.1.
 */
NF_API int32_t NF_CALL nf_error_http_status(const nf_error *error);

/**
 * Returns the server's own words; empty when there were none.
 *
 * They are untrusted: whoever answered wrote them. One line of at most 301
 * characters without markup. If the text repeats the key, the login or the
 * secret, the value is redacted or the text is withheld (see SECRETS).
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_server_message(const nf_error *error);

/**
 * Returns the modern service's error number; -1 when there was none.
 *
 * The Native Flow sends none.
 *
 * Since 0.1.
 */
NF_API int32_t NF_CALL nf_error_server_code(const nf_error *error);

/**
 * Returns the server's correlation ID, which Concur's support asks for;
 * empty when there was none.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_correlation_id(const nf_error *error);

/**
 * Returns how many milliseconds to wait before the next try; -1: do not
 * retry before somebody has changed something.
 *
 * From 5 seconds to a day, even when the server asks for less or more.
 *
 * Since 0.1.
 */
NF_API int64_t NF_CALL nf_error_retry_after_ms(const nf_error *error);

/**
 * Frees an error. NULL is fine. Must not be called twice for the same one.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_error_free(nf_error *error);

/**
 * Makes options with the default values: Concur's production host in the
 * United States, 60 seconds for a call, the operating system's roots, no
 * proxy, one connection for each call, no log.
 *
 * NULL only if a defect in the library ended the function. Free with
 * `nf_options_free`.
 *
 * Since 0.1.
 */
NF_API nf_options *NF_CALL nf_options_new(void);

/**
 * Frees options. NULL is fine. Clients made from them stay as they are.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_options_free(nf_options *options);

/**
 * Sets where Concur is, such as "https://eu1.concursolutions.com".
 *
 * Scheme, host, perhaps a port and a path prefix, and nothing else. https
 * only; http for localhost and loopback addresses, for tests.
 *
 * Fails with `NF_INVALID_OPTION` and leaves the old value when the URL cannot
 * be used.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_base_url(nf_options *options,
                                          const char *url);

/**
 * Sets the limit of a whole call in milliseconds, DNS included.
 *
 * From 1 to 4294967295; 60000 is the default. A call returns at most 10 ms
 * after its limit, whatever it is waiting for. On Windows that is 20 ms, and
 * longer while Windows asks whether a certificate was revoked.
 *
 * Fails with `NF_INVALID_OPTION` for 0.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_timeout_ms(nf_options *options,
                                            uint32_t ms);

/**
 * Sets the limit of each attempt to connect to an address, in milliseconds.
 *
 * From 1 to 4294967295; 10000 is the default. Within the limit of the call,
 * all addresses of a host are tried, IPv6 and IPv4 by turns, the next one
 * after a quarter of a second without waiting for the one before.
 *
 * Fails with `NF_INVALID_OPTION` for 0.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_connect_timeout_ms(nf_options *options,
                                                    uint32_t ms);

/**
 * Trusts the root certificates in this file, PEM or DER, in place of the
 * operating system's and of those of a file named before.
 *
 * The file is read now; a later change of it has no effect. No certificate in
 * it is skipped: one that cannot be read is an error.
 *
 * A certificate of X.509 version 3 without CA:TRUE is no authority's. It is
 * trusted only when a server presents exactly this certificate, for the host
 * names and the period in it, and never as the issuer of another one.
 *
 * Fails with `NF_INVALID_OPTION` when the file cannot be read, holds no
 * certificate, or holds one that is broken or must not sign certificates of
 * TLS servers (keyUsage, extendedKeyUsage). The message names the certificate.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_ca_file(nf_options *options,
                                         const char *path);

/**
 * Trusts the root certificates in the `len` bytes at `pem`, PEM or DER, in
 * place of the operating system's, beside those of a CA file and of earlier
 * calls.
 *
 * `pem` needs no NUL at its end.
 *
 * Fails with `NF_INVALID_OPTION` as `nf_options_set_ca_file` does.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_add_ca_pem(nf_options *options,
                                        const char *pem,
                                        size_t len);

/**
 * Names the calling product in the User-Agent header, before
 * "nativeflow/x.y.z"; for example "my-erp/4.2".
 *
 * 1 to 256 printable ASCII characters, no blank at the ends.
 *
 * Fails with `NF_INVALID_OPTION` and leaves the old value when it is not.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_user_agent(nf_options *options,
                                            const char *product);

/**
 * Shows a client certificate to a server that asks for one.
 *
 * Two files, PEM or DER: the certificate chain, the client's own first, and
 * its private key in PKCS#8, PKCS#1 or SEC1, without a passphrase. Both are
 * read now; the key stays in memory as long as these options and clients made
 * from them. A proxy is never shown it.
 *
 * Fails with `NF_INVALID_OPTION` and leaves the old value when a file cannot
 * be read or the key does not belong to the certificate.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_client_certificate(nf_options *options,
                                                    const char *chain_file,
                                                    const char *key_file);

/**
 * Goes to Concur by way of a proxy, such as "http://proxy.example:3128".
 *
 * "http://", "https://" or "socks5://", perhaps "user:password@", a host,
 * perhaps a port (without one 1080, and 443 for https). In user and password
 * write @ : / % \ and spaces as %40 %3A %2F %25 %5C %20. Only Basic is spoken
 * with HTTP proxies. The proxy sees the host and port of the base URL, whose
 * name it looks up, and the product of the User-Agent, never a credential of
 * Concur. User and password stay in memory as long as these options and
 * clients made from them. "" means no proxy, which is the default. A plain
 * http base URL is always reached without.
 *
 * Fails with `NF_INVALID_OPTION` and leaves the old value when the URL cannot
 * be used; the message does not repeat it.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_proxy(nf_options *options,
                                       const char *url);

/**
 * Names hosts that are reached without the proxy, in the syntax of NO_PROXY.
 *
 * Separated by commas or blanks: a domain, which covers all hosts below it
 * too (a dot before it changes nothing); an address; a network such as
 * 10.0.0.0/8; each but a network perhaps with a port, as in host:8443; or *
 * for all. Replaces an earlier list; "" is none.
 *
 * Fails with `NF_INVALID_OPTION`, names the entry and leaves the old list when
 * one cannot be read.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_proxy_bypass(nf_options *options,
                                              const char *hosts);

/**
 * Takes the proxy and the hosts without proxy from the environment, in place
 * of what was set before.
 *
 * The variables of curl for https: https_proxy, HTTPS_PROXY, all_proxy,
 * ALL_PROXY, the first that is there and not empty; no_proxy, NO_PROXY. Read
 * now, and at no other time; no other thread may change the environment
 * meanwhile. no_proxy is read as curl reads it, and what it cannot read is
 * ignored. So of the entries of `nf_options_set_proxy_bypass` these match no
 * host here: *.domain, host:port, [address], and * beside other entries.
 *
 * Fails with `NF_INVALID_OPTION` and leaves the old values when the proxy's URL
 * cannot be used or is not UTF-8; the message names the variable and not its
 * value.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_use_environment_proxy(nf_options *options);

/**
 * Keeps a connection open after a call, for a next one on the same client
 * within this many milliseconds. 0, the default: each call has its own.
 *
 * For programs that get tokens for many users, one after another. Nothing of
 * a user is left in a kept connection. At most eight are kept, none for
 * longer than five minutes or than the server announces (`Keep-Alive:
 * timeout`, less one second); one that has been idle for too long is closed
 * by the next call or by `nf_client_free`.
 *
 * A connection is used again only if it is open and nothing has come over it
 * since the last answer; otherwise the call opens a new one. If it ends after
 * a byte of the request was sent, the call ends with `NF_DISCONNECTED`. One
 * thing cannot be seen: if a server or proxy sends a second answer to the
 * request before, and its first byte comes after this check, the next call
 * takes it for its own. Where that is not acceptable, leave this at 0.
 *
 * Fails with `NF_INVALID_ARGUMENT` for NULL options only.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_keep_alive_ms(nf_options *options,
                                               uint32_t ms);

/**
 * Tells `fn` of each step of every call, one line each. NULL: nobody, which
 * is the default.
 *
 * `fn` gets `user`; see `nf_log_fn`. A call that `nf_client_free` ends still
 * tells the log how it ended, after `nf_client_free` has returned. So `user`
 * must stay valid until these options, all clients made from them, all their
 * shares and all calls are gone: `nf_options_on_release` tells when.
 *
 * Fails with `NF_INVALID_ARGUMENT` for NULL options only.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_log(nf_options *options,
                                     nf_log_fn fn,
                                     void *user);

/**
 * Calls `fn` with `user` once, when nothing can call back any more: these
 * options, all clients made from them after this call, all shares of those
 * clients and all their calls are gone. Free there what `user` of a log
 * points to; see `nf_release_fn`.
 *
 * May be called several times: each `fn` is called, in the order in which
 * they were given.
 *
 * Fails with `NF_INVALID_ARGUMENT` when options or `fn` are NULL; `fn` is
 * not called then.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_on_release(nf_options *options,
                                        nf_release_fn fn,
                                        void *user);

/**
 * Gets an access token for a user from Concur's production host, with the
 * default options: one client, one call.
 *
 * `login` and `secret` are overwritten with zeros before this returns, on
 * success and on failure. `secret` may be NULL for a user without password.
 * On success `*out` is a token that you free with `nf_token_free`.
 *
 * Blocks for at most 60 seconds. May run on many threads at once.
 *
 * Fails as `nf_client_new` and `nf_client_get_token` do.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_get_token(const char *key,
                               char *login,
                               char *secret,
                               nf_token **out);

/**
 * Makes a client. `options` may be NULL for the default values.
 *
 * The options are copied; they may be changed or freed afterwards. On
 * success `*out` is a client that you free with `nf_client_free`.
 *
 * Fails with `NF_INVALID_OPTION` when the system has no root certificates
 * and the options name none.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_new(const nf_options *options,
                                nf_client **out);

/**
 * Makes another handle of the same client, with a limit and a cancellation
 * of its own: for a call, or for a task that may be given up.
 *
 * All handles have the same connections, TLS sessions and lookups. A share
 * of a share is one of the first client. `timeout_ms` limits each call on
 * the new handle, from its start, and may be longer than the client's;
 * 0: the client's. On success `*out` is a client that you free with
 * `nf_client_free`; the handles may be freed in any order.
 *
 * A share stays cancelled: see `nf_client_cancel`.
 *
 * Sends nothing and waits for nothing. Fails with `NF_INVALID_ARGUMENT` for
 * NULL only.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_share(const nf_client *client,
                                  uint32_t timeout_ms,
                                  nf_client **out);

/**
 * Frees a client, that is, this handle of it. NULL is fine.
 *
 * Calls that are running on it on other threads end with `NF_CANCELLED`
 * within 10 ms; they hold what they need, and nobody waits for them. One that
 * has not sent its login yet does not send it. No call may begin on it any
 * more; one has begun for certain once it has written a line to the log.
 * Calls on other handles go on; connections are closed with the last handle
 * and call. Tokens that came from it stay as they are.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_client_free(nf_client *client);

/**
 * Ends calls with `NF_CANCELLED`, on whatever thread. NULL is fine.
 *
 * On a client that `nf_client_new` made: every call that is running on it or
 * on one of its shares. The client stays usable, and calls that begin later
 * are not touched.
 *
 * On a share: its own calls, those that begin later too, and nothing of
 * theirs is sent. So a cancellation that comes before its call is not lost.
 * The share cannot be used again; free it.
 *
 * Returns at once; each of the calls returns within 10 ms, whatever it is
 * waiting for. Any thread may call this, but no signal handler.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_client_cancel(const nf_client *client);

/**
 * Gets an access token for a user with the Native Flow.
 *
 * `login` and `secret` are overwritten with zeros before this returns, on
 * success and on failure. `secret` may be NULL for a user without password.
 * On success `*out` is a token that you free with `nf_token_free`.
 *
 * The login is sent once, and never again by the library itself. Blocks for
 * at most the client's timeout. May run on many threads at once.
 *
 * Ends with `NF_CANCELLED` when `nf_client_cancel` or `nf_client_free` is
 * called meanwhile, or when `client` is a share that was cancelled before.
 *
 * Fails with `NF_DENIED` when the server refuses the login, the secret or
 * the key (it does not say which; do not retry: the account may lock), with
 * `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` when one of them cannot be sent
 * (a colon or a line end in the login, for example), and with any code from
 * 40 on.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_get_token(const nf_client *client,
                                      const char *key,
                                      char *login,
                                      char *secret,
                                      nf_token **out);

/**
 * Returns the token itself: visible ASCII, never empty; "" for NULL.
 *
 * Wiped and gone after `nf_token_free`.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_value(const nf_token *token);

/**
 * Copies the token into a field of fixed length and returns its length in
 * bytes, without a NUL.
 *
 * Writes nothing when `capacity` is smaller than that length: a token is
 * never cut. A NUL is written behind the token when there is room for it,
 * so a C caller checks `length < capacity`, and a caller whose fields are
 * padded with blanks checks `length <= capacity` and pads from there.
 * `buffer` may be NULL to ask for the length. NULL for the token gives 0.
 *
 * The copy is yours to wipe.
 *
 * Since 0.1.
 */
NF_API
size_t NF_CALL nf_token_copy_value(const nf_token *token,
                                   char *buffer,
                                   size_t capacity);

/**
 * Returns the word that stands before the token in a request, "OAuth".
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_scheme(const nf_token *token);

/**
 * Returns "OAuth <value>", ready to be the value of an Authorization header.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_authorization(const nf_token *token);

/**
 * Returns the refresh token; empty when the server sent none. Keep it: it
 * is needed to renew the token and to migrate to the modern service.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_refresh_token(const nf_token *token);

/**
 * Returns the base URL that the token is to be used at, as the server spelt
 * it (with or without a slash at the end).
 *
 * Empty when the server named none, or one that a token must not be sent
 * to: only https is handed out, and http for a loopback host.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_instance_url(const nf_token *token);

/**
 * Returns when the token expires, in Unix seconds (UTC); -1 when the
 * server's date is missing or cannot be read beyond doubt.
 *
 * Since 0.1.
 */
NF_API int64_t NF_CALL nf_token_expires_at(const nf_token *token);

/**
 * Returns the server's own text of that date, for a person to read.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_expiration_date(const nf_token *token);

/**
 * Wipes and frees a token. NULL is fine. Must not be called twice for the
 * same one.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_token_free(nf_token *token);

#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

#endif  /* NATIVEFLOW_H */
