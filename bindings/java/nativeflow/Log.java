package nativeflow;

/** Receives the lines of the log. */
@FunctionalInterface
public interface Log {
    /** The call failed. */
    int ERROR = 1;

    /** A problem that does not stop the call. */
    int WARNING = 2;

    /** A step is finished. */
    int INFO = 3;

    /**
     * Receives one line. Runs on the thread of the call, which waits for it. Calls on several threads may run it at the same
     * time. Its exceptions are ignored.
     *
     * @param level {@link #ERROR}, {@link #WARNING} or {@link #INFO}
     * @param line begins with the ID of its call in brackets ({@link NativeflowException#callId}), and contains no secret and
     *     no line break
     */
    void write(int level, String line);
}
