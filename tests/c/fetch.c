/*
 * One call, and everything that it says, one fact a line.
 *
 * Standard input, a line each: base URL, CA file (empty: the system's roots), time limit in ms, product (empty: none),
 * key, login, secret.
 */
#include "check.h"
#include <stdlib.h>

static char url[4096], ca[4096], limit[32], product[512], key[4096], login[4096], secret[4096];

static void print_error(const nf_error *error)
{
    printf("code=%s\n", nf_error_name(error));
    printf("message=%s\n", nf_error_message(error));
    printf("remedy=%s\n", nf_error_remedy(error));
    printf("http_status=%d\n", (int)nf_error_http_status(error));
    printf("server_message=%s\n", nf_error_server_message(error));
    printf("server_code=%d\n", (int)nf_error_server_code(error));
    printf("correlation_id=%s\n", nf_error_correlation_id(error));
    printf("retry_after_ms=%lld\n", (long long)nf_error_retry_after_ms(error));
}

static void print_token(const nf_token *token)
{
    printf("value=%s\n", nf_token_value(token));
    printf("scheme=%s\n", nf_token_scheme(token));
    printf("authorization=%s\n", nf_token_authorization(token));
    printf("refresh_token=%s\n", nf_token_refresh_token(token));
    printf("instance_url=%s\n", nf_token_instance_url(token));
    printf("expires_at=%lld\n", (long long)nf_token_expires_at(token));
    printf("expiration_date=%s\n", nf_token_expiration_date(token));
}

int main(void)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = (nf_token *)&client; /* not NULL: the call must clear it */

    read_line(url, sizeof url);
    read_line(ca, sizeof ca);
    read_line(limit, sizeof limit);
    read_line(product, sizeof product);
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);

    nf_error *error = nf_options_set_base_url(options, url);
    if (error == NULL && ca[0] != '\0')
        error = nf_options_set_ca_file(options, ca);
    if (error == NULL && limit[0] != '\0')
        error = nf_options_set_timeout_ms(options, (uint32_t)strtoul(limit, NULL, 10));
    if (error == NULL && product[0] != '\0')
        error = nf_options_set_user_agent(options, product);
    if (error == NULL)
        error = nf_client_new(options, &client);
    nf_options_free(options);
    if (error == NULL) {
        error = nf_client_get_token(client, key, login, secret, &token);
        CHECK(all_zero(login, sizeof login));
        CHECK(all_zero(secret, sizeof secret));
        if (error == NULL)
            print_token(token);
        else
            CHECK(token == NULL);
        nf_token_free(error == NULL ? token : NULL);
    }
    print_error(error);
    nf_error_free(error);
    nf_client_free(client);
    return failures != 0;
}
