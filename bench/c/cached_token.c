/*
 * Hands out the cached token of a session many times, or makes many sessions, and prints the cost. See bench/README.md.
 *
 *     cached_token BASE_URL CA_FILE threads THREADS CALLS    prints the nanoseconds of CALLS calls on each thread
 *     cached_token BASE_URL CA_FILE marked 1 CALLS           writes `begin` before the calls, and `end` after them
 *     cached_token BASE_URL CA_FILE sessions 1 SESSIONS      prints the bytes that SESSIONS sessions with a token add
 *
 * Standard input has key, login and secret, one per line. A fourth line is the client secret of the OAuth 2.0 service.
 */
#define _DEFAULT_SOURCE /* explicit_bzero, clock_gettime, barriers */
#include "login.h"
#include "nanoseconds.h"

#include <inttypes.h>
#include <nativeflow.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_THREADS = 64 };

static nf_session *session;
static pthread_barrier_t start_line;
static long calls;
static int failures;

static int fails(nf_error *error)
{
    if (error != NULL)
        fprintf(stderr, "%s: %s\n", nf_error_name(error), nf_error_message(error));
    int failed = error != NULL;
    nf_error_free(error);
    return failed;
}

static nf_client *new_client(const char *base_url, const char *ca_file, const struct login *login)
{
    nf_client *client = NULL;
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, base_url);

    if (error == NULL)
        error = nf_options_set_ca_file(options, ca_file);
    if (error == NULL && login->client_secret != NULL)
        error = nf_options_use_oauth2(options);
    if (error == NULL && login->client_secret != NULL)
        error = nf_options_set_client_secret(options, login->client_secret, strlen(login->client_secret));
    if (error == NULL)
        error = nf_client_new(options, &client);
    nf_options_free(options);
    failures += fails(error);
    return client;
}

static void call(void)
{
    for (long left = calls; left > 0; left--) {
        nf_token *token;
        nf_error *error = nf_session_get_token(session, &token);
        if (error != NULL) {
            failures += fails(error);
            return;
        }
        nf_token_free(token);
    }
}

static void *call_on_thread(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&start_line);
    call();
    return NULL;
}

static void on_threads(unsigned threads)
{
    pthread_t ids[MAX_THREADS];

    pthread_barrier_init(&start_line, NULL, threads + 1);
    for (unsigned i = 0; i < threads; i++)
        failures += pthread_create(&ids[i], NULL, call_on_thread, NULL) != 0;
    pthread_barrier_wait(&start_line);
    int64_t start = now();
    for (unsigned i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    printf("%" PRId64 "\n", now() - start);
}

/* Each mark is one system call. */
static void marked(void)
{
    call(); /* what is made once is made before */
    failures += write(STDERR_FILENO, "begin\n", 6) != 6;
    call();
    failures += write(STDERR_FILENO, "end\n", 4) != 4;
}

/* Returns the memory of the process, in bytes. */
static long resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    failures += file == NULL || fscanf(file, "%*d %ld", &pages) != 1;
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* Makes sessions of different users, each with a token of the same size as the user's. */
static void many_sessions(const nf_client *client, const char *key)
{
    nf_session **all = malloc((size_t)calls * sizeof *all);
    nf_token *token;

    memset(all, 0, (size_t)calls * sizeof *all);
    if (fails(nf_session_get_token(session, &token)))
        exit(1);
    long before = resident();
    for (long i = 0; i < calls && failures == 0; i++) {
        char login[64];
        snprintf(login, sizeof login, "user.number.%06ld@example.com", i);
        failures += fails(nf_session_new(client, key, login, &all[i]));
        if (failures == 0)
            failures += fails(nf_session_set_token(all[i], token));
    }
    printf("%ld\n", resident() - before);
    for (long i = 0; i < calls; i++)
        nf_session_free(all[i]);
    nf_token_free(token);
    free(all);
}

int main(int argc, char **argv)
{
    struct login login;
    nf_token *token = NULL;
    char key[256];

    if (argc != 6 || read_login(&login) != 0)
        return 1;
    calls = atol(argv[5]);
    const int threads = atoi(argv[4]);
    if (threads < 1 || threads > MAX_THREADS)
        return 1;
    nf_client *client = new_client(argv[1], argv[2], &login);
    if (client == NULL || fails(nf_session_new(client, login.key, login.name, &session)) ||
        fails(nf_session_log_in(session, login.secret, &token)))
        return 1;
    nf_token_free(token);
    snprintf(key, sizeof key, "%s", login.key);
    explicit_bzero(&login, sizeof login);
    if (strcmp(argv[3], "threads") == 0)
        on_threads((unsigned)threads);
    else if (strcmp(argv[3], "marked") == 0)
        marked();
    else
        many_sessions(client, key);
    nf_session_free(session);
    nf_client_free(client);
    return failures != 0;
}
