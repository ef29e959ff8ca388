/*
 * Gets an access token with libcurl and libxml2, as a careful C programmer would. It does the same as
 * with_nativeflow.c; see bench/README.md.
 *
 *     with_libcurl BASE_URL CA_FILE [--peak-memory]      key, login and secret on standard input, one per line
 *
 * Prints the token, its expiry in Unix seconds and the instance URL, one per line.
 */
#define _XOPEN_SOURCE 700 /* strptime */
#define _DEFAULT_SOURCE   /* explicit_bzero, timegm */
#include "login.h"
#include "peak_memory.h"
#include "token_by_libcurl.h"

int main(int argc, char **argv)
{
    struct login login;
    struct token token;
    CURL *curl;
    int failed;

    if (argc < 3) {
        fprintf(stderr, "usage: %s BASE_URL CA_FILE [--peak-memory]\n", argv[0]);
        return 1;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (curl = curl_easy_init()) == NULL)
        return 1;
    if (read_login(&login) != 0) {
        explicit_bzero(&login, sizeof login);
        fputs("standard input: expected key, login and secret\n", stderr);
        return 1;
    }
    failed = configure(curl, argv[1], TOKEN_PATH, argv[2]) != 0 || get_token(curl, &login, &token) != 0;
    explicit_bzero(&login, sizeof login);
    if (!failed)
        printf("%s\n%" PRId64 "\n%s\n", token.value, token.expires_at, token.instance_url);
    explicit_bzero(&token, sizeof token);
    curl_easy_cleanup(curl);
    xmlCleanupParser();
    curl_global_cleanup();
    if (argc > 3 && strcmp(argv[3], "--peak-memory") == 0)
        print_peak_memory();
    return failed;
}
