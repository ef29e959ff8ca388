#include <nativeflow.h>
#include <stdio.h>

/*
 * Gets a valid token, or NULL. Several threads may use one session.
 * `rejected` is NULL, or a token that the API has rejected.
 */
nf_token *valid_token(const nf_session *session,
                      const nf_token *rejected)
{
    nf_token *token = NULL;
    nf_error *error = NULL;

    if (rejected != NULL)
        error = nf_session_reject_token(session, rejected);
    if (error == NULL)
        error = nf_session_get_token(session, &token);
    if (error != NULL)
        fprintf(stderr, "%s: %s. %s\n", nf_error_name(error),
                nf_error_message(error), nf_error_remedy(error));
    nf_error_free(error);
    return token;
}
