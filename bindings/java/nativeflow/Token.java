package nativeflow;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An access token. It is wiped when it is closed. Several threads may read it at the same time. A token that is not closed is
 * wiped when the collector has found it. That may be late, and does not happen when the process ends.
 *
 * <p>A String cannot be wiped: it stays in memory until the collector has freed it and its place is used again. {@link
 * #copyValue} returns bytes that can be wiped.
 */
public final class Token implements AutoCloseable {
    private final Cleanup cleanup;
    private long token;

    /** The number of running calls that use the token. */
    private int uses;

    Token(long token) {
        this.token = token;
        cleanup = new Cleanup(this, () -> Bridge.C.nf_token_free(token));
    }

    /**
     * Makes a token from parts that the program has stored, to refresh or revoke it. Sends nothing. Wipes both secrets, on success
     * and failure.
     *
     * @param scheme "OAuth" for a token of the Native Flow, "Bearer" for one of the OAuth 2.0 service
     * @param value null if there is none; then {@code refreshToken} is needed
     * @param refreshToken null if there is none
     * @param instanceUrl null or "" for the base URL of the client that uses the token
     * @param expiresAt null if unknown
     * @param refreshExpiresAt null if unknown
     */
    public static Token of(String scheme, Secret value, Secret refreshToken, String instanceUrl, Instant expiresAt,
            Instant refreshExpiresAt) throws NativeflowException {
        try (Secret ownValue = Secret.take(value); Secret ownRefreshToken = Secret.take(refreshToken);
                Secret ownScheme = new Secret(scheme); Secret ownUrl = new Secret(instanceUrl == null ? "" : instanceUrl)) {
            return Nativeflow.token(out -> Bridge.C.nf_token_new(ownScheme.memory(), Secret.memory(ownValue),
                    Secret.memory(ownRefreshToken), ownUrl.memory(), seconds(expiresAt), seconds(refreshExpiresAt), out));
        } finally {
            // Wipes the other one too if the first was rejected.
            Secret.wipe(value);
            Secret.wipe(refreshToken);
        }
    }

    private static long seconds(Instant time) {
        return time == null ? -1 : time.getEpochSecond();
    }

    /** Returns the access token. It is visible ASCII, and "" only if {@link #of} made the token without a value. */
    public synchronized String value() {
        return Bridge.C.nf_token_value(get());
    }

    /** Returns a copy of the token in a direct buffer, from position to limit. The caller wipes it. */
    public synchronized ByteBuffer copyValue() {
        int length = (int) Bridge.C.nf_token_copy_value(get(), null, 0);
        ByteBuffer copy = ByteBuffer.allocateDirect(length);
        Bridge.C.nf_token_copy_value(get(), copy, length);
        return copy;
    }

    /** Returns the scheme of the Authorization header for this token: "OAuth" for the Native Flow, "Bearer" for the OAuth 2.0 service. */
    public synchronized String scheme() {
        return Bridge.C.nf_token_scheme(get());
    }

    /** Returns scheme and token, the complete value of an Authorization header. It is "" if the token has no value. */
    public synchronized String authorization() {
        return Bridge.C.nf_token_authorization(get());
    }

    /** Returns the refresh token, or "" if the server sent none. */
    public synchronized String refreshToken() {
        return Bridge.C.nf_token_refresh_token(get());
    }

    /**
     * Returns the base URL for requests with this token, or "" if the server sent none, or one that a token must not be sent
     * to.
     */
    public synchronized String instanceUrl() {
        return Bridge.C.nf_token_instance_url(get());
    }

    /** Returns when the token expires. Empty: the date is missing or not in the expected format. */
    public synchronized Optional<Instant> expiresAt() {
        return time(Bridge.C.nf_token_expires_at(get()));
    }

    /** Returns when the refresh token expires. Empty: the server sent no such time. */
    public synchronized Optional<Instant> refreshExpiresAt() {
        return time(Bridge.C.nf_token_refresh_expires_at(get()));
    }

    private static Optional<Instant> time(long seconds) {
        return seconds < 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }

    /** Returns the expiry date exactly as the server wrote it. Use it only for display. */
    public synchronized String expirationDate() {
        return Bridge.C.nf_token_expiration_date(get());
    }

    /** Returns IP address and port of the TCP connection of the call; with a proxy, the proxy's. */
    public synchronized String remoteAddress() {
        return Bridge.C.nf_token_remote_address(get());
    }

    /**
     * Returns the time of a part of the call. Empty: the call did not do that part. An idle connection needs no lookup,
     * connection and TLS handshake.
     */
    public synchronized Optional<Duration> timing(Timing part) {
        return Timing.of(Bridge.C.nf_token_timing_us(get(), part.ordinal()));
    }

    /** Wipes and frees the token. A call that uses it continues, and frees it at its end. */
    @Override
    public synchronized void close() {
        token = 0;
        freeUnused();
    }

    private void freeUnused() {
        if (token == 0 && uses == 0) {
            cleanup.run();
        }
    }

    /** The use of a token in a call, which closes it. The token is not freed before. */
    final class Use implements AutoCloseable {
        final long token = get();

        @Override
        public void close() {
            synchronized (Token.this) {
                uses--;
                freeUnused();
            }
        }
    }

    synchronized Use use() {
        Use use = new Use();
        uses++;
        return use;
    }

    private long get() {
        if (token == 0) {
            throw new IllegalStateException("the token is closed");
        }
        return token;
    }
}
