/*
 * Gets a token for each user of a list, at night, without locking their accounts: docs/batch.md.
 *
 *     batch BASE_URL CONSUMER_KEY MAX_WAIT_SECONDS [CA_FILE] < list
 *
 * A line of the list is LOGIN,PASSWORD. The password is everything after the first comma. MAX_WAIT_SECONDS limits how long
 * one user waits for retries. Exit code: 0 each user has a token, 1 some have none, 2 nothing was sent, 3 stopped early.
 */
#define _POSIX_C_SOURCE 200809L
#include "batch_client.h"
#include "batch_user.h"
#include <stdlib.h>

enum { THREADS = 4 };

static void *run(void *batch)
{
    while (next_user(batch))
        ;
    return NULL;
}

/* Prints the last line, and returns the exit code. */
static int print_end(const struct batch *batch)
{
    int is_empty = batch->tokens + batch->failures == 0, code = batch->stopped_by;
    const char *remedy = code < 40 ? "Check the consumer key first." : "Follow the remedy of the last failure.";
    printf("%d token%s, %d failure%s", batch->tokens, batch->tokens == 1 ? "" : "s", batch->failures,
           batch->failures == 1 ? "" : "s");
    if (code != 0)
        printf(". Stopped: several users in a row failed. %s", remedy);
    puts(is_empty ? ". The list is empty." : "");
    return is_empty ? 2 : code != 0 ? 3 : batch->failures > 0;
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
    nf_error *error = connect_client(argv[1], argv[2], argv[4], &batch.client); /* argv[argc] is NULL */
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
    nf_client_free(batch.client);
    return print_end(&batch);
}
