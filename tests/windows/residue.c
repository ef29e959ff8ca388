/*
 * Calls nativeflow.dll, then searches its own memory for secrets.
 *
 *     residue <path> <base URL> <CA file> <calls>
 *
 * Standard input and output are those of tests/residue (brief.h, report.h). Further lines of the output:
 *
 *     code <path> <name of the code> <calls that returned it>
 *     control <path> <place> <windows found there>
 */
#include <nativeflow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../residue/brief.h"
#include "../residue/report.h"
#include "../residue/scan.h"

static struct brief brief;
static struct scan scan;
static char key[TEXT], login[TEXT], secret[TEXT];

static void must(nf_error *error)
{
    if (error != NULL) {
        fprintf(stderr, "%s: %s\n", nf_error_name(error), nf_error_message(error));
        exit(2);
    }
}

/* Checks that the scan finds a copy. Otherwise an empty result proves nothing. */
static void control(const char *path, const char *place, char *copy)
{
    unmask(brief.secret, copy);
    scan_process(&scan, ALL);
    printf("control %s %s %u\n", path, place, (unsigned)scan.count);
    wipe(copy, brief.secret.length);
    scan_process(&scan, ALL);
    report_add(CLEANED, &scan);
}

static void controls(const char *path)
{
    char on_stack[TEXT], *on_heap = malloc(TEXT);

    control(path, "heap", on_heap);
    control(path, "stack", on_stack);
    control(path, "static", secret);
    free(on_heap);
}

/* Removes the finds inside a text that is in use, such as a token's. */
static void ignore_finds_in(const char *text)
{
    const uintptr_t from = (uintptr_t)text, to = from + strlen(text) + 1;
    size_t remaining = 0;

    for (size_t i = 0; i < scan.count; i++) {
        if (scan.finds[i].address < from || scan.finds[i].address + WINDOW > to)
            scan.finds[remaining++] = scan.finds[i];
    }
    scan.count = remaining;
}

int main(int argc, char **argv)
{
    const int calls = argc == 5 ? atoi(argv[4]) : 0;
    nf_options *options = nf_options_new();
    nf_client *client;
    const char *code = "";

    if (calls < 1)
        return 2;
    brief_read(&brief);
    must(nf_options_set_base_url(options, argv[2]));
    must(nf_options_set_ca_file(options, argv[3]));
    must(nf_options_set_timeout_ms(options, 2000));
    must(nf_options_set_hold_back_ms(options, 0)); /* refusals are repeated */
    must(nf_client_new(options, &client));
    nf_options_free(options);
    scan_process(&scan, ALL);
    report_add(BEFORE, &scan);
    controls(argv[1]);
    for (int i = 0; i < calls; i++) {
        nf_token *token;
        nf_error *error;

        unmask(brief.key, key);
        unmask(brief.login, login);
        unmask(brief.secret, secret);
        error = nf_client_get_token(client, key, login, secret, &token);
        wipe(key, sizeof key);
        scan_process(&scan, ALL);
        if (token != NULL) {
            ignore_finds_in(nf_token_authorization(token));
            ignore_finds_in(nf_token_refresh_token(token));
        }
        report_add(RETURNED, &scan);
        code = nf_error_name(error); /* stays valid, because names are static */
        nf_token_free(token);
        nf_error_free(error);
        scan_process(&scan, ALL);
        report_add(FREED, &scan);
    }
    nf_client_free(client);
    scan_process(&scan, ALL);
    report_add(CLOSED, &scan);
    printf("code %s %s %d\n", argv[1], code, calls);
    report_print(argv[1], &brief);
    return 0;
}
