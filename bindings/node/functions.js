// The functions of nativeflow.h as koffi calls them.
import koffi from 'koffi';

for (const name of ['nf_options', 'nf_client', 'nf_session', 'nf_token', 'nf_error']) {
  koffi.opaque(name);
}
koffi.proto('void nf_log_fn(void *user, int32_t level, const char *line)');
koffi.proto('void nf_release_fn(void *user)');

// On Linux, the name for the system's loader includes the ABI version, so no other ABI is loaded.
const library = koffi.load(process.platform === 'win32' ? 'nativeflow.dll' : 'libnativeflow.so.0');

// Input texts are void *: C receives the address of a Buffer. For const char *, koffi would copy a string and not wipe the copy.
const prototypes = `
  const char *nf_version()
  uint32_t nf_version_number()
  const char *nf_code_name(int32_t code)

  int32_t nf_error_code(nf_error *error)
  const char *nf_error_name(nf_error *error)
  const char *nf_error_message(nf_error *error)
  const char *nf_error_remedy(nf_error *error)
  int32_t nf_error_http_status(nf_error *error)
  const char *nf_error_server_message(nf_error *error)
  int32_t nf_error_server_code(nf_error *error)
  const char *nf_error_correlation_id(nf_error *error)
  int64_t nf_error_retry_after_ms(nf_error *error)
  const char *nf_error_call_id(nf_error *error)
  int64_t nf_error_timing_us(nf_error *error, int32_t timing)
  const char *nf_error_remote_address(nf_error *error)
  void nf_error_free(nf_error *error)

  nf_options *nf_options_new()
  void nf_options_free(nf_options *options)
  nf_error *nf_options_set_base_url(nf_options *options, void *url)
  nf_error *nf_options_use_oauth2(nf_options *options)
  nf_error *nf_options_set_client_secret(nf_options *options, void *secret, size_t length)
  nf_error *nf_options_set_credential_type(nf_options *options, int32_t type)
  nf_error *nf_options_allow_host(nf_options *options, void *host)
  nf_error *nf_options_set_timeout_ms(nf_options *options, uint32_t ms)
  nf_error *nf_options_set_connect_timeout_ms(nf_options *options, uint32_t ms)
  nf_error *nf_options_set_ca_file(nf_options *options, void *path)
  nf_error *nf_options_add_ca_pem(nf_options *options, void *pem, size_t length)
  nf_error *nf_options_set_user_agent(nf_options *options, void *product)
  nf_error *nf_options_set_client_certificate(nf_options *options, void *chain_file, void *key_file)
  nf_error *nf_options_set_proxy(nf_options *options, void *url)
  nf_error *nf_options_set_proxy_bypass(nf_options *options, void *hosts)
  nf_error *nf_options_use_environment_proxy(nf_options *options)
  nf_error *nf_options_set_keep_alive_ms(nf_options *options, uint32_t ms)
  nf_error *nf_options_set_refresh_margin_ms(nf_options *options, uint32_t ms)
  nf_error *nf_options_set_hold_back_ms(nf_options *options, uint32_t ms)
  nf_error *nf_options_set_log(nf_options *options, nf_log_fn *function, void *user)
  nf_error *nf_options_on_release(nf_options *options, nf_release_fn *function, void *user)

  nf_error *nf_client_new(nf_options *options, _Out_ nf_client **out)
  nf_error *nf_client_share(nf_client *client, uint32_t timeout_ms, _Out_ nf_client **out)
  void nf_client_free(nf_client *client)
  void nf_client_cancel(nf_client *client)
  nf_error *nf_client_get_token(nf_client *client, void *key, void *login, void *secret, _Out_ nf_token **out)

  nf_error *nf_client_refresh_token(nf_client *client, void *key, nf_token *token, _Out_ nf_token **out)
  nf_error *nf_client_revoke_token(nf_client *client, nf_token *token, nf_token *admin)
  nf_error *nf_client_get_application_token(nf_client *client, void *key, _Out_ nf_token **out)
  nf_error *nf_client_clear_hold(nf_client *client, void *key, void *login)

  nf_error *nf_session_new(nf_client *client, void *key, void *login, _Out_ nf_session **out)
  nf_error *nf_session_get_token(nf_session *session, _Out_ nf_token **out)
  nf_error *nf_session_log_in(nf_session *session, void *secret, _Out_ nf_token **out)
  nf_error *nf_session_set_token(nf_session *session, nf_token *token)
  nf_error *nf_session_reject_token(nf_session *session, nf_token *token)
  nf_error *nf_session_clear_hold(nf_session *session)
  nf_error *nf_session_log_out(nf_session *session)
  nf_error *nf_session_status(nf_session *session, void *buffer, size_t capacity, _Out_ size_t *length)
  nf_error *nf_session_share(nf_session *session, uint32_t timeout_ms, _Out_ nf_session **out)
  void nf_session_cancel(nf_session *session)
  void nf_session_free(nf_session *session)

  nf_error *nf_token_new(void *scheme, void *value, void *refresh_token, void *instance_url, int64_t expires_at, int64_t refresh_expires_at, _Out_ nf_token **out)
  const char *nf_token_value(nf_token *token)
  size_t nf_token_copy_value(nf_token *token, void *buffer, size_t capacity)
  const char *nf_token_scheme(nf_token *token)
  const char *nf_token_authorization(nf_token *token)
  const char *nf_token_refresh_token(nf_token *token)
  const char *nf_token_instance_url(nf_token *token)
  int64_t nf_token_expires_at(nf_token *token)
  int64_t nf_token_refresh_expires_at(nf_token *token)
  const char *nf_token_expiration_date(nf_token *token)
  int64_t nf_token_timing_us(nf_token *token, int32_t timing)
  const char *nf_token_remote_address(nf_token *token)
  void nf_token_free(nf_token *token)
`;

/** All functions by their names. */
export const C = Object.fromEntries(
  prototypes.split('\n').filter((line) => line.trim()).map((line) => [/nf_\w+(?=\()/.exec(line)[0], library.func(line.trim())]),
);

/** Creates a C function of this type. It is never freed. */
export const callback = (run, type) => koffi.register(run, `${type} *`);
