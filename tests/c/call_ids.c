/*
 * Four threads make calls whose log lines interleave. Each line has the ID of one call, and an error has the ID of its
 * lines. A child of fork has other IDs than its parent. Arguments: base URL, CA file. Standard input: key, login, secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, CALLS = 10, MAX_LINES = 1000, MAX_ID = 32 };

static char key[256], login[256], secret[256];
static nf_client *client;

static struct line {
    pthread_t thread;
    int is_end; /* the last line of a call */
    char id[MAX_ID], text[256];
} lines[MAX_LINES];
static int line_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char ids[THREADS][CALLS][MAX_ID]; /* of the errors */

static void store(void *user, int32_t level, const char *text)
{
    (void)user;
    (void)level;
    pthread_mutex_lock(&lock);
    struct line *line = &lines[line_count < MAX_LINES - 1 ? line_count++ : line_count];
    line->thread = pthread_self();
    CHECK(sscanf(text, "[%31[^]]] %255[^\n]", line->id, line->text) == 2);
    line->is_end = strncmp(line->text, "failed ", 7) == 0 || strncmp(line->text, "token ", 6) == 0;
    pthread_mutex_unlock(&lock);
}

/* Makes a call, and copies the ID of its error; "" if there is none. */
static void call(const char *password, char id[MAX_ID])
{
    char my_login[256], my_secret[256];
    nf_token *token = NULL;
    strcpy(my_login, login);
    strcpy(my_secret, password);
    nf_error *error = nf_client_get_token(client, key, my_login, my_secret, &token);
    snprintf(id, MAX_ID, "%s", nf_error_call_id(error));
    CHECK((error == NULL) == (id[0] == '\0'));
    nf_token_free(token);
    nf_error_free(error);
}

static void *work(void *of_errors)
{
    for (int i = 0; i < CALLS; i++)
        call(i % 2 ? "wrong" : secret, ((char(*)[MAX_ID])of_errors)[i]);
    return NULL;
}

/* Returns the number of lines with this text that have the ID. */
static int count(const char *id, const char *text)
{
    int found = 0;
    for (int i = 0; i < line_count; i++)
        found += strcmp(lines[i].id, id) == 0 && strstr(lines[i].text, text) != NULL;
    return found;
}

static void check_lines(void)
{
    int ends = 0;
    for (int i = 0; i < line_count; i++) {
        int ends_of_call = 0;
        for (int j = 0; j < line_count; j++)
            if (strcmp(lines[i].id, lines[j].id) == 0) {
                CHECK(pthread_equal(lines[i].thread, lines[j].thread));
                ends_of_call += lines[j].is_end;
            }
        CHECK(ends_of_call == 1);
        ends += lines[i].is_end;
    }
    CHECK(ends == THREADS * CALLS);
    for (int i = 0; i < THREADS; i++)
        for (int j = 1; j < CALLS; j += 2) {
            CHECK(count(ids[i][j], "NF_DENIED") == 1);
            CHECK(count(ids[i][j], "response HTTP 403") == 1);
        }
}

/* Compares the parts before the hyphen. */
static int same_process(const char *one, const char *other)
{
    size_t length = strcspn(one, "-");
    return length == 4 && length == strcspn(other, "-") && strncmp(one, other, length) == 0;
}

static void check_fork(void)
{
    char before[MAX_ID], after[MAX_ID], of_child[MAX_ID] = "";
    int ends[2], status = -1;
    call("wrong", before);
    CHECK(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        call("wrong", of_child);
        _exit(write(ends[1], of_child, MAX_ID) != MAX_ID);
    }
    call("wrong", after);
    CHECK(read(ends[0], of_child, MAX_ID) == MAX_ID);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(same_process(before, after) && strcmp(before, after) != 0);
    CHECK(strlen(of_child) > 5 && !same_process(before, of_child));
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    nf_options *options = nf_options_new();

    if (argc != 3)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    /* The wrong secret is sent many times, and calls overlap. */
    EXPECT(nf_options_set_hold_back_ms(options, 0), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_options_set_log(options, store, NULL), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);

    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, ids[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    check_lines();
    check_fork();
    nf_client_free(client);
    return finish();
}
