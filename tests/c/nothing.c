/* Every function that reads an object accepts NULL and returns a neutral value. Every free function accepts NULL. */
#include "check.h"

int main(void)
{
    CHECK(nf_error_code(NULL) == NF_OK);
    CHECK(strcmp(nf_error_name(NULL), "NF_OK") == 0);
    CHECK(strcmp(nf_error_message(NULL), "") == 0);
    CHECK(strcmp(nf_error_remedy(NULL), "") == 0);
    CHECK(nf_error_http_status(NULL) == 0);
    CHECK(strcmp(nf_error_server_message(NULL), "") == 0);
    CHECK(nf_error_server_code(NULL) == -1);
    CHECK(strcmp(nf_error_correlation_id(NULL), "") == 0);
    CHECK(nf_error_retry_after_ms(NULL) == -1);
    CHECK(strcmp(nf_error_call_id(NULL), "") == 0);
    CHECK(nf_error_timing_us(NULL, NF_TIMING_TOTAL) == -1);
    CHECK(strcmp(nf_error_remote_address(NULL), "") == 0);
    nf_error_free(NULL);

    CHECK(strcmp(nf_token_value(NULL), "") == 0);
    CHECK(strcmp(nf_token_scheme(NULL), "") == 0);
    CHECK(strcmp(nf_token_authorization(NULL), "") == 0);
    CHECK(strcmp(nf_token_refresh_token(NULL), "") == 0);
    CHECK(strcmp(nf_token_instance_url(NULL), "") == 0);
    CHECK(nf_token_expires_at(NULL) == -1);
    CHECK(strcmp(nf_token_expiration_date(NULL), "") == 0);
    CHECK(nf_token_timing_us(NULL, NF_TIMING_TOTAL) == -1);
    CHECK(strcmp(nf_token_remote_address(NULL), "") == 0);
    CHECK(nf_token_copy_value(NULL, NULL, 0) == 0);
    nf_token_free(NULL);

    nf_options_free(NULL);
    nf_client_free(NULL);

    CHECK(strcmp(nf_code_name(NF_OK), "NF_OK") == 0);
    CHECK(strcmp(nf_code_name(NF_DENIED), "NF_DENIED") == 0);
    CHECK(strcmp(nf_code_name(-1), "NF_UNKNOWN") == 0);
    CHECK(strcmp(nf_code_name(INT32_MAX), "NF_UNKNOWN") == 0);
    return finish();
}
