/*
 * Calls the library, then searches its own memory for secrets.
 *
 *     host <path> <base URL> <CA file or ""> <timeout in ms> <calls> [no-out] [one-shot] [plant=<where>] [proxy=<URL>]
 *         [keep-alive] [log] [share] [cancel] [chain=<file> client-key=<file>] [environment-proxy] [option-rejected]
 *         [oauth2] [authtoken] [allow=<host:port>] [secrets=<call|end>] [dump=<options|client|call|idle>]
 *         [ask=<refresh|revoke|application|parts>] [from-login] [restored=<all|refresh-token>] [admin]
 *         [scheme=<scheme>] [instance=<URL>]
 *         [session=<new|get|log-in|set|reject|log-out|status>] [before=<got|rejected|refused>] [no-secret] [clear-hold]
 *     host dumped <core file>
 *
 * It gets a token for the login, or does what `ask` names; `parts` makes a token from the stored parts. `refresh` and
 * `revoke` use such a token, or one for the login (`from-login`). `admin`: another token for the login is that of an
 * administrator. With `dump` it waits for a core dump when the options are complete, when the client is idle, after a call, or
 * after a call when its token is freed.
 *
 * `session` names a function of a session. Each call makes a session, which is idle during the last scan of the call. `before`:
 * the session has a token, or a rejected one, or its login was refused. `no-secret`: it has no secret
 * function. `clear-hold`: lifts the hold of the call before.
 *
 * For standard input and output see brief.h, report.h and controls.h. Further lines of the output:
 *
 *     lazy <path> <1 if the call after the library's was bound at that time, else 0>
 *     code <path> <name of the code> <calls that returned it>
 *     connected <path> <number of connections in the log; 0 without a log>
 *
 * With `secrets` it prints `called` after each call, or at the end after the client is freed, and reads more patterns
 * before the scan: the secrets of a TLS session exist only after the handshake.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "nativeflow.h"

#include "brief.h"
#include "controls.h"
#include "lazy.h"
#include "registers.h"
#include "report.h"
#include "scan.h"

static struct brief brief;
static struct scan scan;

/* Contain the plain text only during a call. */
static char key[TEXT], login[TEXT], secret[TEXT], client_secret[TEXT], value[TEXT], refresh_token[TEXT];

static struct {
    const char *path, *plant, *proxy, *chain, *client_key, *secrets, *dump, *ask, *scheme, *instance, *allow, *restored,
        *session, *before;
    int no_out, one_shot, lazy, keep_alive, log, share, cancel, environment_proxy, option_rejected, oauth2, authtoken,
        from_login, admin, no_secret, clear_hold;
} how;

static nf_session *session;

static struct {
    const char *name;
    long count;
} codes[8];

static void must(nf_error *error)
{
    if (error != NULL) {
        fprintf(stderr, "%s: %s\n", nf_error_name(error), nf_error_message(error));
        exit(2);
    }
}

static long connections, releases;

/* Stores the log lines, so that the scan would find a secret in them. */
static void store_line(void *user, int32_t level, const char *line)
{
    static char lines[1 << 16];
    static size_t end;
    const size_t length = strlen(line);

    (void)user;
    (void)level;
    connections += strstr(line, "] connect ") != NULL;
    if (end + length < sizeof lines) {
        memcpy(lines + end, line, length);
        end += length;
    }
}

/* Calls a function in the same way as the main call. Its result contains no secrets. */
static uintptr_t call_other(uintptr_t function, uintptr_t first, uintptr_t second, uintptr_t third)
{
    const uintptr_t arguments[6] = {first, second, third};
    uintptr_t result;

    how.lazy = lazy_rearm();
    result = call_and_save(function, arguments, &registers);
    lazy_call();
    return result;
}

/*
 * One step of creating a client. Values that options and clients store may be in their memory afterwards, and nowhere
 * else.
 */
static uintptr_t step(uintptr_t function, const void *first, const void *second, const void *third)
{
    uintptr_t result = call_other(function, (uintptr_t)first, (uintptr_t)second, (uintptr_t)third);

    scan_process(&scan, WRITABLE);
    report_add(CONFIGURED, &scan);
    return result;
}

