package nativeflow;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The way to the C library by JNA: Java 8 and later. */
final class Bridge {
    static final Functions C = Native.load(Functions.LIBRARY, Mapped.class,
            Collections.singletonMap(Library.OPTION_STRING_ENCODING, "UTF-8"));

    private static final Map<Log, LogFunction> LOGS = new ConcurrentHashMap<>();

    private Bridge() {}

    /** The functions in the form that JNA asks for. */
    private interface Mapped extends Functions, Library {}

    /** A {@link Log} as a C function. JNA finds its one method by itself. */
    private interface LogFunction extends Callback {
        void write(Pointer user, int level, Pointer line);
    }

    /**
     * Returns the address of a log as a C function. It is kept for good, once for each log: C may call it as long as a
     * call runs, even when the program has let go of options and client.
     */
    static long address(Log log) {
        return Pointer.nativeValue(CallbackReference.getFunctionPointer(LOGS.computeIfAbsent(log, Bridge::function)));
    }

    private static LogFunction function(Log log) {
        return (user, level, line) -> {
            try {
                log.write(level, line.getString(0, "UTF-8"));
            } catch (Throwable dropped) {
                // It must not reach the C caller, a checked one neither: other languages need not declare it.
            }
        };
    }
}
