/*
 * Ten thousand calls stall in the lookup, in connecting and in the handshake, two hundred at a time. They time out, and
 * afterwards the process has no more threads and descriptors than before. Arguments: base URLs of three peers that
 * stall, CA file. Standard input: key, login, secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum { THREADS = 200, CALLS = 50, PEERS = 3, TIMEOUT_MS = 100, PATIENCE_S = 30 };

static char key[256], login[256], secret[256];
static nf_client *clients[PEERS];
static atomic_int timeouts;

static int entries(const char *directory)
{
    int count = 0;
    DIR *dir = opendir(directory);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static void *work(void *argument)
{
    nf_client *client = clients[*(int *)argument % PEERS];
    for (int i = 0; i < CALLS; i++) {
        char my_login[256], my_secret[256];
        nf_token *token = NULL;
        strcpy(my_login, login);
        strcpy(my_secret, secret);
        nf_error *error = nf_client_get_token(client, key, my_login, my_secret, &token);
        /* A shared lookup may have begun earlier, and ends for all calls that wait for it. */
        int32_t code = nf_error_code(error) == NF_DNS && client == clients[0] ? NF_DNS : NF_TIMEOUT;
        timeouts += code == NF_TIMEOUT;
        EXPECT(error, code);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static pthread_t threads[THREADS];
    static int numbers[THREADS];
    pthread_attr_t small;
    struct timespec moment = {0, 50000000};

    if (argc != PEERS + 2)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    for (int i = 0; i < PEERS; i++) {
        nf_options *options = nf_options_new();
        EXPECT(nf_options_set_base_url(options, argv[1 + i]), NF_OK);
        EXPECT(nf_options_set_ca_file(options, argv[1 + PEERS]), NF_OK);
        EXPECT(nf_options_set_timeout_ms(options, TIMEOUT_MS), NF_OK);
        EXPECT(nf_client_new(options, &clients[i]), NF_OK);
        nf_options_free(options);
    }
    int threads_before = entries("/proc/self/task"), descriptors_before = entries("/proc/self/fd");

    /* The stack size from the header, plus the C library's own part of a stack. */
    CHECK(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 256 * 1024) == 0);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], &small, work, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(timeouts > THREADS * CALLS * 9 / 10);

    CHECK(entries("/proc/self/fd") <= descriptors_before + 4); /* lookups that still run in the resolver */
    CHECK(entries("/proc/self/task") <= threads_before + 4);
    for (int waited = 0; waited < PATIENCE_S * 20 && entries("/proc/self/task") > threads_before; waited++)
        nanosleep(&moment, NULL);
    CHECK(entries("/proc/self/task") == threads_before);
    CHECK(entries("/proc/self/fd") == descriptors_before);
    for (int i = 0; i < PEERS; i++)
        nf_client_free(clients[i]);
    printf("timeouts=%d\n", timeouts);
    return finish();
}
