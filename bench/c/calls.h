/* Shared by the programs that make many calls in one process: the kind of connection, and the output for each call. */
#ifndef CALLS_H
#define CALLS_H

#include "nanoseconds.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum connection {
    KEPT,    /* all calls on one connection */
    RESUMED, /* a new connection for each call, with the TLS session of an earlier one */
    FULL,    /* a new connection for each call, with a full handshake */
    UNKNOWN
};

static enum connection connection_of(const char *name)
{
    static const char *const names[] = {"kept", "resumed", "full"};
    int connection = KEPT;

    while (connection < UNKNOWN && strcmp(name, names[connection]) != 0)
        connection++;
    return (enum connection)connection;
}

/* Prints four lines. Call it outside the measured time. */
static void print_call(int64_t nanoseconds, const char *token, int64_t expires_at, const char *instance_url)
{
    printf("%" PRId64 "\n%s\n%" PRId64 "\n%s\n", nanoseconds, token, expires_at, instance_url);
}

#endif
