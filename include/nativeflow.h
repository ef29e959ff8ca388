/*
 * nativeflow: gets an SAP Concur access token from a user's login and
 * password, and wipes both from memory.
 *
 * Generated from src/capi/ by cbindgen; do not edit.
 *
 *
 * QUICK START
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
 * RULES FOR CALLS
 *
 * A function that can fail returns nf_error *. NULL means success. Any other
 * value is an error object that the caller owns and frees. There is no global
 * "last error"; errno has no meaning after a call.
 *
 * Parameters come in this order: object, inputs, outputs. Each call first sets
 * its output to NULL; on failure it stays NULL.
 *
 * Every pointer must be NULL or valid. Do not use an object after it is freed.
 * Functions that read an object accept NULL and return "", 0 or -1;
 * nf_error_name returns "NF_OK". Any other NULL, also for an output, is
 * NF_INVALID_ARGUMENT, unless the function's comment allows it.
 *
 *
 * STRINGS
 *
 * Input strings are NUL-terminated UTF-8, copied before the call returns.
 * Invalid UTF-8 is NF_INVALID_UTF8. Returned strings are const char *, UTF-8,
 * never NULL, and valid until their object is freed. Never call free() on them.
 *
 *
 * OWNERSHIP
 *
 *     created by                                  freed by
 *     ------------------------------------------  ---------------
 *     functions whose output is an nf_token       nf_token_free
 *     nf_client_new, nf_client_share: client      nf_client_free
 *     nf_session_new, nf_session_share: session   nf_session_free
 *     nf_options_new                              nf_options_free
 *     every function that returns nf_error *      nf_error_free
 *     every function that returns const char *    not freed
 *
 * Every *_free function accepts NULL. Objects can be freed in any order.
 *
 *
 * THREADS
 *
 * If a parameter points to const, several threads may make such calls on the
 * same object at the same time. Clients, sessions, tokens and errors can be
 * shared; options cannot. Objects can be created on one thread and freed on
 * another. Free an object once, when no other thread uses it. Exception: a
 * client or a session may be freed while calls run on it; they fail with
 * NF_CANCELLED.
 *
 * No function installs a signal handler, or changes the locale or a resource
 * limit. Only nf_options_use_environment_proxy reads environment variables; the
 * system's resolver may read its own.
 *
 * The library creates threads only for DNS lookups. They are named
 * nativeflow-dns, and all signals are blocked on them. At most four host names
 * that calls wait for are looked up at a time. Calls for the same name share a
 * lookup. A thread exits when no lookup is left. If a lookup hangs, its thread
 * stays until the system's resolver returns, and a later call for the same host
 * name starts another lookup. A process has at most 20 of these threads.
 *
 * After fork, existing objects work in both processes. The child does not use
 * the parent's connections and does not wait for locks held at the fork.
 *
 * A call needs 128 KiB of stack. On Linux, pthread_cancel takes effect after
 * the call has returned. If the cancellation type is asynchronous (the default
 * is deferred), a returned object that the thread has not stored yet is lost.
 * If memory allocation fails, the process is aborted.
 *
 *
 * SECRETS
 *
 * The parameters secret and (if not const) login, and value and refresh_token
 * of nf_token_new, are the caller's buffers. Each call first copies them and
 * overwrites them with zeros, up to their NUL, on success and failure. Pass
 * writable arrays, not string literals. No other thread may use them during the
 * call. The caller wipes the consumer key and the client secret; nf_token_free
 * wipes the token and the refresh token.
 *
 * Options and clients keep the client secret and the login of a proxy encrypted
 * until they are freed. Sessions keep key, login, token and refresh token
 * encrypted. They keep no secret.
 *
 * A buffer that a call has wiped is empty. Fill both again before another call,
 * also before a retry. Otherwise the next call sends an empty password, which
 * counts as a failed login.
 *
 * Messages contain no secrets. If a server repeats the key, login, secret,
 * client secret or token that was sent (four characters or more), [redacted]
 * replaces the value, or a note in the form [withheld: ...] replaces the whole
 * text. Six characters in a row of one of them count as a repetition.
 *
 *
 * SESSIONS
 *
 * A session keeps a token of one user valid. All threads may ask it:
 *
 *     nf_options_set_secret_callback(options, read_secret, vault);
 *     nf_client_new(options, &client);
 *     nf_session_new(client, key, login, &session);
 *
 *     nf_session_get_token(session, &token);       before each request
 *     if (status == 401)                           403 in the Native Flow
 *         nf_session_reject_token(session, token); then get one more token
 *
 * One call asks the server; the others wait and share its result. A token is
 * renewed before it expires, by its refresh token or by a login. Without a
 * secret callback, nf_session_get_token fails with NF_SECRET_NEEDED, and
 * nf_session_log_in passes the secret.
 *
 * A refused secret is not sent again by any client or session of the process:
 * NF_HELD_BACK. If nf_error_retry_after_ms is -1, a person must act: correct
 * the secret, or call nf_session_clear_hold. Otherwise call again after that
 * time. A program needs no retry loop of its own.
 *
 *
 * CERTIFICATES
 *
 * Certificate verification cannot be disabled. On Linux, the library does not
 * check whether a certificate was revoked. It uses neither OCSP nor revocation
 * lists.
 *
 *
 * WINDOWS
 *
 * A program that uses nativeflow.dll defines NF_DLL before it includes this
 * header. Functions use cdecl. After first use the DLL stays loaded, because a
 * DNS lookup may outlast its call.
 *
 * Windows verifies certificates with its own store, unless
 * nf_options_set_ca_file or nf_options_add_ca_pem sets root certificates.
 *
 * Command-line arguments and console input use Windows code pages. Convert them
 * to UTF-8.
 *
 *
 * VERSIONS
 *
 * NF_VERSION_NUMBER is the version of this header. nf_version_number() returns
 * that of the loaded library. Before 1.0, a program built with 0.x.y runs with
 * 0.x.z, and with any later 0.w whose soname is libnativeflow.so.0. A program
 * can compare both when it starts:
 *
 *     if (!NF_CHECK_VERSION()) {
 *         fprintf(stderr, NF_VERSION_MISMATCH "\n", nf_version());
 *         return 1;
 *     }
 *
 * Functions are added, but never changed. Codes are added, but never
 * renumbered. Handle an unknown code by its group (see nf_error_code).
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
/* Programs that use nativeflow.dll on Windows define NF_DLL. */
#if defined(_WIN32) && defined(NF_DLL)
#define NF_API __declspec(dllimport)
#else
#define NF_API
#endif
/* The calling convention of functions and callbacks, on every compiler. */
#if defined(_WIN32)
#define NF_CALL __cdecl
#else
#define NF_CALL
#endif
/* A number as a text. */
#define NF_VERSION_TEXT(number) NF_VERSION_TEXT_OF(number)
#define NF_VERSION_TEXT_OF(number) #number

