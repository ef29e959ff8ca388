/* Reads a secret (password) that is neither shown on the terminal nor left in a buffer of the C library. */
#ifndef READ_SECRET_H
#define READ_SECRET_H

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* From the terminal, or the first line of standard input. Yours to wipe, or the library's, which wipes what it is given. */
static void read_secret(char *secret, size_t capacity)
{
    struct termios before;
    int on_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    setvbuf(stdin, NULL, _IONBF, 0); /* a buffered stream would keep a copy of the secret */
    if (on_terminal) {
        struct termios silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        fputs("Secret: ", stderr);
    }
    if (fgets(secret, (int)capacity, stdin) == NULL)
        secret[0] = '\0';
    secret[strcspn(secret, "\r\n")] = '\0';
    if (on_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
}

#endif
