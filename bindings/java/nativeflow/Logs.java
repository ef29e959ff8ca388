package nativeflow;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The logs that C may call. C has a number for each, its {@code user}, and calls the same two functions for all of them. So
 * no function has to be freed. A function could not free itself while it runs.
 */
final class Logs {
    private static final Map<Long, Log> HELD = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    private Logs() {}

    /** Keeps a log until these options and their clients are freed and all their calls have returned. Returns its number. */
    static long hold(long options, Log log) throws NativeflowException {
        long user = LAST.incrementAndGet();
        HELD.put(user, log);
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
            HELD.get(user).write(level, line.get());
        } catch (Throwable dropped) {
            // No exception may reach C. Checked ones are caught too, because other languages need not declare them.
        } finally {
            Share.listenAgain();
        }
    }

    /** Removes a log. C calls it when no callback can run any more. */
    static void release(long user) {
        HELD.remove(user);
    }
}
