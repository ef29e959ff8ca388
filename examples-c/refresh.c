/*
 * Gets a new access token for a stored refresh token, and stores the new refresh token.
 *
 *     refresh [--oauth2] BASE_URL CONSUMER_KEY TOKEN_FILE [CA_FILE]
 *
 * --oauth2 uses the OAuth 2.0 service instead of the Native Flow. CONSUMER_KEY is then the client ID. The first line of
 * TOKEN_FILE is the refresh token. The second is its instance URL, and may be missing.
 *
 * Reads the client secret from the terminal, without echo, or from the first line of standard input.
 */
#define _POSIX_C_SOURCE 200809L
#include "read_secret.h"
#include "token_file.h"
#include <time.h>

static nf_error *connect_client(int is_oauth2, char **arg, const char *secret, nf_client **client)
{
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, arg[1]);
    if (error == NULL && is_oauth2)
        error = nf_options_use_oauth2(options);
    if (error == NULL)
        error = nf_options_set_client_secret(options, secret, strlen(secret));
    if (error == NULL && arg[4] != NULL)
        error = nf_options_set_ca_file(options, arg[4]);
    if (error == NULL)
        error = nf_client_new(options, client);
    nf_options_free(options);
    return error;
}

static void print_token(const nf_token *token)
{
    time_t until = (time_t)nf_token_refresh_expires_at(token);
    char when[32] = "unknown";
    if (until >= 0)
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", gmtime(&until));
    printf("token:         %s\nrefresh until: %s\n", nf_token_value(token), when);
}

int main(int argc, char **argv)
{
    char secret[2050] = "", new_path[4096] = "";
    int is_oauth2 = argc > 1 && strcmp(argv[1], "--oauth2") == 0, file = -1, is_stored = 0;
    char **arg = argv + is_oauth2;
    nf_token *old = NULL, *token = NULL;
    nf_client *client = NULL;

    if (argc - is_oauth2 < 4 || argc - is_oauth2 > 5) {
        fprintf(stderr, "usage: %s [--oauth2] BASE_URL CONSUMER_KEY TOKEN_FILE [CA_FILE]\n", argv[0]);
        return 2;
    }
    nf_error *error = load_token(arg[3], is_oauth2 ? "Bearer" : "OAuth", &old);
    if (old != NULL && ask_secret("Client secret: ", secret, sizeof secret))
        error = connect_client(is_oauth2, arg, secret, &client);
    wipe(secret, sizeof secret);
    if (client != NULL)
        file = create_new(arg[3], new_path, sizeof new_path);
    if (file >= 0)
        error = nf_client_refresh_token(client, arg[2], old, &token);
    if (token != NULL && (is_stored = store_token(file, new_path, arg[3], token)))
        print_token(token);
    if (file >= 0 && token == NULL)
        unlink(new_path);
    if (error != NULL)
        fprintf(stderr, "%s: %s.\n%s\n", nf_error_name(error), nf_error_message(error), nf_error_remedy(error));
    nf_token_free(old);
    nf_token_free(token);
    nf_error_free(error);
    nf_client_free(client);
    return !is_stored;
}
