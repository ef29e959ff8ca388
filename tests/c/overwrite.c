/*
 * The caller's buffers are zero before a callback of the caller runs during a call. Writing to them has no effect: the
 * server's message contains no credential. Arguments: base URL of a server that repeats the login, CA file. Standard
 * input: key, login, secret.
 */
#include "check.h"

static char key[256], login[256], secret[256];
static size_t key_length, login_length, secret_length;
static int lines;

static void overwrite(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    (void)line;
    if (lines++ == 0)
        CHECK(all_zero(login, login_length) && all_zero(secret, secret_length));
    memset(key, 'k', key_length);
    /* Invalid UTF-8. */
    memset(login, 0xff, login_length);
    memset(secret, 0xff, secret_length);
}

int main(int argc, char **argv)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL;
    char my_login[256];

    if (argc != 3)
        return 2;
    key_length = strlen(read_line(key, sizeof key));
    login_length = strlen(read_line(login, sizeof login));
    secret_length = strlen(read_line(secret, sizeof secret));
    strcpy(my_login, login);
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_options_set_log(options, overwrite, NULL), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);

    nf_error *error = nf_client_get_token(client, key, login, secret, &token);
    CHECK(lines > 1 && nf_error_code(error) == NF_DENIED);
    CHECK(nf_error_server_message(error)[0] != '\0');
    CHECK(strstr(nf_error_server_message(error), my_login) == NULL);
    nf_error_free(error);
    nf_client_free(client);
    return finish();
}
