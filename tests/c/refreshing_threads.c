/*
 * Eight threads get, refresh and revoke tokens, each for its own user, on one client of each service. Then all refresh
 * one token at once. Arguments: base URL, CA file. Standard input: key, secret of the users user0 to user7, client
 * secret.
 */
#include "check.h"
#include <pthread.h>

enum { THREADS = 8, ROUNDS = 3 };

static char key[256], secret[256], client_secret[256];

static struct service {
    const char *scheme;
    int is_oauth2;
    nf_client *client;
    nf_token *shared;
    nf_error *errors[THREADS];
} services[] = {{"OAuth", 0, NULL, NULL, {NULL}}, {"Bearer", 1, NULL, NULL, {NULL}}};

struct task {
    struct service *service;
    int number;
};

static nf_token *new_token(const struct task *task)
{
    char login[32], my_secret[256];
    nf_token *token = NULL;

    snprintf(login, sizeof login, "user%d", task->number);
    strcpy(my_secret, secret);
    EXPECT(nf_client_get_token(task->service->client, key, login, my_secret, &token), NF_OK);
    return token;
}

/* Returns a token with the parts of another one. */
static nf_token *stored(const nf_token *token)
{
    char value[512], refresh_token[512];
    nf_token *copy = NULL;

    strcpy(value, nf_token_value(token));
    strcpy(refresh_token, nf_token_refresh_token(token));
    EXPECT(nf_token_new(nf_token_scheme(token), value, refresh_token, nf_token_instance_url(token),
                        nf_token_expires_at(token), nf_token_refresh_expires_at(token), &copy),
           NF_OK);
    CHECK(all_zero(value, strlen(nf_token_value(token))));
    CHECK(all_zero(refresh_token, strlen(nf_token_refresh_token(token))));
    return copy;
}

static void *work(void *argument)
{
    const struct task *task = argument;
    const nf_client *client = task->service->client;

    for (int i = 0; i < ROUNDS; i++) {
        nf_token *first = new_token(task), *kept = stored(first), *next = NULL, *last = NULL;

        EXPECT(nf_client_refresh_token(client, key, kept, &next), NF_OK);
        CHECK(strcmp(nf_token_scheme(next), task->service->scheme) == 0);
        CHECK(strcmp(nf_token_value(next), nf_token_value(first)) != 0);
        /* Only OAuth 2.0 replaces it, and then accepts the first one no more. */
        CHECK((strcmp(nf_token_refresh_token(next), nf_token_refresh_token(first)) != 0) == task->service->is_oauth2);
        EXPECT(nf_client_refresh_token(client, key, first, &last),
               task->service->is_oauth2 ? NF_REFRESH_EXPIRED : NF_OK);
        nf_token_free(last);
        EXPECT(nf_client_revoke_token(client, next, NULL), NF_OK);
        /* The Native Flow has ended the token, OAuth 2.0 the refresh tokens. */
        EXPECT(nf_client_revoke_token(client, next, NULL), task->service->is_oauth2 ? NF_OK : NF_NOT_ALLOWED);
        EXPECT(nf_client_refresh_token(client, key, next, &last),
               task->service->is_oauth2 ? NF_REFRESH_EXPIRED : NF_OK);
        nf_token_free(last);
        nf_token_free(next);
        nf_token_free(kept);
        nf_token_free(first);
    }
    return NULL;
}

static void *refresh_shared(void *argument)
{
    const struct task *task = argument;
    nf_token *token = NULL;

    task->service->errors[task->number] =
        nf_client_refresh_token(task->service->client, key, task->service->shared, &token);
    CHECK((token != NULL) == (task->service->errors[task->number] == NULL));
    nf_token_free(token);
    return NULL;
}

static void on_threads(struct service *service, void *(*function)(void *))
{
    pthread_t threads[THREADS];
    struct task tasks[THREADS];

    for (int i = 0; i < THREADS; i++) {
        tasks[i] = (struct task){service, i};
        CHECK(pthread_create(&threads[i], NULL, function, &tasks[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

static nf_client *new_client(const char *base_url, const char *ca, int is_oauth2)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;

    EXPECT(nf_options_set_base_url(options, base_url), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca), NF_OK);
    if (is_oauth2)
        EXPECT(nf_options_use_oauth2(options), NF_OK);
    EXPECT(nf_options_set_client_secret(options, client_secret, strlen(client_secret)), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    return client;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    read_line(key, sizeof key);
    read_line(secret, sizeof secret);
    read_line(client_secret, sizeof client_secret);
    for (int i = 0; i < 2; i++) {
        struct service *service = &services[i];
        const struct task first = {service, 0};
        int granted = 0;

        service->client = new_client(argv[1], argv[2], service->is_oauth2);
        on_threads(service, work);
        service->shared = new_token(&first);
        on_threads(service, refresh_shared);
        for (int j = 0; j < THREADS; j++) {
            granted += service->errors[j] == NULL;
            EXPECT(service->errors[j], service->errors[j] == NULL ? NF_OK : NF_REFRESH_EXPIRED);
        }
        CHECK(granted == (service->is_oauth2 ? 1 : THREADS));
        nf_token_free(service->shared);
        nf_client_free(service->client);
    }
    return finish();
}
