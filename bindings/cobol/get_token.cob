      * Gets an access token and prints it.
      *
      *     get_token BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
      *
      * The secret (password) is the first line of standard input: on a
      * command line other users of the machine could read it.
      *
      * EBCDIC: every input text must be UTF-8. Convert each field in
      * place, with its trailing spaces, before the NUL is added:
      *     INSPECT LOGIN CONVERTING EBCDIC-SET TO ASCII-SET
      * The sets are two ALPHABETs of SPECIAL-NAMES, IS EBCDIC and IS
      * ASCII, or two fields that contain the characters of your code
      * page and the same characters in ASCII. Check the code page:
      * $ @ # ! differ, and a rejected secret may lock the account.
      * Letters outside ASCII take two bytes or more in UTF-8: convert
      * them into a wider field, with iconv(3) for example. Convert
      * returned texts in the other direction.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. GET-TOKEN.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       COPY "nativeflow.cpy".
      * Each has room for a NUL after the longest text.
       01  BASE-URL                 PIC X(257).
       01  CONSUMER-KEY             PIC X(129).
       01  LOGIN                    PIC X(257).
       01  CA-FILE                  PIC X(1025).
       01  SECRET                   PIC X(513) VALUE LOW-VALUES.
       01  TOKEN-VALUE              PIC X(1025) VALUE LOW-VALUES.
       01  ARGUMENTS                PIC 9(4).
       01  SECRET-END               PIC 9(4) COMP-5 VALUE 0.
       01  SECRET-NULS              PIC 9(4) COMP-5 VALUE 0.
       01  BYTES-READ               PIC S9(9) COMP-5.
       01  OUT-LINE                 PIC X(4096).
       01  OUT-END                  PIC 9(4) COMP-5.
       01  DAYS-SINCE-1970          PIC 9(9) COMP-5.
       01  TIME-OF-DAY              PIC 9(9) COMP-5.
       01  EXPIRES.
           05  EXPIRES-DATE         PIC 9999/99/99.
           05  FILLER               PIC X VALUE SPACE.
           05  EXPIRES-HOUR         PIC 99.
           05  FILLER               PIC X VALUE ":".
           05  EXPIRES-MINUTE       PIC 99.
           05  FILLER               PIC X VALUE ":".
           05  EXPIRES-SECOND       PIC 99.
           05  FILLER               PIC X(4) VALUE " UTC".

       PROCEDURE DIVISION.
       MAIN-PROGRAM.
           PERFORM READ-ARGUMENTS
           CALL "nf_options_new" RETURNING NF-OPTIONS END-CALL
           CALL "nf_options_set_base_url" USING BY VALUE NF-OPTIONS
               BY REFERENCE BASE-URL RETURNING NF-ERROR END-CALL
           IF NF-ERROR = NULL AND ARGUMENTS = 4
               CALL "nf_options_set_ca_file" USING BY VALUE NF-OPTIONS
                   BY REFERENCE CA-FILE RETURNING NF-ERROR END-CALL
           END-IF
           IF NF-ERROR = NULL
               CALL "nf_client_new" USING BY VALUE NF-OPTIONS
                   BY REFERENCE NF-CLIENT RETURNING NF-ERROR END-CALL
           END-IF
           IF NF-ERROR = NULL
               PERFORM READ-SECRET
           END-IF
           IF NF-ERROR = NULL AND SECRET-END < LENGTH OF SECRET
               AND SECRET-NULS = 0
               CALL "nf_client_get_token" USING BY VALUE NF-CLIENT
                   BY REFERENCE CONSUMER-KEY LOGIN SECRET NF-TOKEN
                   RETURNING NF-ERROR END-CALL
           END-IF
      * The library has zeroed both, if it was called.
           MOVE LOW-VALUES TO LOGIN SECRET
           EVALUATE TRUE
               WHEN NF-ERROR NOT = NULL
                   PERFORM PRINT-ERROR
                   MOVE 1 TO RETURN-CODE
               WHEN SECRET-END = LENGTH OF SECRET
                   DISPLAY "The secret is longer than 511 bytes."
                       UPON SYSERR END-DISPLAY
                   MOVE 1 TO RETURN-CODE
               WHEN SECRET-NULS > 0
                   DISPLAY "The secret contains a NUL character."
                       UPON SYSERR END-DISPLAY
                   MOVE 1 TO RETURN-CODE
               WHEN OTHER
                   PERFORM PRINT-TOKEN
           END-EVALUATE
           CALL "nf_token_free" USING BY VALUE NF-TOKEN
               RETURNING OMITTED END-CALL
           CALL "nf_error_free" USING BY VALUE NF-ERROR
               RETURNING OMITTED END-CALL
           CALL "nf_options_free" USING BY VALUE NF-OPTIONS
               RETURNING OMITTED END-CALL
           CALL "nf_client_free" USING BY VALUE NF-CLIENT
               RETURNING OMITTED END-CALL
           STOP RUN.

      * INSPECT puts NULs after the text and leaves no copy; FUNCTION
      * TRIM leaves one. A full field has no room for a NUL, and ACCEPT
      * may have truncated its text: the login of another user.
       READ-ARGUMENTS.
           ACCEPT ARGUMENTS FROM ARGUMENT-NUMBER END-ACCEPT
           IF ARGUMENTS < 3 OR > 4 PERFORM WRONG-USAGE END-IF
           ACCEPT BASE-URL FROM ARGUMENT-VALUE END-ACCEPT
           ACCEPT CONSUMER-KEY FROM ARGUMENT-VALUE END-ACCEPT
           ACCEPT LOGIN FROM ARGUMENT-VALUE END-ACCEPT
           MOVE SPACES TO CA-FILE
           IF ARGUMENTS = 4
               ACCEPT CA-FILE FROM ARGUMENT-VALUE END-ACCEPT
           END-IF
           INSPECT BASE-URL REPLACING TRAILING SPACES BY LOW-VALUES
           INSPECT CONSUMER-KEY REPLACING TRAILING SPACES BY LOW-VALUES
           INSPECT LOGIN REPLACING TRAILING SPACES BY LOW-VALUES
           INSPECT CA-FILE REPLACING TRAILING SPACES BY LOW-VALUES
           IF BASE-URL(LENGTH OF BASE-URL:1) NOT = LOW-VALUE
               OR CONSUMER-KEY(LENGTH OF CONSUMER-KEY:1) NOT = LOW-VALUE
               OR LOGIN(LENGTH OF LOGIN:1) NOT = LOW-VALUE
               OR CA-FILE(LENGTH OF CA-FILE:1) NOT = LOW-VALUE
               PERFORM WRONG-USAGE
           END-IF.

       WRONG-USAGE.
           DISPLAY "usage: get_token BASE_URL CONSUMER_KEY LOGIN "
               "[CA_FILE]" UPON SYSERR END-DISPLAY
           MOVE LOW-VALUES TO LOGIN
           MOVE 2 TO RETURN-CODE
           STOP RUN.

      * Calls read(2) with the field itself: ACCEPT leaves the secret in
      * a buffer of standard input. Spaces at the end are part of the
      * secret. A line that fills the field or contains a NUL is not
      * sent: truncated, it would count as a wrong secret.
       READ-SECRET.
           PERFORM VARYING SECRET-END FROM 1 BY 1
               UNTIL SECRET-END = LENGTH OF SECRET
               CALL "read" USING BY VALUE 0
                   BY REFERENCE SECRET(SECRET-END:1) BY VALUE SIZE 8 1
                   RETURNING BYTES-READ END-CALL
               IF BYTES-READ NOT = 1 OR SECRET(SECRET-END:1) = X"0A"
                   OR SECRET(SECRET-END:1) = X"0D"
                   EXIT PERFORM
               END-IF
               IF SECRET(SECRET-END:1) = LOW-VALUE
                   ADD 1 TO SECRET-NULS END-ADD
               END-IF
           END-PERFORM
           MOVE LOW-VALUE TO SECRET(SECRET-END:1).

      * Copies the token into a field of this program. A token that does
      * not fit is not copied: it is never truncated.
       PRINT-TOKEN.
           MOVE LENGTH OF TOKEN-VALUE TO NF-SIZE
           CALL "nf_token_copy_value" USING BY VALUE NF-TOKEN
               BY REFERENCE TOKEN-VALUE BY VALUE NF-SIZE
               RETURNING NF-ADDRESS END-CALL
           IF NF-NUMBER < LENGTH OF TOKEN-VALUE
               DISPLAY "token:    " TOKEN-VALUE(1:NF-NUMBER) END-DISPLAY
           ELSE
               DISPLAY "The token is too long for its field."
                   UPON SYSERR END-DISPLAY
               MOVE 1 TO RETURN-CODE
           END-IF
           MOVE LOW-VALUES TO TOKEN-VALUE
           PERFORM PRINT-EXPIRES
           CALL "nf_token_instance_url" USING BY VALUE NF-TOKEN
               RETURNING NF-ADDRESS END-CALL
           MOVE 1 TO OUT-END
           STRING "instance: " DELIMITED BY SIZE INTO OUT-LINE
               WITH POINTER OUT-END END-STRING
           PERFORM ADD-TEXT
           DISPLAY OUT-LINE(1:OUT-END - 1) END-DISPLAY.

       PRINT-EXPIRES.
           CALL "nf_token_expires_at" USING BY VALUE NF-TOKEN
               RETURNING NF-ADDRESS END-CALL
           IF NF-NUMBER < 0
               DISPLAY "expires:  unknown" END-DISPLAY
           ELSE
               DIVIDE NF-NUMBER BY 86400 GIVING DAYS-SINCE-1970
                   REMAINDER TIME-OF-DAY END-DIVIDE
               MOVE FUNCTION DATE-OF-INTEGER(DAYS-SINCE-1970
                   + FUNCTION INTEGER-OF-DATE(19700101))
                   TO EXPIRES-DATE
               INSPECT EXPIRES REPLACING ALL "/" BY "-"
               DIVIDE TIME-OF-DAY BY 3600 GIVING EXPIRES-HOUR
                   REMAINDER TIME-OF-DAY END-DIVIDE
               DIVIDE TIME-OF-DAY BY 60 GIVING EXPIRES-MINUTE
                   REMAINDER EXPIRES-SECOND END-DIVIDE
               DISPLAY "expires:  " EXPIRES END-DISPLAY
           END-IF.

       PRINT-ERROR.
           MOVE 1 TO OUT-END
           CALL "nf_error_name" USING BY VALUE NF-ERROR
               RETURNING NF-ADDRESS END-CALL
           PERFORM ADD-TEXT
           STRING ": " DELIMITED BY SIZE INTO OUT-LINE
               WITH POINTER OUT-END END-STRING
           CALL "nf_error_message" USING BY VALUE NF-ERROR
               RETURNING NF-ADDRESS END-CALL
           PERFORM ADD-TEXT
           DISPLAY OUT-LINE(1:OUT-END - 1) "." UPON SYSERR END-DISPLAY
           MOVE 1 TO OUT-END
           CALL "nf_error_remedy" USING BY VALUE NF-ERROR
               RETURNING NF-ADDRESS END-CALL
           PERFORM ADD-TEXT
           DISPLAY OUT-LINE(1:OUT-END - 1) UPON SYSERR END-DISPLAY.

      * Text at a pointer ends with a NUL.
       ADD-TEXT.
           SET ADDRESS OF NF-TEXT TO NF-ADDRESS
           STRING NF-TEXT DELIMITED BY LOW-VALUE INTO OUT-LINE
               WITH POINTER OUT-END END-STRING.
