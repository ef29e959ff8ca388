/*
 * Eight threads use one client. Each gets its own token. Errors are read on another thread than the one of the call.
 * Arguments: base URL, CA file, stack size of the threads in KiB (0: the system's default). Standard input: key, login,
 * secret.
 */
#include "check.h"
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 8, CALLS = 10 };

static char key[256], login[256], secret[256];
static const nf_client *client;
static nf_token *tokens[THREADS][CALLS];
static nf_error *errors[THREADS][CALLS];

static void *work(void *argument)
{
    int me = *(int *)argument;
    for (int i = 0; i < CALLS; i++) {
        char my_login[256], my_secret[256];
        strcpy(my_login, login);
        strcpy(my_secret, i % 2 ? "wrong" : secret);
        errors[me][i] = nf_client_get_token(client, key, my_login, my_secret, &tokens[me][i]);
        if (!all_zero(my_login, strlen(login)) || !all_zero(my_secret, 5))
            return argument;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    nf_options *options = nf_options_new();
    nf_client *made = NULL;
    pthread_t threads[THREADS];
    pthread_attr_t attributes;
    int numbers[THREADS];

    if (argc != 4)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    EXPECT(nf_options_set_base_url(options, argv[1]), NF_OK);
    /* The wrong secret is sent many times, and calls overlap. */
    EXPECT(nf_options_set_hold_back_ms(options, 0), NF_OK);
    EXPECT(nf_options_set_ca_file(options, argv[2]), NF_OK);
    EXPECT(nf_client_new(options, &made), NF_OK);
    nf_options_free(options);
    client = made;

    CHECK(pthread_attr_init(&attributes) == 0);
    if (atoi(argv[3]) > 0)
        CHECK(pthread_attr_setstacksize(&attributes, (size_t)atoi(argv[3]) * 1024) == 0);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], &attributes, work, &numbers[i]) == 0);
    }
    pthread_attr_destroy(&attributes);
    for (int i = 0; i < THREADS; i++) {
        void *not_wiped;
        CHECK(pthread_join(threads[i], &not_wiped) == 0 && not_wiped == NULL);
    }
    nf_client_free(made);

    const char *last = "";
    for (int i = 0; i < THREADS; i++)
        for (int j = 0; j < CALLS; j++) {
            CHECK((tokens[i][j] != NULL) == (j % 2 == 0));
            EXPECT(errors[i][j], j % 2 ? NF_DENIED : NF_OK);
            if (tokens[i][j] != NULL) {
                CHECK(strcmp(nf_token_value(tokens[i][j]), last) != 0);
                last = nf_token_value(tokens[i][j]);
            }
        }
    for (int i = 0; i < THREADS; i++)
        for (int j = 0; j < CALLS; j++)
            nf_token_free(tokens[i][j]);
    return finish();
}
