package nativeflow;

import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A login, a password or a part of a stored token. It has one use. It is zeros when a call has taken it or it is closed. The
 * call has its own copy, so closing the secret does not change the data that the call sends.
 *
 * <p>It is outside the Java heap, because the collector moves arrays there and does not wipe their old places.
 */
public final class Secret implements AutoCloseable {
    /** Ends with a NUL. Its position stays 0, because C receives its address. */
    private final ByteBuffer bytes;

    private final Cleanup cleanup;
    private boolean isUsed;

    private Secret(ByteBuffer bytes) {
        this.bytes = bytes;
        cleanup = new Cleanup(this, () -> wipe(bytes));
    }

    /**
     * Moves text into the secret, such as the result of {@link java.io.Console#readPassword}. Fills the array with zeros.
     *
     * @throws NativeflowException INVALID_ARGUMENT for a NUL, INVALID_UTF8 for half of a surrogate pair and for U+FFFD
     */
    public Secret(char[] text) throws NativeflowException {
        this(encodeAndWipe(text));
    }

    /**
     * Copies text that is not a secret in this program, such as a login from a file. A String cannot be wiped.
     *
     * @throws NativeflowException INVALID_ARGUMENT for a NUL, INVALID_UTF8 for half of a surrogate pair and for U+FFFD
     */
    public Secret(String text) throws NativeflowException {
        this(encode(CharBuffer.wrap(text)));
    }

    /**
     * Reads the first line (UTF-8) directly into the memory of the secret. The channel of a file or a socket makes no copy.
     * The channel must be blocking. Bytes after the line may be read too, and are lost.
     *
     * @param capacity the maximum length of the line in bytes, without its LF and with the CR of a CR LF
     * @throws IOException if reading fails, or the line is longer or contains a NUL
     */
    public static Secret readLine(ReadableByteChannel input, int capacity) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(capacity + 1);
        Secret secret = new Secret(bytes);
        try {
            int end = 0;
            while ((end < bytes.position() || input.read(bytes) > 0) && bytes.get(end) != '\n') {
                if (bytes.get(end) == 0) {
                    throw new IOException("the first line contains a NUL character"); // in C, it would end the text
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

    /** Fills the secret with zeros. A call that has taken it before continues with its own copy. */
    @Override
    public synchronized void close() {
        isUsed = true;
        cleanup.run();
    }

    ByteBuffer memory() {
        return bytes;
    }

    /** Returns the memory of a secret, or null (NULL in C) if the secret is null. */
    static ByteBuffer memory(Secret secret) {
        return secret == null ? null : secret.bytes;
    }

    /** Returns the number of bytes before the NUL; 0 if the secret is null. */
    static int length(Secret secret) {
        int length = 0;
        while (secret != null && secret.bytes.get(length) != 0) {
            length++;
        }
        return length;
    }

    /** Copies the bytes before the NUL, and returns their number. Copies nothing if there is no room; C rejects that. */
    int copyTo(ByteBuffer buffer) {
        int length = length(this);
        for (int i = 0; i < length && length <= buffer.capacity(); i++) {
            buffer.put(i, bytes.get(i));
        }
        return length;
    }

    /**
     * Moves a secret into a new one, which the call closes. Null stays null. Fails if the secret was taken or closed before: it
     * would be sent as an empty one, which counts as a failed login.
     */
    static Secret take(Secret secret) throws NativeflowException {
        return secret == null ? null : secret.take();
    }

    private synchronized Secret take() throws NativeflowException {
        if (isUsed) {
            throw new NativeflowException(Code.INVALID_ARGUMENT, "Invalid login or secret (used before)",
                    "Fix the calling program: make a new Secret for each use.");
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
            throw new NativeflowException(Code.INVALID_ARGUMENT, "Invalid text (contains a NUL character)",
                    "Fix the calling program: pass the text without it.");
        }
        // Java replaces bytes that it cannot decode with U+FFFD. Such a login would be another user's.
        if (text.chars().anyMatch(character -> character == '\uFFFD')) {
            throw new NativeflowException(Code.INVALID_UTF8,
                    "Invalid text (contains U+FFFD, so it was decoded with a wrong charset)",
                    "Run Java in a UTF-8 locale, such as LC_ALL=C.UTF-8, and read files with their own charset.");
        }
        // Encodes directly into the buffer: String.getBytes and Charset.encode would make a copy on the heap.
        ByteBuffer bytes = ByteBuffer.allocateDirect(3 * text.length() + 1);
        if (StandardCharsets.UTF_8.newEncoder().encode(text, bytes, true).isError()) {
            wipe(bytes);
            throw new NativeflowException(Code.INVALID_UTF8, "Invalid text (contains half of a surrogate pair)",
                    "Fix the calling program: pass whole surrogate pairs.");
        }
        ((Buffer) bytes).clear();
        return bytes;
    }
}
