/*
 * After fork the child has the access token of its parent, and not its refresh token, which both would spend. Neither waits
 * for the other: the child is forked while a thread of its parent waits for an answer. Arguments and standard input:
 * sessions.h; then the logins of two users with the same secret.
 */
#define _GNU_SOURCE
#include "sessions.h"
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static struct source source;

static int ends_well(pid_t child)
{
    int status = -1;

    for (long waited = 0; waited < MAX_WAIT_MS; waited += 5) {
        if (waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        sleep_ms(5);
    }
    fprintf(stderr, "a child does not end\n");
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return 0;
}

/* The calls of the child on a fresh session of its parent. */
static void child_of_a_fresh_session(const nf_session *session, const nf_token *parents)
{
    const long logins = stub_count("logins"), refreshes = stub_count("refreshes");
    nf_token *token = token_of(session);

    CHECK(is_same(token, parents) && nf_token_refresh_token(token)[0] == '\0');
    CHECK(stub_count("logins") == logins && stub_count("refreshes") == refreshes);
    /* Its own renewal is a login, and then it has its own refresh token. */
    EXPECT(nf_session_reject_token(session, token), NF_OK);
    nf_token_free(token);
    token = token_of(session);
    CHECK(!is_same(token, parents) && (nf_token_refresh_token(token)[0] != '\0'));
    CHECK(stub_count("logins") == logins + 1 && stub_count("refreshes") == refreshes);
    nf_token_free(token);
}

static void *get_token(void *session)
{
    nf_token_free(token_of(session));
    return NULL;
}

/* The child does not wait for a flight that only its parent has. */
static void child_of_a_busy_session(const char *name)
{
    pthread_t thread;
    nf_session *session = new_session(&source, name);
    const long before = stub_asked();

    stub_command("hold");
    CHECK(pthread_create(&thread, NULL, get_token, session) == 0);
    wait_for_asked(before + 1);
    const pid_t child = fork();
    if (child == 0) {
        /* One's outcome is not known here: this is another process's login. */
        stub_command("release");
        nf_token_free(token_of(session));
        nf_session_free(session);
        _exit(failures != 0);
    }
    CHECK(ends_well(child));
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(stub_asked() == before + 2);
    nf_session_free(session);
}

int main(int argc, char **argv)
{
    if (argc != 7 || !read_arguments(argc, argv))
        return 2;
    source.text = secret;
    nf_session *session = new_session(&source, argv[5]);
    nf_token *token = token_of(session), *same;
    const pid_t child = fork();
    if (child == 0) {
        child_of_a_fresh_session(session, token);
        nf_session_free(session);
        _exit(failures != 0);
    }
    CHECK(ends_well(child));
    /* The parent still has both. */
    same = token_of(session);
    CHECK(is_same(token, same) && strcmp(nf_token_refresh_token(token), nf_token_refresh_token(same)) == 0);
    EXPECT(nf_session_reject_token(session, token), NF_OK);
    const long refreshes = stub_count("refreshes");
    nf_token_free(same);
    same = token_of(session);
    CHECK(!is_same(token, same) && stub_count("refreshes") == refreshes + 1);
    nf_token_free(token);
    nf_token_free(same);
    nf_session_free(session);
    child_of_a_busy_session(argv[6]);
    return finish();
}
