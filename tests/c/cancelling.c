/*
 * Cancels eight concurrent calls from another thread, twice. Between and after the cancellations the client works. Then
 * frees the client during eight calls. Arguments: base URL of a server that sends nothing on the first eight
 * connections, base URL of a server that never sends anything, CA file, maximum delay of a cancelled call in ms.
 * Standard input: key, login, secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { THREADS = 8 };

static char key[256], login[256], secret[256];
static atomic_int connected;

struct call {
    nf_client *client;
    nf_error *error;
    double end;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static nf_error *get_token(const nf_client *client)
{
    char my_login[256], my_secret[256];
    nf_token *token = NULL;

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    nf_error *error = nf_client_get_token(client, key, my_login, my_secret, &token);
    CHECK(all_zero(my_login, strlen(login)) && all_zero(my_secret, strlen(secret)));
    nf_token_free(token);
    return error;
}

static void *work(void *argument)
{
    struct call *call = argument;
    call->error = get_token(call->client);
    call->end = now_ms();
    return NULL;
}

/* Counts the calls that are connected. */
static void count_connections(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    if (strncmp(step_of(line), "connect ", 8) == 0)
        connected++;
}

/* Waits until eight calls are connected, ends them with `stop`, and checks that they return immediately. */
static void interrupted(nf_client *client, void (*stop)(nf_client *), double limit)
{
    struct timespec moment = {0, 50000000};
    pthread_t threads[THREADS];
    struct call calls[THREADS];

    connected = 0;
    for (int i = 0; i < THREADS; i++) {
        calls[i].client = client;
        CHECK(pthread_create(&threads[i], NULL, work, &calls[i]) == 0);
    }
    while (connected < THREADS)
        nanosleep(&moment, NULL);
    nanosleep(&moment, NULL);
    double start = now_ms();
    stop(client);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        if (calls[i].end - start > limit) {
            fprintf(stderr, "a call returned %.1f ms late\n", calls[i].end - start);
            failures++;
        }
        EXPECT(calls[i].error, NF_CANCELLED);
    }
}

static void cancel(nf_client *client)
{
    nf_client_cancel(client);
}

static nf_client *client_for(const char *base_url, const char *ca_file)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    EXPECT(nf_options_set_base_url(options, base_url), NF_OK);
    /* Calls of one user overlap, and end without a response. */
    EXPECT(nf_options_set_hold_back_ms(options, 0), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
    EXPECT(nf_options_set_log(options, count_connections, NULL), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    return client;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    double limit = strtod(argv[4], NULL);
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);

    nf_client *client = client_for(argv[1], argv[3]);
    interrupted(client, cancel, limit);
    EXPECT(get_token(client), NF_OK);
    nf_client_cancel(client); /* no call runs, so it has no effect */
    EXPECT(get_token(client), NF_OK);
    nf_client_free(client);

    interrupted(client_for(argv[2], argv[3]), nf_client_free, limit);
    return finish();
}
