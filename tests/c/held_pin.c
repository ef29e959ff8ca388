/*
 * Holds a refused PIN back, by a session and by a plain call, and then waits for a core dump until standard input ends.
 * Arguments and standard input: sessions.h; the secret is the PIN. With `everything` as the fifth argument, all memory is put into
 * core dumps, also that which the library leaves out.
 */
#define _GNU_SOURCE
#include "sessions.h"
#include <sys/mman.h>
#include <sys/prctl.h>

/* Reverses MADV_DONTDUMP, mapping by mapping. */
static void dump_everything(void)
{
    unsigned long from, to;
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");

    CHECK(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%lx-%lx rw", &from, &to) == 2)
            (void)madvise((void *)from, to - from, MADV_DODUMP); /* fails where there is nothing to reverse */
    fclose(maps);
}

int main(int argc, char **argv)
{
    char byte;

    setvbuf(stdin, NULL, _IONBF, 0); /* a buffer would keep the PIN */
    if (argc != 6 || !read_arguments(argc, argv))
        return 2;
    nf_session *session = new_session(NULL, login);
    nf_client *client = client_with(options_of(NULL));
    nf_token *token = NULL;

    EXPECT(log_in(session, secret, &token), NF_DENIED);
    EXPECT(log_in(session, secret, &token), NF_HELD_BACK);
    EXPECT(plain_call(client, login, secret, &token), NF_HELD_BACK);
    /* This program's own copies. */
    memset(stub_reply, 0, sizeof stub_reply);
    explicit_bzero(secret, sizeof secret);
    explicit_bzero(login, sizeof login);
    explicit_bzero(key, sizeof key);
    explicit_bzero(client_secret, sizeof client_secret);
    if (strcmp(argv[5], "everything") == 0)
        dump_everything();
    (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    if (write(1, "ready\n", 6) != 6)
        return 2;
    while (read(0, &byte, 1) > 0)
        ;
    nf_session_free(session);
    nf_client_free(client);
    return finish();
}
