/*
 * Makes one call between two marks for strace: getppid, which no other code here calls. Arguments: base URL, CA file.
 * Standard input: key, login, secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <unistd.h>

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
    (void)getppid();
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    EXPECT(nf_client_get_token(client, key, login, secret, &token), NF_OK);
    nf_token_free(token);
    nf_client_free(client);
    nf_options_free(options);
    (void)getppid();
    return finish();
}
