/*
 * Calls the library, then searches its own memory for secrets.
 *
 *     host <path> <base URL> <CA file or ""> <timeout in ms> <calls> [no-out] [one-shot] [dump] [plant=<where>]
 *         [proxy=<URL>] [keep-alive] [log] [share] [cancel] [chain=<file> client-key=<file>] [environment-proxy]
 *         [secrets=<call|end>]
 *     host dumped <core file>
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
static char key[TEXT], login[TEXT], secret[TEXT];

static struct {
    const char *path, *plant, *proxy, *chain, *client_key, *secrets;
    int no_out, one_shot, dump, lazy, keep_alive, log, share, cancel, environment_proxy;
} how;

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

/* Returns another handle of the same client and frees the first one. */
static nf_client *share_of(nf_client *client)
{
    nf_client *share;

    must((nf_error *)call_other((uintptr_t)nf_client_share, (uintptr_t)client, 0, (uintptr_t)&share));
    (void)call_other((uintptr_t)nf_client_free, (uintptr_t)client, 0, 0);
    return share;
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
    if (*ca_file != 0)
        must(nf_options_set_ca_file(options, ca_file));
    if (how.proxy != NULL)
        must(nf_options_set_proxy(options, how.proxy));
    if (how.keep_alive)
        must(nf_options_set_keep_alive_ms(options, 60000));
    if (how.log || how.keep_alive)
        must(nf_options_set_log(options, store_line, NULL));
    must(nf_options_on_release(options, count_release, &releases));
    if (brief.proxy.length != 0)
        use_proxy(options);
    if (how.chain != NULL)
        must((nf_error *)step((uintptr_t)nf_options_set_client_certificate, options, how.chain, how.client_key));
    must((nf_error *)step((uintptr_t)nf_client_new, options, &client, NULL));
    (void)step((uintptr_t)nf_options_free, options, NULL, NULL);
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

/*
 * Makes the call, and the caller's next lazily bound call. No code between them can hide data that the library left.
 * For a core dump the process then waits in this state.
 */
static nf_error *call(const nf_client *client, nf_token **token)
{
    const uintptr_t out = how.no_out ? 0 : (uintptr_t)token;
    const uintptr_t on_client[6] = {(uintptr_t)client, (uintptr_t)key, (uintptr_t)login, (uintptr_t)secret, out};
    const uintptr_t one_shot[6] = {(uintptr_t)key, (uintptr_t)login, (uintptr_t)secret, out};
    const uintptr_t function = how.one_shot ? (uintptr_t)nf_get_token : (uintptr_t)nf_client_get_token;
    uintptr_t error;
    char byte;

    how.lazy = lazy_rearm();
    unmask(brief.key, key);
    unmask(brief.login, login);
    unmask(brief.secret, secret);
    error = call_and_save(function, how.one_shot ? one_shot : on_client, &registers);
    lazy_call();
    /* The caller wipes the key, as the header requires. The library wipes the other two, and the scan includes them. */
    wipe(key, sizeof key);
    read_secrets("call");
    if (how.dump) {
        if (how.plant != NULL)
            controls_leave(how.plant, &brief);
        (void)bare_write(1, "ready\n", 6);
        while (bare_read(0, &byte, 1) > 0)
            ;
    }
    return (nf_error *)error;
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
enum { MAX_TOKENS = 100 };

static void add_pattern(const char *name, const char *text)
{
    static const unsigned char plain[WINDOW];
    struct hidden pattern = {(const unsigned char *)text, strlen(text), plain};

    windows_add_text(pattern, brief_pattern(&brief, name));
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
    nf_client_cancel(client);
    return NULL;
}

static void call_and_scan(nf_client *client, long number)
{
    pthread_t canceller;
    if (how.cancel && pthread_create(&canceller, NULL, cancel, client) != 0)
        exit(2);
    nf_token *token = NULL;
    nf_error *error = call(client, &token);

    scan_process(&scan, number == 0 ? ALL : WRITABLE);
    if (token != NULL) {
        ignore_finds_in(nf_token_authorization(token));
        ignore_finds_in(nf_token_refresh_token(token));
    }
    if (token != NULL && number < MAX_TOKENS) {
        add_pattern("token", nf_token_value(token));
        add_pattern("refresh", nf_token_refresh_token(token));
    }
    report_add(RETURNED, &scan);
    if (how.cancel)
        pthread_join(canceller, NULL);
    count_code(nf_error_name(error));
    if (token != NULL)
        free_token(token, number % 2 == 0);
    if (error != NULL)
        call_other((uintptr_t)nf_error_free, (uintptr_t)error, 0, 0);
    scan_process(&scan, WRITABLE);
    report_add(FREED, &scan);
}

static void scan_core(const char *file)
{
    brief_read(&brief);
    scan_file(&scan, file);
    report_add(DUMPED, &scan);
    report_print("dumped", &brief);
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
        how.dump |= strcmp(argv[i], "dump") == 0;
        how.keep_alive |= strcmp(argv[i], "keep-alive") == 0;
        how.log |= strcmp(argv[i], "log") == 0;
        how.share |= strcmp(argv[i], "share") == 0;
        how.cancel |= strcmp(argv[i], "cancel") == 0;
        how.environment_proxy |= strcmp(argv[i], "environment-proxy") == 0;
        if (strncmp(argv[i], "chain=", 6) == 0)
            how.chain = argv[i] + 6;
        if (strncmp(argv[i], "client-key=", 11) == 0)
            how.client_key = argv[i] + 11;
        if (strncmp(argv[i], "proxy=", 6) == 0)
            how.proxy = argv[i] + 6;
        if (strncmp(argv[i], "secrets=", 8) == 0)
            how.secrets = argv[i] + 8;
        if (strncmp(argv[i], "plant=", 6) == 0)
            how.plant = argv[i] + 6;
    }
    /* Allows a debugger that is not the parent process. */
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    brief_read(&brief);

    scan_process(&scan, ALL);
    report_add(BEFORE, &scan);
    if (!how.dump)
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
