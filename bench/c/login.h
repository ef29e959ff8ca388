/*
 * Reads key, login, secret and (OAuth 2.0) client secret from standard input, one per line. All programs
 * use this code, so that reading causes no difference between them.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include <string.h>
#include <unistd.h>

struct login {
    char text[1024]; /* the caller wipes this field, which contains all text */
    char *key;
    char *name;
    char *secret;
    char *client_secret; /* NULL: the Native Flow */
};

/*
 * Returns 0, or -1 if standard input contains fewer than three lines. Uses read(2), because a stdio stream would keep a
 * copy.
 */
static int read_login(struct login *login)
{
    char **fields[] = {&login->key, &login->name, &login->secret, &login->client_secret};
    size_t length = 0;
    ssize_t count;
    char *line = login->text;

    while ((count = read(STDIN_FILENO, login->text + length, sizeof login->text - 1 - length)) > 0)
        length += (size_t)count;
    login->text[length] = '\0';
    login->client_secret = NULL;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char *end = strchr(line, '\n');
        if (end == NULL)
            return i < 3 ? -1 : 0;
        *end = '\0';
        *fields[i] = line;
        line = end + 1;
    }
    return 0;
}

#endif
