#include <nativeflow.h>
#include <stdio.h>

/*
 * Replaces a token by a new one. Returns 0, or -1 if it stays as it is.
 * Store the refresh token of the new token: it may be another one. The
 * client has a client secret (nf_options_set_client_secret).
 */
int refresh(const nf_client *client, const char *key, nf_token **token)
{
    nf_token *renewed;
    nf_error *error =
        nf_client_refresh_token(client, key, *token, &renewed);

    if (error != NULL) {
        fprintf(stderr, "%s: %s. %s\n", nf_error_name(error),
                nf_error_message(error), nf_error_remedy(error));
        nf_error_free(error);
        return -1;
    }
    nf_token_free(*token);
    *token = renewed;
    return 0;
}
