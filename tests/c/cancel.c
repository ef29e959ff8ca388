/*
 * A thread that is cancelled inside a call completes the call, including the wiping of its buffers, and ends at the
 * next cancellation point. Arguments: base URL of a server that sends nothing, CA file.
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

    /*
     * The cancellation is pending when the call begins, or arrives while the call waits. Neither may affect the call.
     */
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    CHECK(pthread_cancel(thread) == 0);
    CHECK(pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK(returned && wiped);
    nf_client_free(client);
    return finish();
}
