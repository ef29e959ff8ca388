/*
 * Observes a host as an auditor of the dynamic linker (rtld-audit(7)). In any language, the host's calls of the library
 * pass through this code, except calls through an address that a variable contained from the start. Writes one line for
 * each event to the file in NATIVEFLOW_CALL_LOG:
 *
 *     loaded <path>                  the library was loaded from this file
 *     made <type>, freed <type>      an object
 *     zero login, zero secret        after a call, the text in the buffer was zeroed
 *     left login, left secret        after a call, it was not zeroed
 *     windows <number> <where>       windows of the secret in this process' memory, after the client was freed
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nativeflow.h"

#include "../residue/scan.h"

/* Functions that the linker looks up. The others are hidden, because the assembler file needs it. */
#define FOR_THE_LINKER __attribute__((visibility("default")))

enum { MAX_SECRET_LEN = 512 };

static const unsigned char mask[WINDOW] = {0x5a, 0xc3, 0x96, 0x3c, 0xa5, 0x69, 0x0f, 0xf0};
static unsigned char secret_hidden[MAX_SECRET_LEN];

static void note(const char *what, const char *of)
{
    char line[128];
    const int length = snprintf(line, sizeof line, "%s %s\n", what, of);
    const int file = open(getenv("NATIVEFLOW_CALL_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

    if (file < 0 || write(file, line, (size_t)length) != length)
        abort();
    close(file);
}

static nf_error *noted(nf_error *error)
{
    if (error != NULL)
        note("made", "error");
    return error;
}

/* The library's functions, whose addresses the host would have received. */
static nf_options *(*options_new)(void);
static void (*options_free)(nf_options *);
static nf_error *(*set_base_url)(nf_options *, const char *);
static nf_error *(*set_ca_file)(nf_options *, const char *);
static nf_error *(*client_new)(const nf_options *, nf_client **);
static nf_error *(*client_share)(const nf_client *, uint32_t, nf_client **);
static void (*client_free)(nf_client *);
static nf_error *(*get_token)(const nf_client *, const char *, char *, char *, nf_token **);
static void (*token_free)(nf_token *);
static void (*error_free)(nf_error *);

static nf_options *watch_options_new(void)
{
    note("made", "options");
    return options_new();
}

static void watch_options_free(nf_options *options)
{
    if (options != NULL)
        note("freed", "options");
    options_free(options);
}

static nf_error *watch_set_base_url(nf_options *options, const char *url)
{
    return noted(set_base_url(options, url));
}

static nf_error *watch_set_ca_file(nf_options *options, const char *path)
{
    return noted(set_ca_file(options, path));
}

static nf_error *watch_client_new(const nf_options *options, nf_client **out)
{
    nf_error *error = noted(client_new(options, out));

    if (error == NULL)
        note("made", "client");
    return error;
}

/* The existing shares, because nf_client_free frees them too. A host creates one share per call, and makes one call. */
static nf_client *shares[8];

/* Replaces `from` by `to` in the table. */
static int replace_share(nf_client *from, nf_client *to)
{
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        nf_client *expected = from;

        if (__atomic_compare_exchange_n(&shares[i], &expected, to, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            return 1;
    }
    return 0;
}

static nf_error *watch_client_share(const nf_client *client, uint32_t timeout_ms, nf_client **out)
{
    nf_error *error = noted(client_share(client, timeout_ms, out));

    if (error == NULL) {
        note("made", "share");
        if (!replace_share(NULL, *out))
            abort();
    }
    return error;
}

/* Copies single bytes, because a wider access would leave windows in registers. */
static void hide(const char *secret, size_t length)
{
    for (size_t i = 0; i < length && i < MAX_SECRET_LEN; i++)
        secret_hidden[i] = (unsigned char)secret[i] ^ mask[i % WINDOW];
    windows_add_text((struct hidden){secret_hidden, length < MAX_SECRET_LEN ? length : MAX_SECRET_LEN, mask}, 0);
}

static const char *state(const char *buffer, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (buffer[i] != 0)
            return "left";
    }
    return "zero";
}

static nf_error *watch_get_token(const nf_client *client, const char *key, char *login, char *secret, nf_token **out)
{
    const size_t login_length = strlen(login), secret_length = strlen(secret);
    nf_error *error;

    hide(secret, secret_length);
    error = noted(get_token(client, key, login, secret, out));
    note(state(login, login_length), "login");
    note(state(secret, secret_length), "secret");
    if (error == NULL)
        note("made", "token");
    return error;
}

static void watch_token_free(nf_token *token)
{
    if (token != NULL)
        note("freed", "token");
    token_free(token);
}

static void watch_error_free(nf_error *error)
{
    if (error != NULL)
        note("freed", "error");
    error_free(error);
}

static void watch_client_free(nf_client *client)
{
    static struct scan scan;
    char found[64];

    if (client != NULL && replace_share(client, NULL)) {
        note("freed", "share");
        client_free(client);
        return;
    }
    if (client != NULL)
        note("freed", "client");
    client_free(client);
    scan.count = 0;
    scan_process(&scan, ALL);
    snprintf(found, sizeof found, "%zu %s", scan.count, scan.count > 0 ? place_name(scan.finds[0].place) : "nowhere");
    note("windows", found);
}

static const struct {
    const char *name;
    uintptr_t watch;
    uintptr_t *own;
} watched[] = {
    {"nf_options_new", (uintptr_t)watch_options_new, (uintptr_t *)&options_new},
    {"nf_options_free", (uintptr_t)watch_options_free, (uintptr_t *)&options_free},
    {"nf_options_set_base_url", (uintptr_t)watch_set_base_url, (uintptr_t *)&set_base_url},
    {"nf_options_set_ca_file", (uintptr_t)watch_set_ca_file, (uintptr_t *)&set_ca_file},
    {"nf_client_new", (uintptr_t)watch_client_new, (uintptr_t *)&client_new},
    {"nf_client_share", (uintptr_t)watch_client_share, (uintptr_t *)&client_share},
    {"nf_client_free", (uintptr_t)watch_client_free, (uintptr_t *)&client_free},
    {"nf_client_get_token", (uintptr_t)watch_get_token, (uintptr_t *)&get_token},
    {"nf_token_free", (uintptr_t)watch_token_free, (uintptr_t *)&token_free},
    {"nf_error_free", (uintptr_t)watch_error_free, (uintptr_t *)&error_free},
};

FOR_THE_LINKER unsigned int la_version(unsigned int version)
{
    (void)version;
    return LAV_CURRENT;
}

FOR_THE_LINKER unsigned int la_objopen(struct link_map *map, Lmid_t namespace, uintptr_t *cookie)
{
    (void)namespace;
    (void)cookie;
    /* Audits bindings from every object to the library, and notes the library's path. */
    if (strstr(map->l_name, "libnativeflow.so") == NULL)
        return LA_FLG_BINDFROM;
    note("loaded", map->l_name);
    return LA_FLG_BINDFROM | LA_FLG_BINDTO;
}

FOR_THE_LINKER uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned int index, uintptr_t *from, uintptr_t *to,
                                      unsigned int *flags, const char *name)
{
    (void)index;
    (void)from;
    (void)to;
    (void)flags;
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        if (strcmp(name, watched[i].name) == 0) {
            *watched[i].own = symbol->st_value;
            return watched[i].watch;
        }
    }
    return symbol->st_value;
}
