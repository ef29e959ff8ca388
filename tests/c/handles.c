/*
 * Shared handles of one client: each has its own timeout and cancellation, and calls on other handles continue.
 * Arguments: base URL, base URL of a server that sends nothing, CA file. Standard input: key, login, secret.
 */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

enum { RACES = 5000 };

static char key[256], login[256], secret[256];
static atomic_int connected, sent;

static nf_error *get_token(const nf_client *client)
{
    char my_login[256], my_secret[256];
    nf_token *token = NULL;

    strcpy(my_login, login);
    strcpy(my_secret, secret);
    nf_error *error = nf_client_get_token(client, key, my_login, my_secret, &token);
    CHECK((error == NULL) == (token != NULL));
    nf_token_free(token);
    return error;
}

static void count(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    connected += strncmp(step_of(line), "connect ", 8) == 0;
    sent += strncmp(step_of(line), "request sent", 12) == 0;
}

static nf_client *client_for(const char *base_url, const char *ca_file, uint32_t timeout_ms)
{
    nf_options *options = nf_options_new();
    nf_client *client = NULL;

    EXPECT(nf_options_set_base_url(options, base_url), NF_OK);
    /* Calls of one user overlap, and end without a response. */
    EXPECT(nf_options_set_hold_back_ms(options, 0), NF_OK);
    EXPECT(nf_options_set_ca_file(options, ca_file), NF_OK);
    EXPECT(nf_options_set_timeout_ms(options, timeout_ms), NF_OK);
    EXPECT(nf_options_set_keep_alive_ms(options, 60000), NF_OK);
    EXPECT(nf_options_set_log(options, count, NULL), NF_OK);
    EXPECT(nf_client_new(options, &client), NF_OK);
    nf_options_free(options);
    return client;
}

static nf_client *share(const nf_client *client, uint32_t timeout_ms)
{
    nf_client *handle = NULL;

    EXPECT(nf_client_share(client, timeout_ms, &handle), NF_OK);
    return handle;
}

/* A call on its own thread. */
struct call {
    const nf_client *client;
    nf_error *error;
    pthread_t thread;
    atomic_int has_ended;
};

static void *run(void *argument)
{
    struct call *call = argument;

    call->error = get_token(call->client);
    call->has_ended = 1;
    return NULL;
}

static void pause_ms(long ms)
{
    struct timespec moment = {0, ms * 1000000};

    nanosleep(&moment, NULL);
}

/* Starts a call to the silent server, and returns when the call waits there. */
static void begin(struct call *call, const nf_client *client)
{
    int before = connected;

    call->client = client;
    call->has_ended = 0;
    CHECK(pthread_create(&call->thread, NULL, run, call) == 0);
    while (connected == before)
        pause_ms(1);
}

static int32_t end(struct call *call)
{
    CHECK(pthread_join(call->thread, NULL) == 0);
    int32_t code = nf_error_code(call->error);
    nf_error_free(call->error);
    return code;
}

static void arguments(const nf_client *client)
{
    nf_client *out = (nf_client *)&failures;

    EXPECT(nf_client_share(NULL, 0, &out), NF_INVALID_ARGUMENT);
    CHECK(out == NULL);
    EXPECT(nf_client_share(client, 0, NULL), NF_INVALID_ARGUMENT);
}

/* A cancellation before its call is not lost, and applies to this handle only. */
static void cancelled_before(nf_client *client)
{
    nf_client *handle = share(client, 0), *other = share(handle, 0);
    int before = sent;

    nf_client_cancel(handle);
    EXPECT(get_token(handle), NF_CANCELLED);
    EXPECT(get_token(handle), NF_CANCELLED);
    CHECK(sent == before);
    EXPECT(get_token(other), NF_OK);
    EXPECT(get_token(client), NF_OK);
    nf_client *late = share(handle, 0);
    EXPECT(get_token(late), NF_OK);
    nf_client_cancel(client);
    EXPECT(get_token(late), NF_OK);
    nf_client_free(late);
    nf_client_free(other);
    nf_client_free(handle);
}

