/*
 * Each exported function is called on a thread whose cancellation is pending, or arrives while the function runs. The
 * process is not aborted, and a pending cancellation takes effect after the function has returned. Prints the
 * functions, one per line.
 *
 * Arguments: `deferred` or `asynchronous`, base URL, CA file, number of rounds. Standard input: key, login, secret.
 */
#define _GNU_SOURCE
#include "check.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static char key[256], login[256], secret[256];
static const char *base_url, *ca_file;
static int is_asynchronous;

/* Arguments and results of one function on one thread. */
struct thread {
    int selected, next;
    const char *name;
    nf_options *options, *new_options;
    nf_client *client, *new_client, *share;
    nf_session *session, *new_session, *session_share;
    nf_token *token, *new_token;
    nf_error *error, *result;
    char login[256], secret[256], value[256];
    const char *text;
    int64_t number;
    size_t length;
    atomic_int begins, returned;
};

static void ignore(void *user, int32_t level, const char *line)
{
    (void)user;
    (void)level;
    (void)line;
}

static int32_t get_secret(void *user, const char *name, int32_t last_code, char *buffer, size_t capacity)
{
    (void)user;
    (void)name;
    (void)last_code;
    memcpy(buffer, secret, strlen(secret) < capacity ? strlen(secret) : capacity);
    return (int32_t)strlen(secret);
}

static void release(void *user)
{
    (void)user;
}

/* An error, and a client with a token, a session and an idle connection. Freeing the client closes a socket. */
static void prepare(struct thread *thread)
{
    strcpy(thread->login, login);
    strcpy(thread->secret, secret);
    thread->options = nf_options_new();
    EXPECT(nf_options_set_base_url(thread->options, base_url), NF_OK);
    EXPECT(nf_options_set_ca_file(thread->options, ca_file), NF_OK);
    EXPECT(nf_options_set_keep_alive_ms(thread->options, 60000), NF_OK);
    EXPECT(nf_options_set_client_secret(thread->options, "secret", 6), NF_OK);
    EXPECT(nf_options_set_secret_callback(thread->options, get_secret, NULL), NF_OK);
    EXPECT(nf_client_new(thread->options, &thread->client), NF_OK);
    EXPECT(nf_session_new(thread->client, key, login, &thread->session), NF_OK);
    EXPECT(nf_client_get_token(thread->client, key, thread->login, thread->secret, &thread->token), NF_OK);
    thread->error = nf_options_set_timeout_ms(NULL, 1);
    strcpy(thread->login, login);
    strcpy(thread->secret, secret);
}

/* Returns whether this function is selected. If it is, the thread may be cancelled from now on. */
static int is_selected(struct thread *thread, const char *name)
{
    if (thread->next++ != thread->selected)
        return 0;
    thread->name = name;
    if (is_asynchronous) {
        CHECK(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL) == 0);
        thread->begins = 1;
    } else {
        CHECK(pthread_cancel(pthread_self()) == 0);
    }
    return 1;
}

