/*
 * Gets a token for each user of a list, at night, without locking their accounts: docs/batch.md.
 *
 *     batch BASE_URL CONSUMER_KEY MAX_WAIT_SECONDS [CA_FILE] < list
 *
 * A line of the list is LOGIN,PASSWORD. The password is everything after the first comma. MAX_WAIT_SECONDS limits how long
 * one user waits for retries. Exit code: 0 each user has a token, 1 some have none, 2 nothing was sent, 3 stopped early.
 */
#define _POSIX_C_SOURCE 200809L
#include "batch_user.h"
#include <stdlib.h>

enum { THREADS = 4 };

static void *run(void *batch)
{
    while (next_user(batch))
        ;
    return NULL;
}

static nf_error *connect_batch(struct batch *batch, const char *base_url, const char *ca_file)
{
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, base_url);
    if (error == NULL && ca_file != NULL)
        error = nf_options_set_ca_file(options, ca_file);
    if (error == NULL) /* the next user uses an idle connection, so there are as many connections as threads */
        error = nf_options_set_keep_alive_ms(options, 30000);
    if (error == NULL)
        error = nf_client_new(options, &batch->client);
    nf_options_free(options);
    return error;
}

int main(int argc, char **argv)
{
    struct batch batch = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[THREADS];
    int started = 0;
    char *end = "";
    long max_wait = argc < 4 ? 0 : strtol(argv[3], &end, 10);

    if (argc < 4 || argc > 5 || argv[3] == end || *end != '\0' || max_wait < 0 || max_wait > 86400) {
        fprintf(stderr, "usage: %s BASE_URL CONSUMER_KEY MAX_WAIT_SECONDS [CA_FILE] < list\n", argv[0]);
        return 2;
    }
    setvbuf(stdin, NULL, _IONBF, 0); /* a buffered stream would keep copies of the secrets */
    batch.key = argv[2];
    batch.max_wait_ms = max_wait * INT64_C(1000);
    nf_error *error = connect_batch(&batch, argv[1], argv[4]); /* argv[argc] is NULL */
    if (error != NULL) {
        fprintf(stderr, "%s: %s. %s\n", nf_error_name(error), nf_error_message(error), nf_error_remedy(error));
        nf_error_free(error);
        return 2;
    }
    /* One user at a time until the first token: a wrong key costs three failed logins, and not more on other threads. */
    while (batch.tokens == 0 && next_user(&batch))
        ;
    while (started < THREADS && pthread_create(&threads[started], NULL, run, &batch) == 0)
        started++;
    if (started == 0)
        run(&batch);
    while (started > 0)
        pthread_join(threads[--started], NULL);
    printf("%d tokens, %d failures%s\n", batch.tokens, batch.failures,
           batch.is_stopped ? ". Stopped: several users in a row failed. Check the consumer key first." : "");
    nf_client_free(batch.client);
    return batch.is_stopped ? 3 : batch.failures > 0;
}
