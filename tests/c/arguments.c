/*
 * Invalid input to every function: each pointer NULL in turn, invalid UTF-8, and values that cannot be sent. After
 * every call the output is NULL, and login and secret are zero. Arguments: base URL, CA file.
 */
#include "check.h"

static const char *const KEY = "kX3demoConsumerKey0123";
static nf_client *client;

/* Makes one call that must fail before any byte is sent. */
static void rejected_at(int line, const nf_client *on, const char *key, const char *login, const char *secret,
                        int32_t code)
{
    char login_buffer[512] = {0}, secret_buffer[512] = {0};
    nf_token *token = (nf_token *)&client;

    if (login != NULL)
        strcpy(login_buffer, login);
    if (secret != NULL)
        strcpy(secret_buffer, secret);
    expect_at(line, nf_client_get_token(on, key, login ? login_buffer : NULL, secret ? secret_buffer : NULL, &token),
              code);
    CHECK(token == NULL);
    CHECK(all_zero(login_buffer, sizeof login_buffer));
    CHECK(all_zero(secret_buffer, sizeof secret_buffer));

    /* The one-shot call rejects the same values before it uses the network. */
    if (on != NULL) {
        if (login != NULL)
            strcpy(login_buffer, login);
        if (secret != NULL)
            strcpy(secret_buffer, secret);
        token = (nf_token *)&client;
        expect_at(line, nf_get_token(key, login ? login_buffer : NULL, secret ? secret_buffer : NULL, &token), code);
        CHECK(token == NULL);
        CHECK(all_zero(login_buffer, sizeof login_buffer));
        CHECK(all_zero(secret_buffer, sizeof secret_buffer));
    }
}
#define REJECTED(on, key, login, secret, code) rejected_at(__LINE__, on, key, login, secret, code)

