/*
 * Objects exist independently of the objects that created them. A token is copied into a field of fixed length
 * completely or not at all. Arguments: base URL, CA file. Standard input: key, login, secret.
 */
#include "check.h"
#include <stdlib.h>

static char key[256], login[256], secret[256], pem[65536];

static void fixed_length_fields(const nf_token *token)
{
    const char *value = nf_token_value(token);
    const size_t length = strlen(value);
    char field[256];

    CHECK(length > 0 && length + 2 < sizeof field);
    CHECK(nf_token_copy_value(token, NULL, 0) == length);
    CHECK(nf_token_copy_value(token, NULL, sizeof field) == length);

    memset(field, '.', sizeof field);
    CHECK(nf_token_copy_value(token, field, length - 1) == length);
    CHECK(nf_token_copy_value(token, field, 0) == length);
    CHECK(field[0] == '.');

    CHECK(nf_token_copy_value(token, field, length) == length);
    CHECK(memcmp(field, value, length) == 0 && field[length] == '.');

    memset(field, '.', sizeof field);
    CHECK(nf_token_copy_value(token, field, sizeof field) == length);
    CHECK(strcmp(field, value) == 0 && field[length + 1] == '.');
}

int main(int argc, char **argv)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL;
    nf_error *error = NULL;

    if (argc != 3)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);

    /* Root certificates from memory without a NUL at the end. The memory is freed before the call. */
    FILE *file = fopen(argv[2], "rb");
    if (file == NULL)
        return 2;
    size_t length = fread(pem, 1, sizeof pem, file);
    fclose(file);
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_add_ca_pem(options, pem, length), NF_OK);
    memset(pem, 0, sizeof pem);
    EXPECT(nf_client_new(options, &client), NF_OK);
    EXPECT(nf_options_set_base_url(options, "https://127.0.0.1:1"), NF_OK);
    nf_options_free(options);

    EXPECT(nf_client_get_token(client, key, login, secret, &token), NF_OK);
    CHECK(all_zero(login, sizeof login) && all_zero(secret, sizeof secret));

    /* The buffers are empty now, so the next call has no login. */
    nf_token *second = NULL;
    error = nf_client_get_token(client, key, login, secret, &second);
    nf_client_free(client);
    CHECK(nf_error_code(error) == NF_INVALID_ARGUMENT && second == NULL);
    CHECK(strstr(nf_error_message(error), "login") != NULL);
    nf_error_free(error);

    CHECK(strcmp(nf_token_scheme(token), "OAuth") == 0);
    CHECK(strncmp(nf_token_authorization(token), "OAuth ", 6) == 0);
    CHECK(strcmp(nf_token_authorization(token) + 6, nf_token_value(token)) == 0);
    CHECK(nf_token_expires_at(token) > 0);
    fixed_length_fields(token);
    nf_token_free(token);
    return finish();
}
