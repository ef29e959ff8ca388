/* Shows an administrator each step of a login, the step that fails, and the remedy. Does not show the token. */
#define _POSIX_C_SOURCE 200809L
#include "read_secret.h"
#include <nativeflow.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char usage[] =
    "usage: %s [--base-url URL] [--ca-file FILE] [--proxy URL | --environment-proxy] KEY LOGIN\n"
    "Other users can read the command line. Set a proxy with a password in the variable https_proxy instead.\n";

static double ms_since(double start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6 - start;
}

static void NF_CALL print_step(void *start, int32_t level, const char *line)
{
    line = strchr(line, ' ') + 1; /* after the call ID */
    int word = (int)strcspn(line, " :");
    if (level != NF_LOG_ERROR) /* print_end prints more about it */
        printf("%9.1f ms  %-8.*s%s\n", ms_since(*(double *)start), word, line, line + word + (line[word] == ':'));
}

/* Returns the exit code. */
static int print_end(double start, const nf_token *token, const nf_error *error)
{
    time_t expires = (time_t)nf_token_expires_at(token);
    char when[32] = "at an unknown time";
    if (expires >= 0)
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", gmtime(&expires));
    if (error == NULL)
        return printf("Received a token, which expires %s.\n", when), 0;
    printf("%9.1f ms  failed   %s: %s\n", ms_since(start), nf_error_name(error), nf_error_message(error));
    if (nf_error_server_message(error)[0] != '\0')
        printf("              server   %s\n", nf_error_server_message(error));
    printf("              remedy   %s\n", nf_error_remedy(error));
    return 1;
}

int main(int argc, char **argv)
{
    char secret[512];
    double start = ms_since(0);
    int next = 1, is_help = argc == 2 && strcmp(argv[1], "--help") == 0;
    nf_client *client = NULL;
    nf_token *token = NULL;
    nf_options *options = nf_options_new();
    nf_error *error = nf_options_set_log(options, print_step, &start);
    for (; next < argc - 2 && error == NULL; next++) {
        if (strcmp(argv[next], "--environment-proxy") == 0)
            error = nf_options_use_environment_proxy(options);
        else if (strcmp(argv[next], "--base-url") == 0)
            error = nf_options_set_base_url(options, argv[++next]);
        else if (strcmp(argv[next], "--ca-file") == 0)
            error = nf_options_set_ca_file(options, argv[++next]);
        else if (strcmp(argv[next], "--proxy") == 0)
            error = nf_options_set_proxy(options, argv[++next]);
        else
            break;
    }
    if (error == NULL && (next != argc - 2 || argv[next][0] == '-'))
        return fprintf(is_help ? stdout : stderr, usage, argv[0]), is_help ? 0 : 2;
    if (error == NULL && (error = nf_client_new(options, &client)) == NULL) {
        if (!read_secret(secret, sizeof secret))
            return 1;
        start = ms_since(0);
        error = nf_client_get_token(client, argv[next], argv[next + 1], secret, &token); /* wipes login and secret */
    }
    int status = print_end(start, token, error);
    nf_token_free(token);
    nf_error_free(error);
    nf_client_free(client);
    nf_options_free(options);
    return status;
}
