/*
 * Gets an access token and writes the log of the call to syslog. Prints the times of the call, or the error with the ID
 * that the lines of the call in syslog begin with.
 *
 *     log_syslog BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 *
 * Reads the secret (password) as get_token does.
 */
#define _POSIX_C_SOURCE 200809L
#include "read_secret.h"
#include <nativeflow.h>
#include <stdio.h>
#include <syslog.h>

/* Calls on several threads may run it at the same time. Each line begins with the ID of its call. */
static void NF_CALL write_to_syslog(void *user, int32_t level, const char *line)
{
    int priority = LOG_INFO;
    (void)user;
    if (level == NF_LOG_ERROR)
        priority = LOG_ERR;
    else if (level == NF_LOG_WARNING)
        priority = LOG_WARNING;
    syslog(priority, "%s", line); /* the line is not the format */
}

static void print_time(const nf_token *token, const char *part, int32_t timing)
{
    int64_t us = nf_token_timing_us(token, timing);
    if (us >= 0)
        printf("%-9s %9.3f ms\n", part, (double)us / 1e3);
}

int main(int argc, char **argv)
{
    char secret[512];
    nf_client *client = NULL;
    nf_token *token = NULL;

    if (argc < 4 || argc > 5) {
        fprintf(stderr, "usage: %s BASE_URL CONSUMER_KEY LOGIN [CA_FILE]\n", argv[0]);
        return 2;
    }
    openlog("log_syslog", LOG_PID, LOG_USER);
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_log(options, write_to_syslog, NULL);
    if (error == NULL)
        error = nf_options_set_base_url(options, argv[1]);
    if (error == NULL && argc == 5)
        error = nf_options_set_ca_file(options, argv[4]);
    if (error == NULL)
        error = nf_client_new(options, &client);
    nf_options_free(options);
    if (error == NULL && read_secret(secret, sizeof secret))
        error = nf_client_get_token(client, argv[2], argv[3], secret, &token); /* wipes argv[3] and secret */
    if (token != NULL) {
        printf("server    %s\n", nf_token_remote_address(token));
        print_time(token, "lookup", NF_TIMING_LOOKUP);
        print_time(token, "connect", NF_TIMING_CONNECT);
        print_time(token, "tls", NF_TIMING_TLS);
        print_time(token, "response", NF_TIMING_SERVER);
        print_time(token, "total", NF_TIMING_TOTAL);
    }
    if (error != NULL)
        fprintf(stderr, "[%s] %s: %s.\n%s\n", nf_error_call_id(error), nf_error_name(error), nf_error_message(error),
                nf_error_remedy(error));
    int failed = token == NULL;
    nf_token_free(token);
    nf_error_free(error);
    nf_client_free(client);
    return failed;
}
