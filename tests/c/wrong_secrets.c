/*
 * 10,000 calls on 32 threads with a wrong secret. Arguments and standard input: sessions.h; then a way, the number of calls,
 * and the logins, one for each way that differs:
 *
 *     sessions      each thread has a session of its own client
 *     plain         each thread has a client, and calls nf_client_get_token
 *     both          each thread does both in turn
 *     changing      the same, with another wrong secret in each call
 *     users         each call is for the next user of the list, with the correct secret and a wrong key
 *
 * Prints how many logins arrived, and how often a call was refused or held back. At the end the correct secret gets a
 * token, after nf_session_clear_hold.
 */
#define _POSIX_C_SOURCE 200809L
#include "sessions.h"
#include <pthread.h>

enum { THREADS = 32, MAX_USERS = 64 };

static const char *way, *logins[MAX_USERS];
static int users, calls;
static atomic_int next_call, denied, held, others;

static int is_way(const char *name)
{
    return strcmp(way, name) == 0;
}

static void count(nf_error *error, nf_token *token)
{
    switch (nf_error_code(error)) {
    case NF_DENIED:
    case NF_BAD_CLIENT: denied++; break;
    case NF_HELD_BACK:
        held++;
        /* A person must act, or the rest of a quarter of an hour must pass. */
        CHECK(nf_error_retry_after_ms(error) >= -1 && nf_error_retry_after_ms(error) <= 15 * 60 * 1000);
        break;
    default:
        others++;
        fprintf(stderr, "%s: %s\n", nf_error_name(error), nf_error_message(error));
        failures++;
    }
    CHECK(token == NULL);
    nf_error_free(error);
}

static void *work(void *unused)
{
    nf_client *client = client_with(options_of(NULL));
    nf_session *sessions[MAX_USERS];
    int number;

    (void)unused;
    for (int i = 0; i < users; i++)
        sessions[i] = session_of(client, logins[i]);
    while ((number = next_call++) < calls) {
        const int user = number % users;
        const int by_session = is_way("sessions") || (!is_way("plain") && number % 2 == 0);
        char text[256] = "a wrong secret";
        nf_token *token = NULL;

        if (is_way("changing"))
            snprintf(text, sizeof text, "wrong secret %d", number);
        if (is_way("users"))
            strcpy(text, secret);
        nf_error *error =
            by_session ? log_in(sessions[user], text, &token) : plain_call(client, logins[user], text, &token);
        count(error, token);
    }
    for (int i = 0; i < users; i++)
        nf_session_free(sessions[i]);
    nf_client_free(client);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];

    if (argc < 8 || argc - 7 > MAX_USERS || !read_arguments(argc, argv))
        return 2;
    way = argv[5];
    calls = atoi(argv[6]);
    users = argc - 7;
    for (int i = 0; i < users; i++)
        logins[i] = argv[7 + i];
    const long before = stub_count("logins");
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    printf("logins=%ld\ndenied=%d\nheld=%d\n", stub_count("logins") - before, denied, held);
    CHECK(denied + held == calls);

    /* The account is not locked: the correct secret gets a token. With a wrong key it is still refused. */
    nf_token *token = NULL;
    nf_session *session = new_session(NULL, logins[0]);
    EXPECT(nf_session_clear_hold(session), NF_OK);
    EXPECT(log_in(session, secret, &token), is_way("users") ? is_oauth2 ? NF_BAD_CLIENT : NF_DENIED : NF_OK);
    nf_token_free(token);
    nf_session_free(session);
    return finish();
}
