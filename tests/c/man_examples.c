/*
 * The examples of the manual pages. Arguments: base URL, CA file, log file, file with the secret. Standard input: key, login,
 * secret, client secret.
 */
#include "check.h"

#include "../../packaging/man/nf_client.c"
#include "../../packaging/man/nf_client_refresh_token.c"
#include "../../packaging/man/nf_client_revoke_token.c"
#include "../../packaging/man/nf_error.c"
#include "../../packaging/man/nf_log_fn.c"
#include "../../packaging/man/nf_options.c"
#include "../../packaging/man/nf_secret_fn.c"
#include "../../packaging/man/nf_session.c"
#include "../../packaging/man/nf_token.c"

/* A session gets a token with the secret in the file, and another one when the first is rejected. */
static void keep_a_session(char **argv, const char *key, const char *login)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_session *session = NULL;
    nf_token *first, *second;

    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(read_secrets_from(options, argv[4]), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    EXPECT(nf_session_new(client, key, login, &session), NF_OK);
    nf_options_free(options);
    nf_client_free(client);
    first = valid_token(session, NULL);
    second = valid_token(session, first);
    CHECK(first != NULL && second != NULL && strcmp(nf_token_value(first), nf_token_value(second)) != 0);
    nf_token_free(first);
    nf_token_free(second);
    nf_session_free(session);
}

int main(int argc, char **argv)
{
    char key[256], login[256] = "", secret[256] = "", client_secret[256], wrong[] = "a wrong secret", text[512] = "",
                   value[512];
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL, *old;
    FILE *file;

    if (argc != 5 || (file = fopen(argv[3], "w")) == NULL)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    read_line(client_secret, sizeof client_secret);
    keep_a_session(argv, key, login);

    client = client_for(argv[1], argv[2]);
    token = token_of(client, key, login, secret);
    CHECK(token != NULL && all_zero(login, sizeof login) && all_zero(secret, sizeof secret));
    old = token;
    CHECK(refresh(client, key, &token) == -1 && token == old); /* the client has no secret */
    nf_client_free(client);

    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_options_set_client_secret(options, client_secret, strlen(client_secret)), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    CHECK(refresh(client, key, &token) == 0 && token != NULL);
    EXPECT(nf_token_new("OAuth", strcpy(value, nf_token_value(token)), NULL, "", -1, -1, &old), NF_OK);
    print_and_free(token);
    EXPECT(revoke_and_free(client, old), NF_OK);
    nf_client_free(client);

    client = client_for(argv[1], argv[2]);
    CHECK(client_for("https://", argv[2]) == NULL);
    strcpy(login, "login@example.com");
    CHECK(report(nf_client_get_token(client, key, login, wrong, &token)) == -1);
    nf_client_free(client);

    EXPECT(log_to(options, file), NF_OK);
    EXPECT(nf_options_set_base_url(options, "https://127.0.0.1:1"), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    strcpy(login, "login@example.com");
    CHECK(token_of(client, key, login, secret) == NULL);
    nf_client_free(client);

    /* The release function has closed the file, so all lines are in it. */
    file = fopen(argv[3], "r");
    CHECK(file != NULL && fgets(text, sizeof text, file) != NULL);
    CHECK(strncmp(text, "attention: [", 12) == 0 && strstr(text, "] failed") != NULL);
    if (file != NULL)
        fclose(file);
    return finish();
}
