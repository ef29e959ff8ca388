/*
 * Only nf_options_use_environment_proxy reads the environment. This program's own getenv, which the library is bound
 * to, counts its calls and returns no variable. Arguments: base URL, CA file. Standard input: key, login, secret.
 */
#include "check.h"
#include <stdlib.h>

static int reads;

char *getenv(const char *name)
{
    (void)name;
    reads++;
    return NULL;
}

int main(int argc, char **argv)
{
    static char key[256], login[256], secret[256];
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL;

    if (argc != 3)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    reads = 0;
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_client_new(NULL, &client), NF_OK); /* the system's root certificates */
    nf_client_free(client);
    EXPECT(nf_client_new(options, &client), NF_OK);
    EXPECT(nf_client_get_token(client, key, login, secret, &token), NF_OK);
    nf_token_free(token);
    EXPECT(nf_client_get_token(client, key, login, secret, &token), NF_INVALID_ARGUMENT); /* the login was wiped */
    nf_client_free(client);
    CHECK(reads == 0);

    EXPECT(nf_options_use_environment_proxy(options), NF_OK);
    CHECK(reads > 0);
    nf_options_free(options);
    return finish();
}
