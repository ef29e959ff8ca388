/*
 * Makes calls with any options. Prints every result, one per line.
 *
 * Standard input has a line `name=value` for each of: url, ca, ca_in_memory (a file, which is read here),
 * client_chain, client_key, timeout_ms, connect_timeout_ms, hold_back_ms, proxy, bypass, environment_proxy,
 * keep_alive_ms, product, oauth2 (1: that service), client_secret, credential_type, allow_host, key, login, secret,
 * ask ("refresh", "revoke" or "application"; otherwise a token for the login), scheme, value, refresh_token and
 * instance_url (of the token that is refreshed or revoked), calls (how many, one after another on one client; 1),
 * pause_ms (between them), log (1: print the log), cancel_after_ms and free_after_ms (what another thread does to the
 * client, once), at (the beginning of a line of the log) and then (what is done there, once: "cancel" or "free" the
 * client, "overrun" the timeout, or read this file to its end).
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { SETTINGS = 32 };
static char lines[SETTINGS][4096];

/* The value of a setting; NULL when there is none. */
static const char *setting(const char *name)
{
    size_t length = strlen(name);
    for (int i = 0; i < SETTINGS; i++)
        if (strncmp(lines[i], name, length) == 0 && lines[i][length] == '=')
            return lines[i] + length + 1;
    return NULL;
}

