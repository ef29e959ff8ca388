/*
 * Gets an access token and prints it.
 *
 *     get_token BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 *
 * Reads the secret (password) from the terminal, without echo, or from the first line of standard input. It is not an
 * argument, because other users of the machine can read a command line.
 */
#define _POSIX_C_SOURCE 200809L
#include "read_secret.h"
#include <nativeflow.h>
#include <stdio.h>
#include <time.h>

static void print_token(const nf_token *token)
{
    time_t expires = (time_t)nf_token_expires_at(token);
    char when[32] = "unknown";
    if (expires >= 0)
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", gmtime(&expires));
    printf("token:    %s\n", nf_token_value(token));
    printf("expires:  %s\n", when);
    printf("instance: %s\n", nf_token_instance_url(token));
}

int main(int argc, char **argv)
{
    char secret[512];
    nf_client *client = NULL;
    nf_token *token = NULL;

    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: %s BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n", argv[0]);
        return 2;
    }
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, argv[1]);
    if (error == NULL && argc == 5)
        error = nf_options_set_ca_file(options, argv[4]);
    if (error == NULL)
        error = nf_client_new(options, &client);
    nf_options_free(options);
    if (error == NULL && read_secret(secret, sizeof secret))
        error = nf_client_get_token(client, argv[2], argv[3], secret, &token); /* wipes argv[3] and secret */
    if (token != NULL)
        print_token(token);
    if (error != NULL)
        fprintf(stderr, "%s: %s.\n%s\n", nf_error_name(error), nf_error_message(error), nf_error_remedy(error));
    int failed = token == NULL;
    nf_token_free(token);
    nf_error_free(error);
    nf_client_free(client);
    return failed;
}
