/*
 * The functions of a session besides getting a token. Arguments and standard input: sessions.h; then the logins of ten users
 * with the same secret. Prints each status as a line of JSON.
 */
#define _POSIX_C_SOURCE 200809L
#include "sessions.h"

static struct source source;

/* Prints the status, after its length was asked for. */
static void print_status(const char *when, const nf_session *session)
{
    char text[4096], *exact;
    size_t length = 0, again = 0;

    EXPECT(nf_session_status(session, NULL, 0, &length), NF_OK);
    CHECK(length > 0 && length < sizeof text);
    memset(text, '#', sizeof text);
    EXPECT(nf_session_status(session, text, length, &again), NF_OK); /* no room for the NUL: nothing is written */
    CHECK(again == length && text[0] == '#');
    exact = malloc(length + 1);
    EXPECT(nf_session_status(session, exact, length + 1, &again), NF_OK);
    CHECK(again == length && strlen(exact) == length);
    printf("status %s %s\n", when, exact);
    free(exact);
}

/* A copy of a token, as if the program had kept it. */
static nf_token *kept(const nf_token *token, int64_t expires_at)
{
    char value[2048], refresh_token[2048];
    nf_token *copy = NULL;

    snprintf(value, sizeof value, "%s", nf_token_value(token));
    snprintf(refresh_token, sizeof refresh_token, "%s", nf_token_refresh_token(token));
    EXPECT(nf_token_new(nf_token_scheme(token), value, refresh_token, nf_token_instance_url(token), expires_at,
                        nf_token_refresh_expires_at(token), &copy),
           NF_OK);
    return copy;
}

static void states_are_in_the_status(const char *name)
{
    struct source wrong = {.text = "a wrong secret"};
    nf_session *session = new_session(&source, name);
    nf_token *token, *next = NULL;

    print_status("new", session);
    token = token_of(session);
    print_status("fresh", session);
    nf_token_free(token);
    EXPECT(nf_session_log_out(session), NF_OK);
    print_status("logged-out", session);
    nf_session_free(session);

    session = new_session(&wrong, name);
    EXPECT_NONE(session, NF_DENIED);
    print_status("held", session);
    EXPECT_NONE(session, NF_HELD_BACK);
    EXPECT(nf_session_clear_hold(session), NF_OK);
    EXPECT(nf_session_clear_hold(session), NF_OK); /* not held: success */
    print_status("cleared", session);
    wrong.text = secret;
    next = token_of(session);
    CHECK(wrong.last_code == NF_DENIED); /* the code of this user's last refusal */
    nf_token_free(next);
    nf_session_free(session);
}

/* A token that the program has kept is used, and replaces only an older one. */
static void kept_token_is_used(const char *name)
{
    nf_session *session = new_session(&source, name), *other = new_session(&source, name);
    nf_token *first = token_of(session), *copy = kept(first, nf_token_expires_at(first)), *same;
    const long before = stub_asked();

    EXPECT(nf_session_set_token(other, copy), NF_OK);
    same = token_of(other);
    CHECK(is_same(first, same) && strcmp(nf_token_refresh_token(first), nf_token_refresh_token(same)) == 0);
    CHECK(nf_token_expires_at(first) == nf_token_expires_at(same));
    CHECK(nf_token_refresh_expires_at(first) == nf_token_refresh_expires_at(same));
    CHECK(stub_asked() == before);
    nf_token_free(same);

    /* An older copy changes nothing. */
    EXPECT(nf_session_reject_token(other, first), NF_OK);
    nf_token *second = token_of(other);
    nf_token *old = kept(first, nf_token_expires_at(second) - 60);
    EXPECT(nf_session_set_token(other, old), NF_OK);
    same = token_of(other);
    CHECK(is_same(second, same));
    nf_token_free(same);
    nf_token_free(old);

    /* A token that ends later is used. The stub issued it to the first session. */
    nf_token *later = kept(first, nf_token_expires_at(second) + 3600);
    EXPECT(nf_session_set_token(other, later), NF_OK);
    same = token_of(other);
    CHECK(is_same(later, same));
    nf_token_free(same);

    /* A token of the other service is rejected. */
    char value[] = "a-value";
    nf_token *foreign = NULL;
    EXPECT(nf_token_new(is_oauth2 ? "OAuth" : "Bearer", value, NULL, NULL, -1, -1, &foreign), NF_OK);
    EXPECT(nf_session_set_token(other, foreign), NF_INVALID_ARGUMENT);
    nf_token_free(foreign);
    nf_token_free(later);
    nf_token_free(second);
    nf_token_free(copy);
    nf_token_free(first);
    nf_session_free(session);
    nf_session_free(other);
}