static void cancelled_while_it_waits(nf_client *silent)
{
    struct call of_first, of_handle, of_other;
    nf_client *handle = share(silent, 0), *other = share(silent, 0);

    begin(&of_first, silent);
    begin(&of_handle, handle);
    begin(&of_other, other);
    nf_client_cancel(handle);
    CHECK(end(&of_handle) == NF_CANCELLED);
    pause_ms(50);
    CHECK(!of_first.has_ended && !of_other.has_ended);
    /* Cancelling the first handle cancels the calls on all handles. */
    nf_client_cancel(silent);
    CHECK(end(&of_first) == NF_CANCELLED && end(&of_other) == NF_CANCELLED);
    begin(&of_other, other);
    pause_ms(50);
    CHECK(!of_other.has_ended);
    nf_client_free(other);
    CHECK(end(&of_other) == NF_CANCELLED);
    nf_client_free(handle);
}

/* The timeout of the handle applies, longer or shorter than the client's. 0 means the client's timeout. */
static void limits(const char *silent_url, const char *ca_file)
{
    nf_client *brief = client_for(silent_url, ca_file, 100), *patient = client_for(silent_url, ca_file, 60000);
    nf_client *longer = share(brief, 60000), *shorter = share(patient, 100), *same = share(brief, 0);
    struct call call;

    begin(&call, longer);
    EXPECT(get_token(same), NF_TIMEOUT);
    EXPECT(get_token(shorter), NF_TIMEOUT);
    EXPECT(get_token(brief), NF_TIMEOUT);
    CHECK(!call.has_ended);
    nf_client_cancel(longer);
    CHECK(end(&call) == NF_CANCELLED);
    nf_client_free(brief);
    nf_client_free(patient);
    nf_client_free(longer);
    nf_client_free(shorter);
    nf_client_free(same);
}

/* Handles can be freed in any order. Their common data exists as long as one of them. */
static void freed(const char *base_url, const char *silent_url, const char *ca_file)
{
    nf_client *client = client_for(base_url, ca_file, 60000), *handle = share(client, 0);
    struct call call;

    EXPECT(get_token(client), NF_OK);
    int before = connected;
    nf_client_free(client);
    EXPECT(get_token(handle), NF_OK);
    CHECK(connected == before);
    nf_client_free(handle);

    client = client_for(silent_url, ca_file, 60000);
    handle = share(client, 0);
    begin(&call, handle);
    nf_client_free(client);
    pause_ms(50);
    CHECK(!call.has_ended);
    nf_client_free(handle);
    CHECK(end(&call) == NF_CANCELLED);
}

static atomic_int is_over, neighbors;

static void *neighbor(void *client)
{
    while (!is_over) {
        EXPECT(get_token(client), NF_OK);
        neighbors++;
    }
    return NULL;
}

struct race {
    nf_client *handle;
    atomic_int number, is_asked;
};

/* Cancels each handle a little later than the previous one, up to the duration of a call. */
static void *cancel(void *argument)
{
    struct race *race = argument;

    for (int number = 1; number <= RACES; number++) {
        while (race->is_asked != number)
            ;
        for (volatile int i = 0; i < number % 256 * 128; i++)
            ;
        nf_client_cancel(race->handle);
        race->number = number;
    }
    return NULL;
}

static void races(nf_client *client)
{
    static struct race race;
    pthread_t of_neighbor, of_cancel;
    int ended[2] = {0, 0};

    CHECK(pthread_create(&of_neighbor, NULL, neighbor, client) == 0);
    CHECK(pthread_create(&of_cancel, NULL, cancel, &race) == 0);
    for (int number = 1; number <= RACES; number++) {
        race.handle = share(client, 0);
        race.is_asked = number;
        for (volatile int i = 0; i < number / 256 * 64; i++)
            ;
        nf_error *error = get_token(race.handle);
        CHECK(error == NULL || nf_error_code(error) == NF_CANCELLED);
        ended[error != NULL]++;
        nf_error_free(error);
        while (race.number != number)
            ;
        EXPECT(get_token(race.handle), NF_CANCELLED);
        nf_client_free(race.handle);
    }
    is_over = 1;
    CHECK(pthread_join(of_neighbor, NULL) == 0 && pthread_join(of_cancel, NULL) == 0);
    printf("%d calls succeeded, %d were cancelled, %d neighbor calls\n", ended[0], ended[1], (int)neighbors);
    CHECK(ended[0] > 0 && ended[1] > 0 && neighbors > 0);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);

    nf_client *client = client_for(argv[1], argv[3], 60000), *silent = client_for(argv[2], argv[3], 60000);
    arguments(client);
    cancelled_before(client);
    cancelled_while_it_waits(silent);
    limits(argv[2], argv[3]);
    freed(argv[1], argv[2], argv[3]);
    races(client);
    nf_client_free(silent);
    nf_client_free(client);
    return finish();
}