/* Sets a proxy whose URL is a secret, by function or by environment variable. */
static void use_proxy(nf_options *options)
{
    static char variable[sizeof "https_proxy=" + TEXT] = "https_proxy=";
    char *url = variable + strlen(variable);

    unmask(brief.proxy, url);
    if (how.environment_proxy) {
        (void)unsetenv("no_proxy");
        (void)unsetenv("NO_PROXY");
        (void)putenv(variable);
    }
    /* The scan starts after this program has wiped its own copy. */
    must((nf_error *)(how.environment_proxy
                          ? call_other((uintptr_t)nf_options_use_environment_proxy, (uintptr_t)options, 0, 0)
                          : call_other((uintptr_t)nf_options_set_proxy, (uintptr_t)options, (uintptr_t)url, 0)));
    wipe(url, brief.proxy.length);
    scan_process(&scan, WRITABLE);
    report_add(CONFIGURED, &scan);
}

/* Sets the client secret. The library must accept it or, with `option-rejected`, reject it. */
static void use_client_secret(nf_options *options)
{
    nf_error *error;

    unmask(brief.client_secret, client_secret);
    error = (nf_error *)call_other((uintptr_t)nf_options_set_client_secret, (uintptr_t)options,
                                   (uintptr_t)client_secret, brief.client_secret.length);
    /* The library leaves the buffer to the program. */
    wipe(client_secret, sizeof client_secret);
    if (!how.option_rejected)
        must(error);
    else if (error == NULL)
        exit(2);
    scan_process(&scan, WRITABLE);
    report_add(CONFIGURED, &scan);
    nf_error_free(error);
}

/* Waits for a core dump, if this is the time for it. */
static void wait_for_dump(const char *when)
{
    char byte;

    if (how.dump == NULL || strcmp(how.dump, when) != 0)
        return;
    if (how.plant != NULL)
        controls_leave(how.plant, &brief);
    (void)bare_write(1, "ready\n", 6);
    while (bare_read(0, &byte, 1) > 0)
        ;
}

/* Returns another handle of the same client and frees the first one. */
static nf_client *share_of(nf_client *client)
{
    nf_client *share;

    must((nf_error *)call_other((uintptr_t)nf_client_share, (uintptr_t)client, 0, (uintptr_t)&share));
    (void)call_other((uintptr_t)nf_client_free, (uintptr_t)client, 0, 0);
    return share;
}

/* The secret function of sessions. It writes the secret into the library's buffer, byte by byte. */
static int32_t give_secret(void *user, const char *name, int32_t last_code, char *buffer, size_t capacity)
{
    (void)user;
    (void)name;
    (void)last_code;
    if (brief.secret.length >= capacity)
        exit(2);
    unmask(brief.secret, buffer);
    return (int32_t)brief.secret.length;
}

static void count_release(void *user)
{
    ++*(long *)user;
}

static nf_client *client_for(const char *base_url, const char *ca_file, unsigned limit)
{
    nf_options *options = nf_options_new();
    nf_client *client;

    must(nf_options_set_base_url(options, base_url));
    must(nf_options_set_timeout_ms(options, limit));
    /* Each path is run many times. */
    must(nf_options_set_hold_back_ms(options, 0));
    if (*ca_file != 0)
        must(nf_options_set_ca_file(options, ca_file));
    if (how.proxy != NULL)
        must(nf_options_set_proxy(options, how.proxy));
    if (how.keep_alive)
        must(nf_options_set_keep_alive_ms(options, 60000));
    if (how.log || how.keep_alive)
        must(nf_options_set_log(options, store_line, NULL));
    must(nf_options_on_release(options, count_release, &releases));
    if (how.oauth2)
        must(nf_options_use_oauth2(options));
    if (how.authtoken)
        must(nf_options_set_credential_type(options, NF_CREDENTIAL_AUTHTOKEN));
    if (how.allow != NULL)
        must(nf_options_allow_host(options, how.allow));
    if (how.session != NULL && !how.no_secret)
        must(nf_options_set_secret_callback(options, give_secret, NULL));
    if (brief.client_secret.length != 0)
        use_client_secret(options);
    if (brief.proxy.length != 0)
        use_proxy(options);
    if (how.chain != NULL)
        must((nf_error *)step((uintptr_t)nf_options_set_client_certificate, options, how.chain, how.client_key));
    wait_for_dump("options");
    must((nf_error *)step((uintptr_t)nf_client_new, options, &client, NULL));
    (void)step((uintptr_t)nf_options_free, options, NULL, NULL);
    wait_for_dump("client");
    return how.share ? share_of(client) : client;
}

