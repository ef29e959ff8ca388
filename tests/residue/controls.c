#define _GNU_SOURCE
#include "controls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lazy.h"
#include "registers.h"
#include "report.h"

static size_t windows_in(const struct scan *scan, const char *place)
{
    size_t windows = 0;

    for (size_t i = 0; i < scan->count; i++)
        windows += strcmp(place_name(scan->finds[i].place), place) == 0;
    return windows;
}

/* Checks the addresses of the block, because an emulator does not name the heap. */
static void report_heap(const char *path, const char *block, struct scan *scan)
{
    const uintptr_t from = (uintptr_t)block, to = from + TEXT;
    size_t windows = 0;

    scan_process(scan, WRITABLE);
    report_add(PLANTED, scan);
    for (size_t i = 0; i < scan->count; i++)
        windows += scan->finds[i].address >= from && scan->finds[i].address < to;
    printf("control %s heap %zu\n", path, windows);
}

static void report_place(const char *path, const char *name, const char *place, struct scan *scan)
{
    scan_process(scan, WRITABLE);
    report_add(PLANTED, scan);
    printf("control %s %s %zu\n", path, name, windows_in(scan, place));
}

/* Both functions have the same frame size, so the second one overwrites the data that the first one left. */
__attribute__((noinline)) static void leave_below(struct hidden secret)
{
    char frame[1 << 14];

    unmask(secret, frame + sizeof frame / 2);
    __asm__ volatile("" : : "r"(frame) : "memory");
}

__attribute__((noinline)) static void clear_below(void)
{
    char frame[1 << 14];

    wipe(frame, sizeof frame);
    __asm__ volatile("" : : "r"(frame) : "memory");
}

/* The frame keeps the saved registers outside the frames of the scan. */
__attribute__((noinline)) static void lazy_call_below(void)
{
    char frame[1 << 10];

    __asm__ volatile("" : : "r"(frame) : "memory");
    lazy_call();
    __asm__ volatile("" : : "r"(frame) : "memory");
}

static char *on_heap(const struct brief *brief)
{
    char *copy = malloc(TEXT);

    if (copy == NULL)
        abort();
    unmask(brief->secret, copy);
    return copy;
}

static void in_register(const char *path, const struct brief *brief, struct scan *scan, const char *name,
                        const char *place, void (*plant)(const char *))
{
    static char copy[TEXT];
    const uintptr_t arguments[6] = {(uintptr_t)copy};

    unmask(brief->secret, copy);
    call_and_save((uintptr_t)plant, arguments, &registers);
    wipe(copy, sizeof copy);
    report_place(path, name, place, scan);
}

void controls_run(const char *path, const struct brief *brief, struct scan *scan)
{
    static char copy[TEXT];
    char *heap = on_heap(brief);
    int first;

    report_heap(path, heap, scan);
    wipe(heap, TEXT);
    free(heap);

    leave_below(brief->secret);
    report_place(path, "stack", "[stack]", scan);
    clear_below();

    in_register(path, brief, scan, "general-register", "registers-general", plant_general);
    in_register(path, brief, scan, "vector-register", "registers-vector", plant_vector);
    in_register(path, brief, scan, "high-vector-register", "registers-vector", plant_high_vector);

    /* The registers are not saved here. The next lazily bound call writes them to the stack. */
    first = lazy_rearm();
    unmask(brief->secret, copy);
    plant_vector(copy);
    lazy_call_below();
    wipe(copy, sizeof copy);
    memset(registers.vector, 0, sizeof registers.vector);
    report_place(path, first ? "next-lazy-call" : "next-bound-call", "[stack]", scan);

    clear_planted();
    clear_below();
    memset(registers.general, 0, sizeof registers.general);
    memset(registers.x87, 0, sizeof registers.x87);
    /* The scan before the controls included the memory that does not change. */
    scan_process(scan, WRITABLE);
    report_add(CLEANED, scan);
}

void controls_leave(const char *where, const struct brief *brief)
{
    static char copy[TEXT];

    if (strcmp(where, "heap") == 0) {
        /* Not freed, so that the copy stays. */
        (void)on_heap(brief);
    } else if (strcmp(where, "stack") == 0) {
        leave_below(brief->secret);
    } else if (strcmp(where, "register") == 0) {
        unmask(brief->secret, copy);
        plant_vector(copy);
        wipe(copy, sizeof copy);
    } else if (strcmp(where, "excluded") == 0) {
        char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (page == MAP_FAILED || madvise(page, 4096, MADV_DONTDUMP) != 0)
            abort();
        unmask(brief->secret, page);
    } else {
        abort();
    }
}
