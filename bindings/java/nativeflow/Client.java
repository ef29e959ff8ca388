package nativeflow;

import java.nio.ByteBuffer;

/** Gets tokens from one service. Several threads may use it at the same time. */
public final class Client implements AutoCloseable {
    final Handle handle;

    /** Creates a client with the default options. */
    public Client() throws NativeflowException {
        this(0);
    }

    /** Creates a client from options. They can be changed or closed afterwards. */
    public Client(Options options) throws NativeflowException {
        this(options.get());
    }

    private Client(long options) throws NativeflowException {
        ByteBuffer out = Nativeflow.out();
        Nativeflow.check(Bridge.C.nf_client_new(options, out));
        handle = new Handle(Kind.CLIENT, out.getLong(0));
    }

    /**
     * Gets an access token for a user. The call moves both secrets into its own memory when it starts: they are zeros from
     * then on, on success and failure, and cannot be used again.
     *
     * <p>Blocks for at most the client's timeout. An interrupt of the thread cancels only this call, which fails with {@link
     * Code#CANCELLED}. If the interrupt comes before the call, nothing is sent. The thread stays interrupted.
     *
     * @param secret null for a user without a password
     * @return a token, which the caller closes
     */
    public Token getToken(String key, Secret login, Secret secret) throws NativeflowException {
        return Nativeflow.token((keyText, loginText, secretText, out) ->
                handle.run(share -> Bridge.C.nf_client_get_token(share, keyText, loginText, secretText, out)), key, login, secret);
    }

    /**
     * Gets another access token for the refresh token of {@code token}, which does not change. The client must use the service
     * that issued it, with the client secret of the application. Store the refresh token of the new token: only that one may be
     * valid. Blocks as {@link #getToken} does.
     *
     * @return a new token, which the caller closes
     */
    public Token refreshToken(String key, Token token) throws NativeflowException {
        try (Secret ownKey = new Secret(key); Token.Use old = token.use()) {
            return Nativeflow.token(out ->
                    handle.run(share -> Bridge.C.nf_client_refresh_token(share, ownKey.memory(), old.token, out)));
        }
    }

    /**
     * Revokes a token, without closing it. The OAuth 2.0 service ends all refresh tokens of its user for the application. Blocks
     * as {@link #getToken} does.
     */
    public void revokeToken(Token token) throws NativeflowException {
        try (Token.Use revoked = token.use()) {
            Nativeflow.check(handle.run(share -> Bridge.C.nf_client_revoke_token(share, revoked.token, 0)));
        }
    }

    /** Revokes a token of the Native Flow with the token of an administrator. */
    public void revokeToken(Token token, Token admin) throws NativeflowException {
        try (Token.Use revoked = token.use(); Token.Use by = admin.use()) {
            Nativeflow.check(handle.run(share -> Bridge.C.nf_client_revoke_token(share, revoked.token, by.token)));
        }
    }

    /**
     * Gets an access token for the application itself, from the OAuth 2.0 service. Blocks as {@link #getToken} does.
     *
     * @return a token, which the caller closes
     */
    public Token getApplicationToken(String clientId) throws NativeflowException {
        try (Secret ownKey = new Secret(clientId)) {
            return Nativeflow.token(out ->
                    handle.run(share -> Bridge.C.nf_client_get_application_token(share, ownKey.memory(), out)));
        }
    }

    /**
     * Lifts the hold of a user: the next call may send the login once, also with the same secret. Call it when the reason was
     * found. Sends nothing.
     */
    public void clearHold(String key, String login) throws NativeflowException {
        try (Secret ownKey = new Secret(key); Secret ownLogin = new Secret(login)) {
            Nativeflow.check(handle.use(in -> Bridge.C.nf_client_clear_hold(in, ownKey.memory(), ownLogin.memory())));
        }
    }

    /** Cancels every call that runs on this client: it fails with {@link Code#CANCELLED}. The client can still be used. */
    public void cancel() {
        handle.cancel();
    }

    /**
     * Frees the client. Calls that run on it fail with {@link Code#CANCELLED}; this method does not wait for them. Tokens and
     * sessions do not change.
     */
    @Override
    public void close() {
        handle.close();
    }
}
