/*
 * Searches the memory of this process or a file. Its own buffer and stack are left out, because they contain copies of
 * searched memory. They are wiped after each scan.
 */
#ifndef SCAN_H
#define SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "windows.h"

enum { FINDS = 1 << 16, PLACES = 64 };

struct find {
    uintptr_t address;
    int pattern;
    /* Argument for place_name. */
    int place;
    struct origin origin;
};

struct scan {
    size_t count;
    size_t bytes;
    /* Blocks that could not be read in a readable mapping. */
    size_t unreadable;
    struct find finds[FINDS];
};

/* ALL: every readable mapping. WRITABLE: without read-only mappings of files, because they do not change. */
enum extent { WRITABLE, ALL };

/* Runs on its own stack, so that the memory below the caller's stack pointer does not change. */
void scan_process(struct scan *scan, enum extent extent);

/*
 * Calls `function` on the scan's stack, which is not scanned and is wiped afterwards. The memory below the caller's
 * stack pointer does not change.
 */
void scan_aside(void (*function)(void *), void *argument);

void scan_file(struct scan *scan, const char *path);

/* Returns "[heap]", "[stack]", "anonymous", a name such as "registers-vector", or a file's name. */
const char *place_name(int place);

#endif
