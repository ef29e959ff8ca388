#include "windows.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 1 << 16 };

unsigned char windows_filter[1 << 13];

/* Masked windows; 0 is a free slot. */
static uint64_t slots[SLOTS];
static signed char numbers[SLOTS];
static struct origin origins[SLOTS];
static size_t used;
static unsigned short texts;

static void add(uint64_t hidden, int number, struct origin origin)
{
    uint32_t hash = windows_hash(hidden), slot = hash;

    while (slots[slot] != 0) {
        if (slots[slot] == hidden)
            return;
        slot = (slot + 1) % SLOTS;
    }
    /* Searching a nearly full table is too slow. */
    if (++used > SLOTS / 2)
        abort();
    slots[slot] = hidden;
    numbers[slot] = (signed char)number;
    origins[slot] = origin;
    windows_filter[hash >> 3] |= (unsigned char)(1 << (hash & 7));
}

static void add_in_width(struct hidden pattern, int number, size_t width)
{
    const volatile unsigned char *bytes = pattern.bytes, *mask = pattern.mask;
    size_t length = pattern.length * width;

    for (size_t start = 0; start + WINDOW <= length; start++) {
        uint64_t hidden = windows_hidden(0);
        volatile unsigned char *out = (volatile unsigned char *)&hidden;

        for (size_t i = 0; i < WINDOW; i++) {
            size_t at = start + i;

            if (at % width == 0) {
                out[i] ^= bytes[at / width];
                out[i] ^= mask[at / width % WINDOW];
            }
        }
        add(hidden, number, (struct origin){texts, (unsigned short)start, (unsigned short)width});
    }
}

void windows_add_text(struct hidden pattern, int number)
{
    texts++;
    add_in_width(pattern, number, 1);
    add_in_width(pattern, number, 2);
}

void windows_add_bytes(struct hidden pattern, int number)
{
    texts++;
    add_in_width(pattern, number, 1);
}

int windows_find(uint64_t window, struct origin *origin)
{
    uint64_t hidden = windows_hidden(window);

    for (uint32_t slot = windows_hash(hidden); slots[slot] != 0; slot = (slot + 1) % SLOTS) {
        if (slots[slot] == hidden) {
            *origin = origins[slot];
            return numbers[slot];
        }
    }
    return -1;
}

void unmask(struct hidden from, char *to)
{
    const volatile unsigned char *bytes = from.bytes, *mask = from.mask;
    volatile char *out = to;

    for (size_t i = 0; i < from.length; i++)
        out[i] = (char)(bytes[i] ^ mask[i % WINDOW]);
    out[from.length] = 0;
}

void wipe(void *at, size_t length)
{
    volatile unsigned char *bytes = at;

    for (size_t i = 0; i < length; i++)
        bytes[i] = 0;
}
