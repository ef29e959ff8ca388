      * nativeflow for COBOL: the objects, the codes and the fields for
      * results. COPY it into WORKING-STORAGE. For 64-bit machines.
      *
      * What a function does, when it blocks and how it fails stands in
      * nativeflow.h. COBOL sees no prototypes: each function is called
      * in one of the ways below, and the RETURNING must be as here.
      * Without it, or with another, GnuCOBOL takes the 32 bits of a C
      * int: pointers and dates are cut, and the return code of the run
      * is overwritten.
      *
      *     CALL "nf_options_set_base_url" USING
      *         BY VALUE NF-OPTIONS BY REFERENCE BASE-URL
      *         RETURNING NF-ERROR
      *
      * Objects in go BY VALUE, text and results BY REFERENCE, the NULL
      * for "no secret" as BY REFERENCE OMITTED.
      * Text in: a field that ends with X"00", see NF-TEXT for text out.
      *
      * RETURNING NF-ERROR, which is NULL on success:
      *   USING options, text
      *     nf_options_set_base_url       nf_options_set_ca_file
      *     nf_options_set_user_agent     nf_options_set_proxy
      *     nf_options_set_proxy_bypass
      *   USING options, text, text
      *     nf_options_set_client_certificate
      *   USING options, text, BY VALUE NF-SIZE
      *     nf_options_add_ca_pem
      *   USING options, BY VALUE NF-MS
      *     nf_options_set_timeout_ms     nf_options_set_keep_alive_ms
      *     nf_options_set_connect_timeout_ms
      *   USING options
      *     nf_options_use_environment_proxy
      *   USING options, BY VALUE NF-LOG-FUNCTION, any field
      *     nf_options_set_log
      *   USING options, BY VALUE NF-RELEASE-FUNCTION, any field
      *     nf_options_on_release
      *   USING options, BY REFERENCE NF-CLIENT
      *     nf_client_new
      *   USING client, BY VALUE NF-MS, BY REFERENCE NF-SHARE
      *     nf_client_share
      *   USING client, key, login, secret, BY REFERENCE NF-TOKEN
      *     nf_client_get_token
      *   USING key, login, secret, BY REFERENCE NF-TOKEN
      *     nf_get_token
      * RETURNING NF-OPTIONS
      *     nf_options_new
      * RETURNING OMITTED, USING the object
      *     nf_options_free               nf_client_free
      *     nf_client_cancel              nf_token_free
      *     nf_error_free
      * RETURNING NF-ADDRESS, then SET ADDRESS OF NF-TEXT
      *     nf_token_value                nf_token_scheme
      *     nf_token_authorization        nf_token_refresh_token
      *     nf_token_instance_url         nf_token_expiration_date
      *     nf_error_name                 nf_error_message
      *     nf_error_remedy               nf_error_server_message
      *     nf_error_correlation_id       nf_version
      *     nf_code_name (USING BY VALUE NF-CODE)
      * RETURNING NF-ADDRESS, then NF-NUMBER
      *     nf_token_expires_at           nf_error_retry_after_ms
      *     nf_token_copy_value (USING token, field, BY VALUE NF-SIZE)
      * RETURNING NF-CODE, or a field of the same kind
      *     nf_error_code                 nf_error_http_status
      *     nf_error_server_code          nf_version_number

      * The objects. Each is freed by its own function, also when NULL.
       01  NF-OPTIONS               USAGE POINTER VALUE NULL.
       01  NF-CLIENT                USAGE POINTER VALUE NULL.
      * Another handle of the client, whose calls nf_client_cancel ends
      * alone. What a client can do, it can do; nf_client_free frees it.
       01  NF-SHARE                 USAGE POINTER VALUE NULL.
       01  NF-TOKEN                 USAGE POINTER VALUE NULL.
       01  NF-ERROR                 USAGE POINTER VALUE NULL.

      * A result of 64 bits: an address or a number.
       01  NF-RESULT.
           05  NF-ADDRESS           USAGE POINTER VALUE NULL.
           05  NF-NUMBER            REDEFINES NF-ADDRESS
                                    PIC S9(18) COMP-5.

      * Text out ends with X"00" and lives as long as its object. Use it
      * DELIMITED BY LOW-VALUE only: what is behind is not yours.
       01  NF-TEXT                  PIC X(4096) BASED.

      * What goes BY VALUE: a size in bytes, a time in milliseconds.
       01  NF-SIZE                  PIC 9(18) COMP-5.
       01  NF-MS                    PIC 9(9) COMP-5.

      * SET NF-LOG-FUNCTION TO ENTRY "MY-LOG", a program that is called
      * with any field BY REFERENCE, NF-LOG-LEVEL and an address, both
      * BY VALUE, and ends with GOBACK.
       01  NF-LOG-FUNCTION          USAGE PROGRAM-POINTER.
       01  NF-LOG-LEVEL             PIC S9(9) COMP-5.
           88  NF-LOG-ERROR         VALUE 1.
           88  NF-LOG-WARNING       VALUE 2.
           88  NF-LOG-INFO          VALUE 3.

      * SET NF-RELEASE-FUNCTION TO ENTRY "MY-RELEASE", a program that is
      * called once, with any field BY REFERENCE, when the log is not
      * called any more. It calls nothing of nativeflow.
       01  NF-RELEASE-FUNCTION      USAGE PROGRAM-POINTER.

      * Codes are added in later versions: treat one that you do not
      * know by its group.
       01  NF-CODE                  PIC S9(9) COMP-5 VALUE 0.
           88  NF-OK                VALUE 0.
      * The call is wrong.
           88  NF-CALL-IS-WRONG     VALUES 1 THRU 19.
           88  NF-INVALID-ARGUMENT  VALUE 1.
           88  NF-INVALID-UTF8      VALUE 2.
           88  NF-INVALID-OPTION    VALUE 3.
      * The credentials are refused. Do not retry: accounts lock.
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
      * The server. Later.
           88  NF-SERVER-LATER      VALUES 40 THRU 59.
           88  NF-BUSY              VALUE 40.
           88  NF-MAINTENANCE       VALUE 41.
           88  NF-SERVER-ERROR      VALUE 42.
      * The way there.
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
      * What answered is not the token service.
           88  NF-ANSWER-IS-WRONG   VALUES 80 THRU 99.
           88  NF-ENDPOINT-GONE     VALUE 80.
           88  NF-REDIRECTED        VALUE 81.
           88  NF-NOT-CONCUR        VALUE 82.
           88  NF-MALFORMED         VALUE 83.
           88  NF-TOO-LARGE         VALUE 84.
      * Inside the library.
           88  NF-PANIC             VALUE 100.
           88  NF-INTERNAL          VALUE 101.
