/*
 * 64 threads ask one session for a token, half of them on a handle that is cancelled while the stub holds its response:
 * without a token, with a rejected, an expired and a due one, and where the server fails. One request arrives each time.
 * Arguments and standard input: sessions.h; then the login of a user whose secret is not the one in standard input.
 */
#define _POSIX_C_SOURCE 200809L
#include "sessions.h"
#include <pthread.h>

enum { THREADS = 64, LIFETIME_MS = 2000, LONG_LIFETIME_MS = 6000 };

/* Whether the thread that sends the request is one of the cancelled ones. */
enum first { STAYS, LEAVES };

struct call {
    const nf_session *session;
    nf_token *token;
    nf_error *error;
};

static struct source source;
static atomic_int started;

static void *get_token(void *argument)
{
    struct call *call = argument;

    started++;
    call->error = nf_session_get_token(call->session, &call->token);
    return NULL;
}

static void start(pthread_t *thread, struct call *call, const nf_session *session)
{
    *call = (struct call){session, NULL, NULL};
    CHECK(pthread_create(thread, NULL, get_token, call) == 0);
}

static void one_request(const char *situation, const nf_session *session, enum first first, int32_t code)
{
    pthread_t threads[THREADS];
    struct call calls[THREADS];
    nf_session *leaving = share_of(session, 0);
    const long before = stub_asked();

    stub_command("hold");
    started = 0;
    for (int i = 0; i < THREADS; i++) {
        start(&threads[i], &calls[i], i % 2 == (first == LEAVES) ? session : leaving);
        if (i == 0)
            wait_for_asked(before + 1);
    }
    while (started < THREADS)
        sleep_ms(1);
    sleep_ms(20); /* the last ones begin to wait */
    nf_session_cancel(leaving);
    for (int i = 0; i < THREADS; i++) {
        if (calls[i].session == leaving) {
            CHECK(pthread_join(threads[i], NULL) == 0);
            EXPECT(calls[i].error, NF_CANCELLED);
        }
    }
    stub_command("release");
    const int one = first == LEAVES; /* one that stays */
    char call_id[64] = "";
    for (int i = one; i < THREADS; i += 2) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        if (code == NF_OK && calls[i].token != NULL && calls[one].token != NULL)
            CHECK(is_same(calls[i].token, calls[one].token));
        /* A failure is that of the call that asked. */
        if (i == one)
            snprintf(call_id, sizeof call_id, "%s", nf_error_call_id(calls[i].error));
        CHECK(strcmp(nf_error_call_id(calls[i].error), call_id) == 0);
        EXPECT(calls[i].error, code);
    }
    for (int i = one; i < THREADS; i += 2)
        nf_token_free(calls[i].token);
    const long requests = stub_asked() - before;
    printf("%s, the asking thread %s: %ld request\n", situation, first == LEAVES ? "leaves" : "stays", requests);
    CHECK(requests == 1);
    nf_session_free(leaving);
}

/* While a valid token is renewed, only one thread waits. */
static void one_waits(const nf_session *session)
{
    pthread_t threads[THREADS];
    struct call calls[THREADS];
    nf_token *old = token_of(session);
    const long before = stub_asked();

    sleep_ms(LONG_LIFETIME_MS / 2 + 50);
    stub_command("hold");
    start(&threads[0], &calls[0], session);
    wait_for_asked(before + 1);
    for (int i = 1; i < THREADS; i++)
        start(&threads[i], &calls[i], session);
    for (int i = 1; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        EXPECT(calls[i].error, NF_OK);
        CHECK(is_same(calls[i].token, old));
        nf_token_free(calls[i].token);
    }
    stub_command("release");
    CHECK(pthread_join(threads[0], NULL) == 0);
    EXPECT(calls[0].error, NF_OK);
    CHECK(!is_same(calls[0].token, old));
    nf_token_free(calls[0].token);
    nf_token_free(old);
    printf("due: %ld request\n", stub_asked() - before);
    CHECK(stub_asked() - before == 1);
}

static void rejected(enum first first)
{
    nf_session *session = new_session(&source, login);
    nf_token *token = token_of(session);

    EXPECT(nf_session_reject_token(session, token), NF_OK);
    nf_token_free(token);
    one_request("rejected", session, first, NF_OK);
    nf_session_free(session);
}

static void expired(enum first first)
{
    nf_session *session = new_session(&source, login);

    stub_command("set-token-lifetime?seconds=2");
    nf_token_free(token_of(session));
    stub_command("set-token-lifetime?seconds=0");
    sleep_ms(LIFETIME_MS + 50);
    one_request("expired", session, first, NF_OK);
    nf_session_free(session);
}

static void cold(const char *situation, const char *name, enum first first, int32_t code)
{
    nf_session *session = new_session(&source, name);

    one_request(situation, session, first, code);
    if (code != NF_OK) {
        const long before = stub_asked();
        EXPECT_NONE(session, code == NF_DENIED ? NF_HELD_BACK : code);
        CHECK(stub_asked() == before);
    }
    nf_session_free(session);
}

int main(int argc, char **argv)
{
    if (argc != 7 || !read_arguments(argc, argv))
        return 2;
    source.text = secret;
    cold("no token", login, STAYS, NF_OK);
    cold("no token", login, LEAVES, NF_OK);
    rejected(STAYS);
    rejected(LEAVES);
    expired(STAYS);
    expired(LEAVES);
    stub_command("set-token-lifetime?seconds=6");
    nf_session *session = new_session(&source, login);
    one_waits(session);
    nf_session_free(session);
    stub_command("set-token-lifetime?seconds=0");
    stub_command("play?scenario=busy");
    cold("busy", login, STAYS, NF_BUSY);
    cold("busy", login, LEAVES, NF_BUSY);
    stub_command("play?scenario=");
    cold("wrong secret", argv[5], STAYS, NF_DENIED);
    cold("wrong secret", argv[6], LEAVES, NF_DENIED);
    return finish();
}
