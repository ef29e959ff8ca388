/*
 * Positive controls: what is planted must be found, or a scan that finds nothing says nothing. Each is one line,
 *
 *     control <path> <planted in> <windows found there>
 */
#ifndef CONTROLS_H
#define CONTROLS_H

#include "brief.h"
#include "scan.h"

/* Plants and wipes a copy of the secret in every kind of place, and prints the lines. */
void controls_run(const char *path, const struct brief *brief, struct scan *scan);

/*
 * Plants a copy that stays, for a dump: in the "heap", on the "stack" below the caller, in a vector "register" and nowhere
 * else, or in memory that is "excluded" from dumps.
 */
void controls_leave(const char *where, const struct brief *brief);

#endif
