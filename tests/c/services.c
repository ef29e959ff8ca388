/*
 * A token is received, used, refreshed and revoked, on both services by one option.
 *
 * Arguments: `native` or `oauth2`, plain base URL of the stub. Standard input: key, login, secret, client secret, each
 * on a line.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int port;

/* Requests a report with this header value from the stub's API. Returns the HTTP status. */
static int use(const char *authorization)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    char text[4096];
    int status = 0, length;
    ssize_t received, total = 0;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(s >= 0 && connect(s, (struct sockaddr *)&address, sizeof address) == 0);
    length = snprintf(text, sizeof text,
                      "GET /api/v3.0/expense/reports HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\n"
                      "Connection: close\r\n\r\n",
                      authorization);
    CHECK(write(s, text, (size_t)length) == length);
    while ((received = read(s, text + total, sizeof text - 1 - (size_t)total)) > 0)
        total += received;
    text[total] = '\0';
    CHECK(sscanf(text, "HTTP/1.1 %d", &status) == 1);
    close(s);
    return status;
}

int main(int argc, char **argv)
{
    char key[256], login[256], secret[256], client_secret[256];
    nf_client *client;
    nf_token *first, *second, *third = (nf_token *)&client;

    if (argc != 3)
        return 2;
    int is_oauth2 = strcmp(argv[1], "oauth2") == 0;
    port = atoi(strrchr(argv[2], ':') + 1);
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    read_line(client_secret, sizeof client_secret);

    nf_options *options = nf_options_new();
    EXPECT(nf_options_set_base_url(options, argv[2]), NF_OK);
    EXPECT(nf_options_set_client_secret(options, client_secret, strlen(client_secret)), NF_OK);
    if (is_oauth2)
        EXPECT(nf_options_use_oauth2(options), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);

    EXPECT(nf_client_get_token(client, key, login, secret, &first), NF_OK);
    CHECK(strcmp(nf_token_scheme(first), is_oauth2 ? "Bearer" : "OAuth") == 0);
    CHECK(nf_token_expires_at(first) > 0 && nf_token_refresh_token(first)[0] != '\0');
    CHECK((nf_token_refresh_expires_at(first) > 0) == is_oauth2);
    CHECK(use(nf_token_authorization(first)) == 200);
    CHECK(use("Bearer wrong") == 401);

    EXPECT(nf_client_refresh_token(client, key, first, &second), NF_OK);
    CHECK(strcmp(nf_token_value(first), nf_token_value(second)) != 0);
    /* The OAuth 2.0 service replaces the refresh token; the Native Flow sends none, so the old one stays. */
    CHECK((strcmp(nf_token_refresh_token(first), nf_token_refresh_token(second)) != 0) == is_oauth2);
    CHECK(use(nf_token_authorization(second)) == 200);

    EXPECT(nf_client_revoke_token(client, second, NULL), NF_OK);
    if (is_oauth2) {
        EXPECT(nf_client_refresh_token(client, key, second, &third), NF_REFRESH_EXPIRED);
        EXPECT(nf_client_get_application_token(client, key, &third), NF_OK);
        CHECK(nf_token_refresh_token(third)[0] == '\0' && use(nf_token_authorization(third)) == 200);
        nf_token_free(third);
    } else {
        CHECK(use(nf_token_authorization(second)) == 403);
        EXPECT(nf_client_revoke_token(client, second, NULL), NF_NOT_ALLOWED);
    }
    EXPECT(nf_client_refresh_token(client, "wrong-key", first, &third), is_oauth2 ? NF_BAD_CLIENT : NF_REFRESH_EXPIRED);
    CHECK(third == NULL);

    nf_token_free(first);
    nf_token_free(second);
    nf_client_free(client);
    return finish();
}
