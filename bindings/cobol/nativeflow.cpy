      * nativeflow for COBOL: the objects, the codes and the fields for
      * results. COPY it into WORKING-STORAGE. For 64-bit machines.
      *
      * nativeflow.h describes what each function does, when it blocks
      * and how it fails. COBOL has no prototypes: call each function in
      * one of the forms below, with exactly this RETURNING. Without it,
      * or with another, GnuCOBOL receives the 32 bits of a C int:
      * pointers and dates are truncated, and RETURN-CODE is
      * overwritten.
      *
      *     CALL "nf_options_set_base_url" USING
      *         BY VALUE NF-OPTIONS BY REFERENCE BASE-URL
      *         RETURNING NF-ERROR
      *
      * Pass objects BY VALUE, text and results BY REFERENCE, and the
      * NULL for "no secret" as BY REFERENCE OMITTED. An input text is a
      * field that ends with X"00". For returned texts see NF-TEXT.
      *
      * RETURNING NF-ERROR, which is NULL on success:
      *   USING options, text
      *     nf_options_set_base_url       nf_options_set_ca_file
      *     nf_options_set_user_agent     nf_options_set_proxy
      *     nf_options_set_proxy_bypass   nf_options_allow_host
      *   USING options, text, text
      *     nf_options_set_client_certificate
      *   USING options, text, BY VALUE NF-SIZE
      *     nf_options_add_ca_pem         nf_options_set_client_secret
      *   USING options, BY VALUE NF-MS
      *     nf_options_set_timeout_ms     nf_options_set_keep_alive_ms
      *     nf_options_set_connect_timeout_ms
      *     nf_options_set_refresh_margin_ms
      *     nf_options_set_hold_back_ms
      *   USING options, BY VALUE NF-CREDENTIAL-TYPE
      *     nf_options_set_credential_type
      *   USING options
      *     nf_options_use_environment_proxy
      *     nf_options_use_oauth2
      *   USING options, BY VALUE NF-LOG-FUNCTION, any field
      *     nf_options_set_log
      *   USING options, BY VALUE NF-RELEASE-FUNCTION, any field
      *     nf_options_on_release
      *   USING options, BY VALUE NF-SECRET-FUNCTION, any field
      *     nf_options_set_secret_callback
      *   USING options, BY REFERENCE NF-CLIENT
      *     nf_client_new
      *   USING client, BY VALUE NF-MS, BY REFERENCE NF-SHARE
      *     nf_client_share
      *   USING client, key, login, secret, BY REFERENCE NF-TOKEN
      *     nf_client_get_token
      *   USING client, key, token, BY REFERENCE NF-NEW-TOKEN
      *     nf_client_refresh_token
      *   USING client, token, BY VALUE NF-ADMIN-TOKEN
      *     nf_client_revoke_token
      *   USING client, key, BY REFERENCE NF-TOKEN
      *     nf_client_get_application_token
      *   USING client, key, login
      *     nf_client_clear_hold (does not zero the login)
      *   USING client, key, login, BY REFERENCE NF-SESSION
      *     nf_session_new (does not zero the login)
      *   USING session, BY REFERENCE NF-TOKEN
      *     nf_session_get_token
      *   USING session, secret, BY REFERENCE NF-TOKEN
      *     nf_session_log_in (zeroes the secret)
      *   USING session, BY VALUE NF-TOKEN
      *     nf_session_set_token          nf_session_reject_token
      *   USING session
      *     nf_session_clear_hold         nf_session_log_out
      *   USING session, field, BY VALUE NF-SIZE, BY REFERENCE NF-NUMBER
      *     nf_session_status
      *   USING session, BY VALUE NF-MS, BY REFERENCE NF-SHARE
      *     nf_session_share
      *   USING scheme, value, refresh token, URL, BY VALUE
      *   NF-EXPIRES-AT NF-REFRESH-EXPIRES-AT, BY REFERENCE NF-TOKEN
      *     nf_token_new (zeroes value and refresh token)
      *   USING key, login, secret, BY REFERENCE NF-TOKEN
      *     nf_get_token
      * RETURNING NF-OPTIONS
      *     nf_options_new
      * RETURNING OMITTED, USING the object
      *     nf_options_free               nf_client_free
      *     nf_client_cancel              nf_token_free
      *     nf_session_free               nf_session_cancel
      *     nf_error_free
      * RETURNING NF-ADDRESS, then SET ADDRESS OF NF-TEXT
      *     nf_token_value                nf_token_scheme
      *     nf_token_authorization        nf_token_refresh_token
      *     nf_token_instance_url         nf_token_expiration_date
      *     nf_error_name                 nf_error_message
      *     nf_error_remedy               nf_error_server_message
      *     nf_error_correlation_id       nf_version
      *     nf_error_call_id              nf_error_remote_address
      *     nf_token_remote_address
      *     nf_code_name (USING BY VALUE NF-CODE)
      * RETURNING NF-ADDRESS, then NF-NUMBER
      *     nf_token_expires_at           nf_token_refresh_expires_at
      *     nf_error_retry_after_ms
      *     nf_token_copy_value (USING token, field, BY VALUE NF-SIZE)
      *     nf_token_timing_us (USING token, BY VALUE NF-TIMING)
      *     nf_error_timing_us (USING error, BY VALUE NF-TIMING)
      * RETURNING NF-CODE, or a field of the same kind
      *     nf_error_code                 nf_error_http_status
      *     nf_error_server_code          nf_version_number

      * The objects. Free each with its own function; NULL is allowed.
       01  NF-OPTIONS               USAGE POINTER VALUE NULL.
       01  NF-CLIENT                USAGE POINTER VALUE NULL.
      * A session keeps a token of one user valid: get_token.cob gets
      * one token, session.cob keeps a session.
       01  NF-SESSION               USAGE POINTER VALUE NULL.
      * Another handle of the client or of the session. To cancel it
      * cancels its own calls only. Pass it to any function that takes a
      * client or a session, and free it with nf_client_free or
      * nf_session_free.
       01  NF-SHARE                 USAGE POINTER VALUE NULL.
       01  NF-TOKEN                 USAGE POINTER VALUE NULL.
      * The token of a refresh, and the token of an administrator. NULL:
      * a token revokes itself.
       01  NF-NEW-TOKEN             USAGE POINTER VALUE NULL.
       01  NF-ADMIN-TOKEN           USAGE POINTER VALUE NULL.
       01  NF-ERROR                 USAGE POINTER VALUE NULL.

      * A 64-bit result: an address or a number.
       01  NF-RESULT.
           05  NF-ADDRESS           USAGE POINTER VALUE NULL.
           05  NF-NUMBER            REDEFINES NF-ADDRESS
                                    PIC S9(18) COMP-5.

      * A returned text ends with X"00" and is valid until its object is
      * freed. Use it only DELIMITED BY LOW-VALUE: the bytes after it
      * are not part of it.
       01  NF-TEXT                  PIC X(4096) BASED.

      * Numbers to pass BY VALUE: a size in bytes, a time in
      * milliseconds.
       01  NF-SIZE                  PIC 9(18) COMP-5.
       01  NF-MS                    PIC 9(9) COMP-5.

      * Numbers to pass BY VALUE: what login and secret are, and the
      * times of a stored token in Unix seconds. -1: unknown.
       01  NF-CREDENTIAL-TYPE       PIC S9(9) COMP-5 VALUE 0.
           88  NF-CREDENTIAL-PASSWORD   VALUE 0.
           88  NF-CREDENTIAL-AUTHTOKEN  VALUE 1.
       01  NF-EXPIRES-AT            PIC S9(18) COMP-5 VALUE -1.
       01  NF-REFRESH-EXPIRES-AT    PIC S9(18) COMP-5 VALUE -1.

      * A part of a call whose time in microseconds is measured: SET
      * NF-TIMING-TOTAL TO TRUE. NF-NUMBER is -1 if the call did not do
      * that part.
       01  NF-TIMING                PIC S9(9) COMP-5.
           88  NF-TIMING-LOOKUP     VALUE 0.
           88  NF-TIMING-CONNECT    VALUE 1.
           88  NF-TIMING-TLS        VALUE 2.
           88  NF-TIMING-SERVER     VALUE 3.
           88  NF-TIMING-TOTAL      VALUE 4.

      * SET NF-LOG-FUNCTION TO ENTRY "MY-LOG". This program is called
      * with the field that was given to nf_options_set_log BY
      * REFERENCE, and with NF-LOG-LEVEL and an address BY VALUE. It
      * ends with GOBACK.
       01  NF-LOG-FUNCTION          USAGE PROGRAM-POINTER.
       01  NF-LOG-LEVEL             PIC S9(9) COMP-5.
           88  NF-LOG-ERROR         VALUE 1.
           88  NF-LOG-WARNING       VALUE 2.
           88  NF-LOG-INFO          VALUE 3.

      * SET NF-RELEASE-FUNCTION TO ENTRY "MY-RELEASE". This program is
      * called once, when no callback can run any more, with the field
      * that was given to nf_options_on_release BY REFERENCE. It must
      * not call nativeflow.
       01  NF-RELEASE-FUNCTION      USAGE PROGRAM-POINTER.

      * SET NF-SECRET-FUNCTION TO ENTRY "MY-SECRET". This program is
      * called with the field that was given to
      * nf_options_set_secret_callback BY REFERENCE, and BY VALUE with
      * the address of the login, the code of the last refusal, the
      * address of a buffer and its size. It writes the secret to the
      * buffer and ends with GOBACK RETURNING its length, or one of
      * these. Most programs need none: session.cob asks for a secret
      * when nf_session_get_token fails with NF-SECRET-NEEDED.
       01  NF-SECRET-FUNCTION       USAGE PROGRAM-POINTER.
       01  NF-SECRET-RESULT         PIC S9(9) COMP-5.
           88  NF-SECRET-NONE       VALUE -1.
           88  NF-SECRET-UNAVAILABLE VALUE -2.

      * Later versions add codes. Handle an unknown code by its group.
       01  NF-CODE                  PIC S9(9) COMP-5 VALUE 0.
           88  NF-OK                VALUE 0.
      * 1 to 19: invalid call.
           88  NF-CALL-IS-WRONG     VALUES 1 THRU 19.
           88  NF-INVALID-ARGUMENT  VALUE 1.
           88  NF-INVALID-UTF8      VALUE 2.
           88  NF-INVALID-OPTION    VALUE 3.
      * 20 to 39: credentials rejected. Do not retry, because the
      * account may be locked.
           88  NF-IS-REFUSED        VALUES 20 THRU 39.
           88  NF-DENIED            VALUE 20.
           88  NF-ACCOUNT-LOCKED    VALUE 21.
           88  NF-ACCOUNT-DISABLED  VALUE 22.
           88  NF-PASSWORD-EXPIRED  VALUE 23.
           88  NF-NOT-ALLOWED       VALUE 24.
           88  NF-BAD-CLIENT        VALUE 25.
           88  NF-REFRESH-EXPIRED   VALUE 26.
           88  NF-HELD-BACK         VALUE 27.
           88  NF-WRONG-HOST        VALUE 28.
           88  NF-SECRET-NEEDED     VALUE 29.
      * 40 to 59: server.
           88  NF-SERVER-LATER      VALUES 40 THRU 59.
           88  NF-BUSY              VALUE 40.
           88  NF-MAINTENANCE       VALUE 41.
           88  NF-SERVER-ERROR      VALUE 42.
      * 60 to 79: network.
           88  NF-WAY-THERE         VALUES 60 THRU 79.
           88  NF-DNS               VALUE 60.
           88  NF-CONNECT           VALUE 61.
           88  NF-TLS               VALUE 62.
           88  NF-TLS-UNTRUSTED     VALUE 63.
           88  NF-PROXY             VALUE 64.
           88  NF-PROXY-DENIED      VALUE 65.
           88  NF-TIMEOUT           VALUE 66.
           88  NF-CANCELLED         VALUE 67.
           88  NF-DISCONNECTED      VALUE 68.
      * 80 to 99: response.
           88  NF-ANSWER-IS-WRONG   VALUES 80 THRU 99.
           88  NF-ENDPOINT-GONE     VALUE 80.
           88  NF-REDIRECTED        VALUE 81.
           88  NF-NOT-CONCUR        VALUE 82.
           88  NF-MALFORMED         VALUE 83.
           88  NF-TOO-LARGE         VALUE 84.
      * From 100: internal error.
           88  NF-PANIC             VALUE 100.
           88  NF-INTERNAL          VALUE 101.
