package nativeflow;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Why a call failed, and how to fix it. Contains no secret. */
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
    private final String callId;
    private final String remoteAddress;
    private final long[] timingsUs = new long[Timing.values().length];

    /** Creates an error of this binding. */
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
        this.callId = "";
        this.remoteAddress = "";
        Arrays.fill(timingsUs, -1);
    }

    /** Reads the error that a C function returned, and frees it. */
    NativeflowException(long error) {
        super(Bridge.C.nf_error_name(error) + ": " + Bridge.C.nf_error_message(error) + ". " + Remedy.of(error));
        code = Bridge.C.nf_error_code(error);
        message = Bridge.C.nf_error_message(error);
        remedy = Remedy.of(error);
        httpStatus = Bridge.C.nf_error_http_status(error);
        serverMessage = Bridge.C.nf_error_server_message(error);
        serverCode = Bridge.C.nf_error_server_code(error);
        correlationId = Bridge.C.nf_error_correlation_id(error);
        retryAfterMs = Bridge.C.nf_error_retry_after_ms(error);
        callId = Bridge.C.nf_error_call_id(error);
        remoteAddress = Bridge.C.nf_error_remote_address(error);
        for (int i = 0; i < timingsUs.length; i++) {
            timingsUs[i] = Bridge.C.nf_error_timing_us(error, i);
        }
        Bridge.C.nf_error_free(error);
    }

    /** Returns the error code, one of {@link Code}. */
    public int code() {
        return code;
    }

    /** Returns the name of the code, such as "NF_DENIED". */
    public String name() {
        return Nativeflow.codeName(code);
    }

    /** Returns a description of the failure, as one line. {@link #getMessage} has name, message and remedy. */
    public String message() {
        return message;
    }

    /** Returns what an administrator should do next, as one line. */
    public String remedy() {
        return remedy;
    }

    /** Returns the HTTP status of the response, or 0 if there is none. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Returns the server's error text, or "" if there is none. Do not trust it; the server or a proxy wrote it. */
    public String serverMessage() {
        return serverMessage;
    }

    /** Returns the error number of the OAuth 2.0 service, or -1 if there is none. */
    public int serverCode() {
        return serverCode;
    }

    /** Returns the server's correlation ID, or "" if there is none. Concur's support asks for it. */
    public String correlationId() {
        return correlationId;
    }

    /** Returns the ID of the call, with which its lines in the log begin, in brackets, or "" if there was no call. */
    public String callId() {
        return callId;
    }

    /** Returns IP address and port of the TCP connection of the call (with a proxy, the proxy's), or "" if none was reached. */
    public String remoteAddress() {
        return remoteAddress;
    }

    /** Returns the time of a part of the call; up to the failure for the part that failed. Empty: not reached. */
    public Optional<Duration> timing(Timing part) {
        return Timing.of(timingsUs[part.ordinal()]);
    }

    /** Returns the time to wait before a retry. Empty: do not retry until the cause is fixed. */
    public Optional<Duration> retryAfter() {
        return retryAfterMs < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(retryAfterMs));
    }
}
