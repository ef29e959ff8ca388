/* Reads a line that contains a secret (password), without leaving it in a buffer of the C library. */
#ifndef READ_LINE_H
#define READ_LINE_H

#include <stdio.h>
#include <string.h>

/* The compiler may leave out memset for memory that is not used again. */
static void wipe(char *secret, size_t capacity)
{
    for (size_t i = 0; i < capacity; i++)
        ((volatile char *)secret)[i] = '\0';
}

static inline int refuse_secret(const char *why, char *secret, size_t capacity)
{
    wipe(secret, capacity);
    fprintf(stderr, "%s\n", why);
    return 0;
}

/*
 * Reads the next line of standard input, which the program has made unbuffered. Returns NULL, or the reason why the line is
 * rejected: it is too long or contains a NUL. A truncated password would count as a failed login.
 */
static const char *fault_of_line(char *line, size_t capacity)
{
    size_t length = 0;
    int next, has_nul = 0;

    while ((next = getchar()) != EOF && next != '\n') {
        has_nul |= next == '\0';
        if (length < capacity)
            line[length++] = (char)next;
    }
    if (length == capacity)
        return "The secret is longer than its buffer.";
    if (has_nul)
        return "The secret contains a NUL character.";
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = '\0';
    return NULL;
}

/* The same. Returns 0, wipes the buffer and prints the reason if the line is rejected. */
static inline int read_line(char *line, size_t capacity)
{
    const char *fault = fault_of_line(line, capacity);
    return fault == NULL || refuse_secret(fault, line, capacity);
}

#endif