/**
 * 1 if the loaded library fits this header, otherwise 0. It fits if its major
 * version is the same, and its minor version is the same or later. The patch
 * version does not matter.
 */
#define NF_CHECK_VERSION() \
    (nf_version_number() >> 16 == NF_VERSION_MAJOR && nf_version_number() >> 8 >= NF_VERSION_NUMBER >> 8)

/**
 * The message to print if `NF_CHECK_VERSION` is 0: a format for printf. Its
 * only argument is the result of `nf_version`.
 */
#define NF_VERSION_MISMATCH \
    "nativeflow %s is loaded, but this program needs " NF_VERSION_TEXT(NF_VERSION_MAJOR) "." \
    NF_VERSION_TEXT(NF_VERSION_MINOR) " or a later " NF_VERSION_TEXT(NF_VERSION_MAJOR) ".x"

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
 * An argument is missing or invalid. Fix the calling program.
 */
#define NF_INVALID_ARGUMENT 1

/**
 * A text is not UTF-8.
 */
#define NF_INVALID_UTF8 2

/**
 * The value of an option is invalid.
 */
#define NF_INVALID_OPTION 3

/**
 * Login, secret or consumer key rejected; the server does not report which.
 */
#define NF_DENIED 20

/**
 * The account is locked. Only the OAuth 2.0 service reports it.
 */
#define NF_ACCOUNT_LOCKED 21

/**
 * The account is disabled. Only the OAuth 2.0 service reports it.
 */
#define NF_ACCOUNT_DISABLED 22

/**
 * The password must be changed. Only the OAuth 2.0 service reports it.
 */
#define NF_PASSWORD_EXPIRED 23

/**
 * A policy forbids the request: IP address, single sign-on, company, grant,
 * right to revoke.
 */
#define NF_NOT_ALLOWED 24

/**
 * The client ID or the client secret is wrong, or the application is disabled.
 * Only the OAuth 2.0 service reports it.
 */
#define NF_BAD_CLIENT 25

/**
 * The refresh token is invalid or expired. Get a token with login and
 * password.
 */
#define NF_REFRESH_EXPIRED 26

/**
 * The login was rejected before and is not sent again; see
 * `nf_options_set_hold_back_ms`.
 */
#define NF_HELD_BACK 27

/**
 * The user or the token belongs to another host, which is not trusted.
 */
#define NF_WRONG_HOST 28

/**
 * A login is needed, and there is no secret for it. Set a secret callback or
 * call `nf_session_log_in`.
 */
#define NF_SECRET_NEEDED 29

/**
 * The server is overloaded; see `nf_error_retry_after_ms`.
 */
#define NF_BUSY 40

/**
 * The server is under maintenance.
 */
#define NF_MAINTENANCE 41

/**
 * The server failed to process the request.
 */
#define NF_SERVER_ERROR 42

/**
 * The host name cannot be resolved.
 */
#define NF_DNS 60

/**
 * The connection to the server cannot be opened.
 */
#define NF_CONNECT 61

/**
 * The TLS handshake or the TLS connection failed.
 */
#define NF_TLS 62

/**
 * The server's certificate is not trusted. No Concur credentials were sent.
 */
#define NF_TLS_UNTRUSTED 63

/**
 * The proxy cannot be reached, fails, or refuses the connection.
 */
#define NF_PROXY 64

/**
 * The proxy requires a user name and password, or rejects those that it
 * received.
 */
#define NF_PROXY_DENIED 65

/**
 * The timeout of the call expired.
 */
#define NF_TIMEOUT 66

/**
 * The calling program cancelled the call.
 */
#define NF_CANCELLED 67

/**
 * The connection was closed before the response was complete.
 */
#define NF_DISCONNECTED 68

/**
 * The token endpoint does not exist, or no longer exists.
 */
#define NF_ENDPOINT_GONE 80

/**
 * The server sent a redirect. The library never follows redirects.
 */
#define NF_REDIRECTED 81

/**
 * A web page or a proxy's error page was received instead of a token response.
 */
#define NF_NOT_CONCUR 82

/**
 * The response is invalid.
 */
#define NF_MALFORMED 83

/**
 * The response is too large.
 */
#define NF_TOO_LARGE 84

/**
 * Internal error: a defect in the library ended the call. The process can
 * continue.
 */
#define NF_PANIC 100

/**
 * Internal error: unexpected state.
 */
#define NF_INTERNAL 101

/**
 * The call failed.
 */
#define NF_LOG_ERROR 1

/**
 * A problem that does not stop the call.
 */
#define NF_LOG_WARNING 2

/**
 * A step is finished.
 */
#define NF_LOG_INFO 3

/**
 * Time to look up a host name: the proxy's if there is one, otherwise the
 * server's. -1 for an IP address.
 */
#define NF_TIMING_LOOKUP 0

/**
 * Time to connect to the server, after the lookup. With a proxy: to connect to
 * it, its TLS handshake, and until its tunnel to the server is open.
 */
#define NF_TIMING_CONNECT 1

/**
 * Time of the TLS handshake with the server.
 */
#define NF_TIMING_TLS 2

/**
 * Time from the check of the open connection until the request is sent and the
 * whole response is received.
 */
#define NF_TIMING_SERVER 3

/**
 * Time of the whole call, with its log function. `nf_get_token`: without the
 * creation of its client.
 */
#define NF_TIMING_TOTAL 4

/**
 * The login of a call is a user's login ID, and the secret is the password.
 */
#define NF_CREDENTIAL_PASSWORD 0

/**
 * The login of a call is the UUID of a company, and the secret is its request
 * token.
 */
#define NF_CREDENTIAL_AUTHTOKEN 1

/**
 * Result of a secret callback: there is no secret. The call fails with
 * `NF_SECRET_NEEDED`; do not retry.
 */
#define NF_SECRET_NONE (-1)

/**
 * Result of a secret callback: the secret cannot be read now, for example
 * because a vault does not answer. The call fails with `NF_SECRET_NEEDED`;
 * retry after 30 seconds.
 */
#define NF_SECRET_UNAVAILABLE (-2)

/**
 * A handle of a client, which gets tokens from one service. Several threads
 * may use it at the same time. One thread frees it, once.
 */
typedef struct nf_client nf_client;

/**
 * Why a call failed, and how to fix it. It never changes: several threads may
 * read it at the same time. One thread frees it, once.
 */
typedef struct nf_error nf_error;

/**
 * The settings that a client is created from. Only one thread at a time may
 * use them.
 */
typedef struct nf_options nf_options;

/**
 * A handle of a session: it keeps an access token of one user valid. Several
 * threads may use it at the same time. One thread frees it, once.
 */
typedef struct nf_session nf_session;

/**
 * An access token. It never changes: several threads may read it at the same
 * time. One thread frees it, once.
 */
