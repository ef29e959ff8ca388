/*
 * A panic inside the library becomes NF_PANIC. The process continues, stderr is empty, the buffers are wiped. Runs only
 * with a build with --cfg test_panic.
 */
#include "check.h"

int main(void)
{
    nf_client *client = NULL;

    EXPECT(nf_client_new(NULL, &client), NF_OK);
    for (int i = 0; i < 3; i++) {
        char login[] = "login@example.com", secret[] = "a secret";
        nf_token *token = (nf_token *)&client;
        nf_error *error = nf_client_get_token(client, "panic-for-test", login, secret, &token);

        CHECK(nf_error_code(error) == NF_PANIC);
        CHECK(token == NULL);
        CHECK(all_zero(login, sizeof login) && all_zero(secret, sizeof secret));
        /* The message has the place but not the text of the panic, because that may contain a secret. */
        CHECK(strstr(nf_error_message(error), "src/capi/client.rs:") != NULL);
        CHECK(strstr(nf_error_message(error), "panic-for-test") == NULL);
        CHECK(nf_error_retry_after_ms(error) == -1);
        nf_error_free(error);
    }
    nf_client_free(client);

    /* A panic while an object is freed. */
    nf_options *options = nf_options_new();
    EXPECT(nf_options_set_user_agent(options, "panic-for-test"), NF_OK);
    nf_options_free(options);
    return finish();
}
