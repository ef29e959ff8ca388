/*
 * The data of a callback is used until the library calls the functions that were passed to nf_options_on_release, once
 * each. Here such a function frees the data of the log. Arguments: base URL of a server that sends nothing, CA file.
 * Standard input: key, login, secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { CALLS = 8 };

static char key[256], login[256], secret[256];

/* The `user` pointer of the log points to this. */
struct lines {
    atomic_int connected, ended;
};

static atomic_int releases, ended_before_release;
static int order[2];

static void note(void *user, int32_t level, const char *line)
{
    struct lines *lines = user;
    struct timespec moment = {0, 50000000};

    (void)level;
    lines->connected += strncmp(step_of(line), "connect ", 8) == 0;
    if (strncmp(step_of(line), "failed ", 7) == 0) {
        /* Waits longer than nf_client_free needs to return. */
        nanosleep(&moment, NULL);
        lines->ended++;
    }
}

static void release(void *user)
{
    struct lines *lines = user;

    ended_before_release = lines->ended;
    releases++;
    memset(lines, 0xff, sizeof *lines);
    free(lines);
}

static void release_second(void *user)
{
    *(int *)user = 2;
    releases++;
}

static void *call(void *client)
{
    char my_login[256], my_secret[256];
    nf_token *token = NULL;

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    EXPECT(nf_client_get_token(client, key, my_login, my_secret, &token), NF_CANCELLED);
    return NULL;
}

static void arguments(void)
{
    nf_options *options = nf_options_new();

    EXPECT(nf_options_on_release(NULL, release_second, &order[0]), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_on_release(options, NULL, NULL), NF_INVALID_ARGUMENT);
    nf_options_free(options);
    CHECK(releases == 0);

    /* Without a client the options release the data. An invalid setting changes nothing. */
    options = nf_options_new();
    EXPECT(nf_options_on_release(options, release_second, &order[0]), NF_OK);
    EXPECT(nf_options_set_base_url(options, "nowhere"), NF_INVALID_OPTION);
    CHECK(releases == 0);
    nf_options_free(options);
    CHECK(releases == 1 && order[0] == 2);
    releases = 0;

    /* A client that cannot be created retains nothing. */
    options = nf_options_new();
    EXPECT(nf_options_on_release(options, release_second, &order[0]), NF_OK);
    EXPECT(nf_client_new(options, NULL), NF_INVALID_ARGUMENT);
    nf_options_free(options);
    CHECK(releases == 1);
    releases = 0;
}

int main(int argc, char **argv)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL, *share = NULL, *later = NULL;
    struct lines *lines = calloc(1, sizeof *lines);
    struct timespec moment = {0, 1000000};
    pthread_t threads[CALLS];

    if (argc != 3)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    arguments();

    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    /* Calls of one user overlap, and end without a response. */
    EXPECT(nf_options_set_hold_back_ms(options, 0), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_options_set_log(options, note, lines), NF_OK);
    EXPECT(nf_options_on_release(options, release, lines), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    /* Applies to options and clients that are created from now on, not to the existing client. */
    EXPECT(nf_options_on_release(options, release_second, &order[1]), NF_OK);
    EXPECT(nf_client_new(options, &later), NF_OK);
    EXPECT(nf_client_share(client, 0, &share), NF_OK);
    nf_options_free(options);
    CHECK(releases == 0);
    nf_client_free(later);
    CHECK(releases == 1 && order[1] == 2);

    for (int i = 0; i < CALLS; i++)
        CHECK(pthread_create(&threads[i], NULL, call, i % 2 ? client : share) == 0);
    while (lines->connected < CALLS)
        nanosleep(&moment, NULL);
    nf_client_free(client);
    nf_client_free(share);
    CHECK(releases == 1);
    for (int i = 0; i < CALLS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(releases == 2 && ended_before_release == CALLS);
    return finish();
}