typedef struct nf_token nf_token;

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/**
 * Returns the secret of a user when a session needs a login. `user` is the
 * pointer that was given to `nf_options_set_secret_callback`. `login` is the
 * login of the session, valid until the function returns.
 *
 * `last_code` is `NF_OK`, or the code with which the server refused the last
 * secret of this user. If it is not `NF_OK`, read the secret again from where
 * it is stored, not from a cache.
 *
 * Write the secret (UTF-8, without a NUL) to `buffer` and return its length in
 * bytes. 0 is an empty password. `capacity` is at least 2048. The library owns
 * the buffer and wipes it. A result larger than `capacity` is
 * `NF_INVALID_ARGUMENT`, and nothing is sent. Without a secret, return
 * `NF_SECRET_NONE` or `NF_SECRET_UNAVAILABLE`.
 *
 * The function runs on a thread that is inside a call, with no lock held. It
 * never runs twice at the same time for the same user. Its time counts for the
 * timeout of the call, but the library cannot interrupt it.
 *
 * It may use other clients and sessions. A call for the same user returns
 * `NF_INVALID_ARGUMENT` at once. It may cancel the client or session for which
 * it runs, but must not free them. Return normally: no longjmp, no C++
 * exception, no fork.
 */
typedef int32_t (NF_CALL *nf_secret_fn)(void *user,
                                        const char *login,
                                        int32_t last_code,
                                        char *buffer,
                                        size_t capacity);

/**
 * Receives one line of the log. `user` is the pointer that was given to
 * `nf_options_set_log`. `level` is one of the `NF_LOG_*` levels. `line` is
 * valid until the function returns.
 *
 * A line contains no secret and no line break. It begins with the ID of its
 * call, as in "[5e1c-17] connect"; see `nf_error_call_id`. The first word after
 * it is the step: lookup, connect, proxy, tls, request, response, token or
 * failed. A line of level `NF_LOG_INFO` ends with the duration in
 * milliseconds.
 *
 * The function runs on the thread of the call, which waits for it and holds no
 * lock. Calls on several threads may run it at the same time. Return normally:
 * no longjmp, no C++ exception. If the function forks, the child must not
 * return, because both processes would send the login.
 */
typedef void (NF_CALL *nf_log_fn)(void *user, int32_t level, const char *line);

/**
 * Called once, when no callback can run any more. `user` is the pointer that
 * was given to `nf_options_on_release`.
 *
 * The function runs on the thread that frees the last object or ends the last
 * call: inside `nf_options_free` or `nf_client_free`, or at the end of a call.
 * No lock is held. It may free memory, and must not call this library. Return
 * normally: no longjmp, no C++ exception. If the function forks, the child
 * must not return.
 */
typedef void (NF_CALL *nf_release_fn)(void *user);

/**
 * Returns the version of the loaded library, such as "0.1.0".
 *
 * The text is static. Any thread may call this function.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_version(void);

/**
 * Returns the version of the loaded library as one number, 0xMMmmpp.
 * `NF_CHECK_VERSION` compares it with `NF_VERSION_NUMBER`.
 *
 * Any thread may call this function.
 *
 * Since 0.1.
 */
NF_API uint32_t NF_CALL nf_version_number(void);

/**
 * Returns the name of a code, such as "NF_DENIED" for 20.
 *
 * The text is static and never NULL. A number that this version does not know
 * gives "NF_UNKNOWN". Any thread may call this function.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_code_name(int32_t code);

/**
 * Returns the error code, one of the `NF_*` constants. NULL gives `NF_OK`.
 *
 * Handle an unknown code by its group. 1 to 19: invalid call; 20 to 39:
 * credentials rejected (do not retry); 40 to 59: server; 60 to 79: network; 80
 * to 99: response; from 100: internal error.
 *
 * In every group, retry automatically only if `nf_error_retry_after_ms` is not
 * -1.
 *
 * Since 0.1.
 */
NF_API int32_t NF_CALL nf_error_code(const nf_error *error);

/**
 * Returns the name of the error code, such as "NF_DENIED". NULL gives "NF_OK".
 *
 * The text is static.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_name(const nf_error *error);

/**
 * Returns a description of the failure, as one line in English. It contains no
 * secret.
 *
 * After a request was sent, it names the host, port and path of the request.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_message(const nf_error *error);

/**
 * Returns what an administrator should do next, as one line in English.
 *
 * It names settings, such as "the CA file", with the function that sets each
 * in brackets: "(nf_options_set_ca_file)". If it asks for a pause, the pause is
 * that of `nf_error_retry_after_ms`, in seconds.
 *
 * It ends with "No Concur credentials were sent." if a call failed before the
 * first byte of its request was sent.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_remedy(const nf_error *error);

/**
 * Returns the HTTP status of the response, or 0 if there is none.
 *
 * Since 0.1.
 */
NF_API int32_t NF_CALL nf_error_http_status(const nf_error *error);

/**
 * Returns the server's error text, or "" if there is none.
 *
 * Do not trust this text; the server or a proxy wrote it. It is one line
 * without markup, at most 300 characters, plus an ellipsis (U+2026) if
 * truncated. If it repeats the key, login or secret, the value or the whole
 * text is replaced (see SECRETS).
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_server_message(const nf_error *error);

/**
 * Returns the error number of the OAuth 2.0 service, or -1 if there is none.
 *
 * The Native Flow has no error numbers.
 *
 * Since 0.1.
 */
NF_API int32_t NF_CALL nf_error_server_code(const nf_error *error);

/**
 * Returns the server's correlation ID, or "" if there is none. Concur's
 * support asks for it.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_correlation_id(const nf_error *error);

/**
 * Returns the time to wait before a retry, in milliseconds, or -1.
 *
 * -1 means: do not retry until the cause is fixed. Other values are 5000 to
 * 86400000 (5 seconds to one day), even if the server asks for less or more.
 *
 * Since 0.1.
 */
NF_API int64_t NF_CALL nf_error_retry_after_ms(const nf_error *error);

/**
 * Returns the ID of the call that failed, such as "5e1c-17", or "". The lines
 * of the call in the log begin with it, in brackets.
 *
 * The part before the hyphen is a random number of the process; a child of
 * fork gets another one. The part after it counts the calls of the process.
 *
 * It is "" if the function makes no calls to a server, if it failed before its
 * call began (an argument is NULL or not UTF-8), and for `NF_PANIC`.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_call_id(const nf_error *error);

/**
 * Returns a time of the call that failed, in microseconds, or -1. `timing` is
 * one of the `NF_TIMING_*` constants.
 *
 * The time of a part that failed counts up to the failure. Otherwise as
 * `nf_token_timing_us`.
 *
 * Since 0.1.
 */
NF_API int64_t NF_CALL nf_error_timing_us(const nf_error *error, int32_t timing);

