/*
 * Many tokens exist at the same time, and every second one is freed. They need few mappings and little locked memory.
 * Arguments: base URL, number of tokens. Standard input: key, login, secret.
 */
#include "check.h"
#include <stdlib.h>

static char key[256], login[256], secret[256];

static long mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    long lines = 0;

    for (int byte; (byte = fgetc(maps)) != EOF;)
        lines += byte == '\n';
    fclose(maps);
    return lines;
}

static long locked_kib(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long kib = -1;

    while (kib < 0 && fgets(line, sizeof line, status) != NULL)
        sscanf(line, "VmLck: %ld", &kib);
    fclose(status);
    return kib;
}

static nf_token *get_token(const nf_client *client)
{
    char my_login[256], my_secret[256];
    nf_token *token = NULL;

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    EXPECT(nf_client_get_token(client, key, my_login, my_secret, &token), NF_OK);
    return token;
}

static void check_at_most(int line, const char *what, long is, long limit)
{
    if (is > limit) {
        fprintf(stderr, "line %d: %ld %s, expected at most %ld\n", line, is, what, limit);
        failures++;
    }
}
#define CHECK_AT_MOST(what, is, limit) check_at_most(__LINE__, what, is, limit)

int main(int argc, char **argv)
{
    /* The system's usual limit of 8 MiB for 32,000 tokens, plus one slab. */
    enum { ENOUGH_FOR = 32000, USUAL_LIMIT_KIB = 8192, SLAB_KIB = 16 };
    nf_options *options = nf_options_new();
    nf_client *client = NULL;

    if (argc != 3)
        return 2;
    const long count = strtol(argv[2], NULL, 10);
    const long enough_kib = count * USUAL_LIMIT_KIB / ENOUGH_FOR + SLAB_KIB;
    nf_token **tokens = calloc((size_t)count, sizeof *tokens);
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_keep_alive_ms(options, 60000), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    nf_token_free(get_token(client));

    const long mappings_before = mappings(), locked_before = locked_kib();
    for (long i = 0; i < count && failures == 0; i++)
        tokens[i] = get_token(client);
    CHECK_AT_MOST("KiB locked", locked_kib() - locked_before, enough_kib);
    CHECK_AT_MOST("mappings", mappings() - mappings_before, count / 64 + 20);
    /* Each token still has its own value. */
    for (long i = 0; i < count && failures == 0; i++)
        CHECK(nf_token_value(tokens[i])[0] != '\0');
    for (long i = 0; i < count; i += 2)
        nf_token_free(tokens[i]);
    CHECK_AT_MOST("mappings", mappings() - mappings_before, count / 64 + 20);
    for (long i = 1; i < count && failures == 0; i += 2)
        CHECK(nf_token_value(tokens[i])[0] != '\0');
    for (long i = 1; i < count; i += 2)
        nf_token_free(tokens[i]);
    CHECK_AT_MOST("KiB locked", locked_kib(), locked_before + SLAB_KIB);
    free(tokens);
    nf_client_free(client);
    return finish();
}
