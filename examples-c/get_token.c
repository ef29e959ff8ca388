/*
 * Gets an access token and prints it.
 *
 *     get_token [--oauth2] BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 *
 * --oauth2 uses the OAuth 2.0 service instead of the Native Flow. CONSUMER_KEY is then the client ID.
 *
 * Reads the secret (password) from the terminal, without echo, or from the first line of standard input. For --oauth2, the
 * client secret is the second line. They are not arguments, because other users of the machine can read a command line.
 */
#define _POSIX_C_SOURCE 200809L
#include "read_secret.h"
#include <nativeflow.h>
#include <stdio.h>
#include <string.h>
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

static nf_error *use_oauth2(nf_options *options, const char *client_secret)
{
    nf_error *error = nf_options_use_oauth2(options);
    return error != NULL ? error : nf_options_set_client_secret(options, client_secret, strlen(client_secret));
}

int main(int argc, char **argv)
{
    char secret[512] = "", client_secret[2050] = "";
    int is_oauth2 = argc > 1 && strcmp(argv[1], "--oauth2") == 0;
    char **arg = argv + is_oauth2;
    nf_client *client = NULL;
    nf_token *token = NULL;

    argc -= is_oauth2;
    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: %s [--oauth2] BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n", argv[0]);
        return 2;
    }
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, arg[1]);
    if (error == NULL && argc == 5)
        error = nf_options_set_ca_file(options, arg[4]);
    int is_ready = error == NULL && read_secret(secret, sizeof secret) &&
                   (!is_oauth2 || ask_secret("Client secret: ", client_secret, sizeof client_secret));
    if (is_ready && is_oauth2)
        error = use_oauth2(options, client_secret);
    wipe(client_secret, sizeof client_secret);
    if (is_ready && error == NULL)
        error = nf_client_new(options, &client);
    nf_options_free(options);
    if (is_ready && error == NULL)
        error = nf_client_get_token(client, arg[2], arg[3], secret, &token); /* wipes arg[3] and secret */
    wipe(secret, sizeof secret);
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