/**
 * Returns IP address and port of the TCP connection of the call that failed,
 * or "" if the call reached none. The form is that of
 * `nf_token_remote_address`.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_error_remote_address(const nf_error *error);

/**
 * Frees an error. NULL is allowed. Do not free the same error twice.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_error_free(nf_error *error);

/**
 * Creates options with the default values.
 *
 * The defaults are: Concur's production host in the United States, a timeout
 * of 60 seconds for a call, the operating system's root certificates, no
 * proxy, a new connection for each call, and no log.
 *
 * Free the options with `nf_options_free`. The result is NULL only if a defect
 * in the library ended the function.
 *
 * Since 0.1.
 */
NF_API nf_options *NF_CALL nf_options_new(void);

/**
 * Frees options. NULL is allowed. Clients that were created from them do not
 * change.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_options_free(nf_options *options);

/**
 * Sets the base URL of Concur, such as "https://eu1.concursolutions.com".
 *
 * The URL has a scheme and a host, and optionally a port and a path prefix.
 * The scheme is https. Plain http is allowed only for localhost and loopback
 * addresses (tests). The default is "https://www.concursolutions.com".
 *
 * The library adds the path of the endpoint. A URL that ends in one, such as
 * ".../net2/oauth2/accesstoken.ashx", is invalid; the message names the base
 * URL to set instead.
 *
 * Fails with `NF_INVALID_OPTION` if the URL is invalid; the old value stays.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_base_url(nf_options *options,
                                          const char *url);

/**
 * Selects the OAuth 2.0 service (Concur's current API, /oauth2/v0) instead of
 * the Native Flow. The key of a call is then the client ID.
 *
 * It needs a client secret (`nf_options_set_client_secret`). Unless a base URL
 * is set, the host is us2.api.concursolutions.com, and for
 * `NF_CREDENTIAL_AUTHTOKEN` glz.api.concursolutions.com.
 *
 * Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
 *
 * Since 0.1.
 */
NF_API NF_MUST_USE nf_error *NF_CALL nf_options_use_oauth2(nf_options *options);

