#include "report.h"

#include <stdio.h>

static const char *const names[WHENS] = {"before",   "planted", "cleaned", "configured",
                                         "returned", "freed",   "closed",  "dumped"};
static size_t windows[WHENS][MAX_PATTERNS][PLACES], scans[WHENS], bytes[WHENS], unreadable[WHENS];

void report_add(enum when when, const struct scan *scan)
{
    for (size_t i = 0; i < scan->count; i++)
        windows[when][scan->finds[i].pattern][scan->finds[i].place]++;
    scans[when]++;
    bytes[when] += scan->bytes;
    unreadable[when] += scan->unreadable;
}

void report_print(const char *path, const struct brief *brief)
{
    for (int when = 0; when < WHENS; when++) {
        for (int pattern = 0; pattern < brief->patterns; pattern++) {
            for (int place = 0; place < PLACES; place++) {
                if (windows[when][pattern][place] != 0)
                    printf("found %s %s %s %s %zu\n", path, names[when], brief->names[pattern], place_name(place),
                           windows[when][pattern][place]);
            }
        }
        if (scans[when] != 0)
            printf("scanned %s %s %zu %zu\n", path, names[when], scans[when], bytes[when]);
        if (unreadable[when] != 0)
            printf("unreadable %s %s %zu\n", path, names[when], unreadable[when]);
    }
}
