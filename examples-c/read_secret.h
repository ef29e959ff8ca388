/* Reads a secret (password) without showing it on the terminal, and without leaving it in a buffer of the C library. */
#ifndef READ_SECRET_H
#define READ_SECRET_H

#include "read_line.h"

#ifdef _WIN32
#include "read_secret_windows.h"
#else
#include <termios.h>
#include <unistd.h>

/*
 * Reads a secret from the terminal, or the next line of standard input. Pass it to the library, which wipes it, or wipe it.
 * Returns 0, wipes the buffer and prints the reason if the secret cannot be used.
 */
static int ask_secret(const char *prompt, char *secret, size_t capacity)
{
    struct termios before;
    int is_read, on_terminal = tcgetattr(STDIN_FILENO, &before) == 0;

    if (on_terminal) {
        struct termios silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        fputs(prompt, stderr);
    }
    setvbuf(stdin, NULL, _IONBF, 0); /* a buffered stream would keep a copy of the secret */
    is_read = read_line(secret, capacity);
    if (on_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return is_read;
}
#endif

/* Reads the password of a user. */
static inline int read_secret(char *secret, size_t capacity)
{
    return ask_secret("Secret: ", secret, capacity);
}

#endif