/**
 * Sets the application's client secret from the `len` bytes at `secret`
 * (UTF-8).
 *
 * The OAuth 2.0 service needs it for every call. The Native Flow, where Concur
 * calls it consumer secret, needs it only for `nf_client_refresh_token`. It is
 * not the user's password.
 *
 * `secret` needs no NUL at its end. The library keeps an encrypted copy in
 * the options and in each client, and wipes it with them. The caller wipes its
 * own buffer.
 *
 * Fails with `NF_INVALID_OPTION` if the secret is empty, longer than 2048
 * bytes, or contains a NUL or another control character; the old value stays.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_client_secret(nf_options *options,
                                               const char *secret,
                                               size_t len);

/**
 * Sets what login and secret of a call are: `NF_CREDENTIAL_PASSWORD` (the
 * default) or `NF_CREDENTIAL_AUTHTOKEN`.
 *
 * With `NF_CREDENTIAL_AUTHTOKEN` the login is the UUID of a company, and the
 * secret is its request token, which is valid for 24 hours. Only the OAuth 2.0
 * service accepts it; for the Native Flow, `nf_client_new` fails with
 * `NF_INVALID_OPTION`.
 *
 * Fails with `NF_INVALID_OPTION` for another number; the old value stays.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_credential_type(nf_options *options,
                                                 int32_t type);

/**
 * Trusts one more host, such as "eu2.api.concursolutions.com" or
 * "gateway.example:8443". Without a port, the port is 443.
 *
 * The OAuth 2.0 service may answer that a user or a token belongs to another
 * host. Logins and tokens are sent there only if the host is trusted. Trusted
 * hosts are:
 *
 * - the host and port of the base URL;
 * - the hosts that this function adds, each with its port;
 * - all hosts of concursolutions.com and concurcdc.cn, on port 443, if the
 *   host of the base URL is one of them.
 *
 * The scheme of an added host is https.
 *
 * Fails with `NF_INVALID_OPTION` if the host is invalid.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_allow_host(nf_options *options,
                                        const char *host);

/**
 * Sets the timeout of a whole call in milliseconds, DNS lookup included.
 *
 * Range: 1 to 4294967295. Default: 60000. A call returns at most 10 ms after
 * its timeout, whatever it waits for. On Windows it returns at most 20 ms
 * after it, or later while Windows checks whether a certificate was revoked.
 *
 * Fails with `NF_INVALID_OPTION` for 0; the old value stays.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_timeout_ms(nf_options *options,
                                            uint32_t ms);

/**
 * Sets the timeout of each attempt to connect to one address, in milliseconds.
 *
 * Range: 1 to 4294967295. Default: 10000. The timeout of the call limits all
 * attempts together. A call tries up to 16 addresses of a host and alternates
 * between IPv6 and IPv4. It starts the next attempt when one fails, and at the
 * latest after 250 ms, without waiting for the others.
 *
 * Fails with `NF_INVALID_OPTION` for 0; the old value stays.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_connect_timeout_ms(nf_options *options,
                                                    uint32_t ms);

/**
 * Sets the file of trusted root certificates, in PEM or DER. They replace the
 * operating system's root certificates and those of an earlier file.
 *
 * The file is read during this call; later changes have no effect. No
 * certificate in it is skipped: an invalid one is an error.
 *
 * A certificate of X.509 version 3 without CA:TRUE is not a CA certificate. It
 * is trusted only if a server presents exactly this certificate, and only
 * within its host names and its validity period. It is never trusted as an
 * issuer.
 *
 * Fails with `NF_INVALID_OPTION` if the file cannot be read, contains no
 * certificate, or contains one that is invalid or may not sign certificates of
 * TLS servers (keyUsage, extendedKeyUsage). The message names the certificate.
 * The old value stays.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_ca_file(nf_options *options,
                                         const char *path);

/**
 * Adds trusted root certificates from the `len` bytes at `pem`, in PEM or DER.
 * They replace the operating system's root certificates. They are used in
 * addition to those of a CA file and of earlier calls.
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
 * Sets the name of the calling product in the User-Agent header, such as
 * "my-erp/4.2". "nativeflow/x.y.z" follows it.
 *
 * Range: 1 to 256 printable ASCII characters, without a space at either end.
 * Default: no product name.
 *
 * Fails with `NF_INVALID_OPTION` if the name is invalid; the old value stays.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_user_agent(nf_options *options,
                                            const char *product);

/**
 * Sets the client certificate, which is presented to a server that requests
 * one.
 *
 * `chain_file` contains the certificate chain, with the client's own
 * certificate first. `key_file` contains its private key in PKCS#8, PKCS#1 or
 * SEC1, without a passphrase. Both are PEM or DER, and are read during this
 * call. The default is no client certificate.
 *
 * The key stays in memory until the options and all clients created from them
 * are freed. The certificate is never presented to a proxy.
 *
 * Fails with `NF_INVALID_OPTION` if a file cannot be read or the key does not
 * belong to the certificate; the old value stays.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_client_certificate(nf_options *options,
                                                    const char *chain_file,
                                                    const char *key_file);

/**
 * Sets the proxy for connections to Concur, such as
 * "http://proxy.example:3128".
 *
 * The URL has a scheme ("http://", "https://" or "socks5://"), optionally
 * "user:password@", a host and optionally a port. The default port is 443 for
 * https, otherwise 1080. In user and password, write @ : / % \ and spaces as
 * %40 %3A %2F %25 %5C %20. HTTP proxies: Basic authentication only. "" (the
 * default) means no proxy. A plain http base URL never uses the proxy.
 *
 * The proxy receives the host and port of the base URL and resolves the name.
 * An HTTP proxy also receives the whole User-Agent header. No proxy receives
 * Concur credentials.
 *
 * User and password stay in memory until the options and all clients created
 * from them are freed. They are encrypted, except while a message to the proxy
 * is built or its response is read.
 *
 * Fails with `NF_INVALID_OPTION` if the URL is invalid; the old value stays.
 * The message does not repeat the URL.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_proxy(nf_options *options,
                                       const char *url);

/**
 * Sets the hosts that are reached without the proxy, in the syntax of
 * NO_PROXY.
 *
 * Commas, semicolons or spaces separate the entries. An entry is a domain, an
 * IP address, a network such as 10.0.0.0/8, or * for all hosts. The domain
 * example.com matches that host and all hosts below it. The entries
 * .example.com and *.example.com mean the same. Every entry except a network
 * may have a port, as in host:8443.
 *
 * Other entries of Windows lists, such as <local> and 10.*, are invalid. The
 * message names what to write instead.
 *
 * The list replaces an earlier one. "" (the default) is an empty list.
 *
 * Fails with `NF_INVALID_OPTION` if an entry is invalid; the old list stays.
 * The message names the entry.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_proxy_bypass(nf_options *options,
                                              const char *hosts);

/**
 * Reads the proxy and the hosts without proxy from environment variables. They
 * replace the values that were set before.
 *
 * The proxy is the first of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY
 * that is set and not empty. If none is, no proxy is used. The list of hosts
 * is the first of no_proxy and NO_PROXY that is set and not empty. The
 * variables are read only during this call. No other thread may change the
 * environment during this call.
 *
 * The list is parsed as curl parses it. Entries that cannot be parsed are
 * ignored. These entries match no host here, although
 * `nf_options_set_proxy_bypass` accepts them: *.domain, host:port, [address],
 * and * together with other entries.
 *
 * Fails with `NF_INVALID_OPTION` if the URL of the proxy is invalid or not
 * UTF-8; the old values stay. The message names the variable, and does not
 * repeat its value.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_use_environment_proxy(nf_options *options);

/**
 * Sets how long a connection may stay idle between two calls, in milliseconds.
 *
 * Range: 0 to 4294967295. Default: 0, which opens a new connection for each
 * call. Other values are for programs that get tokens for many users, one
 * after another. An idle connection contains no data of a user.
 *
 * A client has at most eight idle connections. None is used for longer than
 * five minutes, or than the server announces (`Keep-Alive: timeout`, minus one
 * second). The next call or `nf_client_free` closes expired ones.
 *
 * A connection is used again only if it is open and no data has arrived since
 * the last response. If the server closed the idle connection and no byte of
 * the request was sent, the call opens a new one. If a byte was sent, the call
 * fails with `NF_DISCONNECTED`.
 *
 * This check has a limit. A server or proxy may send a second response to the
 * previous request. If its first byte arrives after the check, the next call
 * accepts it as its own response. If that is not acceptable, use 0.
 *
 * Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_keep_alive_ms(nf_options *options,
                                               uint32_t ms);

/**
 * Sets the function that returns the secret of a user when a session needs a
 * login. NULL (the default): sessions get secrets only from
 * `nf_session_log_in`.
 *
 * `fn` receives `user`; see `nf_secret_fn`. `user` must stay valid as long as
 * that of `nf_options_set_log`, and until the sessions are freed.
 *
 * Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_secret_callback(nf_options *options,
                                                 nf_secret_fn fn,
                                                 void *user);

/**
 * Sets how long before its expiry a session renews a token, in milliseconds.
 *
 * Range: 0 to 4294967295; never more than half of the token's lifetime.
 * Default: a tenth of the lifetime, at least a minute and at most a day.
 *
 * Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_refresh_margin_ms(nf_options *options,
                                                   uint32_t ms);

/**
 * Sets how long a refused secret is not sent again, in milliseconds.
 *
 * Range: 0 to 4294967295. Default: 72000000 (20 hours). Concur locks an
 * account after a few refused logins. Therefore the library remembers a
 * refusal for all clients and sessions of the process, by a keyed fingerprint;
 * it keeps no secret. A call with the same secret then fails with
 * `NF_HELD_BACK` and sends nothing. Another secret is sent at once.
 * `nf_client_clear_hold` and `nf_session_clear_hold` lift the hold.
 *
 * Until a secret has been accepted once, and after ten seconds without a
 * login, logins of the same user are sent one at a time, because the password
 * may be wrong. Other calls wait within their timeout. After two refused
 * secrets within 15 minutes, a third one is held back for the rest of that
 * time. After refusals of three users with a consumer key that was never
 * accepted, all logins with that key are held back.
 *
 * 0: calls of `nf_client_get_token` are neither held back nor queued, and
 * sessions use the default.
 *
 * Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_hold_back_ms(nf_options *options,
                                              uint32_t ms);

/**
 * Sets the log function. `fn` is called with one line for each step of every
 * call. NULL (the default) disables logging.
 *
 * `fn` receives `user`; see `nf_log_fn`. `user` must stay valid until the
 * options and their clients, shares included, are freed and all running calls
 * have returned (they may log after `nf_client_free`). A function given to
 * `nf_options_on_release` is called at that time.
 *
 * Fails with `NF_INVALID_ARGUMENT` only if `options` is NULL.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_set_log(nf_options *options,
                                     nf_log_fn fn,
                                     void *user);

/**
 * Adds a function that is called once, when no callback can run any more.
 *
 * It is called when these options and all clients created from them later are
 * freed, shares included, and all calls on them have returned. `fn` receives
 * `user`; see `nf_release_fn`. Use it to free the data that `user` of a log
 * points to.
 *
 * If several functions are added, they are called in the order in which they
 * were added.
 *
 * Fails with `NF_INVALID_ARGUMENT` if `options` or `fn` is NULL; `fn` is then
 * never called.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_options_on_release(nf_options *options,
                                        nf_release_fn fn,
                                        void *user);

/**
 * Gets an access token for a user with the default options. It creates a
 * client for Concur's production host, makes one call and frees the client.
 *
 * `login` and `secret` are overwritten with zeros, on success and failure.
 * `secret` may be NULL for a user without a password. On success `*out` is a
 * token; free it with `nf_token_free`.
 *
 * Fill both buffers again before another call: after a call they are empty,
 * and an empty secret is sent as an empty password.
 *
 * Blocks for at most 60 seconds. Several threads may call it at the same time.
 *
 * Fails with the codes of `nf_client_new` and `nf_client_get_token`.
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
 * Creates a client from options. `options` may be NULL for the default values.
 *
 * The options are copied; they can be changed or freed afterwards. On success
 * `*out` is a client; free it with `nf_client_free`.
 *
 * Fails with `NF_INVALID_OPTION` if the system has no root certificates and
 * the options set none, or if options do not match: the OAuth 2.0 service
 * without a client secret, or the Native Flow with `NF_CREDENTIAL_AUTHTOKEN`.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_new(const nf_options *options,
                                nf_client **out);

/**
 * Creates another handle of the same client (a share), with its own timeout
 * and cancellation. Use it for one call, or for several calls that are
 * cancelled together.
 *
 * All handles of a client use the same connections, TLS sessions and DNS
 * lookups. A share of a share belongs to the first client too.
 *
 * `timeout_ms` is the timeout of each call on the new handle. It may be longer
 * than the client's. 0 means the client's timeout. On success `*out` is a
 * client; free it with `nf_client_free`. Handles can be freed in any order.
 *
 * A cancelled share stays cancelled; see `nf_client_cancel`.
 *
 * The function sends nothing and does not wait.
 *
 * Fails with `NF_INVALID_ARGUMENT` only if an argument is NULL.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_share(const nf_client *client,
                                  uint32_t timeout_ms,
                                  nf_client **out);

/**
 * Frees this handle of a client. NULL is allowed.
 *
 * Calls that run on it on other threads end with `NF_CANCELLED` within 10 ms.
 * A call that has not sent its login does not send it. `nf_client_free` does
 * not wait for running calls; they keep the data that they need.
 *
 * No call may start on the handle during or after this function. A call that
 * has written a line to the log has started.
 *
 * Calls on other handles continue. The connections are closed when the last
 * handle is freed and the last call has returned. Tokens do not change.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_client_free(nf_client *client);

/**
 * Cancels calls on all threads: they end with `NF_CANCELLED`. NULL is allowed.
 *
 * On a client from `nf_client_new`: cancels every call that runs on it or on
 * one of its shares. The client can still be used; calls that start later are
 * not cancelled.
 *
 * On a share: cancels its own calls, those that run and those that start
 * later. A call that starts later sends nothing. So a cancellation is not lost
 * if it comes before its call. The share cannot be used again; free it.
 *
 * Returns at once. Each cancelled call returns within 10 ms, whatever it waits
 * for. Call it on any thread, but not in a signal handler.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_client_cancel(const nf_client *client);

/**
 * Gets an access token for a user, from the service that the client uses.
 *
 * `key` is the consumer key, or the client ID of the OAuth 2.0 service.
 * `login` and `secret` are overwritten with zeros, on success and failure.
 * `secret` may be NULL for a user without a password. On success `*out` is a
 * token; free it with `nf_token_free`.
 *
 * Fill both buffers again before another call: after a call they are empty,
 * and an empty secret is sent as an empty password. Such a call fails with
 * `NF_DENIED` and counts as a failed login; its remedy names the empty
 * password.
 *
 * Login and secret are sent as they are, in UTF-8. The library does not change
 * their Unicode form: a composed e with acute (U+00E9) and a decomposed one
 * (U+0065 U+0301) are different logins for a server that compares bytes.
 * Concur does not document which form it expects. Pass the form that the user
 * types in Concur, which is usually the composed one.
 *
 * The login is sent once; the library does not send it again. There is one
 * exception: the OAuth 2.0 service may answer that it has not checked the
 * login, because the user belongs to another host. If that host is trusted
 * (see `nf_options_allow_host`), the login is sent there, once. The client and
 * its shares remember the host and ask there first the next time.
 *
 * Blocks for at most the timeout of `client`. Several threads may call it at
 * the same time.
 *
 * Ends with `NF_CANCELLED` if `nf_client_cancel` or `nf_client_free` is called
 * during the call, or if `client` is a share that was cancelled before.
 *
 * Fails with `NF_DENIED` if the server rejects the login, the secret or the
 * key (it does not report which). Do not retry, because the account may be
 * locked. If the secret that was sent is empty, is in quotes, begins or ends
 * with a space, or begins with a byte order mark, the remedy names that.
 *
 * Fails with `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` if one of these is
 * invalid. The login must not contain a colon, a control character or an
 * invisible character such as a byte order mark, begin or end with a space, or
 * be in quotes. The key is visible ASCII, not in quotes. The secret contains no
 * control character. Then nothing is sent.
 *
 * Fails with a code from 21 to 25 if the OAuth 2.0 service reports a reason,
 * such as `NF_ACCOUNT_LOCKED`. `nf_error_server_code` is its number.
 *
 * Fails with `NF_WRONG_HOST` if the user belongs to a host that is not
 * trusted.
 *
 * Fails with any code from 40 on for other failures.
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
 * Gets another access token for the refresh token of `token`. The login is not
 * needed.
 *
 * The client must use the service that issued `token`, with the client secret
 * of the application (`nf_options_set_client_secret`). `key` is the consumer
 * key, or the client ID of the OAuth 2.0 service. `token` does not change, and
 * may have no value (see `nf_token_new`).
 *
 * On success `*out` is a new token; free it with `nf_token_free`. Store its
 * refresh token before you use it. The OAuth 2.0 service may replace the
 * refresh token, and the old one is then invalid. If the server sends none, the
 * new token contains the old one.
 *
 * The OAuth 2.0 service is called at the token's instance URL; if that is "",
 * at the base URL. The Native Flow is called at the base URL.
 *
 * If the response is lost (`NF_TIMEOUT`, `NF_DISCONNECTED`), the OAuth 2.0
 * service may have replaced the refresh token. Keep the old one and try again.
 * If that fails with `NF_REFRESH_EXPIRED`, a login is needed.
 *
 * Fails with `NF_REFRESH_EXPIRED` if the server rejects the refresh token; get
 * a new token with login and password.
 *
 * Fails with `NF_INVALID_OPTION` if the client has no client secret.
 *
 * Fails with `NF_INVALID_ARGUMENT` if `token` has no refresh token or was
 * issued by the other service. Nothing is sent then.
 *
 * Fails with `NF_WRONG_HOST` if the host of the instance URL is not trusted.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_refresh_token(const nf_client *client,
                                          const char *key,
                                          const nf_token *token,
                                          nf_token **out);

/**
 * Revokes a token at the service. `token` is not freed.
 *
 * Native Flow: ends this access token. Concur does not document whether the
 * refresh token that came with it ends too. `admin` is the token of a Web
 * Services administrator; NULL means that the token revokes itself.
 *
 * OAuth 2.0 service: ends all refresh tokens that the token's user has for the
 * application. Concur does not document whether access tokens end too; they
 * may stay valid until they expire, within an hour. `admin` must be NULL.
 *
 * A token without a value cannot revoke; refresh it first.
 *
 * Fails with `NF_NOT_ALLOWED` if the server refuses, for example because the
 * token has expired.
 *
 * Fails with `NF_INVALID_ARGUMENT` if a token has no value or was issued by
 * the other service, or if `admin` is not allowed. Nothing is sent then.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_revoke_token(const nf_client *client,
                                         const nf_token *token,
                                         const nf_token *admin);

/**
 * Gets an access token for the application itself, without a user (client
 * credentials). `key` is the client ID.
 *
 * On success `*out` is a token without a refresh token; free it with
 * `nf_token_free`.
 *
 * Fails with `NF_INVALID_OPTION` unless the client uses the OAuth 2.0 service.
 *
 * Fails with `NF_BAD_CLIENT` if the server rejects the client ID or the client
 * secret.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_get_application_token(const nf_client *client,
                                                  const char *key,
                                                  nf_token **out);

/**
 * Lifts the hold of a user: the next call may send the login once, also with
 * the same secret. Call it after the reason was found. It sends
 * nothing; without a hold it does nothing.
 *
 * `login` is not wiped: it is const. The hold applies to all clients of the
 * process that use the same service, base URL, key and credential type; see
 * `nf_options_set_hold_back_ms`. A hold of the key is lifted too.
 *
 * Fails with `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` if key or login is
 * invalid.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_client_clear_hold(const nf_client *client,
                                       const char *key,
                                       const char *login);

/**
 * Creates a session for a user. It sends nothing.
 *
 * `key` is the consumer key, or the client ID of the OAuth 2.0 service.
 * `login` is not wiped: it is const. The session keeps both encrypted. On
 * success `*out` is a session; free it with `nf_session_free`.
 *
 * Sessions of one client (shares included) with the same key and login are
 * one session: they have the same token and ask for it once.
 *
 * The session keeps what it needs of the client. The client may be freed
 * first. `nf_client_cancel` and `nf_client_free` do not affect the calls of a
 * session. The timeout of its calls is that of the handle `client`.
 *
 * After fork, a session of the parent works in the child. The child begins
 * with the parent's access token, but without the refresh token, because only
 * one process may use it.
 *
 * Fails with `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` if key or login is
 * invalid; see `nf_client_get_token`.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_session_new(const nf_client *client,
                                 const char *key,
                                 const char *login,
                                 nf_session **out);

/**
 * Gets a valid access token of the session's user.
 *
 * If the session has a token that is not due for renewal, the call returns it
 * and sends nothing. Otherwise one call renews it: by the refresh token if
 * there is one and the client has a client secret, or by a login with the
 * secret from the secret callback. Other calls wait for it and share the
 * result, also a failure. While the old token is valid, they return it and do
 * not wait.
 *
 * A renewal is due before the token expires; see
 * `nf_options_set_refresh_margin_ms`. If it fails while the old token is
 * valid, the call returns the old token and writes a warning to the log.
 *
 * On success `*out` is a token; free it with `nf_token_free`. It contains the
 * refresh token and the expiry dates of this moment. The timings of a token
 * from the session's memory are -1.
 *
 * After a failure the session pauses: until the pause is over, calls return
 * the same error with the rest of the pause, and send nothing. At most 20
 * logins and 60 requests are sent in an hour.
 *
 * Blocks for at most the timeout of `session`. If the timeout expires after
 * the request was sent, another waiting call reads the response.
 *
 * Fails with `NF_SECRET_NEEDED` if a login is needed and there is no secret.
 *
 * Fails with `NF_HELD_BACK` if the server has refused the same secret before
 * (see `nf_options_set_hold_back_ms`), if too many requests were sent within
 * an hour, or if the API rejects tokens that were just issued.
 *
 * Fails with `NF_INVALID_ARGUMENT` inside the secret callback for the same
 * user.
 *
 * Fails with the codes of `nf_client_get_token` for other failures.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_session_get_token(const nf_session *session,
                                       nf_token **out);

/**
 * As `nf_session_get_token`, and uses `secret` if a login is needed. For
 * programs that cannot pass a secret callback.
 *
 * `secret` is overwritten with zeros, on success and failure. It may be NULL
 * for a user without a password. If the session has a valid token, the call
 * returns it and does not send the secret. Calls with the same secret share
 * one login.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_session_log_in(const nf_session *session,
                                    char *secret,
                                    nf_token **out);

/**
 * Gives the session a token that the program has stored. `token` is not freed.
 *
 * The session takes the token if it has none, or if its own was rejected or
 * expires earlier. Otherwise nothing changes, so that an old copy never
 * replaces a newer refresh token.
 *
 * To store tokens: under one lock of the program, call `nf_session_get_token`,
 * compare the refresh token with the stored one, and store it if it differs.
 *
 * Fails with `NF_INVALID_ARGUMENT` if the token was issued by the other
 * service.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_session_set_token(const nf_session *session,
                                       const nf_token *token);

/**
 * Tells the session that the API has answered that `token` is not valid any
 * more: with status 401, or with status 403 for a token of the Native Flow.
 * `token` is not freed.
 *
 * The next call gets a new token at once. A token that is not the session's
 * current one changes nothing, so that several threads may report the same
 * token.
 *
 * If the API also rejects the new token within 60 seconds, the next call fails
 * with `NF_HELD_BACK` until a minute has passed since that token came. The
 * time doubles each time, up to an hour: a new token does not help then.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_session_reject_token(const nf_session *session,
                                          const nf_token *token);

/**
 * Lifts the hold of the session's user, and ends a pause of the session. The
 * next call may send the login once, also with the same secret. Call it after
 * the reason was found. It sends nothing; without a hold it does
 * nothing.
 *
 * Since 0.1.
 */
