package nativeflow;

/** Takes one line of the log of a call. */
@FunctionalInterface
public interface Log {
    /** The call has failed. */
    int ERROR = 1;

    /** Something is not as it should be, and the call goes on. */
    int WARNING = 2;

    /** A step was done. */
    int INFO = 3;

    /**
     * Called on the thread of the call, which waits for it; on several threads at once. What it throws is dropped.
     *
     * @param level {@link #ERROR}, {@link #WARNING} or {@link #INFO}
     * @param line without secret and line break
     */
    void write(int level, String line);
}
