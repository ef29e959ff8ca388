/*
 * Makes calls on one client while a host name resolves to changing addresses. The name is resolved again after each
 * call without a response, and not after other calls. This program's own getaddrinfo, which the library is bound to,
 * sets the address. Arguments: base URL, CA file, proxy (may be empty), and for each call an address and the name of
 * the expected code. Standard input: key, login, secret.
 */
#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <netdb.h>

static char key[256], login[256], secret[256];
static const char *leads_to;
static int lookups;

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    (void)host;
    lookups++;
    return real(leads_to, service, hints, found);
}

static void get_token(const nf_client *client, const char *code)
{
    char my_login[256], my_secret[256];
    nf_token *token = NULL;
    strcpy(my_login, login);
    strcpy(my_secret, secret);
    nf_error *error = nf_client_get_token(client, key, my_login, my_secret, &token);
    if (strcmp(nf_error_name(error), code) != 0) {
        fprintf(stderr, "%s instead of %s: %s\n", nf_error_name(error), code, nf_error_message(error));
        failures++;
    }
    nf_token_free(token);
    nf_error_free(error);
}

int main(int argc, char **argv)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;

    if (argc < 6 || argc % 2 != 0)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_options_set_proxy(options, argv[3]), NF_OK);
    EXPECT(nf_options_set_timeout_ms(options, 2000), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);

    for (int i = 4, is_known = 0; i < argc; i += 2) {
        int before = lookups;
        leads_to = argv[i];
        get_token(client, argv[i + 1]);
        CHECK(lookups == before + !is_known);
        is_known = strcmp(argv[i + 1], "NF_OK") == 0;
    }
    nf_client_free(client);
    return finish();
}
