/*
 * Reads a login from standard input: key, login, secret, one a line. The same code in both programs, so that it is no
 * difference between them.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include <string.h>
#include <unistd.h>

struct login {
    char text[1024]; /* wipe this, and nothing of the login is left here */
    char *key;
    char *name;
    char *secret;
};

/* 0, or -1 when standard input does not hold three lines. By read(2): a stdio stream would keep a copy. */
static int read_login(struct login *login)
{
    char **fields[] = {&login->key, &login->name, &login->secret};
    size_t length = 0;
    ssize_t count;
    char *line = login->text;

    while ((count = read(STDIN_FILENO, login->text + length, sizeof login->text - 1 - length)) > 0)
        length += (size_t)count;
    login->text[length] = '\0';
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char *end = strchr(line, '\n');
        if (end == NULL)
            return -1;
        *end = '\0';
        *fields[i] = line;
        line = end + 1;
    }
    return 0;
}

#endif
