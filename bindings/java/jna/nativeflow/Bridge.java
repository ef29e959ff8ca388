package nativeflow;

import com.sun.jna.Callback;
import com.sun.jna.CallbackReference;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Collections;

/** Calls the C library through JNA: Java 8 and later. */
final class Bridge {
    static final Functions C = Native.load(Functions.LIBRARY, Mapped.class,
            Collections.singletonMap(Library.OPTION_STRING_ENCODING, "UTF-8"));

    // C keeps their addresses, so the collector must not free them.
    private static final LogFunction WRITE =
            (user, level, line) -> Callbacks.write(Pointer.nativeValue(user), level, () -> line.getString(0, "UTF-8"));
    private static final SecretFunction ON_SECRET = (user, login, lastCode, buffer, capacity) -> Callbacks.secret(
            Pointer.nativeValue(user), () -> login.getString(0, "UTF-8"), lastCode, () -> buffer.getByteBuffer(0, capacity));
    private static final ReleaseFunction ON_RELEASE = user -> Callbacks.release(Pointer.nativeValue(user));

    /** An {@code nf_log_fn}. */
    static final long LOG = address(WRITE);

    /** An {@code nf_secret_fn}. */
    static final long SECRET = address(ON_SECRET);

    /** An {@code nf_release_fn}. */
    static final long RELEASE = address(ON_RELEASE);

    private Bridge() {}

    /** The functions in the form that JNA requires. */
    private interface Mapped extends Functions, Library {}

    /** {@link Callbacks#write} as a C function. JNA calls its only method. */
    private interface LogFunction extends Callback {
        void write(Pointer user, int level, Pointer line);
    }

    /** {@link Callbacks#secret} as a C function. */
    private interface SecretFunction extends Callback {
        int secret(Pointer user, Pointer login, int lastCode, Pointer buffer, long capacity);
    }

    /** {@link Callbacks#release} as a C function. */
    private interface ReleaseFunction extends Callback {
        void release(Pointer user);
    }

    private static long address(Callback function) {
        return Pointer.nativeValue(CallbackReference.getFunctionPointer(function));
    }
}
