package nativeflow;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.spi.AbstractInterruptibleChannel;

/**
 * A handle of a client for one call, with a cancellation of its own. A share stays cancelled, so that a cancellation that
 * comes before the call is not lost.
 *
 * <p>It is a channel because {@link Thread#interrupt} closes the channel that its thread waits for: {@link #implCloseChannel}
 * runs on the thread that interrupts, and nothing needs to poll or wait on another thread.
 */
final class Share extends AbstractInterruptibleChannel {
    /** The share whose call runs on a thread. */
    private static final ThreadLocal<Share> CURRENT = new ThreadLocal<>();

    private long share;

    Share(long client) throws NativeflowException {
        ByteBuffer out = Nativeflow.out();
        Nativeflow.check(Bridge.C.nf_client_share(client, 0, out));
        share = out.getLong(0);
    }

    /** The one call, which an interrupt ends. The thread stays interrupted. */
    long getToken(ByteBuffer key, ByteBuffer login, ByteBuffer secret, ByteBuffer out) {
        Share outer = CURRENT.get(); // of a call whose log makes this one
        CURRENT.set(this);
        begin();
        try {
            return Bridge.C.nf_client_get_token(share, key, login, secret, out);
        } finally {
            try {
                end(true);
            } catch (AsynchronousCloseException interrupted) {
                // The call itself says how it ended.
            }
            if (outer == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(outer);
            }
        }
    }

    /**
     * Lets an interrupt end the call on this thread again. To be called after code of the program has run inside the call: a
     * thread knows one channel only, and forgets this one when the program has used another one, such as that of a file.
     */
    static void listenAgain() {
        Share current = CURRENT.get();
        if (current != null) {
            current.begin();
        }
    }

    /** Ends its call, also one that begins later. Does nothing once it is freed, for another thread may come too late. */
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
