/*
 * A process that must not start threads gets an error with wiped buffers. With an address instead of a name no thread
 * is needed. Arguments: base URL with a name, the same with an address, CA file. Standard input: key, login, secret.
 */
#define _GNU_SOURCE
#include "check.h"
#include <sys/resource.h>
#include <unistd.h>

static char key[256], login[256], secret[256], copy[256];

static nf_client *client_for(const char *url, const char *ca_file)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;

    EXPECT(nf_options_set_base_url(options, url), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    return client;
}

int main(int argc, char **argv)
{
    const struct rlimit none = {0, 0};
    nf_token *token = NULL;

    if (argc != 4)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    nf_client *by_name = client_for(argv[1], argv[3]);
    nf_client *by_address = client_for(argv[2], argv[3]);

    /* The limit does not apply to root. */
    if (geteuid() == 0)
        CHECK(setresuid(65534, 65534, 65534) == 0);
    CHECK(setrlimit(RLIMIT_NPROC, &none) == 0);

    strcpy(copy, login);
    char wrong[] = "a secret";
    nf_error *error = nf_client_get_token(by_name, key, copy, wrong, &token);
    CHECK(nf_error_code(error) == NF_DNS);
    CHECK(strstr(nf_error_message(error), "thread") != NULL);
    CHECK(nf_error_retry_after_ms(error) > 0);
    CHECK(all_zero(copy, sizeof copy) && all_zero(wrong, sizeof wrong));
    nf_error_free(error);

    EXPECT(nf_client_get_token(by_address, key, login, secret, &token), NF_OK);
    nf_token_free(token);
    nf_client_free(by_name);
    nf_client_free(by_address);
    return finish();
}
