package nativeflow;

/** The codes of {@link NativeflowException#code}: what each means and what its group asks for stands in nativeflow.h. */
public final class Code {
    /** Success. */
    public static final int OK = 0;

    /** An argument is missing or cannot be sent. Mend the calling program. */
    public static final int INVALID_ARGUMENT = 1;

    /** A text is not UTF-8. */
    public static final int INVALID_UTF8 = 2;

    /** An option has a value that cannot be used. */
    public static final int INVALID_OPTION = 3;

    /** Login, secret or consumer key refused; the server does not say which. */
    public static final int DENIED = 20;

    /** The account is locked. Not told by the Native Flow. */
    public static final int ACCOUNT_LOCKED = 21;

    /** The account is disabled. Not told by the Native Flow. */
    public static final int ACCOUNT_DISABLED = 22;

    /** The password must be changed. Not told by the Native Flow. */
    public static final int PASSWORD_EXPIRED = 23;

    /** A policy forbids it. Not told by the Native Flow. */
    public static final int NOT_ALLOWED = 24;

    /** The application is unknown or disabled. Not told by the Native Flow. */
    public static final int BAD_CLIENT = 25;

    /** The refresh token is bad or has expired. Not used by this version. */
    public static final int REFRESH_EXPIRED = 26;

    /** Refused before, and therefore not sent again. Not used by this version. */
    public static final int HELD_BACK = 27;

    /** The user lives on another host. Not told by the Native Flow. */
    public static final int WRONG_HOST = 28;

    /** The server is overloaded: see {@link NativeflowException#retryAfter}. */
    public static final int BUSY = 40;

    /** The server is under maintenance. */
    public static final int MAINTENANCE = 41;

    /** The server failed. */
    public static final int SERVER_ERROR = 42;

    /** The host name cannot be resolved. */
    public static final int DNS = 60;

    /** No connection to the server. */
    public static final int CONNECT = 61;

    /** The TLS handshake failed. */
    public static final int TLS = 62;

    /** The server's certificate is not trusted. Nothing was sent. */
    public static final int TLS_UNTRUSTED = 63;

    /** The proxy cannot be reached, fails, or refuses the connection. */
    public static final int PROXY = 64;

    /** The proxy wants a user and a password, or refuses those that it got. */
    public static final int PROXY_DENIED = 65;

    /** The time limit ran out. */
    public static final int TIMEOUT = 66;

    /** The program cancelled the call. */
    public static final int CANCELLED = 67;

    /** The connection ended before the answer was complete. */
    public static final int DISCONNECTED = 68;

    /** The endpoint is not there (any more). */
    public static final int ENDPOINT_GONE = 80;

    /** The server redirects, which is never followed. */
    public static final int REDIRECTED = 81;

    /** A web page or a proxy's page came in place of an answer. */
    public static final int NOT_CONCUR = 82;

    /** The answer cannot be read. */
    public static final int MALFORMED = 83;

    /** The answer is too long. */
    public static final int TOO_LARGE = 84;

    /** A defect in the library ended the call; the process is unharmed. */
    public static final int PANIC = 100;

    /** Something happened that the library does not know. */
    public static final int INTERNAL = 101;

    private Code() {}
}
