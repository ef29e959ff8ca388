/*
 * Saves the registers at the time when a function returns. Also other operations that C does not have. Each processor
 * has its registers_<processor>.S.
 */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

/* The assembler files depend on this layout. */
struct registers {
    uint64_t general[32];
    /* x86_64: zmm0 to zmm31, if the processor has them; x86: the first eight. aarch64: v0 to v31. */
    unsigned char vector[32][64];
    /* x86_64 and x86: k0 to k7. */
    uint64_t mask[8];
    /* x86_64 and x86: in the format of FXSAVE, with the x87 and MMX registers first. */
    unsigned char x87[512];
    /* x86_64 and x86: set by registers_ready. 0 SSE, 1 AVX, 2 AVX-512. */
    uint64_t level;
} __attribute__((aligned(64)));

extern struct registers registers;

void registers_ready(void);

/* Calls `function` and saves the registers after its return, without changing them before. */
uintptr_t call_and_save(uintptr_t function, const uintptr_t arguments[6], struct registers *saved);

/* Calls `function` on another stack, so that the memory below the end of the current one does not change. */
void on_stack(void *top, void (*function)(void *), void *argument);

/* Positive controls: each leaves 16 bytes in a register of its kind and returns. */
void plant_general(const char *bytes);
void plant_vector(const char *bytes);
/* Uses a register that only AVX-512 has. On other processors the same as plant_vector. */
void plant_high_vector(const char *bytes);

/* Clears every register that the controls used. */
void clear_planted(void);

/* System calls without libc, because libc's functions may be bound lazily or use vector registers. */
intptr_t bare_read(int file, void *to, uintptr_t length);
intptr_t bare_write(int file, const void *from, uintptr_t length);

#endif
