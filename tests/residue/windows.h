/*
 * The 8-byte windows that must not be found anywhere, at every offset of every needle. A text is looked for in UTF-8 and
 * UTF-16. Bytes that are no text are looked for as they are: by chance, four random bytes with a zero byte after each stand
 * in the tables of libc. The windows are kept masked: the table that knows them must not be a find itself.
 */
#ifndef WINDOWS_H
#define WINDOWS_H

#include <stddef.h>
#include <stdint.h>

enum { WINDOW = 8, NEEDLES = 16 };

/* A text that is hidden by XOR with a mask of eight bytes, over and over. */
struct hidden {
    const unsigned char *bytes;
    size_t length;
    const unsigned char *mask;
};

/* Add every window of a needle. One that an earlier needle has too stays that one's. */
void windows_add_text(struct hidden needle, int number);
void windows_add_bytes(struct hidden needle, int number);

/* The needle that has this window, or -1. */
int windows_find(uint64_t window);

/*
 * The plain text, byte by byte: a wider access would leave windows in registers. `to` gets a NUL behind it and is at least
 * `length + 1` bytes.
 */
void unmask(struct hidden from, char *to);

void wipe(void *at, size_t length);

/* Not a window of any needle for certain: a quick test that rules out nearly everything. */
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
