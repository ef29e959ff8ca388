/* One user of a batch: reads a line LOGIN,PASSWORD, gets a token, prints the result, and decides whether the batch goes on. */
#ifndef BATCH_USER_H
#define BATCH_USER_H

#include "read_line.h"
#include "retry.h"
#include <pthread.h>

/* More users in a row than have a wrong password by chance. Companies allow about as many failed logins for one account. */
enum { MAX_FAILURES_IN_A_ROW = 3 };

struct batch {
    nf_client *client;
    const char *key;
    int64_t max_wait_ms;
    atomic_int stopped_by; /* the code of the failure that stopped the batch, or 0 */
    pthread_mutex_t lock;  /* of standard input, standard output, and what follows */
    int lines, tokens, failures, failures_in_a_row, is_at_end;
};

/* The line and not the login identifies the user: the output may go to a log. */
static void report(struct batch *batch, int line, const nf_token *token, const nf_error *error, const char *fault)
{
    if (token != NULL) { /* a program stores the token here */
        time_t expires = (time_t)nf_token_expires_at(token);
        char when[32] = "at an unknown time";
        if (expires >= 0)
            strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", gmtime(&expires));
        printf("line %d: token, expires %s\n", line, when);
        batch->tokens++;
        batch->failures_in_a_row = 0;
        return;
    }
    batch->failures++;
    if (error == NULL) {
        printf("line %d: %s\n", line, fault);
        return;
    }
    printf("line %d: %s: %s. %s\n", line, nf_error_name(error), nf_error_message(error), nf_error_remedy(error));
    if (nf_error_code(error) >= NF_DENIED && ++batch->failures_in_a_row == MAX_FAILURES_IN_A_ROW) /* below: not sent */
        batch->stopped_by = nf_error_code(error);
}

/* Handles the next line. Returns 0 if there is none, or if the batch has stopped. Several threads may call it. */
static int next_user(struct batch *batch)
{
    char text[MAX_TEXT], *comma;
    nf_token *token = NULL;
    nf_error *error = NULL;

    pthread_mutex_lock(&batch->lock);
    int is_over = batch->is_at_end || batch->stopped_by != 0, line = ++batch->lines;
    const char *fault = is_over ? NULL : fault_of_line(text, sizeof text);
    batch->is_at_end |= feof(stdin) != 0;
    pthread_mutex_unlock(&batch->lock);
    if (is_over || (fault == NULL && text[0] == '\0'))
        return !is_over;
    if (fault == NULL && ((comma = strchr(text, ',')) == NULL || comma[1] == '\0'))
        fault = "not LOGIN,PASSWORD";
    if (fault == NULL) {
        *comma = '\0';
        error = get_token_with_retry(batch->client, batch->key, text, comma + 1, batch->max_wait_ms, &batch->stopped_by,
                                     &token);
    }
    wipe(text, sizeof text);
    pthread_mutex_lock(&batch->lock);
    report(batch, line, token, error, fault);
    pthread_mutex_unlock(&batch->lock);
    nf_token_free(token);
    nf_error_free(error);
    return 1;
}

#endif
