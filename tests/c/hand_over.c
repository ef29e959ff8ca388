/*
 * A thread that leaves does not take the others' token with it. Before its request has left, another thread begins again;
 * after that, another thread reads the answer. If no thread waits, the outcome is unknown, and the login is held back.
 * Arguments and standard input: sessions.h; then the base URL of a server that sends nothing on its first connection and
 * passes the others on, and the logins of two users with the same secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "sessions.h"
#include <pthread.h>

enum { PATIENCE_MS = 1500, LONG_PATIENCE_MS = 3000, FIVE_MINUTES = 5 * 60 * 1000 };

static struct source source;
static atomic_int connected;

struct call {
    const nf_session *session;
    pthread_t thread;
    nf_token *token;
    nf_error *error;
    double end;
};

static void *get_token(void *argument)
{
    struct call *call = argument;

    call->error = nf_session_get_token(call->session, &call->token);
    call->end = now_ms();
    return NULL;
}

static void begin(struct call *call, const nf_session *session)
{
    call->session = session;
    CHECK(pthread_create(&call->thread, NULL, get_token, call) == 0);
}

static void end(struct call *call, int32_t code)
{
    CHECK(pthread_join(call->thread, NULL) == 0);
    CHECK((call->token != NULL) == (code == NF_OK));
    EXPECT(call->error, code);
    nf_token_free(call->token);
}

/* The request has left. The waiting thread reads its answer. */
static void after_the_request(const char *name)
{
    struct call impatient = {0}, waiting = {0};
    nf_session *session = new_session(&source, name), *hasty = share_of(session, PATIENCE_MS);
    const long before = stub_count("logins");

    stub_command("hold");
    const double start = now_ms();
    begin(&impatient, hasty);
    wait_for_asked(stub_count("refreshes") + before + 1);
    begin(&waiting, session);
    end(&impatient, NF_TIMEOUT);
    CHECK(impatient.end - start < PATIENCE_MS + 1000);
    stub_command("release");
    end(&waiting, NF_OK);
    CHECK(stub_count("logins") - before == 1);

    /* The same again, twice: the token is rejected, and two threads leave before the third. */
    nf_session *handles[] = {share_of(session, 0), share_of(session, 0), session};
    struct call calls[3] = {{0}};
    nf_token *token = token_of(session);
    const long asked = stub_asked();

    EXPECT(nf_session_reject_token(session, token), NF_OK);
    stub_command("hold");
    begin(&calls[0], handles[0]);
    wait_for_asked(asked + 1);
    begin(&calls[1], handles[1]);
    begin(&calls[2], handles[2]);
    sleep_ms(20); /* both wait */
    nf_session_cancel(handles[0]);
    end(&calls[0], NF_CANCELLED);
    nf_session_free(handles[1]);
    end(&calls[1], NF_CANCELLED);
    stub_command("release");
    end(&calls[2], NF_OK);
    CHECK(stub_asked() - asked == 1);
    nf_token_free(token);
    nf_session_free(handles[0]);
    nf_session_free(hasty);
    nf_session_free(session);
}

static void count_connections(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    connected += strncmp(step_of(line), "connect ", 8) == 0;
}

/* The first connection is silent, so that the request cannot leave. The waiting thread makes another connection. */
static void before_the_request(const char *url, const char *name)
{
    struct call impatient = {0}, waiting = {0};
    nf_options *options = options_of(&source);
    EXPECT(nf_options_set_base_url(options, url), NF_OK);
    EXPECT(nf_options_set_log(options, count_connections, NULL), NF_OK);
    nf_client *client = client_with(options);
    nf_session *session = session_of(client, name), *leaving = share_of(session, 0);
    const long before = stub_count("logins");

    begin(&impatient, leaving);
    for (long waited = 0; connected == 0 && waited < MAX_WAIT_MS; waited += 2)
        sleep_ms(2);
    begin(&waiting, session);
    sleep_ms(50);
    CHECK(stub_count("logins") == before);
    nf_session_cancel(leaving);
    end(&impatient, NF_CANCELLED);
    end(&waiting, NF_OK);
    CHECK(stub_count("logins") - before == 1);
    nf_session_free(leaving);
    nf_session_free(session);
    nf_client_free(client);
}

/* No thread waits, and the secret was never accepted. The login is not sent again for five minutes. */
static void unknown_outcome(const char *name)
{
    struct call only = {0};
    nf_session *session = new_session(&source, name), *leaving = share_of(session, 0);
    const long before = stub_count("logins");

    stub_command("hold");
    begin(&only, leaving);
    wait_for_asked(stub_count("refreshes") + before + 1);
    nf_session_cancel(leaving);
    end(&only, NF_CANCELLED);
    stub_command("release");
    const int64_t rest = EXPECT_NONE(session, NF_HELD_BACK);
    CHECK(rest > FIVE_MINUTES - MAX_WAIT_MS && rest <= FIVE_MINUTES);
    nf_client *client = client_with(options_of(NULL));
    nf_token *token = NULL;
    EXPECT(plain_call(client, name, secret, &token), NF_HELD_BACK);
    CHECK(stub_count("logins") - before == 1);
    EXPECT(nf_client_clear_hold(client, key, name), NF_OK);
    EXPECT(plain_call(client, name, secret, &token), NF_OK);
    CHECK(stub_count("logins") - before == 2);
    nf_token_free(token);
    nf_client_free(client);
    nf_session_free(leaving);
    nf_session_free(session);
}

/* Takes most of the time of the call. */
static int32_t give_secret_slowly(void *user, const char *name, int32_t last_code, char *buffer, size_t capacity)
{
    sleep_ms(LONG_PATIENCE_MS - 800);
    return give_secret(user, name, last_code, buffer, capacity);
}

/* With less than a second left, no login is sent, although that would be time enough here. */
static void too_late(const char *name)
{
    nf_options *options = options_of(NULL);
    EXPECT(nf_options_set_secret_callback(options, give_secret_slowly, &source), NF_OK);
    EXPECT(nf_options_set_timeout_ms(options, LONG_PATIENCE_MS), NF_OK);
    nf_client *client = client_with(options);
    nf_session *session = session_of(client, name);
    const long before = stub_count("logins");

    (void)EXPECT_NONE(session, NF_TIMEOUT);
    CHECK(stub_count("logins") == before);
    nf_session_free(session);
    nf_client_free(client);
}

int main(int argc, char **argv)
{
    if (argc != 8 || !read_arguments(argc, argv))
        return 2;
    source.text = secret;
    before_the_request(argv[5], login);
    after_the_request(login);
    too_late(login);
    unknown_outcome(argv[6]);
    after_the_request(argv[7]);
    return finish();
}