static void read_patterns(void *unused)
{
    (void)unused;
    brief_read(&brief);
}

/* Reads the secrets of the TLS sessions, if this is the time for it. */
static void read_secrets(const char *when)
{
    if (how.secrets != NULL && strcmp(how.secrets, when) == 0) {
        (void)bare_write(1, "called\n", 7);
        scan_aside(read_patterns, NULL);
    }
}

/* The tokens that a refresh or a revocation uses. */
struct old {
    nf_token *token, *admin;
};

/* Makes a token from the stored parts. With seven arguments it is not for call_and_save. It adds no secret to the stack. */
static __attribute__((noinline)) nf_error *token_of_parts(nf_token **out)
{
    return nf_token_new(how.scheme, value, refresh_token, how.instance, -1, -1, out);
}

static void unmask_credentials(void)
{
    unmask(brief.key, key);
    unmask(brief.login, login);
    unmask(brief.secret, secret);
}

/* Makes the call that the flags name. */
static nf_error *asked(const nf_client *client, const struct old *old, nf_token **token)
{
    const uintptr_t out = how.no_out ? 0 : (uintptr_t)token, on = (uintptr_t)client, text = (uintptr_t)key;
    const uintptr_t on_client[6] = {on, text, (uintptr_t)login, (uintptr_t)secret, out};
    const uintptr_t one_shot[6] = {text, (uintptr_t)login, (uintptr_t)secret, out};
    const uintptr_t refresh[6] = {on, text, (uintptr_t)old->token, out};
    const uintptr_t revoke[6] = {on, (uintptr_t)old->token, (uintptr_t)old->admin};
    const uintptr_t application[6] = {on, text, out};
    const uintptr_t parts[6] = {out};
    static char status[4096];
    static size_t status_length;
    const uintptr_t of_session[6] = {(uintptr_t)session, out};
    const uintptr_t log_in[6] = {(uintptr_t)session, (uintptr_t)secret, out};
    const uintptr_t with_token[6] = {(uintptr_t)session, (uintptr_t)old->token};
    const uintptr_t to_status[6] = {(uintptr_t)session, (uintptr_t)status, sizeof status, (uintptr_t)&status_length};
    const uintptr_t to_session[6] = {on, text, (uintptr_t)login, (uintptr_t)&session};
    const struct {
        const char *ask;
        uintptr_t function;
        const uintptr_t *arguments;
    } calls[] = {
        {"token", (uintptr_t)nf_client_get_token, on_client},
        {"one-shot", (uintptr_t)nf_get_token, one_shot},
        {"refresh", (uintptr_t)nf_client_refresh_token, refresh},
        {"revoke", (uintptr_t)nf_client_revoke_token, revoke},
        {"application", (uintptr_t)nf_client_get_application_token, application},
        {"parts", (uintptr_t)token_of_parts, parts},
        {"new", (uintptr_t)nf_session_new, to_session},
        {"get", (uintptr_t)nf_session_get_token, of_session},
        {"log-in", (uintptr_t)nf_session_log_in, log_in},
        {"set", (uintptr_t)nf_session_set_token, with_token},
        {"reject", (uintptr_t)nf_session_reject_token, with_token},
        {"log-out", (uintptr_t)nf_session_log_out, of_session},
        {"status", (uintptr_t)nf_session_status, to_status},
    };
    const char *usual = how.one_shot ? "one-shot" : "token";
    const char *ask = how.session != NULL ? how.session : how.ask != NULL ? how.ask : usual;
    uintptr_t error;
    size_t i = 0;

    while (strcmp(calls[i].ask, ask) != 0) {
        if (++i == sizeof calls / sizeof calls[0])
            exit(2);
    }
    how.lazy = lazy_rearm();
    /* The others would stay, because only these calls wipe them. */
    if (strcmp(ask, "parts") == 0) {
        unmask(brief.value, value);
        unmask(brief.refresh_token, refresh_token);
    } else if (strcmp(ask, "token") == 0 || strcmp(ask, "one-shot") == 0) {
        unmask_credentials();
    } else if (strcmp(ask, "log-in") == 0) {
        unmask(brief.secret, secret);
    } else if (strcmp(ask, "new") == 0) {
        unmask(brief.key, key);
        unmask(brief.login, login);
    } else if (how.session == NULL) {
        unmask(brief.key, key);
    }
    error = call_and_save(calls[i].function, calls[i].arguments, &registers);
    lazy_call();
    return (nf_error *)error;
}

