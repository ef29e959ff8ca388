#include "report.h"

#include <stdio.h>

static const char *const names[WHENS] = {"before",   "planted", "cleaned", "configured",
                                         "returned", "freed",   "closed",  "dumped"};
/* Of the first window. */
static struct origin origins[WHENS][MAX_PATTERNS][PLACES];
static size_t windows[WHENS][MAX_PATTERNS][PLACES], scans[WHENS], bytes[WHENS], unreadable[WHENS];

void report_add(enum when when, const struct scan *scan)
{
    for (size_t i = 0; i < scan->count; i++) {
        const struct find *find = &scan->finds[i];

        if (windows[when][find->pattern][find->place]++ == 0)
            origins[when][find->pattern][find->place] = find->origin;
    }
    scans[when]++;
    bytes[when] += scan->bytes;
    unreadable[when] += scan->unreadable;
}

void report_print(const char *path, const struct brief *brief)
{
    for (int when = 0; when < WHENS; when++) {
        for (int pattern = 0; pattern < brief->patterns; pattern++) {
            for (int place = 0; place < PLACES; place++) {
                const struct origin *origin = &origins[when][pattern][place];

                if (windows[when][pattern][place] != 0)
                    printf("found %s %s %s %s %zu %u.%u.%u\n", path, names[when], brief->names[pattern],
                           place_name(place), windows[when][pattern][place], origin->text, origin->start,
                           origin->width);
            }
        }
        if (scans[when] != 0)
            printf("scanned %s %s %zu %zu\n", path, names[when], scans[when], bytes[when]);
        if (unreadable[when] != 0)
            printf("unreadable %s %s %zu\n", path, names[when], unreadable[when]);
    }
}
