/*
 * Adds up the finds, and prints them at the end:
 *
 *     found <path> <when> <pattern> <where> <windows> <text>.<first byte>.<bytes of a character>
 *         The last word is about the first window: the number of its text in the brief, and its place in that text.
 *     scanned <path> <when> <scans> <bytes>
 *     unreadable <path> <when> <blocks>
 */
#ifndef REPORT_H
#define REPORT_H

#include "brief.h"
#include "scan.h"

enum when {
    /* Before the first call. */
    BEFORE,
    /* After a control was planted, and after it was wiped. */
    PLANTED,
    CLEANED,
    /* After each function that creates options or a client, while they exist. */
    CONFIGURED,
    /* After a call, while its client and its token or error exist. */
    RETURNED,
    /* After the token or error was freed, while the client exists. */
    FREED,
    /* After everything was freed. */
    CLOSED,
    /* In a core file. */
    DUMPED,
    WHENS
};

void report_add(enum when when, const struct scan *scan);
void report_print(const char *path, const struct brief *brief);

#endif