/*
 * Makes the call, and the caller's next lazily bound call. No code between them can hide data that the library left.
 * For a core dump the process then waits in this state.
 */
static nf_error *call(const nf_client *client, const struct old *old, nf_token **token)
{
    nf_error *error = asked(client, old, token);

    /* The caller wipes the key, as the header requires. The library wipes the others, and the scan includes them. */
    wipe(key, sizeof key);
    if (how.session != NULL)
        wipe(login, sizeof login);
    read_secrets("call");
    wait_for_dump("call");
    return error;
}

static void count_code(const char *name)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].name == NULL)
            codes[i].name = name;
        if (codes[i].name == name || strcmp(codes[i].name, name) == 0) {
            codes[i].count++;
            return;
        }
    }
}

/* Removes the finds inside a text that is in use, such as a token's. */
static void ignore_finds_in(const char *text)
{
    const uintptr_t from = (uintptr_t)text, to = from + strlen(text) + 1;
    size_t remaining = 0;

    for (size_t i = 0; i < scan.count; i++) {
        if (scan.finds[i].address < from || scan.finds[i].address + WINDOW > to)
            scan.finds[remaining++] = scan.finds[i];
    }
    scan.count = remaining;
}

/* Tokens are known only after the call. Their number is limited by the size of the window table. */
enum { MAX_TOKENS = 40 };

static void add_pattern(const char *name, const char *text)
{
    static const unsigned char plain[WINDOW];
    struct hidden pattern = {(const unsigned char *)text, strlen(text), plain};

    windows_add_text(pattern, brief_pattern(&brief, name));
}

/* Adds a text as it is in a form or a query: percent-encoded, with the characters before and after it. */
static void add_form(const char *text)
{
    static const char digits[] = "0123456789ABCDEF";
    static volatile char form[3 * TEXT + 3];
    size_t end = 0;

    if (strlen(text) >= TEXT)
        exit(2);
    form[end++] = '=';
    for (const volatile char *at = text; *at != 0; at++) {
        const unsigned char byte = (unsigned char)*at;
        const int plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' || byte == '_';

        if (plain) {
            form[end++] = (char)byte;
        } else {
            form[end++] = '%';
            form[end++] = digits[byte >> 4];
            form[end++] = digits[byte & 15];
        }
    }
    form[end++] = '&';
    form[end] = 0;
    add_pattern("form", (const char *)form);
    wipe((void *)form, end);
}

/* Adds the patterns of a token that the stub has issued. */
static void add_token(const nf_token *token)
{
    static int tokens;

    if (token == NULL || tokens++ >= MAX_TOKENS)
        return;
    add_pattern("token", nf_token_value(token));
    add_pattern("refresh", nf_token_refresh_token(token));
    add_form(nf_token_value(token));
    add_form(nf_token_refresh_token(token));
}

/* Removes the finds inside a token that is in use. */
static void ignore_token(const nf_token *token)
{
    if (token == NULL)
        return;
    ignore_finds_in(nf_token_authorization(token));
    ignore_finds_in(nf_token_refresh_token(token));
}

/* Makes the session of the user. The caller wipes key and login, which are const. */
static void make_session(const nf_client *client)
{
    unmask(brief.key, key);
    unmask(brief.login, login);
    must(nf_session_new(client, key, login, &session));
    wipe(key, sizeof key);
    wipe(login, sizeof login);
}

