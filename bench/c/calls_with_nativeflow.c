/*
 * Gets a token many times with nativeflow and prints the duration of each call. It does the same as
 * calls_with_libcurl.c; see bench/README.md.
 *
 *     calls_with_nativeflow BASE_URL CA_FILE COUNT kept|resumed|full
 *
 * Key, login, secret and (OAuth 2.0) client secret are on standard input, one per line.
 *
 * Prints for each call its nanoseconds, the token, its expiry in Unix seconds and the instance URL, one per line.
 */
#define _DEFAULT_SOURCE /* explicit_bzero, clock_gettime */
#include "calls.h"
#include "login.h"

#include <nativeflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer than a whole run, so that no idle connection is closed. */
#define KEEP_ALIVE_MS 60000

static nf_error *new_client(const nf_options *options, nf_client **client)
{
    nf_client_free(*client);
    return nf_client_new(options, client);
}

static nf_error *configure(nf_options *options, const char *base_url, const char *ca_file, enum connection connection,
                           const struct login *login)
{
    nf_error *error = nf_options_set_base_url(options, base_url);

    if (error == NULL)
        error = nf_options_set_ca_file(options, ca_file);
    if (error == NULL && connection == KEPT)
        error = nf_options_set_keep_alive_ms(options, KEEP_ALIVE_MS);
    if (error == NULL && login->client_secret != NULL)
        error = nf_options_use_oauth2(options);
    if (error == NULL && login->client_secret != NULL)
        error = nf_options_set_client_secret(options, login->client_secret, strlen(login->client_secret));
    return error;
}

static nf_error *call(const nf_client *client, const struct login *login)
{
    char name[256], secret[256]; /* each call wipes its copies */
    char value[512] = "", instance_url[512] = "";
    nf_token *token;

    snprintf(name, sizeof name, "%s", login->name);
    snprintf(secret, sizeof secret, "%s", login->secret);
    int64_t start = now();
    nf_error *error = nf_client_get_token(client, login->key, name, secret, &token);
    int64_t expires_at = nf_token_expires_at(token);

    nf_token_copy_value(token, value, sizeof value);
    snprintf(instance_url, sizeof instance_url, "%s", nf_token_instance_url(token));
    nf_token_free(token);
    int64_t end = now();

    if (error == NULL)
        print_call(end - start, value, expires_at, instance_url);
    explicit_bzero(value, sizeof value);
    return error;
}

int main(int argc, char **argv)
{
    enum connection connection;
    struct login login;
    nf_client *client = NULL;

    if (argc != 5 || (connection = connection_of(argv[4])) == UNKNOWN || read_login(&login) != 0)
        return 1;
    nf_options *options = nf_options_new();
    nf_error *error = configure(options, argv[1], argv[2], connection, &login);
    if (error == NULL)
        error = new_client(options, &client);
    for (int left = atoi(argv[3]); left > 0 && error == NULL; left--) {
        /*
         * A client without an earlier call has no session to resume. It reads its root certificates here, outside the
         * measured time.
         */
        if (connection == FULL)
            error = new_client(options, &client);
        if (error == NULL)
            error = call(client, &login);
    }
    int failed = error != NULL;
    if (failed)
        fprintf(stderr, "%s: %s\n", nf_error_name(error), nf_error_message(error));
    explicit_bzero(&login, sizeof login);
    nf_error_free(error);
    nf_options_free(options);
    nf_client_free(client);
    return failed;
}
