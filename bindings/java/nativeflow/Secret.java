package nativeflow;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A login or a password, for one use: zeros when a call has taken it or it is closed. The call has a copy of its own, so
 * closing the secret does not change what the call sends.
 *
 * <p>It lies outside the Java heap, whose collector moves arrays about and leaves their old places as they were.
 */
public final class Secret implements AutoCloseable {
    /** Ends with a NUL. Its position stays 0, for C gets its address. */
    private final ByteBuffer bytes;

    private final Cleanup cleanup;
    private boolean isUsed;

    private Secret(ByteBuffer bytes) {
        this.bytes = bytes;
        cleanup = new Cleanup(this, () -> wipe(bytes));
    }

    /**
     * Takes text over, such as what {@link java.io.Console#readPassword} returned, and fills the array with zeros.
     *
     * @throws NativeflowException INVALID_ARGUMENT for a NUL inside, INVALID_UTF8 for half a character and for U+FFFD
     */
    public Secret(char[] text) throws NativeflowException {
        this(encodeAndWipe(text));
    }

    /**
     * Copies text that is no secret in this program, such as a login from a file. A String cannot be wiped.
     *
     * @throws NativeflowException INVALID_ARGUMENT for a NUL inside, INVALID_UTF8 for half a character and for U+FFFD
     */
    public Secret(String text) throws NativeflowException {
        this(encode(CharBuffer.wrap(text)));
    }

    /**
     * Reads the first line (UTF-8) into the memory of the secret, with no copy on the way if the channel is a file's or
     * a socket's. It must be one that blocks. What stands behind the line may be read as well, and is lost.
     *
     * @param capacity the longest line in bytes, its newline not included (but the CR of a CR LF)
     * @throws IOException when it cannot be read, or the line is longer or holds a NUL
     */
    public static Secret readLine(ReadableByteChannel input, int capacity) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(capacity + 1);
        Secret secret = new Secret(bytes);
        try {
            int end = 0;
            while ((end < bytes.position() || input.read(bytes) > 0) && bytes.get(end) != '\n') {
                if (bytes.get(end) == 0) {
                    throw new IOException("the first line holds a NUL character"); // C would take what stands before it
                }
                end++;
            }
            if (end > capacity) {
                throw new IOException("the first line is longer than " + capacity + " bytes");
            }
            bytes.put(end > 0 && bytes.get(end - 1) == '\r' ? end - 1 : end, (byte) 0);
            ((Buffer) bytes).clear(); // the cast is for Java 8, where ByteBuffer has no clear() of its own
            return secret;
        } catch (IOException | RuntimeException failed) {
            secret.close();
            throw failed;
        }
    }

    /** Fills it with zeros. A call that has taken it before goes on with its own copy. */
    @Override
    public synchronized void close() {
        isUsed = true;
        cleanup.run();
    }

    ByteBuffer memory() {
        return bytes;
    }

    /** NULL for a secret that is not given. */
    static ByteBuffer memory(Secret secret) {
        return secret == null ? null : secret.bytes;
    }

    /**
     * Moves a secret, if one is given, into one of the call's own, which the call closes. Fails if it was taken or closed
     * before: it would be sent as an empty one, which is a failed login.
     */
    static Secret take(Secret secret) throws NativeflowException {
        return secret == null ? null : secret.take();
    }

    private synchronized Secret take() throws NativeflowException {
        if (isUsed) {
            throw new NativeflowException(Code.INVALID_ARGUMENT, "A login or secret was used before",
                    "Correct the calling program: make a new Secret for each use.");
        }
        try {
            Secret taken = new Secret(ByteBuffer.allocateDirect(bytes.capacity()));
            for (int i = 0; i < bytes.capacity(); i++) {
                taken.bytes.put(i, bytes.get(i));
            }
            return taken;
        } finally {
            close();
        }
    }

    static void wipe(Secret secret) {
        if (secret != null) {
            secret.close();
        }
    }

    private static void wipe(ByteBuffer bytes) {
        for (int i = 0; i < bytes.capacity(); i++) {
            bytes.put(i, (byte) 0);
        }
    }

    private static ByteBuffer encodeAndWipe(char[] text) throws NativeflowException {
        try {
            return encode(CharBuffer.wrap(text));
        } finally {
            Arrays.fill(text, '\0');
        }
    }

    private static ByteBuffer encode(CharBuffer text) throws NativeflowException {
        if (text.chars().anyMatch(character -> character == 0)) {
            throw new NativeflowException(Code.INVALID_ARGUMENT, "A text holds a NUL character",
                    "Correct the calling program: pass the text without it.");
        }
        // What Java puts in place of bytes that it cannot decode: with it, the server would be asked for another user.
        if (text.chars().anyMatch(character -> character == '\uFFFD')) {
            throw new NativeflowException(Code.INVALID_UTF8, "A text was not decoded as what it is: it holds U+FFFD",
                    "Run Java in a UTF-8 locale, such as LC_ALL=C.UTF-8, and read files as what they are.");
        }
        // Straight into its place: String.getBytes and Charset.encode would make a copy on the heap.
        ByteBuffer bytes = ByteBuffer.allocateDirect(3 * text.length() + 1);
        if (StandardCharsets.UTF_8.newEncoder().encode(text, bytes, true).isError()) {
            wipe(bytes);
            throw new NativeflowException(Code.INVALID_UTF8, "A text holds half a character",
                    "Correct the calling program: pass whole surrogate pairs.");
        }
        ((Buffer) bytes).clear();
        return bytes;
    }
}
