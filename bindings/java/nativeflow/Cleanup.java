package nativeflow;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is done once for an object: when the program closes it or, if the program forgets that, when the collector has found
 * that nothing refers to it any more. (java.lang.ref.Cleaner is not in Java 8.)
 */
final class Cleanup extends PhantomReference<Object> {
    private static final ReferenceQueue<Object> FORGOTTEN = new ReferenceQueue<>();

    /** Those that were not run yet: the collector ignores a reference that nothing refers to. */
    private static final Set<Cleanup> WAITING = ConcurrentHashMap.newKeySet();

    static {
        Thread thread = new Thread(Cleanup::runForgotten, "nativeflow-cleanup");
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    private final Runnable action;

    /**
     * Makes a cleanup of an object. The action must not refer to the object. Every use of what the action frees must hold the
     * object's lock, so that the collector does not take the object in the middle of a method.
     */
    Cleanup(Object of, Runnable action) {
        super(of, FORGOTTEN);
        this.action = action;
        WAITING.add(this);
    }

    /** Does it, unless it was done before. */
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
                // Nothing of ours interrupts this thread.
            }
        }
    }
}
