package nativeflow;

import java.nio.ByteBuffer;

/**
 * The functions of nativeflow.h, which both implementations of {@code Bridge} provide.
 *
 * <p>Pointers are {@code long}, so this binding works only on 64-bit machines. 0 is NULL. The caller's memory is a direct
 * buffer: C receives its address, not a copy.
 */
interface Functions {
    /** The name of the library for the system's loader. On Linux it includes the ABI version, so no other ABI is loaded. */
    String LIBRARY = System.getProperty("os.name").startsWith("Windows") ? "nativeflow.dll" : "libnativeflow.so.0";

    String nf_version();

    int nf_version_number();

    String nf_code_name(int code);

    int nf_error_code(long error);

    String nf_error_name(long error);

    String nf_error_message(long error);

    String nf_error_remedy(long error);

    int nf_error_http_status(long error);

    String nf_error_server_message(long error);

    int nf_error_server_code(long error);

    String nf_error_correlation_id(long error);

    long nf_error_retry_after_ms(long error);

    String nf_error_call_id(long error);

    long nf_error_timing_us(long error, int timing);

    String nf_error_remote_address(long error);

    void nf_error_free(long error);

    long nf_options_new();

    void nf_options_free(long options);

    long nf_options_set_base_url(long options, ByteBuffer url);

    long nf_options_use_oauth2(long options);

    long nf_options_set_client_secret(long options, ByteBuffer secret, long length);

    long nf_options_set_credential_type(long options, int type);

    long nf_options_allow_host(long options, ByteBuffer host);

    long nf_options_set_timeout_ms(long options, int ms);

    long nf_options_set_connect_timeout_ms(long options, int ms);

    long nf_options_set_ca_file(long options, ByteBuffer path);

    long nf_options_add_ca_pem(long options, ByteBuffer pem, long length);

    long nf_options_set_user_agent(long options, ByteBuffer product);

    long nf_options_set_client_certificate(long options, ByteBuffer chainFile, ByteBuffer keyFile);

    long nf_options_set_proxy(long options, ByteBuffer url);

    long nf_options_set_proxy_bypass(long options, ByteBuffer hosts);

    long nf_options_use_environment_proxy(long options);

    long nf_options_set_keep_alive_ms(long options, int ms);

    long nf_options_set_secret_callback(long options, long function, long user);

    long nf_options_set_refresh_margin_ms(long options, int ms);

    long nf_options_set_hold_back_ms(long options, int ms);

    long nf_options_set_log(long options, long function, long user);

    long nf_options_on_release(long options, long function, long user);

    long nf_get_token(ByteBuffer key, ByteBuffer login, ByteBuffer secret, ByteBuffer out);

    long nf_client_new(long options, ByteBuffer out);

    long nf_client_share(long client, int timeoutMs, ByteBuffer out);

    void nf_client_free(long client);

    void nf_client_cancel(long client);

    long nf_client_get_token(long client, ByteBuffer key, ByteBuffer login, ByteBuffer secret, ByteBuffer out);

    long nf_client_refresh_token(long client, ByteBuffer key, long token, ByteBuffer out);

    long nf_client_revoke_token(long client, long token, long admin);

    long nf_client_get_application_token(long client, ByteBuffer key, ByteBuffer out);

    long nf_client_clear_hold(long client, ByteBuffer key, ByteBuffer login);

    long nf_session_new(long client, ByteBuffer key, ByteBuffer login, ByteBuffer out);

    long nf_session_get_token(long session, ByteBuffer out);

    long nf_session_log_in(long session, ByteBuffer secret, ByteBuffer out);

    long nf_session_set_token(long session, long token);

    long nf_session_reject_token(long session, long token);

    long nf_session_clear_hold(long session);

    long nf_session_log_out(long session);

    long nf_session_status(long session, ByteBuffer buffer, long capacity, ByteBuffer length);

    long nf_session_share(long session, int timeoutMs, ByteBuffer out);

    void nf_session_cancel(long session);

    void nf_session_free(long session);

    long nf_token_new(ByteBuffer scheme, ByteBuffer value, ByteBuffer refreshToken, ByteBuffer instanceUrl, long expiresAt,
            long refreshExpiresAt, ByteBuffer out);

    String nf_token_value(long token);

    long nf_token_copy_value(long token, ByteBuffer buffer, long capacity);

    String nf_token_scheme(long token);

    String nf_token_authorization(long token);

    String nf_token_refresh_token(long token);

    String nf_token_instance_url(long token);

    long nf_token_expires_at(long token);

    long nf_token_refresh_expires_at(long token);

    String nf_token_expiration_date(long token);

    long nf_token_timing_us(long token, int timing);

    String nf_token_remote_address(long token);

    void nf_token_free(long token);
}
