#include <nativeflow.h>
#include <stdio.h>

/*
 * Gets a token, or NULL. Several threads may use the same client. login
 * and secret are zeros afterwards: fill both before another call.
 */
nf_token *token_of(const nf_client *client, const char *key,
                   char *login, char *secret)
{
    nf_token *token;
    nf_error *error =
        nf_client_get_token(client, key, login, secret, &token);

    if (error != NULL)
        fprintf(stderr, "%s: %s. %s\n", nf_error_name(error),
                nf_error_message(error), nf_error_remedy(error));
    nf_error_free(error);
    return token;
}
