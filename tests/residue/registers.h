/*
 * What the registers hold at the moment when a function returns, before anything else can change them; and the other
 * things that C cannot say. Written for each processor in registers_<processor>.S.
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

/* The layout is known to the assembler files. */
struct registers {
    uint64_t general[32];
    /* x86_64: zmm0 to zmm31, as far as the processor has them; x86: the first eight. aarch64: v0 to v31. */
    unsigned char vector[32][64];
    /* x86_64 and x86: k0 to k7. */
    uint64_t mask[8];
    /* Of both: as FXSAVE writes it, the x87 and MMX registers first. */
    unsigned char x87[512];
    /* Set by registers_ready, for both: 0 SSE, 1 AVX, 2 AVX-512. */
    uint64_t level;
} __attribute__((aligned(64)));

extern struct registers registers;

void registers_ready(void);

/* Calls `function` and saves the registers as they are when it has returned. Destroys none of them in doing so. */
uintptr_t call_and_save(uintptr_t function, const uintptr_t arguments[6], struct registers *saved);

/* Calls `function` on another stack, so that what lies below the present one's end is left as it is. */
void on_stack(void *top, void (*function)(void *), void *argument);

/* Positive controls: each leaves 16 bytes in a register of its kind and returns. */
void plant_general(const char *bytes);
void plant_vector(const char *bytes);
/* One that only AVX-512 has. On other processors the same as plant_vector. */
void plant_high_vector(const char *bytes);

/* Clears after the controls every register that they used. */
void clear_planted(void);

/* System calls without libc, whose functions might be bound lazily or use the vector registers. */
intptr_t bare_read(int file, void *to, uintptr_t length);
intptr_t bare_write(int file, const void *from, uintptr_t length);

#endif
