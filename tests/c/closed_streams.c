/*
 * The library does not use descriptors 0 to 2 if the program has closed its standard streams, because the program's
 * output must not go into a connection. Arguments: base URL, CA file. Standard input: key, login, secret.
 */
#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { STREAMS = 3, ABOVE = 10 };

static int log_lines, taken;

/* Runs during the call, when its connection and its waker are open. */
static void look(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    log_lines += strncmp(step_of(line), "tls ", 4) == 0 || strncmp(step_of(line), "request ", 8) == 0;
    for (int i = 0; i < STREAMS; i++)
        taken += fcntl(i, F_GETFD) != -1 || errno != EBADF;
}

int main(int argc, char **argv)
{
    static char key[256], login[256], secret[256];
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    nf_token *token = NULL;
    int copies[STREAMS];

    if (argc != 3)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    for (int i = 0; i < STREAMS; i++) {
        copies[i] = fcntl(i, F_DUPFD_CLOEXEC, ABOVE);
        CHECK(close(i) == 0);
    }

    nf_error *errors[] = {
        nf_options_set_base_url(options, argv[1]),
        nf_options_set_ca_file(options, argv[2]),
        nf_options_set_keep_alive_ms(options, 60000),
        nf_options_set_log(options, look, NULL),
        nf_client_new(options, &client),
        nf_client_get_token(client, key, login, secret, &token),
    };
    look(NULL, 0, ""); /* one connection is idle */
    nf_token_free(token);
    nf_client_free(client);
    nf_options_free(options);

    for (int i = 0; i < STREAMS; i++)
        CHECK(dup2(copies[i], i) == i);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        EXPECT(errors[i], NF_OK);
    CHECK(log_lines == 2);
    CHECK(taken == 0);
    return finish();
}