/* An expired one is refreshed, and not handed out. */
static void kept_token_that_has_expired_is_refreshed(const char *name)
{
    nf_session *session = new_session(&source, name), *other = new_session(NULL, name);
    nf_token *first = token_of(session), *copy = kept(first, (int64_t)time(NULL) - 60);
    const long logins = stub_count("logins"), refreshes = stub_count("refreshes");

    EXPECT(nf_session_set_token(other, copy), NF_OK);
    nf_token *next = token_of(other);
    CHECK(!is_same(first, next) && use_token(next) == 200);
    CHECK(stub_count("logins") == logins && stub_count("refreshes") == refreshes + 1);
    nf_token_free(next);
    nf_token_free(copy);
    nf_token_free(first);
    nf_session_free(session);
    nf_session_free(other);
}

/* Revokes and forgets the token; the next call logs in. */
static void log_out_revokes_the_token(const char *name)
{
    nf_session *session = new_session(&source, name);
    const long revocations = stub_count("revocations");

    EXPECT(nf_session_log_out(session), NF_OK); /* no token: success, and no request */
    CHECK(stub_count("revocations") == revocations);
    nf_token *first = token_of(session);
    EXPECT(nf_session_log_out(session), NF_OK);
    CHECK(stub_count("revocations") == revocations + 1);
    if (is_oauth2) {
        nf_client *client = client_with(options_of(NULL));
        nf_token *next = NULL;
        EXPECT(nf_client_refresh_token(client, key, first, &next), NF_REFRESH_EXPIRED);
        nf_client_free(client);
    } else {
        CHECK(use_token(first) == 403);
    }
    nf_token *second = token_of(session);
    CHECK(!is_same(first, second));

    /* The revocation fails: the token is forgotten all the same, and the error contains the end of its validity. */
    stub_command("play?scenario=server-error");
    nf_error *error = nf_session_log_out(session);
    CHECK(strstr(nf_error_remedy(error), "valid until 20") != NULL);
    EXPECT(error, NF_SERVER_ERROR);
    stub_command("play?scenario=");
    nf_token *third = token_of(session);
    CHECK(!is_same(second, third));
    nf_token_free(first);
    nf_token_free(second);
    nf_token_free(third);
    nf_session_free(session);
}

static void sessions_of_one_user_are_one(const char *name)
{
    nf_client *client = client_with(options_of(&source)), *share = NULL;
    nf_session *session = session_of(client, name);
    const long before = stub_asked();

    EXPECT(nf_client_share(client, 0, &share), NF_OK);
    nf_session *same = session_of(share, name);
    nf_client_cancel(client); /* does not touch sessions */
    nf_client_free(client);
    nf_client_free(share);
    nf_token *one = token_of(session), *two = token_of(same);
    CHECK(is_same(one, two) && stub_asked() == before + 1);
    nf_session_free(session);
    nf_token *three = token_of(same);
    CHECK(is_same(one, three) && stub_asked() == before + 1);
    nf_session_free(same); /* the last one: its token is gone */
    session = new_session(&source, name);
    nf_token *four = token_of(session);
    CHECK(!is_same(one, four) && stub_asked() == before + 2);
    nf_session_free(session);
    nf_token_free(one);
    nf_token_free(two);
    nf_token_free(three);
    nf_token_free(four);
}

/* log_in with a valid token sends nothing. */
static void log_in_hands_out_a_valid_token(const char *name)
{
    nf_session *session = new_session(NULL, name);
    nf_token *one = NULL, *two = NULL;
    const long before = stub_asked();

    EXPECT(log_in(session, secret, &one), NF_OK);
    EXPECT(log_in(session, "a wrong secret", &two), NF_OK);
    CHECK(is_same(one, two) && stub_asked() == before + 1);
    nf_token_free(one);
    nf_token_free(two);
    nf_session_free(session);
}

static void secret_that_cannot_be_had(const char *name)
{
    struct source none = {.text = "", .instead = NF_SECRET_NONE};
    struct source unavailable = {.text = "", .instead = NF_SECRET_UNAVAILABLE};
    const long before = stub_asked();
    nf_session *session = new_session(NULL, name);

    CHECK(EXPECT_NONE(session, NF_SECRET_NEEDED) == -1);
    nf_session_free(session);
    session = new_session(&none, name);
    CHECK(EXPECT_NONE(session, NF_SECRET_NEEDED) == -1);
    CHECK(none.calls == 1);
    nf_session_free(session);
    session = new_session(&unavailable, name);
    const int64_t rest = EXPECT_NONE(session, NF_SECRET_NEEDED);
    CHECK(rest > 0 && rest <= 30000);
    CHECK(stub_asked() == before);
    nf_session_free(session);
}

