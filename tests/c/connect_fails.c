/*
 * connect fails because the system lacks a resource or a signal interrupts it before it starts. Neither is a
 * connection. This program's own connect fails, and the library is bound to it. Arguments: base URL, CA file. Standard
 * input: key, login, secret.
 */
#include "check.h"
#include <errno.h>
#include <sys/socket.h>

static int number;

int connect(int descriptor, const struct sockaddr *address, socklen_t length)
{
    (void)descriptor;
    (void)address;
    (void)length;
    errno = number;
    return -1;
}

int main(int argc, char **argv)
{
    static char key[256], login[256], secret[256];
    const int numbers[] = {EAGAIN, EINTR};
    nf_options *options = nf_options_new();
    nf_client *client = NULL;

    if (argc != 3)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char my_login[256], my_secret[256];
        nf_token *token = NULL;
        strcpy(my_login, login);
        strcpy(my_secret, secret);
        number = numbers[i];
        EXPECT(nf_client_get_token(client, key, my_login, my_secret, &token), NF_CONNECT);
        CHECK(token == NULL);
    }
    nf_client_free(client);
    return finish();
}
