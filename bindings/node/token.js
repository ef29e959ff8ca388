import { C } from './functions.js';
import { timings } from './timings.js';

/** Wipes and frees a token that the program has not closed. */
const forgotten = new FinalizationRegistry((token) => C.nf_token_free(token));

/**
 * An access token. It is wiped when it is closed. A token that is not closed is wiped when the collector has found it. That
 * may be late, and does not happen when the process ends.
 *
 * A string cannot be wiped: it stays in memory until the collector has freed it and its place is used again. `copyValue`
 * returns bytes that can be wiped.
 */
export class Token {
  #token;

  constructor(token) {
    this.#token = token;
    forgotten.register(this, token, this);
  }

  /** The access token. It is visible ASCII. */
  get value() {
    return C.nf_token_value(this.#open());
  }

  /** Returns a copy of the token in a Buffer. The caller wipes it. */
  copyValue() {
    const copy = Buffer.from(new ArrayBuffer(C.nf_token_copy_value(this.#open(), null, 0)));
    C.nf_token_copy_value(this.#token, copy, copy.length);
    return copy;
  }

  /** The scheme of the Authorization header for this token, "OAuth". */
  get scheme() {
    return C.nf_token_scheme(this.#open());
  }

  /** "OAuth" and the token, the complete value of an Authorization header. */
  get authorization() {
    return C.nf_token_authorization(this.#open());
  }

  /** The refresh token; empty if the server sent none. */
  get refreshToken() {
    return C.nf_token_refresh_token(this.#open());
  }

  /** The base URL for requests with this token; empty if the server sent none, or one that a token must not be sent to. */
  get instanceUrl() {
    return C.nf_token_instance_url(this.#open());
  }

  /** When the token expires, a Date; null if the date is missing or not in the expected format. */
  get expiresAt() {
    const seconds = C.nf_token_expires_at(this.#open());
    return seconds < 0 ? null : new Date(seconds * 1000);
  }

  /** The expiry date exactly as the server wrote it. Use it only for display. */
  get expirationDate() {
    return C.nf_token_expiration_date(this.#open());
  }

  /** IP address and port of the TCP connection of the call; with a proxy, the proxy's. */
  get remoteAddress() {
    return C.nf_token_remote_address(this.#open());
  }

  /**
   * The times of the call in microseconds: lookup, connect, tls, server, total. null: the call did not do that part. An idle
   * connection needs no lookup, connection and TLS handshake.
   */
  get timingsUs() {
    const token = this.#open();
    return timings((part) => C.nf_token_timing_us(token, part));
  }

  /** Wipes and frees the token. */
  close() {
    forgotten.unregister(this);
    C.nf_token_free(this.#token);
    this.#token = null;
  }

  [Symbol.dispose]() {
    this.close();
  }

  #open() {
    if (this.#token === null) {
      throw new TypeError('the token is closed');
    }
    return this.#token;
  }
}
