/*
 * Four calls to host names whose DNS server is silent time out. Immediately after that, three lookups succeed: a name
 * that the DNS server knows, a name from the hosts file, and localhost. Arguments: port, CA file. Standard input: key,
 * login, secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <pthread.h>

enum { NAMES = 4, SHORT_MS = 200, LONG_MS = 3000 };

static char key[256], login[256], secret[256];
static const char *port, *ca_file;

struct call {
    const char *host;
    uint32_t timeout_ms;
    int32_t code;
};

static void *get_token(void *argument)
{
    const struct call *call = argument;
    char url[64], my_login[256], my_secret[256];
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL;

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    snprintf(url, sizeof url, "https://%s:%s", call->host, port);
    EXPECT(nf_options_set_base_url(options, url), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
    EXPECT(nf_options_set_timeout_ms(options, call->timeout_ms), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    EXPECT(nf_client_get_token(client, key, my_login, my_secret, &token), call->code);
    nf_token_free(token);
    nf_client_free(client);
    return NULL;
}

int main(int argc, char **argv)
{
    struct call silent[NAMES] = {{"hang1.test", SHORT_MS, NF_TIMEOUT},
                                 {"hang2.test", SHORT_MS, NF_TIMEOUT},
                                 {"hang3.test", SHORT_MS, NF_TIMEOUT},
                                 {"hang4.test", SHORT_MS, NF_TIMEOUT}};
    /* The certificate is not valid for known.test, so the connection was made. */
    struct call good[] = {
        {"concur.test", LONG_MS, NF_OK}, {"known.test", LONG_MS, NF_TLS_UNTRUSTED}, {"localhost", LONG_MS, NF_OK}};
    pthread_t threads[NAMES];

    if (argc != 3)
        return 2;
    port = argv[1];
    ca_file = argv[2];
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    for (int i = 0; i < NAMES; i++)
        CHECK(pthread_create(&threads[i], NULL, get_token, &silent[i]) == 0);
    for (int i = 0; i < NAMES; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        get_token(&good[i]);
    return finish();
}
