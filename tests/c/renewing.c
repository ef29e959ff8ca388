/*
 * How a session renews its token: by refresh where that can be, and by a login only if the refresh token has ended. A
 * renewal that fails leaves the valid token in use. Arguments and standard input: sessions.h; then the logins of five
 * users with the same secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "sessions.h"

enum { MINUTE = 60 * 1000 };

static struct source source;

/* Expects so many requests since the last call of this function. */
static void expect_requests_at(int line, long logins, long refreshes)
{
    static long known_logins, known_refreshes;
    const long new_logins = stub_count("logins") - known_logins;
    const long new_refreshes = stub_count("refreshes") - known_refreshes;

    if (logins >= 0 && (new_logins != logins || new_refreshes != refreshes)) {
        fprintf(stderr, "line %d: %ld logins and %ld refreshes\n", line, new_logins, new_refreshes);
        failures++;
    }
    known_logins += new_logins;
    known_refreshes += new_refreshes;
}
#define EXPECT_REQUESTS(logins, refreshes) expect_requests_at(__LINE__, logins, refreshes)

static int can_refresh(void)
{
    return is_oauth2 || client_secret[0] != '\0';
}

/* A rejected token is renewed once. A token that is not the current one changes nothing. */
static void rejected_token_is_renewed(const char *name)
{
    nf_session *session = new_session(&source, name);
    nf_token *first = token_of(session), *again = token_of(session);

    EXPECT_REQUESTS(1, 0);
    CHECK(source.calls == 1 && source.last_code == NF_OK);
    CHECK(is_same(first, again));
    EXPECT(nf_session_reject_token(session, first), NF_OK);
    EXPECT(nf_session_reject_token(session, first), NF_OK);
    nf_token *second = token_of(session);
    EXPECT_REQUESTS(!can_refresh(), can_refresh());
    CHECK(!is_same(first, second) && use_token(second) == 200);
    /* Another thread still uses the first one. */
    EXPECT(nf_session_reject_token(session, first), NF_OK);
    nf_token_free(again);
    again = token_of(session);
    CHECK(is_same(second, again));
    EXPECT_REQUESTS(0, 0);

    /* The API refuses tokens that were just issued: no storm. */
    EXPECT(nf_session_reject_token(session, second), NF_OK);
    const int64_t rest = EXPECT_NONE(session, NF_HELD_BACK);
    CHECK(rest > MINUTE - MAX_WAIT_MS && rest <= MINUTE);
    (void)EXPECT_NONE(session, NF_HELD_BACK);
    EXPECT_REQUESTS(0, 0);
    nf_token_free(first);
    nf_token_free(second);
    nf_token_free(again);
    nf_session_free(session);
}

/* Ends the refresh token of a session at the service, as an administrator does. */
static void end_refresh_token(const nf_token *token)
{
    if (is_oauth2) {
        nf_client *client = client_with(options_of(NULL));
        EXPECT(nf_client_revoke_token(client, token, NULL), NF_OK);
        nf_client_free(client);
    }
}

/* The answer of a refresh is 108: a login follows, in the same call. */
static void login_follows_a_refresh_that_is_refused(const char *name)
{
    nf_session *session = new_session(&source, name);
    nf_token *first = token_of(session);

    end_refresh_token(first);
    EXPECT_REQUESTS(1, 0);
    EXPECT(nf_session_reject_token(session, first), NF_OK);
    nf_token *second = token_of(session);
    EXPECT_REQUESTS(1, 1);
    CHECK(use_token(second) == 200);
    nf_token_free(first);
    nf_token_free(second);
    nf_session_free(session);
}

/* The same without a secret. */
static void secret_is_needed_after_a_refresh_that_is_refused(const char *name)
{
    nf_session *session = new_session(NULL, name);
    nf_token *first = NULL, *second = NULL;

    EXPECT_NONE(session, NF_SECRET_NEEDED);
    EXPECT_REQUESTS(0, 0);
    EXPECT(log_in(session, secret, &first), NF_OK);
    EXPECT_REQUESTS(1, 0);
    end_refresh_token(first);
    EXPECT(nf_session_reject_token(session, first), NF_OK);
    EXPECT_NONE(session, NF_SECRET_NEEDED);
    EXPECT_REQUESTS(0, 1);
    EXPECT_NONE(session, NF_SECRET_NEEDED);
    EXPECT_REQUESTS(0, 0);
    EXPECT(log_in(session, secret, &second), NF_OK);
    EXPECT_REQUESTS(1, 0);
    nf_token_free(first);
    nf_token_free(second);
    nf_session_free(session);
}

/* After another failure no login follows. The failure is remembered: it is returned for its retry time without a request. */
static void no_login_follows_another_failure(const char *name)
{
    nf_session *session = new_session(&source, name);
    nf_token *first = token_of(session);

    EXPECT_REQUESTS(1, 0);
    EXPECT(nf_session_reject_token(session, first), NF_OK);
    stub_command("play?scenario=busy");
    const int64_t rest = EXPECT_NONE(session, NF_BUSY);
    CHECK(rest > 0);
    EXPECT_REQUESTS(!can_refresh(), can_refresh());
    stub_command("play?scenario=");
    CHECK(EXPECT_NONE(session, NF_BUSY) <= rest);
    EXPECT_REQUESTS(0, 0);
    nf_token_free(first);
    nf_session_free(session);
}

/* The renewal of a valid token fails: the token is handed out again, and the server is left alone for a while. */
static void valid_token_survives_a_failed_renewal(const char *name)
{
    nf_session *session = new_session(&source, name);

    stub_command("set-token-lifetime?seconds=6");
    nf_token *first = token_of(session);
    EXPECT_REQUESTS(1, 0);
    sleep_ms(3050);
    stub_command("play?scenario=busy");
    for (int i = 0; i < 3; i++) {
        nf_token *same = token_of(session);
        CHECK(is_same(first, same));
        nf_token_free(same);
    }
    EXPECT_REQUESTS(!can_refresh(), can_refresh());
    stub_command("play?scenario=");
    stub_command("set-token-lifetime?seconds=0");
    nf_token_free(first);
    nf_session_free(session);
}

int main(int argc, char **argv)
{
    if (argc != 10 || !read_arguments(argc, argv))
        return 2;
    source.text = secret;
    expect_requests_at(0, -1, -1);
    rejected_token_is_renewed(argv[5]);
    if (is_oauth2) {
        login_follows_a_refresh_that_is_refused(argv[6]);
        secret_is_needed_after_a_refresh_that_is_refused(argv[7]);
    }
    no_login_follows_another_failure(argv[8]);
    valid_token_survives_a_failed_renewal(argv[9]);
    return finish();
}
