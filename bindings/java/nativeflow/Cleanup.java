package nativeflow;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An action that runs once for an object: when the program closes it. If the program does not close it, the action runs when
 * the collector has found that nothing refers to the object. (java.lang.ref.Cleaner is not in Java 8.)
 */
final class Cleanup extends PhantomReference<Object> {
    private static final ReferenceQueue<Object> FORGOTTEN = new ReferenceQueue<>();

    /** The cleanups that have not run. They are kept here because the collector ignores a reference that nothing refers to. */
    private static final Set<Cleanup> WAITING = ConcurrentHashMap.newKeySet();

    static {
        Thread thread = new Thread(Cleanup::runForgotten, "nativeflow-cleanup");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    private final Runnable action;

    /**
     * Creates the cleanup of an object. The action must not refer to the object. Every method that uses the data that the
     * action frees must hold the object's lock, so that the collector does not free the object during the method.
     */
    Cleanup(Object of, Runnable action) {
        super(of, FORGOTTEN);
        this.action = action;
        WAITING.add(this);
    }

    /** Runs the action, unless it has run before. */
    void run() {
        if (WAITING.remove(this)) {
            clear();
            action.run();
        }
    }

    private static void runForgotten() {
        while (true) {
            try {
                ((Cleanup) FORGOTTEN.remove()).run();
            } catch (InterruptedException goOn) {
                // This binding does not interrupt this thread.
            }
        }
    }
}
