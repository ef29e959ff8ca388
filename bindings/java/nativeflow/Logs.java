package nativeflow;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * The logs that C may call. C knows each by a number, its {@code user}, and calls the same two functions for all of them:
 * so no function has to be freed, which none could do for itself while it runs.
 */
final class Logs {
    private static final Map<Long, Log> HELD = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    private Logs() {}

    /** Holds a log until these options, and all clients and calls that come from them, are gone. Returns its number. */
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

    /** What C calls with a line. */
    static void write(long user, int level, Supplier<String> line) {
        try {
            HELD.get(user).write(level, line.get());
        } catch (Throwable dropped) {
            // It must not reach C, a checked one neither: other languages need not declare it.
        } finally {
            Share.listenAgain();
        }
    }

    /** What C calls when it does not call the log any more. */
    static void release(long user) {
        HELD.remove(user);
    }
}