NF_API NF_MUST_USE nf_error *NF_CALL nf_session_clear_hold(const nf_session *session);

/**
 * Revokes the session's token at the service, and forgets it. If it has
 * expired and can be refreshed, it is refreshed first. Without a token it
 * does nothing.
 *
 * The session forgets the token also if the call fails. The remedy of the
 * error then contains the time until which the token is valid. A hold stays.
 *
 * Fails with the codes of `nf_client_revoke_token` and
 * `nf_client_refresh_token`.
 *
 * Since 0.1.
 */
NF_API NF_MUST_USE nf_error *NF_CALL nf_session_log_out(const nf_session *session);

/**
 * Writes the state of the session to `buffer`, as JSON with a NUL at its end.
 * `*length` is its length in bytes, without the NUL. It contains no secret.
 *
 * Writes nothing to `buffer` if `capacity` is not larger than the length.
 * `buffer` may be NULL to get only the length.
 *
 * Times are Unix seconds or null. Keys may be added, and are never removed:
 *
 *     state                "fresh", "due", "held", "paused" or "none"
 *     expires_at           expiry of the token
 *     refresh_expires_at   expiry of the refresh token
 *     hold                 null, or an object: code, since, until
 *     pause_until          end of the pause
 *     last_error           null, or an object: code, at, call_id
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_session_status(const nf_session *session,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *length);

/**
 * Creates another handle of the same session (a share), with its own timeout
 * and cancellation, as `nf_client_share` does for a client.
 *
 * `timeout_ms` is the timeout of each call on the new handle. 0 means that of
 * `session`. On success `*out` is a session; free it with `nf_session_free`.
 * Handles can be freed in any order.
 *
 * Fails with `NF_INVALID_ARGUMENT` only if an argument is NULL.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_session_share(const nf_session *session,
                                   uint32_t timeout_ms,
                                   nf_session **out);

/**
 * Cancels calls of a session on all threads: they end with `NF_CANCELLED`.
 * NULL is allowed.
 *
 * On a session from `nf_session_new`: cancels every call that runs on it or on
 * one of its shares. Calls that start later are not cancelled. On a share:
 * cancels its own calls, those that run and those that start later.
 *
 * Returns at once. Calls of other sessions that wait for the same token do not
 * end: one of them goes on.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_session_cancel(const nf_session *session);

/**
 * Frees this handle of a session, and wipes what it keeps. NULL is allowed.
 *
 * Calls that run on it on other threads end with `NF_CANCELLED`. No call may
 * start on the handle during or after this function. The token of the session
 * is forgotten when the last handle is freed; it is not revoked.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_session_free(nf_session *session);

/**
 * Creates a token from parts that the program has stored, to refresh or revoke
 * it.
 *
 * `scheme` is "OAuth" for a token of the Native Flow and "Bearer" for one of
 * the OAuth 2.0 service. `value` or `refresh_token` may be NULL or "", but not
 * both. Both buffers are overwritten with zeros, on success and failure.
 * `instance_url` may be NULL or "", which means the base URL of the client
 * that uses the token. The times are Unix seconds, or -1 if unknown.
 *
 * Without `value` the token counts as expired, whatever `expires_at` is, and
 * `nf_token_value` and `nf_token_authorization` return "". Concur gives such
 * tokens to integrators: the refresh token of a company, without a login.
 *
 * On success `*out` is a token; free it with `nf_token_free`. The function
 * sends nothing.
 *
 * Fails with `NF_INVALID_ARGUMENT` or `NF_INVALID_UTF8` if a part is invalid.
 * The message names the part and does not repeat it.
 *
 * Since 0.1.
 */
