      * Keeps a session: gets a token whenever the program needs one,
      * and asks for the secret only when a login is needed.
      *
      *     session BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
      *
      * Each line of standard input is a secret, as for get_token.cob.
      * Prints "token" or the name of the error for each of three calls.
      * Between the first two calls the API "rejects" the token.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. SESSION-PROGRAM.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "nativeflow.cpy".
       01  BASE-URL                 PIC X(257).
       01  CONSUMER-KEY             PIC X(129).
       01  LOGIN                    PIC X(257).
       01  CA-FILE                  PIC X(1025) VALUE SPACES.
       01  SECRET                   PIC X(513) VALUE LOW-VALUES.
       01  SECRET-END               PIC 9(4) COMP-5 VALUE 0.
       01  SECRET-NULS              PIC 9(4) COMP-5 VALUE 0.
       01  BYTES-READ               PIC S9(9) COMP-5.
       01  OUT-LINE                 PIC X(40).

       PROCEDURE DIVISION.
       MAIN-PROGRAM.
           PERFORM READ-ARGUMENTS
           CALL "nf_options_new" RETURNING NF-OPTIONS END-CALL
           CALL "nf_options_set_base_url" USING BY VALUE NF-OPTIONS
               BY REFERENCE BASE-URL RETURNING NF-ERROR END-CALL
           IF NF-ERROR = NULL AND CA-FILE NOT = LOW-VALUES
               CALL "nf_options_set_ca_file" USING BY VALUE NF-OPTIONS
                   BY REFERENCE CA-FILE RETURNING NF-ERROR END-CALL
           END-IF
           IF NF-ERROR = NULL
               CALL "nf_client_new" USING BY VALUE NF-OPTIONS
                   BY REFERENCE NF-CLIENT RETURNING NF-ERROR END-CALL
           END-IF
           IF NF-ERROR = NULL
               CALL "nf_session_new" USING BY VALUE NF-CLIENT
                   BY REFERENCE CONSUMER-KEY LOGIN NF-SESSION
                   RETURNING NF-ERROR END-CALL
           END-IF
           IF NF-ERROR NOT = NULL PERFORM PRINT-AND-FREE END-IF
           CALL "nf_options_free" USING BY VALUE NF-OPTIONS
               RETURNING OMITTED END-CALL
           CALL "nf_client_free" USING BY VALUE NF-CLIENT
               RETURNING OMITTED END-CALL
           IF NF-SESSION NOT = NULL
               PERFORM USE-SESSION
           END-IF
           CALL "nf_session_free" USING BY VALUE NF-SESSION
               RETURNING OMITTED END-CALL
           STOP RUN.

       USE-SESSION.
           PERFORM GET-TOKEN
      * The API has answered 403 to the token: once more with another.
           IF NF-TOKEN NOT = NULL
               CALL "nf_session_reject_token" USING BY VALUE NF-SESSION
                   NF-TOKEN RETURNING NF-ERROR END-CALL
               PERFORM PRINT-AND-FREE
           END-IF
           PERFORM GET-TOKEN
           PERFORM GET-TOKEN
           CALL "nf_session_log_out" USING BY VALUE NF-SESSION
               RETURNING NF-ERROR END-CALL
           PERFORM PRINT-AND-FREE
           CALL "nf_token_free" USING BY VALUE NF-TOKEN
               RETURNING OMITTED END-CALL.

      * Gets a token from the session. Reads a secret and logs in only if
      * the session needs it.
       GET-TOKEN.
           CALL "nf_token_free" USING BY VALUE NF-TOKEN
               RETURNING OMITTED END-CALL
           CALL "nf_session_get_token" USING BY VALUE NF-SESSION
               BY REFERENCE NF-TOKEN RETURNING NF-ERROR END-CALL
           CALL "nf_error_code" USING BY VALUE NF-ERROR
               RETURNING NF-CODE END-CALL
           PERFORM UNTIL NOT NF-SECRET-NEEDED
               CALL "nf_error_free" USING BY VALUE NF-ERROR
                   RETURNING OMITTED END-CALL
               SET NF-ERROR TO NULL
               DISPLAY "secret" UPON SYSERR END-DISPLAY
               PERFORM READ-SECRET
               MOVE 0 TO NF-CODE
               IF SECRET-END < LENGTH OF SECRET AND SECRET-NULS = 0
                   AND BYTES-READ = 1
                   CALL "nf_session_log_in" USING BY VALUE NF-SESSION
                       BY REFERENCE SECRET NF-TOKEN
                       RETURNING NF-ERROR END-CALL
                   CALL "nf_error_code" USING BY VALUE NF-ERROR
                       RETURNING NF-CODE END-CALL
               END-IF
               MOVE LOW-VALUES TO SECRET
           END-PERFORM
           IF NF-TOKEN NOT = NULL
               DISPLAY "token" END-DISPLAY
           END-IF
           PERFORM PRINT-AND-FREE.

       READ-ARGUMENTS.
           ACCEPT BASE-URL FROM ARGUMENT-VALUE END-ACCEPT
           ACCEPT CONSUMER-KEY FROM ARGUMENT-VALUE END-ACCEPT
           ACCEPT LOGIN FROM ARGUMENT-VALUE END-ACCEPT
           ACCEPT CA-FILE FROM ARGUMENT-VALUE
               ON EXCEPTION MOVE SPACES TO CA-FILE END-ACCEPT
           INSPECT BASE-URL REPLACING TRAILING SPACES BY LOW-VALUES
           INSPECT CONSUMER-KEY REPLACING TRAILING SPACES BY LOW-VALUES
           INSPECT LOGIN REPLACING TRAILING SPACES BY LOW-VALUES
           INSPECT CA-FILE REPLACING TRAILING SPACES BY LOW-VALUES
      * A full field may have been truncated: see get_token.cob.
           IF BASE-URL(LENGTH OF BASE-URL:1) NOT = LOW-VALUE
               OR CONSUMER-KEY(LENGTH OF CONSUMER-KEY:1) NOT = LOW-VALUE
               OR LOGIN(LENGTH OF LOGIN:1) NOT = LOW-VALUE
               OR CA-FILE(LENGTH OF CA-FILE:1) NOT = LOW-VALUE
               OR LOGIN = LOW-VALUES
               DISPLAY "usage: session BASE_URL CONSUMER_KEY LOGIN "
                   "[CA_FILE]" UPON SYSERR END-DISPLAY
               MOVE 2 TO RETURN-CODE
               STOP RUN
           END-IF.

      * As in get_token.cob.
       READ-SECRET.
           MOVE 0 TO SECRET-NULS
           PERFORM VARYING SECRET-END FROM 1 BY 1
               UNTIL SECRET-END = LENGTH OF SECRET
               CALL "read" USING BY VALUE 0
                   BY REFERENCE SECRET(SECRET-END:1) BY VALUE SIZE 8 1
                   RETURNING BYTES-READ END-CALL
               IF BYTES-READ NOT = 1 OR SECRET(SECRET-END:1) = X"0A"
                   EXIT PERFORM
               END-IF
               IF SECRET(SECRET-END:1) = LOW-VALUE
                   ADD 1 TO SECRET-NULS END-ADD
               END-IF
           END-PERFORM
           MOVE LOW-VALUE TO SECRET(SECRET-END:1).

      * Prints the name of an error, and frees it.
       PRINT-AND-FREE.
           IF NF-ERROR NOT = NULL
               CALL "nf_error_name" USING BY VALUE NF-ERROR
                   RETURNING NF-ADDRESS END-CALL
               SET ADDRESS OF NF-TEXT TO NF-ADDRESS
               MOVE SPACES TO OUT-LINE
               STRING NF-TEXT DELIMITED BY LOW-VALUE INTO OUT-LINE
                   END-STRING
               DISPLAY FUNCTION TRIM(OUT-LINE) END-DISPLAY
               MOVE 1 TO RETURN-CODE
               CALL "nf_error_free" USING BY VALUE NF-ERROR
                   RETURNING OMITTED END-CALL
               SET NF-ERROR TO NULL
           END-IF.
