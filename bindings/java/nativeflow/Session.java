package nativeflow;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One user's continuing access: it keeps an access token valid. Several threads may use it at the same time; one of them asks
 * the server, and the others wait for it. nativeflow.h describes the rules, at nf_session_get_token.
 */
public final class Session implements AutoCloseable {
    private final Handle handle;

    /**
     * Creates a session for a user. Sends nothing. The client may be closed before the session. Sessions of one client with the
     * same key and login have the same token.
     */
    public Session(Client client, String key, String login) throws NativeflowException {
        ByteBuffer out = Nativeflow.out();
        try (Secret ownKey = new Secret(key); Secret ownLogin = new Secret(login)) {
            Nativeflow.check(client.handle.use(in -> Bridge.C.nf_session_new(in, ownKey.memory(), ownLogin.memory(), out)));
        }
        handle = new Handle(Kind.SESSION, out.getLong(0));
    }

    /**
     * Gets a valid access token: from the session's memory, or by a refresh or a login. Blocks as {@link Client#getToken} does;
     * an interrupt cancels only this call.
     *
     * @return a token, which the caller closes
     */
    public Token getToken() throws NativeflowException {
        return Nativeflow.token(out -> handle.run(share -> Bridge.C.nf_session_get_token(share, out)));
    }

    /**
     * Gets a valid access token, and uses {@code secret} if a login is needed. The secret is wiped, on success and failure.
     *
     * @param secret null for a user without a password
     * @return a token, which the caller closes
     */
    public Token logIn(Secret secret) throws NativeflowException {
        try (Secret own = Secret.take(secret)) {
            return Nativeflow.token(out -> handle.run(share -> Bridge.C.nf_session_log_in(share, Secret.memory(own), out)));
        }
    }

    /**
     * Gives the session a token that the program has stored. It is taken if the session has none, or if its own was rejected or
     * expires earlier. It is not closed.
     */
    public void setToken(Token token) throws NativeflowException {
        try (Token.Use stored = token.use()) {
            Nativeflow.check(handle.use(session -> Bridge.C.nf_session_set_token(session, stored.token)));
        }
    }

    /**
     * Tells the session that the API has answered that the token is not valid any more: with status 401, or with status 403 for
     * a token of the Native Flow. The next call gets a new one. A token that is not the current one changes nothing.
     */
    public void rejectToken(Token token) throws NativeflowException {
        try (Token.Use rejected = token.use()) {
            Nativeflow.check(handle.use(session -> Bridge.C.nf_session_reject_token(session, rejected.token)));
        }
    }

    /**
     * Lifts the hold of the user, and ends a pause of the session. The next call may send the login once. Call it when the reason
     * was found. Sends nothing.
     */
    public void clearHold() throws NativeflowException {
        Nativeflow.check(handle.use(Bridge.C::nf_session_clear_hold));
    }

    /** Revokes the session's token at the service, and forgets it, also if the call fails. Without a token it does nothing. */
    public void logOut() throws NativeflowException {
        Nativeflow.check(handle.run(Bridge.C::nf_session_log_out));
    }

    /** Returns the state of the session as JSON, without a secret. nativeflow.h describes the keys. */
    public String status() throws NativeflowException {
        ByteBuffer length = Nativeflow.out();
        for (int capacity = 512;; capacity = 2 * (int) length.getLong(0)) {
            ByteBuffer text = ByteBuffer.allocateDirect(capacity);
            int room = capacity;
            Nativeflow.check(handle.use(session -> Bridge.C.nf_session_status(session, text, room, length)));
            if (length.getLong(0) < capacity) {
                byte[] bytes = new byte[(int) length.getLong(0)];
                text.duplicate().get(bytes);
                return new String(bytes, StandardCharsets.UTF_8);
            }
        }
    }

    /** Cancels every call that runs on this session: it fails with {@link Code#CANCELLED}. The session can still be used. */
    public void cancel() {
        handle.cancel();
    }

    /** Frees the session, and wipes its token, which is not revoked. Calls that run on it fail with {@link Code#CANCELLED}. */
    @Override
    public void close() {
        handle.close();
    }
}
