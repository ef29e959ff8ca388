/*
 * Gets a token many times with libcurl and libxml2 or cJSON and prints the duration of each call. It does the same as
 * calls_with_nativeflow.c; see bench/README.md.
 *
 *     calls_with_libcurl BASE_URL CA_FILE COUNT kept|resumed|full
 *
 * Key, login, secret and (OAuth 2.0) client secret are on standard input, one per line.
 *
 * Prints for each call its nanoseconds, the token, its expiry in Unix seconds and the instance URL, one per line.
 */
#define _XOPEN_SOURCE 700 /* strptime */
#define _DEFAULT_SOURCE   /* explicit_bzero, timegm */
#include "calls.h"
#include "login.h"
#include "oauth2_by_libcurl.h"
#include "token_by_libcurl.h"

static int call(CURL *curl, const struct login *login)
{
    struct token token;
    int64_t start = now();
    int result = login->client_secret == NULL ? get_token(curl, login, &token) : get_oauth2_token(curl, login, &token);
    int64_t end = now();

    if (result == 0)
        print_call(end - start, token.value, token.expires_at, token.instance_url);
    explicit_bzero(&token, sizeof token);
    return result;
}

int main(int argc, char **argv)
{
    enum connection connection;
    struct login login;
    CURL *curl;

    if (argc != 5 || (connection = connection_of(argv[4])) == UNKNOWN || read_login(&login) != 0)
        return 1;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || (curl = curl_easy_init()) == NULL)
        return 1;
    int failed = configure(curl, argv[1], login.client_secret == NULL ? TOKEN_PATH : OAUTH2_TOKEN_PATH, argv[2]);
    /* One handle for all calls: it stores the root certificates and the addresses of the host after the first call. */
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, connection == KEPT ? 0L : 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, connection == FULL ? 0L : 1L);
    for (int left = atoi(argv[3]); left > 0 && !failed; left--)
        failed = call(curl, &login);
    explicit_bzero(&login, sizeof login);
    curl_easy_cleanup(curl);
    xmlCleanupParser();
    curl_global_cleanup();
    return failed != 0;
}
