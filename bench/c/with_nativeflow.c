/*
 * Gets an access token with nativeflow. It does the same as with_libcurl.c; see bench/README.md.
 *
 *     with_nativeflow BASE_URL CA_FILE [--peak-memory]      key, login and secret on standard input, one per line
 *
 * Prints the token, its expiry in Unix seconds and the instance URL, one per line.
 */
#define _DEFAULT_SOURCE /* explicit_bzero */
#include "login.h"
#include "peak_memory.h"

#include <inttypes.h>
#include <nativeflow.h>
#include <stdio.h>
#include <string.h>

static nf_error *new_client(const char *base_url, const char *ca_file, nf_client **client)
{
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, base_url);

    if (error == NULL)
        error = nf_options_set_ca_file(options, ca_file);
    if (error == NULL)
        error = nf_client_new(options, client);
    nf_options_free(options);
    return error;
}

int main(int argc, char **argv)
{
    struct login login;
    nf_client *client = NULL;
    nf_token *token = NULL;
    nf_error *error;
    int failed;

    if (argc < 3) {
        fprintf(stderr, "usage: %s BASE_URL CA_FILE [--peak-memory]\n", argv[0]);
        return 1;
    }
    if (read_login(&login) != 0) {
        explicit_bzero(&login, sizeof login);
        fputs("standard input: expected key, login and secret\n", stderr);
        return 1;
    }
    error = new_client(argv[1], argv[2], &client);
    if (error == NULL)
        error = nf_client_get_token(client, login.key, login.name, login.secret, &token);
    explicit_bzero(&login, sizeof login);

    failed = error != NULL;
    if (failed)
        fprintf(stderr, "%s: %s\n", nf_error_name(error), nf_error_message(error));
    else
        printf("%s\n%" PRId64 "\n%s\n", nf_token_value(token), nf_token_expires_at(token),
               nf_token_instance_url(token));
    nf_error_free(error);
    nf_token_free(token);
    nf_client_free(client);
    if (argc > 3 && strcmp(argv[3], "--peak-memory") == 0)
        print_peak_memory();
    return failed;
}
