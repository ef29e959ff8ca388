      * The OAuth 2.0 service in COBOL: a token is stored, refreshed and
      * revoked.
      *
      *     oauth2 BASE_URL CA_FILE
       IDENTIFICATION DIVISION.
       PROGRAM-ID. OAUTH2.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "nativeflow.cpy".
       01  BASE-URL                 PIC X(257).
       01  CA-FILE                  PIC X(1025).
       01  CONSUMER-KEY             PIC X(23)
                                    VALUE Z"kX3demoConsumerKey0123".
       01  LOGIN                    PIC X(27)
                                    VALUE Z"john_developer@hotmail.com".
       01  SECRET                   PIC X(20)
                                    VALUE Z"Travel&Expense$2012".
       01  CLIENT-SECRET            PIC X(23)
                                    VALUE "c5Gk/demo+Client=Secret".
       01  SCHEME                   PIC X(7) VALUE Z"Bearer".
       01  REFRESH-TOKEN            PIC X(1025) VALUE LOW-VALUES.
       01  INSTANCE-URL             PIC X(257) VALUE LOW-VALUES.
       01  WHAT                     PIC X(40).

       PROCEDURE DIVISION.
       MAIN-PROGRAM.
           ACCEPT BASE-URL FROM ARGUMENT-VALUE END-ACCEPT
           ACCEPT CA-FILE FROM ARGUMENT-VALUE END-ACCEPT
           INSPECT BASE-URL REPLACING TRAILING SPACES BY LOW-VALUES
           INSPECT CA-FILE REPLACING TRAILING SPACES BY LOW-VALUES
           CALL "nf_options_new" RETURNING NF-OPTIONS END-CALL
           CALL "nf_options_set_base_url" USING BY VALUE NF-OPTIONS
               BY REFERENCE BASE-URL RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           CALL "nf_options_set_ca_file" USING BY VALUE NF-OPTIONS
               BY REFERENCE CA-FILE RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           CALL "nf_options_use_oauth2" USING BY VALUE NF-OPTIONS
               RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           SET NF-CREDENTIAL-PASSWORD TO TRUE
           CALL "nf_options_set_credential_type" USING
               BY VALUE NF-OPTIONS NF-CREDENTIAL-TYPE
               RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           MOVE LENGTH OF CLIENT-SECRET TO NF-SIZE
           CALL "nf_options_set_client_secret" USING
               BY VALUE NF-OPTIONS BY REFERENCE CLIENT-SECRET
               BY VALUE NF-SIZE RETURNING NF-ERROR END-CALL
           MOVE LOW-VALUES TO CLIENT-SECRET
           PERFORM MUST-PASS
           CALL "nf_options_allow_host" USING BY VALUE NF-OPTIONS
               BY REFERENCE Z"localhost:1" RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           CALL "nf_client_new" USING BY VALUE NF-OPTIONS
               BY REFERENCE NF-CLIENT RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           CALL "nf_client_get_token" USING BY VALUE NF-CLIENT
               BY REFERENCE CONSUMER-KEY LOGIN SECRET NF-TOKEN
               RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           PERFORM STORE-TOKEN
           CALL "nf_client_refresh_token" USING BY VALUE NF-CLIENT
               BY REFERENCE CONSUMER-KEY BY VALUE NF-TOKEN
               BY REFERENCE NF-NEW-TOKEN RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           CALL "nf_token_copy_value" USING BY VALUE NF-NEW-TOKEN
               BY REFERENCE OMITTED BY VALUE 0 RETURNING NF-ADDRESS
               END-CALL
           MOVE "no token after a refresh" TO WHAT
           IF NF-NUMBER = 0 PERFORM FAIL END-IF
           CALL "nf_client_revoke_token" USING BY VALUE NF-CLIENT
               NF-NEW-TOKEN NF-ADMIN-TOKEN RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           CALL "nf_token_free" USING BY VALUE NF-TOKEN
               RETURNING OMITTED END-CALL
           CALL "nf_client_refresh_token" USING BY VALUE NF-CLIENT
               BY REFERENCE CONSUMER-KEY BY VALUE NF-NEW-TOKEN
               BY REFERENCE NF-TOKEN RETURNING NF-ERROR END-CALL
           MOVE "a revoked token is accepted" TO WHAT
           IF NF-ERROR = NULL PERFORM FAIL END-IF
           CALL "nf_error_server_code" USING BY VALUE NF-ERROR
               RETURNING NF-CODE END-CALL
           MOVE "the server's code is not 108" TO WHAT
           IF NF-CODE NOT = 108 PERFORM FAIL END-IF
           CALL "nf_error_code" USING BY VALUE NF-ERROR
               RETURNING NF-CODE END-CALL
           MOVE "the code is not NF_REFRESH_EXPIRED" TO WHAT
           IF NOT NF-REFRESH-EXPIRED PERFORM FAIL END-IF
           CALL "nf_error_free" USING BY VALUE NF-ERROR
               RETURNING OMITTED END-CALL
           CALL "nf_token_free" USING BY VALUE NF-NEW-TOKEN
               RETURNING OMITTED END-CALL
           CALL "nf_client_get_application_token" USING
               BY VALUE NF-CLIENT BY REFERENCE CONSUMER-KEY NF-TOKEN
               RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           CALL "nf_token_free" USING BY VALUE NF-TOKEN
               RETURNING OMITTED END-CALL
           CALL "nf_options_free" USING BY VALUE NF-OPTIONS
               RETURNING OMITTED END-CALL
           CALL "nf_client_free" USING BY VALUE NF-CLIENT
               RETURNING OMITTED END-CALL
           DISPLAY "all checks passed" END-DISPLAY
           STOP RUN.

      * Replaces the token with one that is made from its parts.
       STORE-TOKEN.
           CALL "nf_token_refresh_token" USING BY VALUE NF-TOKEN
               RETURNING NF-ADDRESS END-CALL
           SET ADDRESS OF NF-TEXT TO NF-ADDRESS
           STRING NF-TEXT DELIMITED BY LOW-VALUE INTO REFRESH-TOKEN
               END-STRING
           CALL "nf_token_instance_url" USING BY VALUE NF-TOKEN
               RETURNING NF-ADDRESS END-CALL
           SET ADDRESS OF NF-TEXT TO NF-ADDRESS
           STRING NF-TEXT DELIMITED BY LOW-VALUE INTO INSTANCE-URL
               END-STRING
           CALL "nf_token_refresh_expires_at" USING BY VALUE NF-TOKEN
               RETURNING NF-ADDRESS END-CALL
           MOVE NF-NUMBER TO NF-REFRESH-EXPIRES-AT
           CALL "nf_token_free" USING BY VALUE NF-TOKEN
               RETURNING OMITTED END-CALL
           CALL "nf_token_new" USING BY REFERENCE SCHEME
               BY REFERENCE OMITTED BY REFERENCE REFRESH-TOKEN
               INSTANCE-URL BY VALUE NF-EXPIRES-AT
               NF-REFRESH-EXPIRES-AT BY REFERENCE NF-TOKEN
               RETURNING NF-ERROR END-CALL
           PERFORM MUST-PASS
           MOVE "the refresh token is not zeroed" TO WHAT
           IF REFRESH-TOKEN NOT = LOW-VALUES PERFORM FAIL END-IF
           CALL "nf_token_refresh_expires_at" USING BY VALUE NF-TOKEN
               RETURNING NF-ADDRESS END-CALL
           MOVE "the expiry has changed" TO WHAT
           IF NF-NUMBER NOT = NF-REFRESH-EXPIRES-AT OR NF-NUMBER < 0
               PERFORM FAIL
           END-IF.

       MUST-PASS.
           IF NF-ERROR NOT = NULL
               CALL "nf_error_name" USING BY VALUE NF-ERROR
                   RETURNING NF-ADDRESS END-CALL
               SET ADDRESS OF NF-TEXT TO NF-ADDRESS
               STRING NF-TEXT DELIMITED BY LOW-VALUE INTO WHAT
                   END-STRING
               PERFORM FAIL
           END-IF.

       FAIL.
           DISPLAY WHAT UPON SYSERR END-DISPLAY
           MOVE 1 TO RETURN-CODE
           STOP RUN.
