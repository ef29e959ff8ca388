/* Reads a secret (password) without showing it on the terminal, and without leaving it in a buffer of the C library. */
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

/*
 * Reads the first line of standard input. Rejects a line that is too long or contains a NUL: a truncated password would
 * count as a failed login.
 */
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
        return refuse_secret("The secret is longer than its buffer.", line, capacity);
    if (has_nul)
        return refuse_secret("The secret contains a NUL character.", line, capacity);
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
 * Reads the secret from the terminal, or the first line of standard input. Pass it to the library, which wipes it, or wipe
 * it. Returns 0, wipes the buffer and prints the reason if the secret cannot be used.
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
