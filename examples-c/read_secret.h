/* Reads a secret (password) that is neither shown on the terminal nor left in a buffer of the C library. */
#ifndef READ_SECRET_H
#define READ_SECRET_H

#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <termios.h>
#include <unistd.h>
#endif

/* Takes the first line of standard input, up to its end. One that is too long is not cut: it would count as a wrong one. */
static int read_line(char *line, size_t capacity)
{
    int next;
    setvbuf(stdin, NULL, _IONBF, 0); /* a buffered stream would keep a copy of the secret */
    line[capacity - 2] = '\0';
    if (fgets(line, (int)capacity, stdin) == NULL)
        line[0] = '\0';
    if (line[capacity - 2] == '\0' || line[capacity - 2] == '\n') {
        line[strcspn(line, "\r\n")] = '\0';
        return 1;
    }
    for (volatile char *byte = line; *byte != '\0'; byte++)
        *byte = '\0';
    do /* or a shell would take the rest for a command */
        next = getchar();
    while (next != EOF && next != '\n');
    fprintf(stderr, "The secret is longer than %u bytes.\n", (unsigned)capacity - 2);
    return 0;
}

/*
 * From the terminal, or the first line of standard input. Yours to wipe, or the library's, which wipes what it is given. 0
 * when it does not fit: that was told, and nothing is left.
 */
#ifdef _WIN32
static int read_secret(char *secret, size_t capacity)
{
    HANDLE terminal = GetStdHandle(STD_INPUT_HANDLE);
    DWORD before;
    int is_whole;
    int on_terminal = GetConsoleMode(terminal, &before);
    if (on_terminal) {
        SetConsoleCP(CP_UTF8);
        SetConsoleMode(terminal, before & ~(DWORD)ENABLE_ECHO_INPUT);
        fputs("Secret: ", stderr);
    }
    is_whole = read_line(secret, capacity);
    if (on_terminal) {
        SetConsoleMode(terminal, before);
        fputc('\n', stderr);
    }
    return is_whole;
}
#else
static int read_secret(char *secret, size_t capacity)
{
    struct termios before;
    int is_whole;
    int on_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (on_terminal) {
        struct termios silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        fputs("Secret: ", stderr);
    }
    is_whole = read_line(secret, capacity);
    if (on_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return is_whole;
}
#endif

#endif
