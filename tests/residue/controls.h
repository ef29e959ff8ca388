/*
 * Positive controls: the scan must find planted copies, otherwise an empty result proves nothing. One line for each:
 *
 *     control <path> <planted in> <windows found there>
 */
#ifndef CONTROLS_H
#define CONTROLS_H

#include "brief.h"
#include "scan.h"

/* Plants and wipes a copy of the secret in each kind of place, and prints the lines. */
void controls_run(const char *path, const struct brief *brief, struct scan *scan);

/*
 * Plants a copy that stays until a core dump: in the "heap", on the "stack" below the caller, only in a vector
 * "register", or in memory that is "excluded" from dumps.
 */
void controls_leave(const char *where, const struct brief *brief);

#endif