NF_API
NF_MUST_USE
nf_error *NF_CALL nf_token_new(const char *scheme,
                               char *value,
                               char *refresh_token,
                               const char *instance_url,
                               int64_t expires_at,
                               int64_t refresh_expires_at,
                               nf_token **out);

/**
 * Returns the access token. It is visible ASCII. It is never empty, except if
 * `nf_token_new` made the token without a value. NULL gives "".
 *
 * `nf_token_free` wipes the text.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_value(const nf_token *token);

/**
 * Copies the access token into a buffer, and returns the length of the token
 * in bytes, without a NUL.
 *
 * Writes nothing if `capacity` is smaller than the length; a token is never
 * truncated. Writes a NUL after the token if there is room for it. A C program
 * checks `length < capacity`. A program that pads its fields with spaces
 * checks `length <= capacity` and pads the rest.
 *
 * `buffer` may be NULL to get only the length. NULL for the token gives 0. The
 * caller wipes the copy.
 *
 * Since 0.1.
 */
NF_API
size_t NF_CALL nf_token_copy_value(const nf_token *token,
                                   char *buffer,
                                   size_t capacity);

/**
 * Returns the scheme of the Authorization header for this token: "OAuth" for
 * the Native Flow, "Bearer" for the OAuth 2.0 service.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_scheme(const nf_token *token);

/**
 * Returns the complete value of an Authorization header: the scheme, a space
 * and the token. It is "" if the token has no value.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_authorization(const nf_token *token);

/**
 * Returns the refresh token, or "" if the server sent none. Store it with
 * `nf_token_refresh_expires_at`: it is needed to renew the token. A refresh may
 * replace it; then only the new one is valid.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_refresh_token(const nf_token *token);

/**
 * Returns the base URL for requests with this token, or "" if there is none.
 *
 * It may end with a slash or not: remove the slash before you append a path.
 *
 * Native Flow: exactly as the server wrote it. It is "" if the server sent
 * none, or one that a token must not be sent to. Allowed are only https URLs,
 * and http URLs of loopback hosts.
 *
 * OAuth 2.0 service: scheme and host of the server's geolocation. It is "" if
 * the server sent none, or one that is not trusted (see
 * `nf_options_allow_host`).
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_instance_url(const nf_token *token);

/**
 * Returns when the token expires, in Unix seconds (UTC), or -1.
 *
 * It is -1 if the date is missing or not in the expected format.
 *
 * Since 0.1.
 */
