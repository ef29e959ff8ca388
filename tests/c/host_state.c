/*
 * Calls succeed, time out, are cancelled or are cut off, while a timer interrupts them a thousand times per second.
 * They return as expected, and the state of the process does not change. SIGPIPE would end the process. Arguments: base
 * URLs of the stub, of its silent port, and of a peer that resets the connection; a proxy that closes before the client
 * sends; CA file. Standard input: key, login, secret.
 */
#define _GNU_SOURCE
#include "check.h"
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { SIGNALS = 65, LIMITS = RLIM_NLIMITS, CALLS = 20, TIMEOUT_MS = 300, CANCEL_MS = 50, LATE_MS = 10 };

static char key[256], login[256], secret[256];
static volatile sig_atomic_t alarms;

static void count(int number)
{
    (void)number;
    alarms = alarms + 1;
}

/* State that belongs to the whole process. */
struct state {
    struct {
        void (*handler)(int);
        int flags;
        uint64_t mask;
    } actions[SIGNALS];
    uint64_t mask;
    struct rlimit limits[LIMITS];
    char locale[256], directory[4096];
    char **environment;
    size_t environment_hash;
    mode_t umask;
    long flags[3];
};

/* Converts a set to a number, because not all of its bytes are used. */
static uint64_t bits(const sigset_t *set)
{
    uint64_t bits = 0;
    for (int i = 1; i < SIGNALS; i++)
        bits |= (uint64_t)(sigismember(set, i) == 1) << (i - 1);
    return bits;
}

static void look(struct state *state)
{
    memset(state, 0, sizeof *state);
    for (int i = 1; i < SIGNALS; i++) {
        struct sigaction action;
        if (sigaction(i, NULL, &action) != 0)
            continue; /* used by the C library */
        state->actions[i].handler = action.sa_handler;
        state->actions[i].flags = action.sa_flags;
        state->actions[i].mask = bits(&action.sa_mask);
    }
    sigset_t mask;
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0);
    state->mask = bits(&mask);
    for (int i = 0; i < LIMITS; i++)
        CHECK(getrlimit((__rlimit_resource_t)i, &state->limits[i]) == 0);
    snprintf(state->locale, sizeof state->locale, "%s", setlocale(LC_ALL, NULL));
    CHECK(getcwd(state->directory, sizeof state->directory) != NULL);
    state->environment = environ;
    for (char **entry = environ; *entry != NULL; entry++)
        for (const char *c = *entry; *c != '\0'; c++)
            state->environment_hash = state->environment_hash * 31 + (unsigned char)*c;
    state->umask = umask(0);
    umask(state->umask);
    for (int i = 0; i < 3; i++)
        state->flags[i] = fcntl(i, F_GETFL);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void *cancel_soon(void *client)
{
    for (double start = now_ms(); now_ms() - start < CANCEL_MS;) {
        struct timespec moment = {0, 1000000}; /* the timer may interrupt it */
        nanosleep(&moment, NULL);
    }
    nf_client_cancel(client);
    return NULL;
}

static double call(const char *base_url, const char *proxy, const char *ca_file, int32_t code)
{
    pthread_t canceller;
    char my_login[256], my_secret[256];
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL;

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    EXPECT(nf_options_set_base_url(options, base_url), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
    if (proxy != NULL)
        EXPECT(nf_options_set_proxy(options, proxy), NF_OK);
    if (code == NF_TIMEOUT)
        EXPECT(nf_options_set_timeout_ms(options, TIMEOUT_MS), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    if (code == NF_CANCELLED)
        CHECK(pthread_create(&canceller, NULL, cancel_soon, client) == 0);
    double start = now_ms();
    EXPECT(nf_client_get_token(client, key, my_login, my_secret, &token), code);
    double took = now_ms() - start;
    if (code == NF_CANCELLED)
        CHECK(pthread_join(canceller, NULL) == 0);
    nf_token_free(token);
    nf_client_free(client);
    nf_options_free(options);
    return took;
}

int main(int argc, char **argv)
{
    static struct state before, after;
    struct sigaction on_alarm = {.sa_handler = count}; /* no SA_RESTART: every wait is interrupted */
    struct itimerval often = {{0, 1000}, {0, 1000}}, never = {{0, 0}, {0, 0}};
    double best = 1e9;

    if (argc != 6)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    CHECK(sigaction(SIGALRM, &on_alarm, NULL) == 0);
    look(&before);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    for (int i = 0; i < CALLS; i++) {
        call(argv[1], NULL, argv[5], NF_OK);
        call(argv[3], NULL, argv[5], NF_DISCONNECTED);
        call(argv[1], argv[4], argv[5], NF_PROXY);
    }
    call(argv[2], NULL, argv[5], NF_CANCELLED);
    for (int i = 0; i < 3; i++) {
        double over = call(argv[2], NULL, argv[5], NF_TIMEOUT) - TIMEOUT_MS;
        best = over < best ? over : best;
    }
    if (best < 0 || best > LATE_MS) {
        fprintf(stderr, "returned %.1f ms late\n", best);
        failures++;
    }
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    look(&after);
    for (int i = 1; i < SIGNALS; i++) {
        if (before.actions[i].handler != after.actions[i].handler ||
            before.actions[i].flags != after.actions[i].flags || before.actions[i].mask != after.actions[i].mask) {
            fprintf(stderr, "signal %d has another action\n", i);
            failures++;
        }
    }
    CHECK(before.mask == after.mask);
    CHECK(memcmp(&before.limits, &after.limits, sizeof before.limits) == 0);
    CHECK(strcmp(before.locale, after.locale) == 0);
    CHECK(strcmp(before.directory, after.directory) == 0);
    CHECK(before.environment == after.environment && before.environment_hash == after.environment_hash);
    CHECK(before.umask == after.umask);
    CHECK(memcmp(before.flags, after.flags, sizeof before.flags) == 0);
    CHECK(alarms > TIMEOUT_MS);
    return finish();
}
