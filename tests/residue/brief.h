/*
 * Input of the host: public values on the command line, masked secrets on standard input.
 *
 *     mask <16 hex digits>
 *     key|login|secret <hex>           arguments of the call
 *     proxy <hex>                      URL of a proxy, with user and password; optional
 *     client-secret <hex>              of the application; optional
 *     value|refresh-token <hex>        parts of a token that the program has stored; optional
 *     pattern <name> <hex>             a text that must not be found; lines with the same name are one pattern
 *     bytes <name> <hex>               the same for bytes that are not text
 *     end
 */
#ifndef BRIEF_H
#define BRIEF_H

#include "windows.h"

/* Maximum length of each of these texts. */
enum { TEXT = 512 };

struct brief {
    struct hidden key, login, secret, proxy, client_secret, value, refresh_token;
    char names[MAX_PATTERNS][32];
    int patterns;
};

/*
 * Reads standard input up to `end` and adds the patterns' windows. Does not read the input after it. A second call adds
 * more patterns, which have the same mask.
 */
void brief_read(struct brief *brief);

/* Returns the number of the pattern with this name, and adds the pattern if it is new. */
int brief_pattern(struct brief *brief, const char *name);

#endif
