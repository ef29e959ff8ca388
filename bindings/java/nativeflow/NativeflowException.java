package nativeflow;

import java.time.Duration;
import java.util.Optional;

/** Why a call failed, and what to do about it. Never holds a secret. */
public final class NativeflowException extends Exception {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String message;
    private final String remedy;
    private final int httpStatus;
    private final String serverMessage;
    private final int serverCode;
    private final String correlationId;
    private final long retryAfterMs;

    /** A failure on this side of the library. */
    NativeflowException(int code, String message, String remedy) {
        super(Bridge.C.nf_code_name(code) + ": " + message + ". " + remedy);
        this.code = code;
        this.message = message;
        this.remedy = remedy;
        this.httpStatus = 0;
        this.serverMessage = "";
        this.serverCode = -1;
        this.correlationId = "";
        this.retryAfterMs = -1;
    }

    /** Takes over what a C function returned, and frees it. */
    NativeflowException(long error) {
        super(Bridge.C.nf_error_name(error) + ": " + Bridge.C.nf_error_message(error) + ". " + Bridge.C.nf_error_remedy(error));
        code = Bridge.C.nf_error_code(error);
        message = Bridge.C.nf_error_message(error);
        remedy = Bridge.C.nf_error_remedy(error);
        httpStatus = Bridge.C.nf_error_http_status(error);
        serverMessage = Bridge.C.nf_error_server_message(error);
        serverCode = Bridge.C.nf_error_server_code(error);
        correlationId = Bridge.C.nf_error_correlation_id(error);
        retryAfterMs = Bridge.C.nf_error_retry_after_ms(error);
        Bridge.C.nf_error_free(error);
    }

    /** Returns one of {@link Code}. */
    public int code() {
        return code;
    }

    /** Returns the name of the code, such as "NF_DENIED". */
    public String name() {
        return Nativeflow.codeName(code);
    }

    /** Returns what happened: one line. {@link #getMessage} has name, message and remedy, for a log. */
    public String message() {
        return message;
    }

    /** Returns what an administrator does next: one line. */
    public String remedy() {
        return remedy;
    }

    /** Returns the HTTP status of the answer; 0 when there was none. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Returns the server's own words; empty when there were none. Untrusted: whoever answered wrote it. */
    public String serverMessage() {
        return serverMessage;
    }

    /** Returns the modern service's error number; -1 when there was none. */
    public int serverCode() {
        return serverCode;
    }

    /** Returns what Concur's support asks for; empty when there was none. */
    public String correlationId() {
        return correlationId;
    }

    /** Returns how long to wait before the next try; empty: a program does not try again by itself. */
    public Optional<Duration> retryAfter() {
        return retryAfterMs < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(retryAfterMs));
    }
}
