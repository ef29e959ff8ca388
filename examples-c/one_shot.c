/*
 * Gets an access token with one call, from Concur's production host, with default options.
 *
 *     one_shot CONSUMER_KEY LOGIN < file-with-the-secret
 */
#define _POSIX_C_SOURCE 200809L
#include "read_secret.h"
#include <nativeflow.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char secret[512] = "";
    nf_token *token;
    nf_error *error;

    if (argc != 3) {
        fprintf(stderr, "usage: %s CONSUMER_KEY LOGIN < file-with-the-secret\n", argv[0]);
        return 2;
    }
    if (!read_secret(secret, sizeof secret))
        return 1;
    error = nf_get_token(argv[1], argv[2], secret, &token); /* wipes argv[2] and secret */
    if (error != NULL) {
        fprintf(stderr, "%s: %s.\n%s\n", nf_error_name(error), nf_error_message(error), nf_error_remedy(error));
        nf_error_free(error);
        return 1;
    }
    printf("Authorization: %s\n", nf_token_authorization(token));
    nf_token_free(token);
    return 0;
}
