#define _GNU_SOURCE
#include "brief.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The text is masked and stays until the end. */
static char text[1 << 17];
static size_t used;
static unsigned char mask[WINDOW];

static void fail(const char *line)
{
    fprintf(stderr, "invalid line in the brief: %s\n", line);
    exit(2);
}

/* Converts hex digits to bytes in place. */
static struct hidden hidden(char *hex)
{
    struct hidden result = {(unsigned char *)hex, strlen(hex) / 2, mask};

    for (size_t i = 0; i < result.length; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};

        ((unsigned char *)hex)[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    return result;
}

int brief_pattern(struct brief *brief, const char *name)
{
    int number = 0;

    while (number < brief->patterns && strcmp(brief->names[number], name) != 0)
        number++;
    if (number == MAX_PATTERNS)
        fail(name);
    if (number == brief->patterns)
        snprintf(brief->names[brief->patterns++], sizeof brief->names[0], "%s", name);
    return number;
}

/* Returns the text with this name; NULL if there is none. */
static struct hidden *text_named(struct brief *brief, const char *name)
{
    const struct {
        const char *name;
        struct hidden *text;
    } texts[] = {
        {"key", &brief->key},
        {"login", &brief->login},
        {"secret", &brief->secret},
        {"proxy", &brief->proxy},
        {"client-secret", &brief->client_secret},
        {"value", &brief->value},
        {"refresh-token", &brief->refresh_token},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].name, name) == 0)
            return texts[i].text;
    }
    return NULL;
}

static void read_line(struct brief *brief, char *line)
{
    char *rest = strchr(line, ' '), *hex;
    struct hidden *given;

    if (rest == NULL)
        fail(line);
    *rest++ = 0;
    if (strcmp(line, "mask") == 0) {
        memcpy(mask, hidden(rest).bytes, WINDOW);
    } else if (strcmp(line, "pattern") == 0 && (hex = strchr(rest, ' ')) != NULL) {
        *hex++ = 0;
        windows_add_text(hidden(hex), brief_pattern(brief, rest));
    } else if (strcmp(line, "bytes") == 0 && (hex = strchr(rest, ' ')) != NULL) {
        *hex++ = 0;
        windows_add_bytes(hidden(hex), brief_pattern(brief, rest));
    } else if ((given = text_named(brief, line)) != NULL) {
        *given = hidden(rest);
        if (given->length >= TEXT)
            fail("too long");
    } else {
        fail(line);
    }
}

void brief_read(struct brief *brief)
{
    size_t length = used;

    for (char *line = text + used;;) {
        char *end = memchr(line, '\n', length - (size_t)(line - text));

        if (end == NULL) {
            ssize_t got = read(0, text + length, sizeof text - length);

            if (got <= 0)
                fail("missing end");
            length += (size_t)got;
            continue;
        }
        *end = 0;
        if (strcmp(line, "end") == 0)
            break;
        read_line(brief, line);
        line = end + 1;
    }
    used = length;
}
