/*
 * A thread that is cancelled inside a call finishes the call, with its buffers wiped, and ends at its next chance.
 * Arguments: base URL that answers nothing, CA file.
 */
#include "check.h"
#include <pthread.h>

static nf_client *client;
static int returned, wiped;

static void *work(void *unused)
{
    char login[] = "login@example.com", secret[] = "a secret";
    nf_token *token = NULL;

    EXPECT(nf_client_get_token(client, "key", login, secret, &token), NF_TIMEOUT);
    wiped = all_zero(login, sizeof login) && all_zero(secret, sizeof secret);
    returned = 1;
    for (;;)
        pthread_testcancel();
    return unused;
}

int main(int argc, char **argv)
{
    nf_options *options = nf_options_new();
    pthread_t thread;
    void *result = NULL;

    if (argc != 3)
        return 2;
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_options_set_timeout_ms(options, 500), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);

    /* At once: it is pending when the call begins, or comes while it waits. Both must not matter. */
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    CHECK(pthread_cancel(thread) == 0);
    CHECK(pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK(returned && wiped);
    nf_client_free(client);
    return finish();
}