/* Gets a token of the session, which must be there unless the login is refused. */
static nf_token *got_before(int is_refused)
{
    nf_token *token = NULL;
    nf_error *error;

    if (how.no_secret) {
        unmask(brief.secret, secret);
        error = nf_session_log_in(session, secret, &token);
    } else {
        error = nf_session_get_token(session, &token);
    }
    if ((error == NULL) == is_refused)
        must(error);
    nf_error_free(error);
    add_token(token);
    return token;
}

/* Makes the session of a call, and brings it into the state that the flags name. */
static void ready_session(const nf_client *client)
{
    if (how.session == NULL || strcmp(how.session, "new") == 0)
        return;
    make_session(client);
    if (how.clear_hold)
        must(nf_session_clear_hold(session));
    if (how.before == NULL)
        return;
    nf_token *token = got_before(strcmp(how.before, "refused") == 0);
    if (strcmp(how.before, "rejected") == 0)
        must(nf_session_reject_token(session, token));
    nf_token_free(token);
}

static nf_token *token_for_login(const nf_client *client)
{
    nf_token *token = NULL;

    unmask_credentials();
    must(nf_client_get_token(client, key, login, secret, &token));
    wipe(key, sizeof key);
    add_token(token);
    return token;
}

/* Copies a text byte by byte, so that no window of it is in a register. */
static void copy_text(const char *from, char *to)
{
    static const unsigned char plain[WINDOW];

    if (strlen(from) >= TEXT)
        exit(2);
    unmask((struct hidden){(const unsigned char *)from, strlen(from), plain}, to);
}

/* Returns a token with all parts of `token`, or with its refresh token alone, as if the program had stored them. */
static nf_token *restored(nf_token *token)
{
    nf_token *result = NULL;

    if (strcmp(how.restored, "all") == 0)
        copy_text(nf_token_value(token), value);
    copy_text(nf_token_refresh_token(token), refresh_token);
    must(token_of_parts(&result));
    nf_token_free(token);
    return result;
}

/* Makes the tokens that the call needs. */
static struct old old_tokens(const nf_client *client)
{
    struct old old = {NULL, NULL};

    const int of_session =
        how.session != NULL && (strcmp(how.session, "set") == 0 || strcmp(how.session, "reject") == 0);
    const int of_client = how.ask != NULL && (strcmp(how.ask, "refresh") == 0 || strcmp(how.ask, "revoke") == 0);
    if (!of_session && !of_client)
        return old;
    if (how.from_login) {
        old.token = token_for_login(client);
        if (how.restored != NULL)
            old.token = restored(old.token);
    } else {
        unmask(brief.value, value);
        unmask(brief.refresh_token, refresh_token);
        must(token_of_parts(&old.token));
    }
    if (how.admin)
        old.admin = token_for_login(client);
    return old;
}

/* Both functions access a token. They alternate as the last one before the scan. */
static void free_token(nf_token *token, int turn)
{
    static char copy[TEXT];

    if (turn) {
        call_other((uintptr_t)nf_token_copy_value, (uintptr_t)token, (uintptr_t)copy, sizeof copy);
        wipe(copy, sizeof copy);
        nf_token_free(token);
    } else {
        (void)nf_token_copy_value(token, copy, sizeof copy);
        wipe(copy, sizeof copy);
        call_other((uintptr_t)nf_token_free, (uintptr_t)token, 0, 0);
    }
}

/* After this time a call waits for its response. */
enum { BEFORE_CANCEL_US = 100000 };

static void *cancel(void *client)
{
    usleep(BEFORE_CANCEL_US);
    if (session != NULL)
        nf_session_cancel(session);
    else
        nf_client_cancel(client);
    return NULL;
}

static void call_and_scan(nf_client *client, long number)
{
    pthread_t canceller;
    ready_session(client);
    if (how.cancel && pthread_create(&canceller, NULL, cancel, client) != 0)
        exit(2);
    struct old old = old_tokens(client);
    nf_token *token = NULL;
    nf_error *error = call(client, &old, &token);

    scan_process(&scan, number == 0 ? ALL : WRITABLE);
    ignore_token(old.token);
    ignore_token(old.admin);
    ignore_token(token);
    add_token(token);
    report_add(RETURNED, &scan);
    if (how.cancel)
        pthread_join(canceller, NULL);
    count_code(nf_error_name(error));
    nf_token_free(old.token);
    nf_token_free(old.admin);
    if (token != NULL)
        free_token(token, number % 2 == 0);
    if (error != NULL)
        call_other((uintptr_t)nf_error_free, (uintptr_t)error, 0, 0);
    wait_for_dump("idle");
    scan_process(&scan, WRITABLE);
    report_add(FREED, &scan);
    if (session != NULL)
        call_other((uintptr_t)nf_session_free, (uintptr_t)session, 0, 0);
    session = NULL;
}

