/*
 * Loads the library, makes a call, unloads the library, a thousand times. Arguments: the library, base URL, CA file.
 * Standard input: key, login, secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <unistd.h>

/*
 * After fifty rounds every cache is filled. The pages of one round vary by 64 KiB, with the threads that have ended: the
 * most of the first window is compared with the least of the last one.
 */
enum { WARM = 50, WINDOW = 50, ROUNDS = 1000 };

static char key[256], login[256], secret[256];

static int entries(const char *directory)
{
    int count = 0;
    DIR *dir = opendir(directory);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

/* Numbers of memory pages. */
struct pages {
    long reserved, resident;
};

static struct pages pages_now(void)
{
    struct pages pages = {0, 0};
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld %ld", &pages.reserved, &pages.resident) == 2);
    fclose(file);
    return pages;
}

/* POSIX allows dlsym's result to be a function; ISO C does not allow the cast. */
static void find(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    CHECK(found != NULL);
    memcpy(function, &found, sizeof found);
}

static void round_trip(char **argv)
{
    nf_options *(*options_new)(void);
    void (*options_free)(nf_options *), (*client_free)(nf_client *), (*token_free)(nf_token *);
    nf_error *(*set_base_url)(nf_options *, const char *), *(*set_ca_file)(nf_options *, const char *);
    nf_error *(*client_new)(const nf_options *, nf_client **);
    nf_error *(*get_token)(const nf_client *, const char *, char *, char *, nf_token **);
    char my_login[256], my_secret[256];
    nf_client *client = NULL;
    nf_token *token = NULL;

    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        failures++;
        return;
    }
    find(library, "nf_options_new", &options_new);
    find(library, "nf_options_free", &options_free);
    find(library, "nf_options_set_base_url", &set_base_url);
    find(library, "nf_options_set_ca_file", &set_ca_file);
    find(library, "nf_client_new", &client_new);
    find(library, "nf_client_get_token", &get_token);
    find(library, "nf_client_free", &client_free);
    find(library, "nf_token_free", &token_free);

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    nf_options *options = options_new();
    CHECK(set_base_url(options, argv[2]) == NULL && set_ca_file(options, argv[3]) == NULL);
    CHECK(client_new(options, &client) == NULL);
    CHECK(get_token(client, key, my_login, my_secret, &token) == NULL);
    token_free(token);
    client_free(client);
    options_free(options);
    CHECK(dlclose(library) == 0);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    for (int i = 0; i < WARM; i++)
        round_trip(argv);
    int threads = entries("/proc/self/task"), descriptors = entries("/proc/self/fd");
    struct pages most = pages_now(), least = {LONG_MAX, LONG_MAX};
    for (int i = WARM; i < ROUNDS; i++) {
        round_trip(argv);
        struct pages now = pages_now();
        if (i < WARM + WINDOW) {
            most.resident = now.resident > most.resident ? now.resident : most.resident;
            most.reserved = now.reserved > most.reserved ? now.reserved : most.reserved;
        }
        if (i >= ROUNDS - WINDOW) {
            least.resident = now.resident < least.resident ? now.resident : least.resident;
            least.reserved = now.reserved < least.reserved ? now.reserved : least.reserved;
        }
    }
    long resident = least.resident - most.resident, reserved = least.reserved - most.reserved;
    /* 64 KiB in 850 rounds: less than a page per fifty rounds. */
    if (resident > 16 || reserved > 16) {
        fprintf(stderr, "%ld more resident pages, %ld more reserved pages\n", resident, reserved);
        failures++;
    }
    CHECK(entries("/proc/self/fd") == descriptors);
    /* The last resolver thread may be about to end. */
    CHECK(entries("/proc/self/task") <= threads + 1);
    return finish();
}
