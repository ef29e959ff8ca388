/*
 * Looks through the memory of this process, or through a file, for windows.
 *
 * What the scan itself needs is left out, its buffer and its stack: they hold copies of what was looked at. They are wiped
 * after each scan.
 */
#ifndef SCAN_H
#define SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "windows.h"

enum { FINDS = 1 << 16, PLACES = 64 };

struct find {
    uintptr_t address;
    int needle;
    /* A number for place_name. */
    int place;
};

struct scan {
    size_t count;
    size_t bytes;
    /* Of a mapping that should be readable. */
    size_t unreadable;
    struct find finds[FINDS];
};

/* ALL: every readable mapping. WRITABLE: without those of files that cannot be written, for they do not change. */
enum extent { WRITABLE, ALL };

/* Runs on a stack of its own: what lies below the caller's is evidence. */
void scan_process(struct scan *scan, enum extent extent);

/* Calls `function` on the scan's stack, which is left out of scans and wiped afterwards: what lies below the caller's stays. */
void scan_aside(void (*function)(void *), void *argument);

void scan_file(struct scan *scan, const char *path);

/* "[heap]", "[stack]", "anonymous", "registers-vector" and its like, or a file's name. */
const char *place_name(int place);

#endif
