#define _GNU_SOURCE
/* So that a 32-bit address is not a negative offset. */
#define _FILE_OFFSET_BITS 64
#include "scan.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registers.h"

enum { SMALLEST_PAGE = 4096, BLOCK = 1 << 18, STACK = 1 << 16, MAPS = 1 << 17 };

/* The memory that is not scanned: whole pages of any size. */
static struct own {
    unsigned char buffer[WINDOW + BLOCK];
    char maps[MAPS];
    uint64_t pages[BLOCK / SMALLEST_PAGE];
    unsigned char stack[STACK] __attribute__((aligned(64)));
} __attribute__((aligned(1 << 16))) own;

_Static_assert(sizeof own % (1 << 16) == 0, "the memory after it must begin with a page");

static size_t page;

static char places[PLACES][48];

const char *place_name(int place)
{
    return places[place];
}

static int place_number(const char *name)
{
    int place = 0;

    while (place < PLACES - 1 && places[place][0] != 0 && strncmp(places[place], name, sizeof places[0] - 1) != 0)
        place++;
    snprintf(places[place], sizeof places[0], "%s", name);
    return place;
}

static void found(struct scan *scan, struct find find)
{
    /* A full table is enough for a failure. */
    if (scan->count < FINDS)
        scan->finds[scan->count++] = find;
}

/* Checks every window in `length` bytes, the first of which is at `address`. */
static void check_windows(struct scan *scan, const unsigned char *bytes, size_t length, uintptr_t address, int place)
{
    for (size_t i = 0; i + WINDOW <= length; i++) {
        uint64_t window;

        memcpy(&window, bytes + i, WINDOW);
        if (window == 0) {
            /* A window may begin with one zero byte (UTF-16), but not with two. */
            i += WINDOW - 2;
        } else if (windows_possible(window)) {
            struct origin origin;
            int pattern = windows_find(window, &origin);

            if (pattern >= 0)
                found(scan, (struct find){address + i, pattern, place, origin});
        }
    }
}

/*
 * Reads blocks and checks their windows. `carried` bytes of the previous block are checked again if the blocks are
 * adjacent.
 */
struct reader {
    struct scan *scan;
    int file;
    int place;
    size_t carried;
    uintptr_t next;
};

static void read_on(struct reader *reader, uintptr_t address, size_t length)
{
    ssize_t got;

    if (address != reader->next)
        reader->carried = 0;
    got = pread(reader->file, own.buffer + reader->carried, length, (off_t)address);
    if (got < 0 || (size_t)got != length) {
        reader->scan->unreadable++;
        return;
    }
    check_windows(reader->scan, own.buffer, reader->carried + length, address - reader->carried, reader->place);
    reader->scan->bytes += length;
    reader->next = address + length;
    length += reader->carried;
    reader->carried = length < WINDOW - 1 ? length : WINDOW - 1;
    memmove(own.buffer, own.buffer + length - reader->carried, reader->carried);
}

/* Unused pages of anonymous memory contain zeros. Reading them would allocate them. */
static void read_touched(struct reader *reader, int pagemap, uintptr_t from, uintptr_t to)
{
    while (from < to) {
        size_t pages = (to - from) / page, at = 0;

        if (pages > BLOCK / page)
            pages = BLOCK / page;
        if (pread(pagemap, own.pages, pages * 8, (off_t)(from / page * 8)) != (ssize_t)(pages * 8))
            memset(own.pages, 0xff, sizeof own.pages);
        while (at < pages) {
            size_t end = at;

            /* Present, or swapped out. */
            while (end < pages && own.pages[end] >> 62 != 0)
                end++;
            if (end > at)
                read_on(reader, from + at * page, (end - at) * page);
            at = end + 1;
        }
        from += pages * page;
    }
}

static void read_all(struct reader *reader, uintptr_t from, uintptr_t to)
{
    for (; from < to; from += BLOCK)
        read_on(reader, from, to - from < BLOCK ? to - from : BLOCK);
}

/* One line of /proc/self/maps. */
static void scan_mapping(struct reader *reader, int pagemap, const char *line, enum extent extent)
{
    const uintptr_t hole = (uintptr_t)&own, after = hole + sizeof own;
    uintptr_t from, to;
    unsigned long inode;
    char rights[5];
    int path = 0;
    const char *name;

    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu %n", &from, &to, rights, &inode, &path) != 4 ||
        rights[0] != 'r')
        return;
    name = line + path;
    /* Mappings of the kernel contain no data of this program, and some cannot be read. */
    if (strncmp(name, "[vvar", 5) == 0 || strcmp(name, "[vsyscall]") == 0)
        return;
    if (extent == WRITABLE && inode != 0 && rights[1] != 'w')
        return;
    if (strrchr(name, '/') != NULL)
        name = strrchr(name, '/') + 1;
    reader->place = place_number(*name != 0 ? name : "anonymous");
    reader->carried = 0;
    for (;;) {
        uintptr_t end = from <= hole && hole < to ? hole : to;

        if (from < after && from > hole)
            from = after < to ? after : to;
        if (inode == 0)
            read_touched(reader, pagemap, from, end);
        else
            read_all(reader, from, end);
        if (end == to)
            return;
        from = after < to ? after : to;
        reader->carried = 0;
    }
}

static const char *register_kind(uintptr_t offset)
{
    if (offset < offsetof(struct registers, vector))
        return "registers-general";
    if (offset < offsetof(struct registers, mask))
        return "registers-vector";
    return "registers-other";
}

struct task {
    struct scan *scan;
    enum extent extent;
};

static void scan_here(void *argument)
{
    const struct task *task = argument;
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC), maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC),
        pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    struct reader reader = {task->scan, memory, 0, 0, 0};
    size_t length = 0;
    ssize_t got;

    page = (size_t)sysconf(_SC_PAGESIZE);
    task->scan->count = task->scan->bytes = task->scan->unreadable = 0;
    if (memory < 0 || maps < 0)
        abort();
    /* FXSAVE also wrote parts of the vector registers, which are saved completely elsewhere. */
    wipe(registers.x87 + 160, sizeof registers.x87 - 160);
    while ((got = read(maps, own.maps + length, sizeof own.maps - 1 - length)) > 0)
        length += (size_t)got;
    if (length == sizeof own.maps - 1)
        abort();
    own.maps[length] = 0;
    for (char *line = own.maps, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = 0;
        scan_mapping(&reader, pagemap, line, task->extent);
    }
    /* The saved registers are in this program's memory, so the finds there are renamed. */
    for (size_t i = 0; i < task->scan->count; i++) {
        struct find *find = &task->scan->finds[i];

        if (find->address >= (uintptr_t)&registers && find->address < (uintptr_t)(&registers + 1))
            find->place = place_number(register_kind(find->address - (uintptr_t)&registers));
    }
    close(memory);
    close(maps);
    close(pagemap);
}

void scan_aside(void (*function)(void *), void *argument)
{
    on_stack(own.stack + STACK, function, argument);
    explicit_bzero(&own, sizeof own);
}

void scan_process(struct scan *scan, enum extent extent)
{
    struct task task = {scan, extent};

    scan_aside(scan_here, &task);
}

void scan_file(struct scan *scan, const char *path)
{
    struct reader reader = {scan, open(path, O_RDONLY | O_CLOEXEC), place_number("file"), 0, 0};
    off_t length = lseek(reader.file, 0, SEEK_END);

    if (length < 0) {
        scan->unreadable++;
        return;
    }
    read_all(&reader, 0, (uintptr_t)length);
    close(reader.file);
}
