/*
 * The 8-byte windows at every offset of every pattern, which must not be found. A text is searched in UTF-8 and UTF-16.
 * Other bytes are searched unchanged: by chance, four random bytes with a zero byte after each occur in the tables of
 * libc. The windows are stored masked, so that the scan does not find the table.
 */
#ifndef WINDOWS_H
#define WINDOWS_H

#include <stddef.h>
#include <stdint.h>

enum { WINDOW = 8, MAX_PATTERNS = 16 };

/* A text that is hidden by XOR with a repeated mask of eight bytes. */
struct hidden {
    const unsigned char *bytes;
    size_t length;
    const unsigned char *mask;
};

/* Add every window of a pattern. If an earlier pattern has the same window, it belongs to that one. */
void windows_add_text(struct hidden pattern, int number);
void windows_add_bytes(struct hidden pattern, int number);

/* The part of a pattern that a window is: the text's number, the first byte, and the bytes of a character. */
struct origin {
    unsigned short text, start, width;
};

/* Returns the pattern that has this window, or -1. */
int windows_find(uint64_t window, struct origin *origin);

/*
 * Writes the plain text and a NUL to `to`, which has at least `length + 1` bytes. Writes single bytes, because a wider
 * access would leave windows in registers.
 */
void unmask(struct hidden from, char *to);

void wipe(void *at, size_t length);

/* A quick test: returns 0 for nearly all values that are not windows. */
extern unsigned char windows_filter[1 << 13];

static inline uint64_t windows_hidden(uint64_t window)
{
    return window ^ UINT64_C(0xb7e151628aed2a6a);
}

static inline uint32_t windows_hash(uint64_t hidden)
{
    return (uint32_t)((hidden * UINT64_C(0x9e3779b97f4a7c15)) >> 48);
}

static inline int windows_possible(uint64_t window)
{
    uint32_t hash = windows_hash(windows_hidden(window));

    return windows_filter[hash >> 3] >> (hash & 7) & 1;
}

#endif
