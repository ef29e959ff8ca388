package nativeflow;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** A C client or a C session, and the calls that run on it. Several threads may use it at the same time. */
final class Handle {
    private final Kind kind;

    /** The shares of the calls that have started and not returned. */
    private final Set<Share> shares = new HashSet<>();

    /** The C object; 0: closed. */
    private long object;

    Handle(Kind kind, long object) {
        this.kind = kind;
        this.object = object;
    }

    /** Makes one call on a share of its own. If the program's secret callback fails in it, an error has this failure as its cause. */
    long run(Share.Call call) throws NativeflowException {
        Share share = share();
        try {
            long error = share.run(call);
            if (error != 0 && share.thrown() != null) {
                NativeflowException failed = new NativeflowException(error);
                failed.initCause(share.thrown());
                throw failed;
            }
            return error;
        } finally {
            end(share);
        }
    }

    /** Calls a function that returns at once. The object is not freed during it. */
    synchronized long use(Share.Call call) {
        return call.run(get());
    }

    synchronized void cancel() {
        kind.cancel(get());
    }

    synchronized void close() {
        kind.free(object);
        object = 0;
        shares.forEach(Share::cancel);
    }

    private synchronized Share share() throws NativeflowException {
        Share share = new Share(kind, get());
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
        if (object == 0) {
            throw new IllegalStateException("the " + kind.name().toLowerCase(Locale.ROOT) + " is closed");
        }
        return object;
    }
}
