/*
 * The examples of the manual pages. Arguments: base URL, CA file, log file. Standard input: key, login, secret.
 */
#include "check.h"

#include "../../packaging/man/nf_client.c"
#include "../../packaging/man/nf_error.c"
#include "../../packaging/man/nf_log_fn.c"
#include "../../packaging/man/nf_options.c"
#include "../../packaging/man/nf_token.c"

int main(int argc, char **argv)
{
    char key[256], login[256] = "", secret[256] = "", wrong[] = "a wrong secret", text[512] = "";
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL;
    FILE *file;

    if (argc != 4 || (file = fopen(argv[3], "w")) == NULL)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);

    client = client_for(argv[1], argv[2]);
    token = token_of(client, key, login, secret);
    CHECK(token != NULL && all_zero(login, sizeof login) && all_zero(secret, sizeof secret));
    print_and_free(token);
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