static void credentials(void)
{
    REJECTED(NULL, KEY, "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, NULL, "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, NULL, "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, "\xff", "login@example.com", "secret", NF_INVALID_UTF8);
    REJECTED(client, KEY, "l\xc3(", "secret", NF_INVALID_UTF8);
    REJECTED(client, KEY, "login@example.com", "s\xe4\xf6", NF_INVALID_UTF8);
    REJECTED(client, "", "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, "key with spaces", "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, "key\r\nX-Injected: 1", "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, "key\n", "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, "schl\xc3\xbcssel", "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "login@example.com:secret", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "login@example.com\r\n", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "login\x7f@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "login@example.com", "secret\n", NF_INVALID_ARGUMENT);
    /* Characters that a file, a form or a CSV export has added. */
    REJECTED(client, "\xef\xbb\xbfkey", "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, "\"key\"", "login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "\xef\xbb\xbflogin@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "login@example.com\xe2\x80\x8b", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "login@example.com\xc2\x9f", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, " login@example.com", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "login@example.com\xc2\xa0", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "\"login@example.com\"", "secret", NF_INVALID_ARGUMENT);
    REJECTED(client, KEY, "\xe2\x80\x9clogin@example.com\xe2\x80\x9d", "secret", NF_INVALID_ARGUMENT);
}

/* A call has wiped both buffers. The error of the next call names the one that was not filled again. */
static void wiped_buffers(void)
{
    char login[] = "login@example.com", secret[] = "wrong";
    nf_token *token = NULL;
    nf_error *error = nf_client_get_token(client, KEY, login, secret, &token);

    CHECK(nf_error_code(error) == NF_DENIED && strstr(nf_error_remedy(error), "empty") == NULL);
    nf_error_free(error);
    error = nf_client_get_token(client, KEY, login, secret, &token);
    CHECK(nf_error_code(error) == NF_INVALID_ARGUMENT && strstr(nf_error_remedy(error), "has wiped is empty") != NULL);
    nf_error_free(error);
    strcpy(login, "login@example.com");
    error = nf_client_get_token(client, KEY, login, secret, &token);
    CHECK(nf_error_code(error) == NF_DENIED);
    CHECK(strstr(nf_error_remedy(error), "The password that was sent was empty.") != NULL);
    CHECK(strstr(nf_error_remedy(error), "has wiped is empty") != NULL);
    nf_error_free(error);
}

static void outputs(void)
{
    char login[] = "login@example.com", secret[] = "secret";
    char again[] = "login@example.com";
    nf_client *made = (nf_client *)&client;
    nf_options *options = nf_options_new();

    EXPECT(nf_client_get_token(client, KEY, login, secret, NULL), NF_INVALID_ARGUMENT);
    CHECK(all_zero(login, sizeof login) && all_zero(secret, sizeof secret));
    strcpy(login, "login@example.com");
    strcpy(secret, "secret");
    EXPECT(nf_get_token(KEY, login, secret, NULL), NF_INVALID_ARGUMENT);
    CHECK(all_zero(login, sizeof login) && all_zero(secret, sizeof secret));
    EXPECT(nf_client_new(options, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_client_new(NULL, NULL), NF_INVALID_ARGUMENT);

    /* The same buffer as login and secret is wiped too. */
    nf_token *token = NULL;
    EXPECT(nf_client_get_token(client, "", again, again, &token), NF_INVALID_ARGUMENT);
    CHECK(all_zero(again, sizeof again));

    /* NULL options mean default options. */
    EXPECT(nf_client_new(NULL, &made), NF_OK);
    CHECK(made != NULL && made != (nf_client *)&client);
    nf_client_free(made);
    nf_options_free(options);
}

static void option_values(const char *base_url, const char *ca_file)
{
    nf_options *options = nf_options_new();
    const char *const not_utf8 = "\xff\xfe";

    CHECK(options != NULL);
    EXPECT(nf_options_set_base_url(NULL, base_url), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_base_url(options, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_base_url(options, not_utf8), NF_INVALID_UTF8);
    EXPECT(nf_options_set_base_url(options, ""), NF_INVALID_OPTION);
    EXPECT(nf_options_set_base_url(options, "http://www.concursolutions.com"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_base_url(options, "https://user:word@localhost"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_base_url(options, "https://localhost/?query"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_base_url(options, "https://localhost/#fragment"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_base_url(options, "https://localhost/net2/oauth2/accesstoken.ashx"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_base_url(options, "https://localhost/prefix/oauth2/v0/token/"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_base_url(options, "https://localhost\r\nX-Injected: 1"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_base_url(options, base_url), NF_OK);

    EXPECT(nf_options_set_timeout_ms(NULL, 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_timeout_ms(options, 0), NF_INVALID_OPTION);
    EXPECT(nf_options_set_timeout_ms(options, UINT32_MAX), NF_OK);

    EXPECT(nf_options_set_ca_file(NULL, ca_file), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_ca_file(options, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_ca_file(options, not_utf8), NF_INVALID_UTF8);
    EXPECT(nf_options_set_ca_file(options, ""), NF_INVALID_OPTION);
    EXPECT(nf_options_set_ca_file(options, "/nowhere/ca.pem"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_ca_file(options, "/"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_ca_file(options, "/dev/null"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);

    EXPECT(nf_options_add_ca_pem(NULL, "x", 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_add_ca_pem(options, NULL, 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_add_ca_pem(options, "x", 0), NF_INVALID_OPTION);
    EXPECT(nf_options_add_ca_pem(options, "x", SIZE_MAX), NF_INVALID_OPTION);
    static const char broken[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    EXPECT(nf_options_add_ca_pem(options, broken, sizeof broken - 1), NF_INVALID_OPTION);

    EXPECT(nf_options_set_user_agent(NULL, "p"), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_user_agent(options, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_user_agent(options, not_utf8), NF_INVALID_UTF8);
    EXPECT(nf_options_set_user_agent(options, ""), NF_INVALID_OPTION);
    EXPECT(nf_options_set_user_agent(options, "erp\r\nX-Injected: 1"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_user_agent(options, "erp/1"), NF_OK);

    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
}

static void network_values(const char *ca_file)
{
    nf_options *options = nf_options_new();
    const char *const not_utf8 = "\xff\xfe";

    EXPECT(nf_options_set_connect_timeout_ms(NULL, 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_connect_timeout_ms(options, 0), NF_INVALID_OPTION);
    EXPECT(nf_options_set_connect_timeout_ms(options, UINT32_MAX), NF_OK);

    EXPECT(nf_options_set_proxy(NULL, "http://localhost:1"), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_proxy(options, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_proxy(options, not_utf8), NF_INVALID_UTF8);
    EXPECT(nf_options_set_proxy(options, "ftp://localhost"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_proxy(options, "http://localhost:1/path"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_proxy(options, "http//localhost:1"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_proxy(options, "http://user:a%0d%0ab@localhost:1"), NF_INVALID_OPTION);
    /* Other parsers find another host in these URLs. The remedy explains the correct form. */
    const char *ambiguous[] = {"http://u:p@h@localhost:1", "http://u:p\\@h@localhost:1", "http://u@h:p@localhost:1",
                               "socks5://DOMAIN\\u:p@localhost:1", "https://u:p p@localhost:1"};
    for (size_t i = 0; i < sizeof ambiguous / sizeof *ambiguous; i++) {
        nf_error *rejected = nf_options_set_proxy(options, ambiguous[i]);
        CHECK(rejected != NULL && strstr(nf_error_remedy(rejected), "%40") != NULL);
        CHECK(rejected != NULL && strstr(nf_error_message(rejected), "%5C") != NULL);
        EXPECT(rejected, NF_INVALID_OPTION);
    }
    EXPECT(nf_options_set_proxy(options, "http://DOMAIN%5Cu:p%40h%20p@localhost:1"), NF_OK);
    EXPECT(nf_options_set_proxy(options, "socks5://user:word@[::1]:1"), NF_OK);
    EXPECT(nf_options_set_proxy(options, ""), NF_OK);

    EXPECT(nf_options_set_proxy_bypass(NULL, "*"), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_proxy_bypass(options, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_proxy_bypass(options, not_utf8), NF_INVALID_UTF8);
    EXPECT(nf_options_set_proxy_bypass(options, "10.0.0.0/33"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_proxy_bypass(options, "<local>"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_proxy_bypass(options, "10.*"), NF_INVALID_OPTION);
    EXPECT(nf_options_set_proxy_bypass(options, ".example.com, 10.0.0.0/8 *:8443;*.corp.example"), NF_OK);
    EXPECT(nf_options_set_proxy_bypass(options, ""), NF_OK);

    EXPECT(nf_options_use_environment_proxy(NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_use_environment_proxy(options), NF_OK);

    EXPECT(nf_options_set_client_certificate(NULL, ca_file, ca_file), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_client_certificate(options, NULL, ca_file), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_client_certificate(options, ca_file, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_client_certificate(options, not_utf8, ca_file), NF_INVALID_UTF8);
    EXPECT(nf_options_set_client_certificate(options, ca_file, not_utf8), NF_INVALID_UTF8);
    EXPECT(nf_options_set_client_certificate(options, "/nowhere/chain.pem", ca_file), NF_INVALID_OPTION);
    EXPECT(nf_options_set_client_certificate(options, ca_file, ca_file), NF_INVALID_OPTION);

    EXPECT(nf_options_set_keep_alive_ms(NULL, 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_keep_alive_ms(options, UINT32_MAX), NF_OK);
    EXPECT(nf_options_set_log(NULL, NULL, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_log(options, NULL, NULL), NF_OK);

    nf_client_cancel(NULL);
    nf_client_cancel(client);
    nf_options_free(options);
}

static void service_values(void)
{
    nf_options *options = nf_options_new();
    nf_client *made = (nf_client *)&client;
    const char *const not_utf8 = "\xff\xfe";

    EXPECT(nf_options_use_oauth2(NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_credential_type(NULL, NF_CREDENTIAL_PASSWORD), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_credential_type(options, -1), NF_INVALID_OPTION);
    EXPECT(nf_options_set_credential_type(options, 2), NF_INVALID_OPTION);
    EXPECT(nf_options_set_credential_type(options, NF_CREDENTIAL_AUTHTOKEN), NF_OK);
    EXPECT(nf_client_new(options, &made), NF_INVALID_OPTION);
    CHECK(made == NULL);

    EXPECT(nf_options_use_oauth2(options), NF_OK);
    nf_error *rejected = nf_client_new(options, &made);
    CHECK(rejected != NULL && strstr(nf_error_remedy(rejected), "nf_options_set_client_secret") != NULL);
    EXPECT(rejected, NF_INVALID_OPTION);

    EXPECT(nf_options_set_client_secret(NULL, "s", 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_client_secret(options, NULL, 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_client_secret(options, not_utf8, 2), NF_INVALID_UTF8);
    EXPECT(nf_options_set_client_secret(options, "s", 0), NF_INVALID_OPTION);
    EXPECT(nf_options_set_client_secret(options, "s", SIZE_MAX), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_client_secret(options, "se\0ret", 6), NF_INVALID_OPTION);
    EXPECT(nf_options_set_client_secret(options, "secret\n", 7), NF_INVALID_OPTION);
    static char longest[2049];
    memset(longest, 's', sizeof longest);
    EXPECT(nf_options_set_client_secret(options, longest, sizeof longest), NF_INVALID_OPTION);
    EXPECT(nf_client_new(options, &made), NF_INVALID_OPTION);
    EXPECT(nf_options_set_client_secret(options, longest, sizeof longest - 1), NF_OK);
    EXPECT(nf_client_new(options, &made), NF_OK);
    /* A company needs its request token. */
    char uuid[] = "5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f";
    nf_token *token = (nf_token *)&client;
    EXPECT(nf_client_get_token(made, KEY, uuid, NULL, &token), NF_INVALID_ARGUMENT);
    CHECK(token == NULL && all_zero(uuid, sizeof uuid));
    nf_session *session = NULL;
    EXPECT(nf_session_new(made, KEY, "5f0c1d2e-8a4b-4c6d-9e7f-0a1b2c3d4e5f", &session), NF_OK);
    EXPECT(nf_session_log_in(session, NULL, &token), NF_INVALID_ARGUMENT);
    CHECK(token == NULL);
    nf_session_free(session);
    nf_client_free(made);

    EXPECT(nf_options_allow_host(NULL, "localhost"), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_allow_host(options, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_allow_host(options, not_utf8), NF_INVALID_UTF8);
    const char *const hosts[] = {"", "https://localhost", "localhost/path", "localhost:0", "*.example", "a b"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        EXPECT(nf_options_allow_host(options, hosts[i]), NF_INVALID_OPTION);
    EXPECT(nf_options_allow_host(options, "localhost:8443"), NF_OK);
    nf_options_free(options);
}

static void session_options(void)
{
    nf_options *options = nf_options_new();

    EXPECT(nf_options_set_secret_callback(NULL, NULL, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_secret_callback(options, NULL, NULL), NF_OK);
    EXPECT(nf_options_set_refresh_margin_ms(NULL, 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_refresh_margin_ms(options, 0), NF_OK);
    EXPECT(nf_options_set_refresh_margin_ms(options, UINT32_MAX), NF_OK);
    EXPECT(nf_options_set_hold_back_ms(NULL, 1), NF_INVALID_ARGUMENT);
    EXPECT(nf_options_set_hold_back_ms(options, 0), NF_OK);
    EXPECT(nf_options_set_hold_back_ms(options, UINT32_MAX), NF_OK);
    nf_options_free(options);
}

static void session_values(void)
{
    nf_session *session = (nf_session *)&client, *share = (nf_session *)&client;
    const char *const logins[] = {"", "login:secret", " login", "login\r\n", "\"login\""};

    EXPECT(nf_session_new(NULL, KEY, "login@example.com", &session), NF_INVALID_ARGUMENT);
    CHECK(session == NULL);
    EXPECT(nf_session_new(client, NULL, "login@example.com", &session), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_new(client, KEY, NULL, &session), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_new(client, KEY, "login@example.com", NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_new(client, "\xff", "login@example.com", &session), NF_INVALID_UTF8);
    EXPECT(nf_session_new(client, KEY, "l\xc3(", &session), NF_INVALID_UTF8);
    EXPECT(nf_session_new(client, "key with spaces", "login@example.com", &session), NF_INVALID_ARGUMENT);
    EXPECT(nf_client_clear_hold(NULL, KEY, "login@example.com"), NF_INVALID_ARGUMENT);
    EXPECT(nf_client_clear_hold(client, NULL, "login@example.com"), NF_INVALID_ARGUMENT);
    EXPECT(nf_client_clear_hold(client, KEY, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_client_clear_hold(client, KEY, "\xff"), NF_INVALID_UTF8);
    EXPECT(nf_client_clear_hold(client, "key with spaces", "login@example.com"), NF_INVALID_ARGUMENT);
    for (size_t i = 0; i < sizeof logins / sizeof *logins; i++) {
        EXPECT(nf_session_new(client, KEY, logins[i], &session), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_clear_hold(client, KEY, logins[i]), NF_INVALID_ARGUMENT);
    }
    CHECK(session == NULL);
    EXPECT(nf_client_clear_hold(client, KEY, "login@example.com"), NF_OK);

    EXPECT(nf_session_new(client, KEY, "login@example.com", &session), NF_OK);
    EXPECT(nf_session_share(NULL, 0, &share), NF_INVALID_ARGUMENT);
    CHECK(share == NULL);
    EXPECT(nf_session_share(session, 0, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_clear_hold(NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_clear_hold(session), NF_OK);
    EXPECT(nf_session_log_out(NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_log_out(session), NF_OK);
    nf_session_cancel(NULL);
    nf_session_cancel(session);
    nf_session_free(NULL);
    nf_session_free(session);
}

/* Both buffers of a token are wiped, whatever happens. */
static void token_part_at(int line, const char *scheme, const char *value, const char *refresh, const char *url,
                          int64_t expires_at, int32_t code)
{
    char value_buffer[32] = {0}, refresh_buffer[32] = {0};
    nf_token *token = (nf_token *)&client;

    if (value != NULL)
        strcpy(value_buffer, value);
    if (refresh != NULL)
        strcpy(refresh_buffer, refresh);
    expect_at(
        line,
        nf_token_new(scheme, value ? value_buffer : NULL, refresh ? refresh_buffer : NULL, url, expires_at, -1, &token),
        code);
    CHECK((token != NULL) == (code == NF_OK));
    CHECK(all_zero(value_buffer, sizeof value_buffer) && all_zero(refresh_buffer, sizeof refresh_buffer));
    nf_token_free(token);
}
#define TOKEN_PART(scheme, value, refresh, url, expires_at, code)                                                      \
    token_part_at(__LINE__, scheme, value, refresh, url, expires_at, code)

static void token_parts(void)
{
    char value[] = "value";

    TOKEN_PART(NULL, "v", "r", NULL, -1, NF_INVALID_ARGUMENT);
    TOKEN_PART("Basic", "v", "r", NULL, -1, NF_INVALID_ARGUMENT);
    TOKEN_PART("\xff", "v", "r", NULL, -1, NF_INVALID_UTF8);
    TOKEN_PART("OAuth", NULL, NULL, NULL, -1, NF_INVALID_ARGUMENT);
    TOKEN_PART("OAuth", "", "", NULL, -1, NF_INVALID_ARGUMENT);
    TOKEN_PART("OAuth", "\xff", "r", NULL, -1, NF_INVALID_UTF8);
    TOKEN_PART("OAuth", "a b", "r", NULL, -1, NF_INVALID_ARGUMENT);
    TOKEN_PART("OAuth", "v", "r\n", NULL, -1, NF_INVALID_ARGUMENT);
    TOKEN_PART("OAuth", "v", "r", "http://example.com", -1, NF_INVALID_ARGUMENT);
    TOKEN_PART("OAuth", "v", "r", "\xff", -1, NF_INVALID_UTF8);
    TOKEN_PART("OAuth", "v", "r", NULL, -2, NF_INVALID_ARGUMENT);
    TOKEN_PART("OAuth", NULL, "r", NULL, -1, NF_OK);
    TOKEN_PART("Bearer", "v", "", "", 0, NF_OK);
    EXPECT(nf_token_new("OAuth", value, NULL, NULL, -1, -1, NULL), NF_INVALID_ARGUMENT);
    CHECK(all_zero(value, sizeof value));
}

/* Makes a token from these parts. */
static nf_token *made(const char *scheme, const char *value, const char *refresh)
{
    char value_buffer[32], refresh_buffer[32];
    nf_token *token;

    strcpy(value_buffer, value);
    strcpy(refresh_buffer, refresh);
    EXPECT(nf_token_new(scheme, value_buffer, refresh_buffer, NULL, -1, -1, &token), NF_OK);
    return token;
}

/* A client of each service rejects these before it sends anything. */
static void requests_with_tokens(const char *base_url, const char *ca_file)
{
    nf_token *oauth = made("OAuth", "v", "r"), *bearer = made("Bearer", "v", "r");

    for (int is_oauth2 = 0; is_oauth2 < 2; is_oauth2++) {
        nf_token *of_it = is_oauth2 ? bearer : oauth, *of_other = is_oauth2 ? oauth : bearer;
        nf_token *without_refresh = made(nf_token_scheme(of_it), "v", "");
        nf_token *without_value = made(nf_token_scheme(of_it), "", "r");
        nf_token *out = (nf_token *)&client;
        nf_options *options = nf_options_new();
        nf_client *on;

        EXPECT(nf_options_set_base_url(options, base_url), NF_OK);
        EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
        if (is_oauth2)
            EXPECT(nf_options_use_oauth2(options), NF_OK);
        EXPECT(nf_options_set_client_secret(options, "secret", 6), NF_OK);
        EXPECT(nf_client_new(options, &on), NF_OK);

        EXPECT(nf_client_refresh_token(NULL, KEY, of_it, &out), NF_INVALID_ARGUMENT);
        CHECK(out == NULL);
        EXPECT(nf_client_refresh_token(on, NULL, of_it, &out), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_refresh_token(on, "", of_it, &out), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_refresh_token(on, "\xff", of_it, &out), NF_INVALID_UTF8);
        EXPECT(nf_client_refresh_token(on, KEY, NULL, &out), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_refresh_token(on, KEY, of_it, NULL), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_refresh_token(on, KEY, of_other, &out), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_refresh_token(on, KEY, without_refresh, &out), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_revoke_token(NULL, of_it, NULL), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_revoke_token(on, NULL, NULL), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_revoke_token(on, of_other, NULL), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_revoke_token(on, without_value, NULL), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_revoke_token(on, of_it, is_oauth2 ? of_it : without_value), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_get_application_token(NULL, KEY, &out), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_get_application_token(on, NULL, &out), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_get_application_token(on, "", &out), NF_INVALID_ARGUMENT);
        EXPECT(nf_client_get_application_token(on, KEY, NULL), NF_INVALID_ARGUMENT);
        if (!is_oauth2)
            EXPECT(nf_client_get_application_token(on, KEY, &out), NF_INVALID_OPTION);
        CHECK(out == NULL);

        nf_token_free(without_refresh);
        nf_token_free(without_value);
        nf_client_free(on);
        nf_options_free(options);
    }
    /* The client of `option_values` has no client secret. */
    nf_token *out;
    EXPECT(nf_client_refresh_token(client, KEY, oauth, &out), NF_INVALID_OPTION);
    nf_token_free(oauth);
    nf_token_free(bearer);
}

static void session_calls(void)
{
    nf_session *session = NULL;
    nf_token *out = (nf_token *)&client, *oauth = made("OAuth", "v", "r"), *bearer = made("Bearer", "v", "r");
    char secret[16] = "secret", status[4] = "...";
    size_t length = 1;

    EXPECT(nf_session_new(client, KEY, "login@example.com", &session), NF_OK);
    EXPECT(nf_session_get_token(NULL, &out), NF_INVALID_ARGUMENT);
    CHECK(out == NULL);
    EXPECT(nf_session_get_token(session, NULL), NF_INVALID_ARGUMENT);
    /* `client` has no secret callback. */
    out = (nf_token *)&client;
    EXPECT(nf_session_get_token(session, &out), NF_SECRET_NEEDED);
    CHECK(out == NULL);

    EXPECT(nf_session_log_in(NULL, secret, &out), NF_INVALID_ARGUMENT);
    CHECK(out == NULL && all_zero(secret, sizeof secret));
    strcpy(secret, "secret");
    EXPECT(nf_session_log_in(session, secret, NULL), NF_INVALID_ARGUMENT);
    CHECK(all_zero(secret, sizeof secret));
    strcpy(secret, "secret\n");
    EXPECT(nf_session_log_in(session, secret, &out), NF_INVALID_ARGUMENT);
    CHECK(all_zero(secret, sizeof secret));
    strcpy(secret, "s\xe4\xf6");
    EXPECT(nf_session_log_in(session, secret, &out), NF_INVALID_UTF8);
    CHECK(out == NULL && all_zero(secret, sizeof secret));

    EXPECT(nf_session_set_token(NULL, oauth), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_set_token(session, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_set_token(session, bearer), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_reject_token(NULL, oauth), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_reject_token(session, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_reject_token(session, oauth), NF_OK);

    EXPECT(nf_session_status(NULL, status, sizeof status, &length), NF_INVALID_ARGUMENT);
    CHECK(length == 0);
    EXPECT(nf_session_status(session, status, sizeof status, NULL), NF_INVALID_ARGUMENT);
    EXPECT(nf_session_status(session, status, sizeof status, &length), NF_OK);
    CHECK(length > sizeof status && strcmp(status, "...") == 0);
    EXPECT(nf_session_status(session, NULL, SIZE_MAX, &length), NF_OK);

    nf_token_free(oauth);
    nf_token_free(bearer);
    nf_session_free(session);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    option_values(argv[1], argv[2]);
    network_values(argv[2]);
    credentials();
    wiped_buffers();
    outputs();
    service_values();
    session_options();
    session_values();
    token_parts();
    requests_with_tokens(argv[1], argv[2]);
    session_calls();
    nf_client_free(client);
    return finish();
}
