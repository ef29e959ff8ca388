/*
 * A thread cancels itself asynchronously in the log callback during a call. The call completes, its buffers are wiped,
 * and it returns a token. Arguments: base URL, CA file. Standard input: key, login, secret.
 */
#include "check.h"
#include <pthread.h>

static char key[256], login[256], secret[256];
static size_t login_length, secret_length;
static const char *base_url, *ca_file;
static nf_client *client;
static nf_token *token;
static int lines, is_received;

static void cancel_this_thread(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    if (lines++ == 0)
        CHECK(pthread_cancel(pthread_self()) == 0);
    is_received |= strncmp(step_of(line), "token received", 14) == 0;
}

static void *call(void *unused)
{
    nf_error *error;

    CHECK(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL) == 0);
    error = nf_client_get_token(client, key, login, secret, &token);
    /*
     * Some versions of glibc end the thread inside the call, after it is complete, others at the next cancellation
     * point.
     */
    nf_error_free(error);
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
    base_url = argv[1];
    ca_file = argv[2];
    read_line(key, sizeof key);
    login_length = strlen(read_line(login, sizeof login));
    secret_length = strlen(read_line(secret, sizeof secret));
    EXPECT(nf_options_set_base_url(options, base_url), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
    EXPECT(nf_options_set_log(options, cancel_this_thread, NULL), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);

    CHECK(pthread_create(&thread, NULL, call, NULL) == 0);
    CHECK(pthread_join(thread, &result) == 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK(lines > 1 && is_received && token != NULL);
    CHECK(all_zero(login, login_length) && all_zero(secret, secret_length));
    nf_token_free(token);
    nf_client_free(client);
    return finish();
}
