/* The session of `session`: its client, its secret, and the file that keeps its refresh token. */
#ifndef SESSION_CLIENT_H
#define SESSION_CLIENT_H

#include "read_secret.h"
#include "token_file.h"

/* Called when a login is needed. An unattended program asks its vault here. The library wipes the buffer. */
static int32_t give_secret(void *user, const char *login, int32_t last_code, char *buffer, size_t capacity)
{
    (void)user;
    if (last_code != NF_OK)
        fprintf(stderr, "%s: the last password was refused (%s)\n", login, nf_code_name(last_code));
    return read_secret(buffer, capacity) ? (int32_t)strlen(buffer) : NF_SECRET_NONE;
}

/* `arg` is BASE_URL CONSUMER_KEY LOGIN TOKEN_FILE [CA_FILE]. Sends nothing. */
static nf_error *new_session(int is_oauth2, char **arg, nf_session **session)
{
    char client_secret[2050] = "";
    nf_client *client = NULL;
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, arg[0]);
    if (error == NULL && is_oauth2)
        error = nf_options_use_oauth2(options);
    if (error == NULL && ask_secret("Client secret: ", client_secret, sizeof client_secret))
        error = nf_options_set_client_secret(options, client_secret, strlen(client_secret));
    wipe(client_secret, sizeof client_secret);
    if (error == NULL && arg[4] != NULL)
        error = nf_options_set_ca_file(options, arg[4]);
    if (error == NULL)
        error = nf_options_set_secret_callback(options, give_secret, NULL);
    if (error == NULL)
        error = nf_client_new(options, &client);
    if (error == NULL)
        error = nf_session_new(client, arg[1], arg[2], session);
    nf_options_free(options);
    nf_client_free(client); /* the session keeps what it needs */
    return error;
}

/* Gives the session the refresh token of an earlier run, if there is one. */
static nf_error *restore(const nf_session *session, const char *file, const char *scheme)
{
    nf_token *token = NULL;
    nf_error *error = access(file, F_OK) == 0 ? load_token(file, scheme, &token) : NULL;
    if (token != NULL)
        error = nf_session_set_token(session, token);
    nf_token_free(token);
    return error;
}

/* Stores the refresh token, if it is another one. Threads hold one lock of yours from nf_session_get_token to the end of this. */
static void keep(const char *file, const nf_token *token)
{
    char new_path[4096], path[4096];
    nf_token *old = NULL;
    nf_error_free(access(file, F_OK) == 0 ? load_token(file, nf_token_scheme(token), &old) : NULL);
    int is_new = strcmp(nf_token_refresh_token(old), nf_token_refresh_token(token)) != 0;
    nf_token_free(old);
    if (is_new && snprintf(path, sizeof path, "%s", file) < (int)sizeof path) {
        int opened = create_new(path, new_path, sizeof new_path);
        if (opened >= 0)
            store_token(opened, new_path, path, token);
    }
}

#endif
