/*
 * A client with an idle connection, created before fork, works in parent and child, and in children that are created
 * while four threads of the parent make calls. A child that does not end is a failure. Arguments: base URL, CA file,
 * keep-alive time in ms, and one of: `turns` (parent and child call alternately), `same-pid` (the same, with one
 * process ID in two namespaces), `busy`, `generations` (a child of a child has no more open descriptors than its
 * parent); then the URL of a proxy, or "". Standard input: key, login, secret, and for the OAuth 2.0 service the client
 * secret. On that service each token is refreshed.
 */
#define _GNU_SOURCE
#include "check.h"
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, THREADS = 4, CHILDREN = 30, GENERATIONS = 5, MAX_WAIT_MS = 20000 };

static char key[256], login[256], secret[256], client_secret[256];
static nf_client *client;
static atomic_int over;

static void sleep_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

/* Returns another token in place of `token`, with the client secret that the first process has set. */
static nf_token *refreshed(nf_token *token)
{
    nf_token *next = NULL;
    nf_error *error = nf_client_refresh_token(client, key, token, &next);

    if (error != NULL)
        fprintf(stderr, "%d: refresh: %s: %s\n", (int)getpid(), nf_error_name(error), nf_error_message(error));
    nf_error_free(error);
    nf_token_free(token);
    return next;
}

static nf_token *new_token(void)
{
    char my_login[256], my_secret[256];
    nf_token *token = NULL;

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    nf_error *error = nf_client_get_token(client, key, my_login, my_secret, &token);
    if (error != NULL)
        fprintf(stderr, "%d: %s: %s\n", (int)getpid(), nf_error_name(error), nf_error_message(error));
    nf_error_free(error);
    return token == NULL || client_secret[0] == 0 ? token : refreshed(token);
}

static int get_token(void)
{
    nf_token *token = new_token();
    int worked = token != NULL;
    nf_token_free(token);
    return worked;
}

/* Returns whether the child succeeds before the timeout. */
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

/* Parent and child alternate. A byte through a pipe starts the other one. */
static void take_turns(int mine, int theirs, int begins)
{
    char turn = 0;
    for (int i = 0; i < ROUNDS; i++) {
        if (!begins || i > 0)
            CHECK(read(mine, &turn, 1) == 1);
        CHECK(get_token());
        CHECK(write(theirs, &turn, 1) == 1);
    }
}

static void parent_and_child(int same_pid)
{
    int to_parent[2], to_child[2];
    CHECK(pipe(to_parent) == 0 && pipe(to_child) == 0);
    CHECK(get_token()); /* its connection is idle afterwards */
    if (same_pid) /* the child is 1 in its own namespace too; from here on Linux lets the parent start no thread */
        CHECK(getpid() == 1 && unshare(CLONE_NEWPID) == 0);
    pid_t child = fork();
    if (child == 0) {
        take_turns(to_child[0], to_parent[1], 1);
        nf_client_free(client);
        _exit(failures != 0);
    }
    take_turns(to_parent[0], to_child[1], 0);
    CHECK(ends_well(child));
}

static void *call_on(void *unused)
{
    (void)unused;
    while (!over)
        CHECK(get_token());
    return NULL;
}

static void children_of_a_busy_parent(void)
{
    pthread_t threads[THREADS];
    nf_token *token = new_token();
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, call_on, NULL) == 0);
    for (int i = 0; i < CHILDREN && failures == 0; i++) {
        pid_t child = fork();
        if (child == 0) {
            /* The child can use the parent's token. */
            int worked = get_token() && nf_token_value(token)[0] != '\0';
            if (client_secret[0] != 0) {
                /* Only one of all children gets another token for it. */
                token = i == 0 ? refreshed(token) : token;
                worked = worked && token != NULL;
            }
            nf_token_free(token);
            worked = worked && get_token();
            nf_client_free(client); /* does not wait for calls that run only in the parent */
            _exit(!worked);
        }
        CHECK(ends_well(child));
    }
    over = 1;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(nf_token_value(token)[0] != '\0');
    nf_token_free(token);
}

static int descriptors(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

/* Each generation makes a call, then counts its open descriptors. */
static void generations(int left, int parents)
{
    CHECK(get_token());
    int mine = descriptors();
    if (parents != 0 && mine != parents) {
        fprintf(stderr, "%d descriptors, but %d in the parent\n", mine, parents);
        failures++;
    }
    if (left == 0)
        return;
    pid_t child = fork();
    if (child == 0) {
        generations(left - 1, mine);
        nf_client_free(client);
        _exit(failures != 0);
    }
    CHECK(ends_well(child));
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    read_line(client_secret, sizeof client_secret);
    nf_options *options = nf_options_new();
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_options_set_keep_alive_ms(options, (uint32_t)strtoul(argv[3], NULL, 10)), NF_OK);
    EXPECT(nf_options_set_proxy(options, argv[5]), NF_OK);
    if (client_secret[0] != 0) {
        EXPECT(nf_options_use_oauth2(options), NF_OK);
        EXPECT(nf_options_set_client_secret(options, client_secret, strlen(client_secret)), NF_OK);
    }
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);

    if (strcmp(argv[4], "generations") == 0)
        generations(GENERATIONS, 0);
    else if (strcmp(argv[4], "busy") != 0)
        parent_and_child(strcmp(argv[4], "same-pid") == 0);
    else
        children_of_a_busy_parent();
    CHECK(get_token()); /* the end of the children did not close the parent's connection */
    nf_client_free(client);
    return finish();
}
