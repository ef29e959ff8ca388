package nativeflow;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * An access token: wiped when it is closed. Any number of threads may read it. One that is never closed is wiped when the
 * collector has found it, which may be late, and not when the process ends.
 *
 * <p>A String that it gave stays until the collector has taken it and its place is used anew; {@link #copyValue} gives
 * bytes that can be wiped.
 */
public final class Token implements AutoCloseable {
    private final Cleanup cleanup;
    private long token;

    Token(long token) {
        this.token = token;
        cleanup = new Cleanup(this, () -> Bridge.C.nf_token_free(token));
    }

    /** Returns the token itself: visible ASCII. */
    public synchronized String value() {
        return Bridge.C.nf_token_value(get());
    }

    /** Returns the token in a direct buffer, from position to limit; the caller's to wipe. */
    public synchronized ByteBuffer copyValue() {
        int length = (int) Bridge.C.nf_token_copy_value(get(), null, 0);
        ByteBuffer copy = ByteBuffer.allocateDirect(length);
        Bridge.C.nf_token_copy_value(get(), copy, length);
        return copy;
    }

    /** Returns the word that stands before the token in a request, "OAuth". */
    public synchronized String scheme() {
        return Bridge.C.nf_token_scheme(get());
    }

    /** Returns "OAuth" and the token, ready to be the value of an Authorization header. */
    public synchronized String authorization() {
        return Bridge.C.nf_token_authorization(get());
    }

    /** Returns the refresh token; empty when the server sent none. */
    public synchronized String refreshToken() {
        return Bridge.C.nf_token_refresh_token(get());
    }

    /** Returns the base URL that the token is to be used at; empty when the server named none that it may be sent to. */
    public synchronized String instanceUrl() {
        return Bridge.C.nf_token_instance_url(get());
    }

    /** Returns when the token expires; empty when the server's date cannot be read beyond doubt. */
    public synchronized Optional<Instant> expiresAt() {
        long seconds = Bridge.C.nf_token_expires_at(get());
        return seconds < 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }

    /** Returns the server's own text of that date, for a person to read. */
    public synchronized String expirationDate() {
        return Bridge.C.nf_token_expiration_date(get());
    }

    /** Wipes and frees it. */
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
