import { C } from './functions.js';
import { timings } from './timings.js';

/** The codes of a NativeflowError. nativeflow.h describes each code and each group of codes. */
export const Code = Object.freeze({
  OK: 0,
  INVALID_ARGUMENT: 1,
  INVALID_UTF8: 2,
  INVALID_OPTION: 3,
  DENIED: 20,
  ACCOUNT_LOCKED: 21,
  ACCOUNT_DISABLED: 22,
  PASSWORD_EXPIRED: 23,
  NOT_ALLOWED: 24,
  BAD_CLIENT: 25,
  REFRESH_EXPIRED: 26,
  HELD_BACK: 27,
  WRONG_HOST: 28,
  SECRET_NEEDED: 29,
  BUSY: 40,
  MAINTENANCE: 41,
  SERVER_ERROR: 42,
  DNS: 60,
  CONNECT: 61,
  TLS: 62,
  TLS_UNTRUSTED: 63,
  PROXY: 64,
  PROXY_DENIED: 65,
  TIMEOUT: 66,
  CANCELLED: 67,
  DISCONNECTED: 68,
  ENDPOINT_GONE: 80,
  REDIRECTED: 81,
  NOT_CONCUR: 82,
  MALFORMED: 83,
  TOO_LARGE: 84,
  PANIC: 100,
  INTERNAL: 101,
});

/** Why a call failed, and how to fix it. Contains no secret. */
export class NativeflowError extends Error {
  /** The error code, one of Code. */
  code;
  /** The next step of an administrator, as one line. */
  remedy;
  /** The HTTP status of the response; 0 if there is none. */
  httpStatus = 0;
  /** The server's error text; empty if there is none. Do not trust it; the server or a proxy wrote it. */
  serverMessage = '';
  /** The error number of the OAuth 2.0 service; -1 if there is none. */
  serverCode = -1;
  /** The server's correlation ID; empty if there is none. Concur's support asks for it. */
  correlationId = '';
  /** The ID of the call, with which its lines in the log begin, in brackets; empty if there was no call. */
  callId = '';
  /** IP address and port of the TCP connection of the call; with a proxy, the proxy's. Empty if none was reached. */
  remoteAddress = '';
  /**
   * The times of the call in microseconds: lookup, connect, tls, server, total. null: not reached. The time of a part that
   * failed counts up to the failure.
   */
  timingsUs = timings(() => -1);
  /** The time to wait before a retry; null: do not retry until the cause is fixed. */
  retryAfterMs = null;

  /** `message` describes the failure, as one line. The error's `name` is that of the code, such as "NF_DENIED". */
  constructor(code, message, remedy) {
    super(message);
    this.name = C.nf_code_name(code);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Replaces C functions in a remedy with options of a client: nf_options_set_ca_file with caFile. */
export const withOwnNames = (remedy) =>
  remedy.replace(/nf_(?:options_(?:set_|add_|use_)?|(session_|client_))([a-z0-9]+(?:_[a-z]+)*)/g, (_, type, name) =>
    ({ session_: 'Session.', client_: 'Client.' }[type] ?? '') + name.replace(/_([a-z])/g, (__, letter) => letter.toUpperCase()),
  );

/** Throws the error that a C function returned, and frees the C object. Does nothing for NULL. */
export function check(error) {
  if (error === null) {
    return;
  }
  try {
    const thrown = new NativeflowError(C.nf_error_code(error), C.nf_error_message(error), withOwnNames(C.nf_error_remedy(error)));
    thrown.httpStatus = C.nf_error_http_status(error);
    thrown.serverMessage = C.nf_error_server_message(error);
    thrown.serverCode = C.nf_error_server_code(error);
    thrown.correlationId = C.nf_error_correlation_id(error);
    thrown.callId = C.nf_error_call_id(error);
    thrown.remoteAddress = C.nf_error_remote_address(error);
    thrown.timingsUs = timings((part) => C.nf_error_timing_us(error, part));
    const wait = C.nf_error_retry_after_ms(error);
    thrown.retryAfterMs = wait < 0 ? null : wait;
    throw thrown;
  } finally {
    C.nf_error_free(error);
  }
}
