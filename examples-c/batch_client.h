/* The client of a batch. For the OAuth 2.0 service, set two options more: nf_options_use_oauth2, nf_options_set_client_secret. */
#ifndef BATCH_CLIENT_H
#define BATCH_CLIENT_H

#include <nativeflow.h>

/* Checks the key, so that a key that cannot be sent fails once and not for each user. A canceled share sends nothing. */
static nf_error *check_key(const nf_client *client, const char *key)
{
    char login[] = "login";
    nf_client *share = NULL;
    nf_token *token = NULL;
    nf_error *error = nf_client_share(client, 0, &share);
    if (error != NULL)
        return error;
    nf_client_cancel(share);
    error = nf_client_get_token(share, key, login, NULL, &token);
    nf_client_free(share);
    if (nf_error_code(error) != NF_CANCELLED)
        return error;
    nf_error_free(error);
    return NULL;
}

static nf_error *connect_client(const char *base_url, const char *key, const char *ca_file, nf_client **client)
{
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_base_url(options, base_url);
    if (error == NULL && ca_file != NULL)
        error = nf_options_set_ca_file(options, ca_file);
    if (error == NULL) /* the next user uses an idle connection, so there are as many connections as threads */
        error = nf_options_set_keep_alive_ms(options, 30000);
    if (error == NULL)
        error = nf_client_new(options, client);
    if (error == NULL)
        error = check_key(*client, key);
    nf_options_free(options);
    return error;
}

#endif
