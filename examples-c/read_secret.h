/* Reads a secret (password) that is neither shown on the terminal nor left in a buffer of the C library. */
#ifndef READ_SECRET_H
#define READ_SECRET_H

#include <stdio.h>
#include <string.h>

static int refuse_secret(const char *why, char *secret, size_t capacity)
{
    for (size_t i = 0; i < capacity; i++)
        ((volatile char *)secret)[i] = '\0';
    fprintf(stderr, "%s\n", why);
    return 0;
}

/* Takes the first line of standard input. What does not fit or holds a NUL is not cut: it would count as a wrong one. */
static int read_line(char *line, size_t capacity)
{
    size_t length = 0;
    int next, has_nul = 0;

    setvbuf(stdin, NULL, _IONBF, 0); /* a buffered stream would keep a copy of the secret */
    while ((next = getchar()) != EOF && next != '\n') {
        has_nul |= next == '\0';
        if (length < capacity)
            line[length++] = (char)next;
    }
    if (length == capacity)
        return refuse_secret("The secret is longer than there is room for.", line, capacity);
    if (has_nul)
        return refuse_secret("The secret holds a NUL character.", line, capacity);
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    return 1;
}

#ifdef _WIN32
#include "read_secret_windows.h"
#else
#include <termios.h>
#include <unistd.h>

/*
 * From the terminal, or the first line of standard input. Yours to wipe, or the library's, which wipes what it is given. 0
 * when it cannot be used: that was told, and nothing is left.
 */
static int read_secret(char *secret, size_t capacity)
{
    struct termios before;
    int is_read, on_terminal = tcgetattr(STDIN_FILENO, &before) == 0;

    if (on_terminal) {
        struct termios silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        fputs("Secret: ", stderr);
    }
    is_read = read_line(secret, capacity);
    if (on_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return is_read;
}
#endif

#endif
