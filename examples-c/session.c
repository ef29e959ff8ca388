/*
 * Calls an API for hours with the tokens of one session, and keeps the refresh token in a file.
 *
 *     session [--oauth2] BASE_URL CONSUMER_KEY LOGIN TOKEN_FILE [CA_FILE]
 *
 * Reads from the terminal, or from lines of standard input: the client secret, then paths of the API. After a path it reads the
 * secret (password), if a login is needed. After the last path it logs out. TOKEN_FILE has the form of refresh.c. Link with libcurl.
 */
#define _POSIX_C_SOURCE 200809L
#include "api_call.h"
#include "session_client.h"

/* Returns whether the API has answered that the token is not valid. The legacy service has no status of its own for that. */
static int is_refused(long status, const nf_token *token)
{
    return status == 401 || (status == 403 && strcmp(nf_token_scheme(token), "OAuth") == 0);
}

/* Calls the API, and once again with another token if it refuses this one. Do so only if a request can be repeated. */
static nf_error *request(const nf_session *session, const char *path, const char *file, const char *ca_file)
{
    for (int is_repeated = 0;; is_repeated = 1) {
        nf_token *token;
        nf_error *error = nf_session_get_token(session, &token);
        if (error != NULL)
            return error;
        keep(file, token);
        long status = call_api(token, path, ca_file);
        int is_over = !is_refused(status, token) || is_repeated;
        if (!is_over)
            error = nf_session_reject_token(session, token); /* the next call gets another one */
        nf_token_free(token);
        printf("\n%s: HTTP %ld%s\n", path, status, is_over ? "" : ", with another token:");
        fflush(stdout);
        if (is_over || error != NULL)
            return error;
    }
}

int main(int argc, char **argv)
{
    int is_oauth2 = argc > 1 && strcmp(argv[1], "--oauth2") == 0;
    char **arg = argv + is_oauth2 + 1, path[2048];
    nf_session *session = NULL;

    if (argc - is_oauth2 < 5 || argc - is_oauth2 > 6) {
        fprintf(stderr, "usage: %s [--oauth2] BASE_URL CONSUMER_KEY LOGIN TOKEN_FILE [CA_FILE]\n", argv[0]);
        return 2;
    }
    nf_error *error = new_session(is_oauth2, arg, &session);
    if (error == NULL)
        error = restore(session, arg[3], is_oauth2 ? "Bearer" : "OAuth");
    while (error == NULL && read_line(path, sizeof path) && path[0] != '\0')
        error = request(session, path, arg[3], arg[4]);
    if (error == NULL)
        error = nf_session_log_out(session);
    if (error == NULL)
        unlink(arg[3]); /* after the log-out there is nothing to keep */
    else
        fprintf(stderr, "%s: %s.\n%s\n", nf_error_name(error), nf_error_message(error), nf_error_remedy(error));
    int failed = error != NULL;
    nf_error_free(error);
    nf_session_free(session);
    return failed;
}