static uint32_t number(const char *name, uint32_t otherwise)
{
    const char *text = setting(name);
    return text == NULL ? otherwise : (uint32_t)strtoul(text, NULL, 10);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void sleep_ms(uint32_t ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static nf_client *client;

/* Reads a file to its end. The end of a named pipe comes after its writer has closed it. */
static void read_all(const char *path)
{
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    while (file != NULL && fgetc(file) != EOF)
        ;
    if (file != NULL)
        fclose(file);
}

/* Does the action of the setting `then`, once. */
static void act(const char *line)
{
    static int done;
    const char *then = setting("then");
    if (done || strncmp(step_of(line), setting("at"), strlen(setting("at"))) != 0)
        return;
    done = 1;
    if (strcmp(then, "cancel") == 0)
        nf_client_cancel(client);
    else if (strcmp(then, "free") == 0)
        nf_client_free(client);
    else if (strcmp(then, "overrun") == 0)
        sleep_ms(number("timeout_ms", 0) + 50);
    else
        read_all(then);
}

static void write_log(void *user, int32_t level, const char *line)
{
    (void)user;
    CHECK(strpbrk(line, "\r\n") == NULL);
    if (setting("log") != NULL)
        printf("log=%d %s\n", (int)level, line);
    if (setting("at") != NULL)
        act(line);
}

/* Adds the root certificates in a file that is read here. */
static nf_error *add_ca(nf_options *options, const char *path)
{
    static char bytes[1 << 20];
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    size_t length = file == NULL ? 0 : fread(bytes, 1, sizeof bytes, file);
    if (file != NULL)
        fclose(file);
    return nf_options_add_ca_pem(options, bytes, length);
}

static nf_error *configure(nf_options *options)
{
    nf_error *error = nf_options_set_base_url(options, setting("url"));
    if (error == NULL && setting("ca") != NULL)
        error = nf_options_set_ca_file(options, setting("ca"));
    if (error == NULL && setting("ca_in_memory") != NULL)
        error = add_ca(options, setting("ca_in_memory"));
    if (error == NULL && setting("client_chain") != NULL)
        error = nf_options_set_client_certificate(options, setting("client_chain"), setting("client_key"));
    if (error == NULL && setting("timeout_ms") != NULL)
        error = nf_options_set_timeout_ms(options, number("timeout_ms", 0));
    if (error == NULL && setting("connect_timeout_ms") != NULL)
        error = nf_options_set_connect_timeout_ms(options, number("connect_timeout_ms", 0));
    if (error == NULL && setting("hold_back_ms") != NULL)
        error = nf_options_set_hold_back_ms(options, number("hold_back_ms", 0));
    if (error == NULL && setting("environment_proxy") != NULL)
        error = nf_options_use_environment_proxy(options);
    if (error == NULL && setting("proxy") != NULL)
        error = nf_options_set_proxy(options, setting("proxy"));
    if (error == NULL && setting("bypass") != NULL)
        error = nf_options_set_proxy_bypass(options, setting("bypass"));
    if (error == NULL && setting("keep_alive_ms") != NULL)
        error = nf_options_set_keep_alive_ms(options, number("keep_alive_ms", 0));
    if (error == NULL && setting("oauth2") != NULL)
        error = nf_options_use_oauth2(options);
    if (error == NULL && setting("client_secret") != NULL)
        error = nf_options_set_client_secret(options, setting("client_secret"), strlen(setting("client_secret")));
    if (error == NULL && setting("credential_type") != NULL)
        error = nf_options_set_credential_type(options, (int32_t)number("credential_type", 0));
    if (error == NULL && setting("allow_host") != NULL)
        error = nf_options_allow_host(options, setting("allow_host"));
    if (error == NULL && setting("product") != NULL)
        error = nf_options_set_user_agent(options, setting("product"));
    if (error == NULL && (setting("log") != NULL || setting("at") != NULL))
        error = nf_options_set_log(options, write_log, NULL);
    return error;
}

static double interfered_at;

static void *interfere(void *argument)
{
    (void)argument;
    uint32_t wait = number(setting("free_after_ms") != NULL ? "free_after_ms" : "cancel_after_ms", 0);
    sleep_ms(wait);
    interfered_at = now_ms();
    if (setting("free_after_ms") != NULL)
        nf_client_free(client);
    else
        nf_client_cancel(client);
    return NULL;
}

static const char *const timings[] = {"lookup", "connect", "tls", "server", "total"};

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
    if (error == NULL)
        return;
    printf("call_id=%s\n", nf_error_call_id(error));
    printf("remote_address=%s\n", nf_error_remote_address(error));
    for (int32_t i = 0; i <= NF_TIMING_TOTAL; i++)
        printf("%s_us=%lld\n", timings[i], (long long)nf_error_timing_us(error, i));
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
    printf("refresh_expires_at=%lld\n", (long long)nf_token_refresh_expires_at(token));
    printf("remote_address=%s\n", nf_token_remote_address(token));
    for (int32_t i = 0; i <= NF_TIMING_TOTAL; i++)
        printf("%s_us=%lld\n", timings[i], (long long)nf_token_timing_us(token, i));
}

static nf_error *get_token(nf_token **token)
{
    char login[4096], secret[4096];
    snprintf(login, sizeof login, "%s", setting("login"));
    snprintf(secret, sizeof secret, "%s", setting("secret"));
    nf_error *error = nf_client_get_token(client, setting("key"), login, secret, token);
    CHECK(all_zero(login, strlen(setting("login"))));
    CHECK(all_zero(secret, strlen(setting("secret"))));
    return error;
}

/* Makes a token from the settings, and refreshes or revokes it. */
static nf_error *use_token(const char *ask, nf_token **token)
{
    char value[4096], refresh_token[4096];
    nf_token *old = NULL;
    snprintf(value, sizeof value, "%s", setting("value") == NULL ? "" : setting("value"));
    snprintf(refresh_token, sizeof refresh_token, "%s", setting("refresh_token"));
    nf_error *error = nf_token_new(setting("scheme"), value, refresh_token, setting("instance_url"), -1, -1, &old);
    if (error == NULL && strcmp(ask, "refresh") == 0)
        error = nf_client_refresh_token(client, setting("key"), old, token);
    else if (error == NULL)
        error = nf_client_revoke_token(client, old, NULL);
    nf_token_free(old);
    return error;
}

/* Makes one call and prints its results. */
static void call(void)
{
    const char *ask = setting("ask");
    int has_token = ask == NULL || strcmp(ask, "revoke") != 0;
    nf_token *token = has_token ? (nf_token *)&interfered_at : NULL; /* not NULL: the call must clear it */

    double start = now_ms();
    nf_error *error = ask == NULL ? get_token(&token)
                      : strcmp(ask, "application") == 0
                          ? nf_client_get_application_token(client, setting("key"), &token)
                          : use_token(ask, &token);
    double end = now_ms();

    CHECK((token == NULL) == (error != NULL || !has_token));
    printf("elapsed_ms=%.2f\n", end - start);
    printf("over_ms=%.2f\n", end - start - number("timeout_ms", 60000));
    if (interfered_at != 0)
        printf("after_cancel_ms=%.2f\n", end - interfered_at);
    if (token != NULL)
        print_token(token);
    print_error(error);
    nf_token_free(token);
    nf_error_free(error);
}

int main(void)
{
    for (int i = 0; i < SETTINGS; i++)
        read_line(lines[i], sizeof lines[i]);

    nf_options *options = nf_options_new();
    nf_error *error = configure(options);
    if (error == NULL)
        error = nf_client_new(options, &client);
    nf_options_free(options);
    if (error != NULL) {
        print_error(error);
        nf_error_free(error);
        return failures != 0;
    }

    int interferes = setting("cancel_after_ms") != NULL || setting("free_after_ms") != NULL;
    pthread_t thread;
    if (interferes)
        CHECK(pthread_create(&thread, NULL, interfere, NULL) == 0);
    for (uint32_t i = 0; i < number("calls", 1); i++) {
        if (i > 0)
            sleep_ms(number("pause_ms", 0));
        call();
    }
    if (interferes)
        CHECK(pthread_join(thread, NULL) == 0);
    if (setting("free_after_ms") == NULL && (setting("then") == NULL || strcmp(setting("then"), "free") != 0))
        nf_client_free(client);
    return failures != 0;
}