static void scan_core(const char *file)
{
    brief_read(&brief);
    scan_file(&scan, file);
    report_add(DUMPED, &scan);
    report_print("dumped", &brief);
}

/* Sets a text, if this is the argument that begins with its name. */
static void set_text(const char *argument, const char *name, const char **text)
{
    if (strncmp(argument, name, strlen(name)) == 0)
        *text = argument + strlen(name);
}

int main(int argc, char **argv)
{
    nf_client *client = NULL;
    long calls;

    lazy_ready();
    registers_ready();
    if (argc == 3) {
        scan_core(argv[2]);
        return 0;
    }
    if (argc < 6)
        return 2;
    how.path = argv[1];
    for (int i = 6; i < argc; i++) {
        how.no_out |= strcmp(argv[i], "no-out") == 0;
        how.one_shot |= strcmp(argv[i], "one-shot") == 0;
        how.keep_alive |= strcmp(argv[i], "keep-alive") == 0;
        how.log |= strcmp(argv[i], "log") == 0;
        how.share |= strcmp(argv[i], "share") == 0;
        how.cancel |= strcmp(argv[i], "cancel") == 0;
        how.environment_proxy |= strcmp(argv[i], "environment-proxy") == 0;
        how.option_rejected |= strcmp(argv[i], "option-rejected") == 0;
        how.oauth2 |= strcmp(argv[i], "oauth2") == 0;
        how.authtoken |= strcmp(argv[i], "authtoken") == 0;
        how.from_login |= strcmp(argv[i], "from-login") == 0;
        how.admin |= strcmp(argv[i], "admin") == 0;
        how.no_secret |= strcmp(argv[i], "no-secret") == 0;
        how.clear_hold |= strcmp(argv[i], "clear-hold") == 0;
        set_text(argv[i], "session=", &how.session);
        set_text(argv[i], "before=", &how.before);
        set_text(argv[i], "chain=", &how.chain);
        set_text(argv[i], "client-key=", &how.client_key);
        set_text(argv[i], "proxy=", &how.proxy);
        set_text(argv[i], "secrets=", &how.secrets);
        set_text(argv[i], "plant=", &how.plant);
        set_text(argv[i], "dump=", &how.dump);
        set_text(argv[i], "ask=", &how.ask);
        set_text(argv[i], "scheme=", &how.scheme);
        set_text(argv[i], "instance=", &how.instance);
        set_text(argv[i], "allow=", &how.allow);
        set_text(argv[i], "restored=", &how.restored);
    }
    /* Allows a debugger that is not the parent process. */
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    brief_read(&brief);

    scan_process(&scan, ALL);
    report_add(BEFORE, &scan);
    if (how.dump == NULL)
        controls_run(how.path, &brief, &scan);

    if (!how.one_shot)
        client = client_for(argv[2], argv[3], (unsigned)strtoul(argv[4], NULL, 10));
    calls = strtol(argv[5], NULL, 10);
    for (long i = 0; i < calls; i++)
        call_and_scan(client, i);
    call_other((uintptr_t)nf_client_free, (uintptr_t)client, 0, 0);
    if (releases != !how.one_shot)
        exit(2);
    read_secrets("end");
    /* Tokens are patterns now, and by chance four of their letters in UTF-16 are in tables of libc. */
    scan_process(&scan, WRITABLE);
    report_add(CLOSED, &scan);

    printf("lazy %s %d\n", how.path, how.lazy);
    printf("connected %s %ld\n", how.path, connections);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0] && codes[i].name != NULL; i++)
        printf("code %s %s %ld\n", how.path, codes[i].name, codes[i].count);
    report_print(how.path, &brief);
    return 0;
}
