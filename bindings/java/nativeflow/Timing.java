package nativeflow;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A part of a call whose time is measured, in the order of the numbers NF_TIMING_*. */
public enum Timing {
    /** The lookup of the host name: the proxy's if there is one, otherwise the server's. */
    LOOKUP,
    /** Until there is a connection to the server, including a proxy's TLS handshake and tunnel. */
    CONNECT,
    /** The TLS handshake with the server. */
    TLS,
    /** The request and the whole response. */
    SERVER,
    /** The whole call. */
    TOTAL;

    /** Converts a time of C; -1 is empty. */
    static Optional<Duration> of(long us) {
        return us < 0 ? Optional.empty() : Optional.of(Duration.of(us, ChronoUnit.MICROS));
    }
}
