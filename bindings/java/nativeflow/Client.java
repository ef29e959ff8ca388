package nativeflow;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Gets tokens from one service. Any number of threads may use it at once. */
public final class Client implements AutoCloseable {
    private static final long TEN_MS = 10_000_000;

    /** Held for reading while C uses the client, for writing to free it. */
    private final ReentrantReadWriteLock inUse = new ReentrantReadWriteLock();

    private long client;
    private volatile boolean closed;

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
     * <p>Blocks for at most the client's timeout. An interrupt of the thread does not end it; {@link #cancel} does.
     *
     * @param secret null for a user without password
     * @return a token, which the caller closes
     */
    public Token getToken(String key, Secret login, Secret secret) throws NativeflowException {
        inUse.readLock().lock();
        try {
            return Nativeflow.token((keyText, loginText, secretText, out) ->
                    Bridge.C.nf_client_get_token(get(), keyText, loginText, secretText, out), key, login, secret);
        } finally {
            inUse.readLock().unlock();
        }
    }

    /** Ends every call that is running on this client with {@link Code#CANCELLED}. It stays usable. */
    public void cancel() {
        inUse.readLock().lock();
        try {
            Bridge.C.nf_client_cancel(get());
        } finally {
            inUse.readLock().unlock();
        }
    }

    /**
     * Frees it. Calls that are running on it end with {@link Code#CANCELLED}; tokens that came from it stay as they are.
     *
     * @throws IllegalStateException when called by the log of a call on this client, for it waits for the call to end
     */
    @Override
    public void close() {
        if (inUse.getReadHoldCount() > 0) {
            throw new IllegalStateException("the client is closed by its own log");
        }
        closed = true;
        while (!inUse.writeLock().tryLock()) {
            cancelUnlessFreed(); // again and again: a call may be on its way to C and not be there yet
            LockSupport.parkNanos(TEN_MS);
        }
        try {
            Bridge.C.nf_client_free(client);
            client = 0;
        } finally {
            inUse.writeLock().unlock();
        }
    }

    /** Under the lock, because another thread may close and free the client at the same time. */
    private void cancelUnlessFreed() {
        if (inUse.readLock().tryLock()) {
            try {
                Bridge.C.nf_client_cancel(client);
            } finally {
                inUse.readLock().unlock();
            }
        }
    }

    private long get() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        return client;
    }
}
