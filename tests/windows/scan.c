/*
 * scan_process for Windows: searches every readable committed page of private memory, of modules and of mapped files.
 */
#include "../residue/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

enum { BLOCK = 1 << 18 };

/* Copies of searched memory, in whole pages. They are not searched, and are wiped after each scan. */
static unsigned char buffer[BLOCK] __attribute__((aligned(4096)));

static char places[PLACES][48];

const char *place_name(int place)
{
    return places[place];
}

static int place_number(const MEMORY_BASIC_INFORMATION *region)
{
    const char *name = region->Type == MEM_IMAGE ? "module" : region->Type == MEM_MAPPED ? "mapped" : "private";
    int place = 0;

    while (place < PLACES - 1 && places[place][0] != 0 && strcmp(places[place], name) != 0)
        place++;
    snprintf(places[place], sizeof places[0], "%s", name);
    return place;
}

static void look(struct scan *scan, uintptr_t at, size_t length, int place)
{
    SIZE_T got;

    if (!ReadProcessMemory(GetCurrentProcess(), (const void *)at, buffer, length, &got) || got != length) {
        scan->unreadable++;
        return;
    }
    scan->bytes += length;
    for (size_t i = 0; i + WINDOW <= length; i++) {
        uint64_t window;
        int pattern;
        struct origin origin;

        memcpy(&window, buffer + i, WINDOW);
        if (window == 0 || !windows_possible(window) || (pattern = windows_find(window, &origin)) < 0)
            continue;
        if (scan->count < FINDS)
            scan->finds[scan->count++] = (struct find){at + i, pattern, place, origin};
    }
}

static void scan_region(struct scan *scan, const MEMORY_BASIC_INFORMATION *region)
{
    const uintptr_t hole = (uintptr_t)buffer, after = hole + sizeof buffer;
    uintptr_t from = (uintptr_t)region->BaseAddress;
    const uintptr_t to = from + region->RegionSize;

    while (from < to) {
        size_t length = to - from < BLOCK ? to - from : BLOCK;

        if (from < hole && from + length > hole)
            length = hole - from;
        if (from >= hole && from < after) {
            from = after;
            continue;
        }
        look(scan, from, length, place_number(region));
        /* Keeps the last bytes for the next block, because a window may span both. */
        from += from + length < to && length > WINDOW && from + length != hole ? length - WINDOW + 1 : length;
    }
}

/* Runs on its own thread, so that the memory below the caller's stack pointer does not change. */
static DWORD WINAPI scan_all(void *argument)
{
    struct scan *scan = argument;
    MEMORY_BASIC_INFORMATION region;

    for (uintptr_t at = 0; VirtualQuery((const void *)at, &region, sizeof region) != 0;
         at = (uintptr_t)region.BaseAddress + region.RegionSize) {
        if (region.State == MEM_COMMIT && (region.Protect & (PAGE_NOACCESS | PAGE_GUARD)) == 0)
            scan_region(scan, &region);
    }
    SecureZeroMemory(buffer, sizeof buffer);
    return 0;
}

void scan_process(struct scan *scan, enum extent extent)
{
    HANDLE thread;

    (void)extent;
    scan->count = scan->bytes = scan->unreadable = 0;
    thread = CreateThread(NULL, 0, scan_all, scan, 0, NULL);
    if (thread == NULL || WaitForSingleObject(thread, INFINITE) != WAIT_OBJECT_0)
        abort();
    CloseHandle(thread);
}
