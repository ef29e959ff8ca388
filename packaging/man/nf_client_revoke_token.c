#include <nativeflow.h>

/* Revokes a token, and wipes it even if the server refuses. */
nf_error *revoke_and_free(const nf_client *client, nf_token *token)
{
    nf_error *error = nf_client_revoke_token(client, token, NULL);

    nf_token_free(token);
    return error;
}
