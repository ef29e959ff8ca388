/* Reads a secret (password) that is neither shown on the terminal nor left in a buffer of the C library. */
#ifndef READ_SECRET_H
#define READ_SECRET_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <termios.h>
#include <unistd.h>
#endif

/* Takes the first line of standard input, up to its end. One that is too long is not cut: it would count as a wrong one. */
static void read_line(char *line, size_t capacity)
{
    setvbuf(stdin, NULL, _IONBF, 0); /* a buffered stream would keep a copy of the secret */
    line[capacity - 2] = '\0';
    if (fgets(line, (int)capacity, stdin) == NULL)
        line[0] = '\0';
    if (line[capacity - 2] != '\0' && line[capacity - 2] != '\n') {
        for (volatile char *byte = line; *byte != '\0'; byte++)
            *byte = '\0';
        fprintf(stderr, "The secret is longer than %u bytes.\n", (unsigned)capacity - 2);
        exit(1);
    }
    line[strcspn(line, "\r\n")] = '\0';
}

/* From the terminal, or the first line of standard input. Yours to wipe, or the library's, which wipes what it is given. */
#ifdef _WIN32
static void read_secret(char *secret, size_t capacity)
{
    HANDLE terminal = GetStdHandle(STD_INPUT_HANDLE);
    DWORD before;
    int on_terminal = GetConsoleMode(terminal, &before);
    if (on_terminal) {
        SetConsoleCP(CP_UTF8);
        SetConsoleMode(terminal, before & ~(DWORD)ENABLE_ECHO_INPUT);
        fputs("Secret: ", stderr);
    }
    read_line(secret, capacity);
    if (on_terminal) {
        SetConsoleMode(terminal, before);
        fputc('\n', stderr);
    }
}
#else
static void read_secret(char *secret, size_t capacity)
{
    struct termios before;
    int on_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (on_terminal) {
        struct termios silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        fputs("Secret: ", stderr);
    }
    read_line(secret, capacity);
    if (on_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
}
#endif

#endif
