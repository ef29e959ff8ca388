/*
 * Shared by the programs about sessions: their arguments, a client, and the function that gives it a secret.
 *
 * Arguments: `native` or `oauth2`, base URL, base URL without TLS, CA file. Standard input: key, login, secret, client
 * secret.
 */
#ifndef SESSIONS_H
#define SESSIONS_H

#include "check.h"
#include "stub_control.h"
#include <stdatomic.h>

static const char *base_url, *ca_file;
static int is_oauth2;
static char key[256], login[256], secret[256], client_secret[256];

/* Reads the arguments and standard input. */
static inline int read_arguments(int argc, char **argv)
{
    if (argc < 5)
        return 0;
    is_oauth2 = strcmp(argv[1], "oauth2") == 0;
    base_url = argv[2];
    use_stub(argv[3]);
    ca_file = argv[4];
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    read_line(client_secret, sizeof client_secret);
    return 1;
}

/* The result of the secret function, and how it was called. */
struct source {
    const char *text; /* the secret */
    int32_t instead;  /* NF_SECRET_NONE or NF_SECRET_UNAVAILABLE: returned instead of a secret, unless 0 */
    atomic_int calls;
    atomic_int last_code;
};

static inline int32_t give_secret(void *user, const char *name, int32_t last_code, char *buffer, size_t capacity)
{
    struct source *source = user;
    const size_t length = strlen(source->text);

    CHECK(name[0] != '\0' && capacity >= 2048);
    source->calls++;
    source->last_code = last_code;
    if (source->instead != 0)
        return source->instead;
    memcpy(buffer, source->text, length);
    return (int32_t)length;
}

/* Returns options for the service, whose sessions get their secret from `source`, unless it is NULL. */
static inline nf_options *options_of(struct source *source)
{
    nf_options *options = nf_options_new();

    EXPECT(nf_options_set_base_url(options, base_url), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
    EXPECT(nf_options_set_timeout_ms(options, MAX_WAIT_MS), NF_OK);
    if (is_oauth2)
        EXPECT(nf_options_use_oauth2(options), NF_OK);
    if (client_secret[0] != '\0')
        EXPECT(nf_options_set_client_secret(options, client_secret, strlen(client_secret)), NF_OK);
    if (source != NULL)
        EXPECT(nf_options_set_secret_callback(options, give_secret, source), NF_OK);
    return options;
}

/* Returns a client with these options, and frees them. */
static inline nf_client *client_with(nf_options *options)
{
    nf_client *client = NULL;
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    return client;
}

static inline nf_session *session_of(const nf_client *client, const char *name)
{
    nf_session *session = NULL;
    EXPECT(nf_session_new(client, key, name, &session), NF_OK);
    CHECK(session != NULL);
    return session;
}

/* Returns a session of its own client. */
static inline nf_session *new_session(struct source *source, const char *name)
{
    nf_client *client = client_with(options_of(source));
    nf_session *session = session_of(client, name);
    nf_client_free(client);
    return session;
}

/* Returns another handle of a session, with its own timeout and cancellation. 0: the timeout of the session. */
static inline nf_session *share_of(const nf_session *session, uint32_t timeout_ms)
{
    nf_session *share = NULL;
    EXPECT(nf_session_share(session, timeout_ms, &share), NF_OK);
    return share;
}

/* Returns a token of a session, which must have one. */
static inline nf_token *token_of(const nf_session *session)
{
    nf_token *token = NULL;
    EXPECT(nf_session_get_token(session, &token), NF_OK);
    CHECK(token != NULL);
    return token;
}

/* Expects that a session has no token to hand out. Returns the retry time of its error. */
static inline int64_t expect_none_at(int line, const nf_session *session, int32_t code)
{
    nf_token *token = NULL;
    nf_error *error = nf_session_get_token(session, &token);
    const int64_t retry_after_ms = nf_error_retry_after_ms(error);

    CHECK(token == NULL);
    nf_token_free(token);
    expect_at(line, error, code);
    return retry_after_ms;
}
#define EXPECT_NONE(session, code) expect_none_at(__LINE__, session, code)

/* Calls nf_session_log_in with a copy of a secret, which the library wipes. */
static inline nf_error *log_in(const nf_session *session, const char *text, nf_token **token)
{
    char copy[256];

    snprintf(copy, sizeof copy, "%s", text);
    nf_error *error = nf_session_log_in(session, copy, token);
    CHECK(all_zero(copy, strlen(text)));
    return error;
}

/* Calls nf_client_get_token with copies of login and secret. */
static inline nf_error *plain_call(const nf_client *client, const char *name, const char *text, nf_token **token)
{
    char login_copy[256], secret_copy[256];

    snprintf(login_copy, sizeof login_copy, "%s", name);
    snprintf(secret_copy, sizeof secret_copy, "%s", text);
    return nf_client_get_token(client, key, login_copy, secret_copy, token);
}

static inline int is_same(const nf_token *one, const nf_token *other)
{
    return strcmp(nf_token_value(one), nf_token_value(other)) == 0;
}

#endif
