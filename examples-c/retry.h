/* Gets a token, and tries again after the time that an error asks for. */
#ifndef RETRY_H
#define RETRY_H

#include <nativeflow.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

/* Bytes of a login or a secret, with its NUL. */
enum { MAX_TEXT = 1024 };

/*
 * Login and secret stay as they are; the caller wipes them. Each call gets copies, because a call wipes the buffers that it
 * gets: a retry with the same buffers would send an empty password, which counts as a failed login.
 *
 * Waits for at most max_wait_ms, in total. Does not try again if *is_stopped is not 0.
 */
static nf_error *get_token_with_retry(const nf_client *client, const char *key, const char *login, const char *secret,
                                      int64_t max_wait_ms, atomic_int *is_stopped, nf_token **token)
{
    const struct timespec tenth = {0, 100000000};
    char login_copy[MAX_TEXT], secret_copy[MAX_TEXT];

    for (;;) {
        strcpy(login_copy, login);
        strcpy(secret_copy, secret);
        nf_error *error = nf_client_get_token(client, key, login_copy, secret_copy, token);
        int64_t wait = nf_error_retry_after_ms(error); /* -1: no error, or one that a retry does not fix */
        max_wait_ms -= wait;
        if (wait < 0 || max_wait_ms < 0)
            return error;
        for (; wait > 0 && !*is_stopped; wait -= 100)
            nanosleep(&tenth, NULL);
        if (*is_stopped)
            return error;
        nf_error_free(error);
    }
}

#endif