/* Returns more than the capacity. */
static int32_t too_long(void *user, const char *name, int32_t last_code, char *buffer, size_t capacity)
{
    (void)user;
    (void)name;
    (void)last_code;
    memset(buffer, 'x', capacity);
    return (int32_t)capacity + 1;
}

struct reentry {
    nf_session *own, *share, *other;
    nf_client *client, *other_client;
    const char *name;
    int calls;
};

/* Calls the library again. For the same user that is an error at once; other users are allowed. */
static int32_t call_again(void *user, const char *name, int32_t last_code, char *buffer, size_t capacity)
{
    struct reentry *reentry = user;
    nf_token *token = NULL;

    (void)last_code;
    (void)capacity;
    CHECK(strcmp(name, reentry->name) == 0);
    if (reentry->calls++ == 0) {
        EXPECT(nf_session_get_token(reentry->own, &token), NF_INVALID_ARGUMENT);
        EXPECT(nf_session_get_token(reentry->share, &token), NF_INVALID_ARGUMENT);
        EXPECT(log_in(reentry->own, secret, &token), NF_INVALID_ARGUMENT);
        EXPECT(plain_call(reentry->client, name, secret, &token), NF_INVALID_ARGUMENT);
        EXPECT(plain_call(reentry->other_client, name, secret, &token), NF_INVALID_ARGUMENT);
        EXPECT(nf_session_get_token(reentry->other, &token), NF_OK);
        nf_token_free(token);
    }
    memcpy(buffer, secret, strlen(secret));
    return (int32_t)strlen(secret);
}

static void call_from_inside_the_secret_function(const char *name, const char *other)
{
    struct reentry reentry = {.name = name};
    nf_options *options = options_of(NULL);
    const long before = stub_asked();

    EXPECT(nf_options_set_secret_callback(options, call_again, &reentry), NF_OK);
    reentry.client = client_with(options);
    reentry.other_client = client_with(options_of(NULL));
    reentry.own = session_of(reentry.client, name);
    reentry.share = share_of(reentry.own, 0);
    reentry.other = new_session(&source, other);
    nf_token_free(token_of(reentry.own));
    CHECK(reentry.calls == 1 && stub_asked() == before + 2);
    nf_session_free(reentry.own);
    nf_session_free(reentry.share);
    nf_session_free(reentry.other);
    nf_client_free(reentry.client);
    nf_client_free(reentry.other_client);

    options = options_of(NULL);
    EXPECT(nf_options_set_secret_callback(options, too_long, NULL), NF_OK);
    nf_client *client = client_with(options);
    nf_session *session = session_of(client, name);
    EXPECT_NONE(session, NF_INVALID_ARGUMENT);
    CHECK(stub_asked() == before + 2);
    nf_session_free(session);
    nf_client_free(client);
}

/* The server may have closed an idle connection unseen. A login of a session never uses one. */
static void login_uses_a_new_connection(const char *name)
{
    nf_options *options = options_of(&source);
    EXPECT(nf_options_set_keep_alive_ms(options, 60000), NF_OK);
    nf_client *client = client_with(options);
    nf_session *session = session_of(client, name);
    nf_token *token = NULL;

    EXPECT(plain_call(client, name, secret, &token), NF_OK); /* its connection is idle now */
    CHECK(nf_token_timing_us(token, NF_TIMING_CONNECT) >= 0);
    nf_token_free(token);
    EXPECT(plain_call(client, name, secret, &token), NF_OK);
    CHECK(nf_token_timing_us(token, NF_TIMING_CONNECT) == -1);
    nf_token_free(token);
    token = token_of(session);
    CHECK(nf_token_timing_us(token, NF_TIMING_CONNECT) >= 0);
    nf_token_free(token);
    nf_session_free(session);
    nf_client_free(client);
}

int main(int argc, char **argv)
{
    if (argc != 15 || !read_arguments(argc, argv))
        return 2;
    source.text = secret;
    states_are_in_the_status(argv[5]);
    kept_token_is_used(argv[6]);
    if (is_oauth2 || client_secret[0] != '\0')
        kept_token_that_has_expired_is_refreshed(argv[7]);
    log_out_revokes_the_token(argv[8]);
    sessions_of_one_user_are_one(argv[9]);
    log_in_hands_out_a_valid_token(argv[10]);
    secret_that_cannot_be_had(argv[11]);
    call_from_inside_the_secret_function(argv[12], argv[13]);
    login_uses_a_new_connection(argv[14]);
    return finish();
}
