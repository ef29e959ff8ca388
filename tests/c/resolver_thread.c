/*
 * The thread that resolves a host name never runs a signal handler of this program, because it starts with all signals
 * blocked. It has a name. The mask of the calling thread does not change, even if no thread can be started. This
 * program's own pthread_create and getaddrinfo, which the library is bound to, check the mask. Arguments: base URL with
 * a host name, CA file. Standard input: key, login, secret.
 */
#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>

static char key[256], login[256], secret[256];
static int created, looked_up, may_create = 1;

/* Returns the number of signals that the current thread does not block. The C library reserves two for itself. */
static int unblocked(void)
{
    int count = 0;
    sigset_t mask;
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &mask) == 0);
    for (int i = 1; i <= SIGRTMAX; i++)
        count += (i < 32 || i >= SIGRTMIN) && i != SIGKILL && i != SIGSTOP && sigismember(&mask, i) == 0;
    return count;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*work)(void *), void *argument)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    CHECK(unblocked() == 0);
    created++;
    return may_create ? real(thread, attributes, work, argument) : EAGAIN;
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    char name[16] = "";
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    CHECK(unblocked() == 0);
    CHECK(pthread_getname_np(pthread_self(), name, sizeof name) == 0);
    CHECK(strcmp(name, "nativeflow-dns") == 0);
    looked_up++;
    return real(host, service, hints, found);
}

static void get_token(const nf_client *client, int32_t code)
{
    char my_login[256], my_secret[256];
    nf_token *token = NULL;
    int before = unblocked();

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    EXPECT(nf_client_get_token(client, key, my_login, my_secret, &token), code);
    CHECK(unblocked() == before);
    nf_token_free(token);
}

int main(int argc, char **argv)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;
    sigset_t some;

    if (argc != 3)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);

    sigemptyset(&some);
    sigaddset(&some, SIGUSR1);
    CHECK(pthread_sigmask(SIG_BLOCK, &some, NULL) == 0);
    may_create = 0;
    get_token(client, NF_DNS);
    may_create = 1;
    get_token(client, NF_OK);
    CHECK(created == 2 && looked_up == 1);
    nf_client_free(client);
    return finish();
}