#define CALL(into, function, ...)                                                                                      \
    if (is_selected(thread, #function))                                                                                \
    into function(__VA_ARGS__)
/*
 * Removes the pointer first: if an asynchronous cancellation ends the thread, the program cannot know whether the
 * object was freed.
 */
#define FREE(function, object)                                                                                         \
    if (is_selected(thread, #function)) {                                                                              \
        void *taken = thread->object;                                                                                  \
        thread->object = NULL;                                                                                         \
        function(taken);                                                                                               \
    }

static void *call(void *argument)
{
    struct thread *thread = argument;

    prepare(thread);
    CALL(thread->text =, nf_version, );
    CALL(thread->number =, nf_version_number, );
    CALL(thread->text =, nf_code_name, NF_DENIED);

    CALL(thread->number =, nf_error_code, thread->error);
    CALL(thread->text =, nf_error_name, thread->error);
    CALL(thread->text =, nf_error_message, thread->error);
    CALL(thread->text =, nf_error_remedy, thread->error);
    CALL(thread->number =, nf_error_http_status, thread->error);
    CALL(thread->text =, nf_error_server_message, thread->error);
    CALL(thread->number =, nf_error_server_code, thread->error);
    CALL(thread->text =, nf_error_correlation_id, thread->error);
    CALL(thread->number =, nf_error_retry_after_ms, thread->error);
    CALL(thread->text =, nf_error_call_id, thread->error);
    CALL(thread->number =, nf_error_timing_us, thread->error, NF_TIMING_TOTAL);
    CALL(thread->text =, nf_error_remote_address, thread->error);
    FREE(nf_error_free, error);

    CALL(thread->new_options =, nf_options_new, );
    CALL(thread->result =, nf_options_set_base_url, thread->options, base_url);
    CALL(thread->result =, nf_options_set_timeout_ms, thread->options, 1000);
    CALL(thread->result =, nf_options_set_connect_timeout_ms, thread->options, 1000);
    CALL(thread->result =, nf_options_set_ca_file, thread->options, ca_file);
    CALL(thread->result =, nf_options_add_ca_pem, thread->options, "none", 4);
    CALL(thread->result =, nf_options_set_user_agent, thread->options, "erp/1");
    CALL(thread->result =, nf_options_set_client_certificate, thread->options, ca_file, ca_file);
    CALL(thread->result =, nf_options_set_proxy, thread->options, "http://user:password@127.0.0.1:1");
    CALL(thread->result =, nf_options_set_proxy_bypass, thread->options, "localhost");
    CALL(thread->result =, nf_options_use_environment_proxy, thread->options);
    CALL(thread->result =, nf_options_set_keep_alive_ms, thread->options, 1);
    CALL(thread->result =, nf_options_set_secret_callback, thread->options, get_secret, NULL);
    CALL(thread->result =, nf_options_set_refresh_margin_ms, thread->options, 1000);
    CALL(thread->result =, nf_options_set_hold_back_ms, thread->options, 1000);
    CALL(thread->result =, nf_options_set_log, thread->options, ignore, NULL);
    CALL(thread->result =, nf_options_use_oauth2, thread->options);
    CALL(thread->result =, nf_options_set_client_secret, thread->options, "secret", 6);
    CALL(thread->result =, nf_options_set_credential_type, thread->options, NF_CREDENTIAL_AUTHTOKEN);
    CALL(thread->result =, nf_options_allow_host, thread->options, "localhost:1");
    CALL(thread->result =, nf_options_on_release, thread->options, release, NULL);
    FREE(nf_options_free, options);

    CALL(thread->result =, nf_client_new, thread->options, &thread->new_client);
    CALL(thread->result =, nf_client_get_token, thread->client, key, thread->login, thread->secret, &thread->new_token);
    /* Uses the production host only, so it must fail before any byte is sent. */
    CALL(thread->result =, nf_get_token, "a key", thread->login, thread->secret, &thread->new_token);
    CALL(thread->result =, nf_client_refresh_token, thread->client, key, thread->token, &thread->new_token);
    CALL(thread->result =, nf_client_revoke_token, thread->client, thread->token, NULL);
    CALL(thread->result =, nf_client_get_application_token, thread->client, key, &thread->new_token);
    CALL(thread->result =, nf_client_clear_hold, thread->client, key, login);
    CALL(thread->result =, nf_client_share, thread->client, 0, &thread->share);
    CALL(, nf_client_cancel, thread->client);
    FREE(nf_client_free, client);

    CALL(thread->result =, nf_session_new, thread->client, key, login, &thread->new_session);
    CALL(thread->result =, nf_session_get_token, thread->session, &thread->new_token);
    CALL(thread->result =, nf_session_log_in, thread->session, thread->secret, &thread->new_token);
    CALL(thread->result =, nf_session_set_token, thread->session, thread->token);
    CALL(thread->result =, nf_session_reject_token, thread->session, thread->token);
    CALL(thread->result =, nf_session_clear_hold, thread->session);
    CALL(thread->result =, nf_session_log_out, thread->session);
    CALL(thread->result =, nf_session_status, thread->session, thread->value, sizeof thread->value, &thread->length);
    CALL(thread->result =, nf_session_share, thread->session, 0, &thread->session_share);
    CALL(, nf_session_cancel, thread->session);
    FREE(nf_session_free, session);

    CALL(thread->result =, nf_token_new, "OAuth", thread->login, thread->secret, NULL, -1, -1, &thread->new_token);
    CALL(thread->text =, nf_token_value, thread->token);
    CALL(thread->number = (int64_t), nf_token_copy_value, thread->token, thread->value, sizeof thread->value);
    CALL(thread->text =, nf_token_scheme, thread->token);
    CALL(thread->text =, nf_token_authorization, thread->token);
    CALL(thread->text =, nf_token_refresh_token, thread->token);
    CALL(thread->text =, nf_token_instance_url, thread->token);
    CALL(thread->number =, nf_token_expires_at, thread->token);
    CALL(thread->number =, nf_token_refresh_expires_at, thread->token);
    CALL(thread->text =, nf_token_expiration_date, thread->token);
    CALL(thread->number =, nf_token_timing_us, thread->token, NF_TIMING_TOTAL);
    CALL(thread->text =, nf_token_remote_address, thread->token);
    FREE(nf_token_free, token);

    if (thread->name == NULL)
        return NULL;
    thread->returned = 1;
    for (;;)
        pthread_testcancel();
}

static void dispose(struct thread *thread)
{
    nf_options_free(thread->options);
    nf_options_free(thread->new_options);
    nf_client_free(thread->client);
    nf_client_free(thread->new_client);
    nf_client_free(thread->share);
    nf_session_free(thread->session);
    nf_session_free(thread->new_session);
    nf_session_free(thread->session_share);
    nf_token_free(thread->token);
    nf_token_free(thread->new_token);
    nf_error_free(thread->error);
    nf_error_free(thread->result);
}

/* Calls the function with this number. Returns its name, or NULL if there is none. */
static const char *call_cancelled(int number, int round)
{
    struct thread thread = {.selected = number};
    pthread_t id;
    void *result = NULL;

    CHECK(pthread_create(&id, NULL, call, &thread) == 0);
    if (is_asynchronous) {
        while (!thread.begins && pthread_tryjoin_np(id, &result) != 0)
            ;
        if (!thread.begins)
            return NULL;
        /* Each round cancels at another instruction. */
        for (volatile int i = 0; i < round * 20; i++)
            ;
        CHECK(pthread_cancel(id) == 0);
    }
    CHECK(pthread_join(id, &result) == 0);
    if (thread.name == NULL)
        return NULL;
    CHECK(result == PTHREAD_CANCELED);
    CHECK(is_asynchronous || thread.returned);
    /* The buffers are wiped completely, or the call has not begun. */
    CHECK(strcmp(thread.login, login) == 0 || all_zero(thread.login, strlen(login)));
    CHECK(strcmp(thread.secret, secret) == 0 || all_zero(thread.secret, strlen(secret)));
    dispose(&thread);
    return thread.name;
}

int main(int argc, char **argv)
{
    const char *name;

    if (argc != 5)
        return 2;
    is_asynchronous = strcmp(argv[1], "asynchronous") == 0;
    base_url = argv[2];
    ca_file = argv[3];
    read_line(key, sizeof key);
    read_line(login, sizeof login);
    read_line(secret, sizeof secret);
    for (int round = 0; round < atoi(argv[4]); round++) {
        for (int number = 0; failures == 0 && (name = call_cancelled(number, round)) != NULL; number++) {
            if (round == 0)
                printf("%s\n", name);
        }
    }
    return finish();
}
