package nativeflow;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * A handle of a client for one call, with its own cancellation. A share stays cancelled, so a cancellation that comes before
 * its call is not lost.
 *
 * <p>It is a channel because {@link Thread#interrupt} closes the channel that its thread waits for: {@link #implCloseChannel}
 * runs on the interrupting thread, so no other thread has to poll or wait.
 */
final class Share extends AbstractInterruptibleChannel {
    /** The share of the call that runs on a thread. */
    private static final ThreadLocal<Share> CURRENT = new ThreadLocal<>();

    private long share;

    Share(long client) throws NativeflowException {
        ByteBuffer out = Nativeflow.out();
        Nativeflow.check(Bridge.C.nf_client_share(client, 0, out));
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

    /** Cancels its call, even if it starts later. Does nothing after free(), because another thread may be too late. */
    synchronized void cancel() {
        if (share != 0) {
            Bridge.C.nf_client_cancel(share);
        }
    }

    @Override
    protected void implCloseChannel() {
        cancel();
    }

    synchronized void free() {
        Bridge.C.nf_client_free(share);
        share = 0;
    }
}
