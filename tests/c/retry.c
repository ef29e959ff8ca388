/*
 * Calls the function of docs/diagnosing.md, which the macro RETRY names a file with. Prints each pause instead of waiting.
 * Arguments: base URL, consumer key, login, secret.
 */
#include "check.h"

static char **arguments;

static void read_credentials(char *login, size_t login_size, char *secret, size_t secret_size)
{
    snprintf(login, login_size, "%s", arguments[3]);
    snprintf(secret, secret_size, "%s", arguments[4]);
}

static void sleep_ms(int64_t pause)
{
    printf("pause=%d\n", (int)pause);
}

nf_error *get_token_with_retry(const nf_client *client, const char *key, nf_token **token);
#include RETRY

int main(int argc, char **argv)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL;

    if (argc != 5)
        return 2;
    arguments = argv;
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_error *error = get_token_with_retry(client, argv[2], &token);
    printf("code=%s\n", nf_error_name(error));
    nf_error_free(error);
    nf_token_free(token);
    nf_client_free(client);
    nf_options_free(options);
    return failures != 0;
}
