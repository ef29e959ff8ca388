package nativeflow;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * A handle of a client or a session for one call, with its own cancellation. A share stays cancelled, so a cancellation that comes before
 * its call is not lost.
 *
 * <p>It is a channel because {@link Thread#interrupt} closes the channel that its thread waits for: {@link #implCloseChannel}
 * runs on the interrupting thread, so no other thread has to poll or wait.
 */
final class Share extends AbstractInterruptibleChannel {
    /** The share of the call that runs on a thread. */
    private static final ThreadLocal<Share> CURRENT = new ThreadLocal<>();

    private final Kind kind;
    private long share;

    /** The failure of the program's secret callback in the call; null: none. */
    private Throwable thrown;

    Share(Kind kind, long of) throws NativeflowException {
        ByteBuffer out = Nativeflow.out();
        Nativeflow.check(kind.share(of, out));
        this.kind = kind;
        share = out.getLong(0);
    }

    /** A C function that gets the share. */
    interface Call {
        long run(long share);
    }

    /** Makes the call. An interrupt cancels it. The thread stays interrupted. */
    long run(Call call) {
        Share outer = CURRENT.get(); // not null if the log of that call makes this call
        CURRENT.set(this);
        begin();
        try {
            return call.run(share);
        } finally {
            try {
                end(true);
            } catch (AsynchronousCloseException interrupted) {
                // The result of the call is its own error or token.
            }
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    /**
     * Lets an interrupt cancel the call on this thread again. Call it after code of the program has run inside the call: an
     * interrupt closes only the last channel that its thread has used, and the program may have used another, such as a file.
     */
    static void listenAgain() {
        Share current = CURRENT.get();
        if (current != null) {
            current.begin();
        }
    }

    /** Keeps the failure of a secret callback for the caller of the call on this thread. The thread stays interrupted. */
    static void throwLater(Throwable thrown) {
        if (thrown instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        Share current = CURRENT.get();
        if (current != null) {
            current.thrown = thrown;
        }
    }

    Throwable thrown() {
        return thrown;
    }

    /** Cancels its call, even if it starts later. Does nothing after free(), because another thread may be too late. */
    synchronized void cancel() {
        if (share != 0) {
            kind.cancel(share);
        }
    }

    @Override
    protected void implCloseChannel() {
        cancel();
    }

    synchronized void free() {
        kind.free(share);
        share = 0;
    }
}
