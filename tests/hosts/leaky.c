/* A host that frees and wipes nothing, so that the call auditor must report it. It takes the arguments of get_token. */
#include <nativeflow.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    static char copy[512];
    char secret[512] = "";
    nf_options *options = nf_options_new();
    nf_client *client;
    nf_token *token;

    if (argc != 5 || fgets(secret, sizeof secret, stdin) == NULL)
        return 2;
    secret[strcspn(secret, "\n")] = '\0';
    memcpy(copy, secret, sizeof copy);
    if (nf_options_set_base_url(options, argv[1]) != NULL || nf_options_set_ca_file(options, argv[4]) != NULL)
        return 1;
    if (nf_client_new(options, &client) != NULL ||
        nf_client_get_token(client, argv[2], argv[3], secret, &token) != NULL)
        return 1;
    nf_client_free(client);
    return 0;
}
