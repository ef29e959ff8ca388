/*
 * What was found, added up, and printed for the driver at the end:
 *
 *     found <path> <when> <needle> <where> <windows>
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
    /* A control was planted, and wiped again. */
    PLANTED,
    CLEANED,
    /* After each function that options or a client are made with: they are alive. */
    CONFIGURED,
    /* After a call, the client and its token or error alive. */
    RETURNED,
    /* The token or error freed, the client alive. */
    FREED,
    /* Everything freed. */
    CLOSED,
    /* In a file. */
    DUMPED,
    WHENS
};

void report_add(enum when when, const struct scan *scan);
void report_print(const char *path, const struct brief *brief);

#endif
