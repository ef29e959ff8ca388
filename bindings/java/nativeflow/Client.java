package nativeflow;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/** Gets tokens from one service. Any number of threads may use it at once. */
public final class Client implements AutoCloseable {
    /** Those of the calls that are running or on their way to C. */
    private final Set<Share> shares = new HashSet<>();

    /** 0 when it is closed. */
    private long client;

    /** Makes a client with the default options. */
    public Client() throws NativeflowException {
        this(0);
    }

    /** Makes a client. The options may be changed or closed afterwards. */
    public Client(Options options) throws NativeflowException {
        this(options.get());
    }

    private Client(long options) throws NativeflowException {
        ByteBuffer out = Nativeflow.out();
        Nativeflow.check(Bridge.C.nf_client_new(options, out));
        client = out.getLong(0);
    }

    /**
     * Gets an access token for a user. The call takes both secrets when it begins: they are zeros from then on, whatever
     * happens, and are not taken a second time.
     *
     * <p>Blocks for at most the client's timeout. An interrupt of the thread ends this call, and no other, with {@link
     * Code#CANCELLED}; if it comes before the call, nothing is sent. The thread stays interrupted.
     *
     * @param secret null for a user without password
     * @return a token, which the caller closes
     */
    public Token getToken(String key, Secret login, Secret secret) throws NativeflowException {
        return Nativeflow.token((keyText, loginText, secretText, out) -> {
            Share share = share();
            try {
                return share.getToken(keyText, loginText, secretText, out);
            } finally {
                end(share);
            }
        }, key, login, secret);
    }

    /** Ends every call that is running on this client with {@link Code#CANCELLED}. It stays usable. */
    public synchronized void cancel() {
        Bridge.C.nf_client_cancel(get());
    }

    /**
     * Frees it. Calls that are running on it end with {@link Code#CANCELLED}, and are not waited for; tokens that came from it
     * stay as they are.
     */
    @Override
    public synchronized void close() {
        Bridge.C.nf_client_free(client);
        client = 0;
        shares.forEach(Share::cancel);
    }

    private synchronized Share share() throws NativeflowException {
        Share share = new Share(get());
        shares.add(share);
        return share;
    }

    private void end(Share share) {
        share.free();
        synchronized (this) {
            shares.remove(share);
        }
    }

    private long get() {
        if (client == 0) {
            throw new IllegalStateException("the client is closed");
        }
        return client;
    }
}
