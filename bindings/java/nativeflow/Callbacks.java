package nativeflow;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The logs and secret callbacks that C may call. C has a number for each, its {@code user}, and calls the same functions for
 * all of them. So no function has to be freed. A function could not free itself while it runs.
 */
final class Callbacks {
    private static final int UNAVAILABLE = -2;
    private static final int NONE = -1;

    private static final Map<Long, Object> HELD = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    private Callbacks() {}

    /** Keeps a callback until these options and their clients are freed and all their calls have returned. Returns its number. */
    static long hold(long options, Object callback) throws NativeflowException {
        long user = LAST.incrementAndGet();
        HELD.put(user, callback);
        long error = Bridge.C.nf_options_on_release(options, Bridge.RELEASE, user);
        if (error != 0) {
            HELD.remove(user);
        }
        Nativeflow.check(error);
        return user;
    }

    /** Writes a line. C calls it. */
    static void write(long user, int level, Supplier<String> line) {
        try {
            ((Log) HELD.get(user)).write(level, line.get());
        } catch (Throwable dropped) {
            // No exception may reach C. Checked ones are caught too, because other languages need not declare them.
        } finally {
            Share.listenAgain();
        }
    }

    /** Writes a secret to the buffer of C, and returns its length or why there is none. C calls it. */
    static int secret(long user, Supplier<String> login, int lastCode, Supplier<ByteBuffer> buffer) {
        try (Secret own = Secret.take(((SecretCallback) HELD.get(user)).secret(login.get(), lastCode))) {
            return own == null ? NONE : own.copyTo(buffer.get());
        } catch (Throwable thrown) {
            // No exception may reach C. Handle.run throws it.
            Share.throwLater(thrown);
            return UNAVAILABLE;
        } finally {
            Share.listenAgain();
        }
    }

    /** Removes a callback. C calls it when no callback can run any more. */
    static void release(long user) {
        HELD.remove(user);
    }
}
