package nativeflow;

/** The codes of {@link NativeflowException#code}. nativeflow.h describes each code and each group of codes. */
public final class Code {
    /** Success. */
    public static final int OK = 0;

    /** An argument is missing or invalid. Fix the calling program. */
    public static final int INVALID_ARGUMENT = 1;

    /** A text is not UTF-8. */
    public static final int INVALID_UTF8 = 2;

    /** The value of an option is invalid. */
    public static final int INVALID_OPTION = 3;

    /** Login, secret or consumer key rejected; the server does not report which. */
    public static final int DENIED = 20;

    /** The account is locked. Only the OAuth 2.0 service reports it. */
    public static final int ACCOUNT_LOCKED = 21;

    /** The account is disabled. Only the OAuth 2.0 service reports it. */
    public static final int ACCOUNT_DISABLED = 22;

    /** The password must be changed. Only the OAuth 2.0 service reports it. */
    public static final int PASSWORD_EXPIRED = 23;

    /** A policy forbids the request: IP address, single sign-on, company, grant, right to revoke. */
    public static final int NOT_ALLOWED = 24;

    /** The client ID or the client secret is wrong, or the application is disabled. */
    public static final int BAD_CLIENT = 25;

    /** The refresh token is invalid or expired. Get a token with login and password. */
    public static final int REFRESH_EXPIRED = 26;

    /** The login was rejected before and is not sent again; see {@link Options#holdBack}. */
    public static final int HELD_BACK = 27;

    /** The user or the token belongs to another host, which is not trusted. */
    public static final int WRONG_HOST = 28;

    /** A login is needed, and there is no secret for it. Set a secret callback or call {@link Session#logIn}. */
    public static final int SECRET_NEEDED = 29;

    /** The server is overloaded; see {@link NativeflowException#retryAfter}. */
    public static final int BUSY = 40;

    /** The server is under maintenance. */
    public static final int MAINTENANCE = 41;

    /** The server failed to process the request. */
    public static final int SERVER_ERROR = 42;

    /** The host name cannot be resolved. */
    public static final int DNS = 60;

    /** The connection to the server cannot be opened. */
    public static final int CONNECT = 61;

    /** The TLS handshake or the TLS connection failed. */
    public static final int TLS = 62;

    /** The server's certificate is not trusted. No Concur credentials were sent. */
    public static final int TLS_UNTRUSTED = 63;

    /** The proxy cannot be reached, fails, or refuses the connection. */
    public static final int PROXY = 64;

    /** The proxy requires a user name and password, or rejects those that it received. */
    public static final int PROXY_DENIED = 65;

    /** The timeout of the call expired. */
    public static final int TIMEOUT = 66;

    /** The calling program cancelled the call. */
    public static final int CANCELLED = 67;

    /** The connection was closed before the response was complete. */
    public static final int DISCONNECTED = 68;

    /** The token endpoint does not exist, or no longer exists. */
    public static final int ENDPOINT_GONE = 80;

    /** The server sent a redirect. The library never follows redirects. */
    public static final int REDIRECTED = 81;

    /** A web page or a proxy's error page was received instead of a token response. */
    public static final int NOT_CONCUR = 82;

    /** The response is invalid. */
    public static final int MALFORMED = 83;

    /** The response is too large. */
    public static final int TOO_LARGE = 84;

    /** Internal error: a defect in the library ended the call. The process can continue. */
    public static final int PANIC = 100;

    /** Internal error: unexpected state. */
    public static final int INTERNAL = 101;

    private Code() {}
}