NF_API int64_t NF_CALL nf_token_expires_at(const nf_token *token);

/**
 * Returns when the refresh token expires, in Unix seconds (UTC), or -1.
 *
 * It is -1 if the server sent no such time. The Native Flow sends none.
 *
 * Since 0.1.
 */
NF_API int64_t NF_CALL nf_token_refresh_expires_at(const nf_token *token);

/**
 * Returns the expiry date exactly as the server wrote it, or "" if it wrote
 * none. Use it only for display. The OAuth 2.0 service sends no date.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_expiration_date(const nf_token *token);

/**
 * Returns a time of the call that returned the token, in microseconds, or -1.
 * `timing` is one of the `NF_TIMING_*` constants.
 *
 * It is -1 if this call did not do that part: an idle connection needs no
 * lookup, connection and TLS handshake, and plain http has no TLS. It is also
 * -1 for an unknown `timing`. The log contains the same times. The sum of the
 * parts is at most `NF_TIMING_TOTAL`.
 *
 * Since 0.1.
 */
NF_API int64_t NF_CALL nf_token_timing_us(const nf_token *token, int32_t timing);

/**
 * Returns IP address and port of the TCP connection of the call that returned
 * the token, such as "192.0.2.1:443" or "[2001:db8::1]:443".
 *
 * With a proxy, it is the proxy's address. On an idle connection that is used
 * again, it is that connection's.
 *
 * Since 0.1.
 */
NF_API const char *NF_CALL nf_token_remote_address(const nf_token *token);

/**
 * Wipes and frees a token. NULL is allowed. Do not free the same token twice.
 *
 * Since 0.1.
 */
NF_API void NF_CALL nf_token_free(nf_token *token);

#ifdef __cplusplus
} /* extern "C" */
#endif /* __cplusplus */

#endif  /* NATIVEFLOW_H */
