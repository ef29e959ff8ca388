/*
 * What the host is told: on the command line what everybody may know, on standard input, masked, what nobody may.
 *
 *     mask <16 hex digits>
 *     key|login|secret <hex>           what the call is made with
 *     proxy <hex>                      URL of a proxy, with user and password; need not be there
 *     needle <name> <hex>              a text that must not be found; lines of the same name are one needle
 *     bytes <name> <hex>               the same for bytes that are no text
 *     end
 */
#ifndef BRIEF_H
#define BRIEF_H

#include "windows.h"

/* Longest key, login or secret. */
enum { TEXT = 512 };

struct brief {
    struct hidden key, login, secret, proxy;
    char names[NEEDLES][32];
    int needles;
};

/*
 * Reads standard input up to `end` and adds the needles' windows. What follows is left for a later read. Read again, it adds
 * more needles, which are masked as the first ones are.
 */
void brief_read(struct brief *brief);

/* The number of the needle with this name, new if need be. */
int brief_needle(struct brief *brief, const char *name);

#endif
