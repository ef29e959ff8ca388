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

    Token(long token) {
        this.token = token;
        cleanup = new Cleanup(this, () -> Bridge.C.nf_token_free(token));
    }

    /** Returns the access token. It is visible ASCII. */
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

    /** Returns the scheme of the Authorization header for this token, "OAuth". */
    public synchronized String scheme() {
        return Bridge.C.nf_token_scheme(get());
    }

    /** Returns "OAuth" and the token, the complete value of an Authorization header. */
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
        long seconds = Bridge.C.nf_token_expires_at(get());
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

    /** Wipes and frees the token. */
    @Override
    public synchronized void close() {
        token = 0;
        cleanup.run();
    }

    private long get() {
        if (token == 0) {
            throw new IllegalStateException("the token is closed");
        }
        return token;
    }
}
