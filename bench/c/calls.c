/*
 * Gets a token many times with one client, each on a new connection, and prints how many nanoseconds each call took.
 *
 *     calls BASE_URL CA_FILE COUNT      key, login and secret on standard input, one a line
 */
#define _DEFAULT_SOURCE /* explicit_bzero, clock_gettime */
#include "login.h"

#include <nativeflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static long long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static nf_client *new_client(const char *base_url, const char *ca_file)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_error *error = nf_options_set_base_url(options, base_url);

    if (error == NULL)
        error = nf_options_set_ca_file(options, ca_file);
    if (error == NULL)
        error = nf_client_new(options, &client);
    if (error != NULL)
        fprintf(stderr, "%s: %s\n", nf_error_name(error), nf_error_message(error));
    nf_error_free(error);
    nf_options_free(options);
    return client;
}

int main(int argc, char **argv)
{
    struct login login;
    nf_client *client;
    int failed = 0;

    if (argc != 4 || read_login(&login) != 0)
        return 1;
    client = new_client(argv[1], argv[2]);
    if (client == NULL)
        return 1;
    for (int left = atoi(argv[3]); left > 0 && !failed; left--) {
        char name[256], secret[256]; /* each call wipes its own */
        nf_token *token;

        snprintf(name, sizeof name, "%s", login.name);
        snprintf(secret, sizeof secret, "%s", login.secret);
        long long start = now();
        nf_error *error = nf_client_get_token(client, login.key, name, secret, &token);

        nf_token_free(token);
        printf("%lld\n", now() - start);
        failed = error != NULL;
        if (failed)
            fprintf(stderr, "%s: %s\n", nf_error_name(error), nf_error_message(error));
        nf_error_free(error);
    }
    explicit_bzero(&login, sizeof login);
    nf_client_free(client);
    return failed;
}
