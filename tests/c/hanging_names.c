/*
 * A host name whose lookup hangs does not delay the lookup of other names. The library is bound to this program's own
 * getaddrinfo. For names that begin with "hang" it blocks until the program releases it; for lost.test it blocks the
 * first time. Other names are this machine. Arguments: port of a stub with a certificate for good.test, fifth.test and
 * lost.test; CA file. Standard input: key, login, secret.
 */
#define _GNU_SOURCE
#include "check.h"
#include <dirent.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { NAMES = 4, MAX_THREADS = 20, MANY = 30, SHORT_MS = 100, LONG_MS = 20000, PATIENCE = 400 };

static char key[256], login[256], secret[256];
static const char *port, *ca_file;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int hanging, begun, lost, released, threads_before;

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    int is_lost = strcmp(host, "lost.test") == 0, hangs = strncmp(host, "hang", 4) == 0;
    CHECK(pthread_mutex_lock(&lock) == 0);
    begun += hangs;
    if (hangs || (is_lost && lost++ == 0)) {
        hanging++;
        CHECK(pthread_cond_broadcast(&changed) == 0);
        while (!released)
            CHECK(pthread_cond_wait(&changed, &lock) == 0);
        hanging--;
    }
    CHECK(pthread_mutex_unlock(&lock) == 0);
    return hangs ? EAI_AGAIN : real("127.0.0.1", service, hints, found);
}

struct call {
    char host[32];
    uint32_t timeout_ms;
    nf_client *client;
    nf_error *error;
};

static void *work(void *argument)
{
    struct call *call = argument;
    char my_login[256], my_secret[256];
    nf_token *token = NULL;
    strcpy(my_login, login);
    strcpy(my_secret, secret);
    call->error = nf_client_get_token(call->client, key, my_login, my_secret, &token);
    nf_token_free(token);
    return NULL;
}

static void prepare(struct call *call, const char *host, uint32_t timeout_ms)
{
    char url[64];
    nf_options *options = nf_options_new();
    snprintf(url, sizeof url, "https://%s:%s", host, port);
    EXPECT(nf_options_set_base_url(options, url), NF_OK);
    /* Calls of one user overlap, and end without a response. */
    EXPECT(nf_options_set_hold_back_ms(options, 0), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
    EXPECT(nf_options_set_timeout_ms(options, timeout_ms), NF_OK);
    call->client = NULL;
    EXPECT(nf_client_new(options, &call->client), NF_OK);
    nf_options_free(options);
}

static nf_error *get_token(const char *host, uint32_t timeout_ms)
{
    struct call call;
    prepare(&call, host, timeout_ms);
    work(&call);
    nf_client_free(call.client);
    return call.error;
}

static void begin(struct call *call, pthread_t *thread, const char *host, uint32_t timeout_ms)
{
    prepare(call, host, timeout_ms);
    CHECK(pthread_create(thread, NULL, work, call) == 0);
}

static void end(struct call *call, pthread_t thread, int32_t code)
{
    CHECK(pthread_join(thread, NULL) == 0);
    EXPECT(call->error, code);
    nf_client_free(call->client);
}

static void until_hanging(int count)
{
    CHECK(pthread_mutex_lock(&lock) == 0);
    while (hanging < count)
        CHECK(pthread_cond_wait(&changed, &lock) == 0);
    CHECK(pthread_mutex_unlock(&lock) == 0);
}

static int threads_now(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/task");
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

/* Releases all hanging lookups, and waits until their threads have ended. Counts the lookups that start until then. */
static void release(void)
{
    struct timespec moment = {0, 10000000};
    CHECK(pthread_mutex_lock(&lock) == 0);
    int before = begun;
    released = 1;
    CHECK(pthread_cond_broadcast(&changed) == 0);
    CHECK(pthread_mutex_unlock(&lock) == 0);
    for (int i = 0; i < PATIENCE && threads_now() > threads_before; i++)
        nanosleep(&moment, NULL);
    CHECK(threads_now() == threads_before);
    CHECK(pthread_mutex_lock(&lock) == 0);
    CHECK(begun == before); /* no lookup for calls that have ended */
    released = 0;
    CHECK(pthread_mutex_unlock(&lock) == 0);
}

static void begin_four(struct call *calls, pthread_t *threads, const char *domain, uint32_t timeout_ms)
{
    for (int i = 0; i < NAMES; i++) {
        char host[32];
        snprintf(host, sizeof host, "hang%d.%s", i, domain);
        begin(&calls[i], &threads[i], host, timeout_ms);
    }
    until_hanging(NAMES);
}

static void four_whose_calls_have_ended(void)
{
    struct call calls[NAMES];
    pthread_t threads[NAMES];

    begin_four(calls, threads, "ended.test", SHORT_MS);
    for (int i = 0; i < NAMES; i++)
        end(&calls[i], threads[i], NF_TIMEOUT);
    EXPECT(get_token("good.test", LONG_MS), NF_OK);
    EXPECT(get_token("127.0.0.1", LONG_MS), NF_OK);
}

/* The call with the fifth name waits and reports the reason. The lookup starts when one of the four calls ends. */
static void four_whose_calls_wait(void)
{
    struct call calls[NAMES], fifth;
    pthread_t threads[NAMES], fifth_thread;

    begin_four(calls, threads, "waits.test", LONG_MS);
    nf_error *error = get_token("fifth.test", SHORT_MS);
    CHECK(nf_error_code(error) == NF_TIMEOUT);
    CHECK(strstr(nf_error_message(error), "lookups of other host names") != NULL);
    CHECK(nf_error_retry_after_ms(error) == 60000);
    nf_error_free(error);

    begin(&fifth, &fifth_thread, "fifth.test", LONG_MS);
    nf_client_cancel(calls[0].client);
    end(&calls[0], threads[0], NF_CANCELLED);
    end(&fifth, fifth_thread, NF_OK);
    for (int i = 1; i < NAMES; i++) {
        nf_client_cancel(calls[i].client);
        end(&calls[i], threads[i], NF_CANCELLED);
    }
}

/* A later call does not wait for a lookup that has lost its packets. The earlier call uses the new result too. */
static void one_that_was_lost(void)
{
    struct call first;
    pthread_t thread;
    nf_error *error = NULL;

    begin(&first, &thread, "lost.test", LONG_MS);
    until_hanging(1);
    for (int i = 0; i < PATIENCE && (i == 0 || error != NULL); i++) {
        nf_error_free(error);
        error = get_token("lost.test", SHORT_MS);
    }
    EXPECT(error, NF_OK);
    end(&first, thread, NF_OK);
}

/* The number of threads is limited. */
static void many_whose_calls_have_ended(void)
{
    for (int i = 0; i < MANY; i++) {
        char host[32];
        snprintf(host, sizeof host, "hang%d.many.test", i);
        EXPECT(get_token(host, SHORT_MS / 4), NF_TIMEOUT);
    }
    CHECK(threads_now() == threads_before + MAX_THREADS);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    port = argv[1];
    ca_file = argv[2];
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    threads_before = threads_now();

    four_whose_calls_have_ended();
    release();
    four_whose_calls_wait();
    release();
    one_that_was_lost();
    release();
    many_whose_calls_have_ended();
    release();
    return finish();
}
