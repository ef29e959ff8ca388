import { check } from './error.js';
import { C } from './functions.js';
import { Secret, takeAll } from './secret.js';
import { timings } from './timings.js';

/** Wipes and frees a token that the program has not closed. */
const forgotten = new FinalizationRegistry((token) => C.nf_token_free(token));

const seconds = (date) => (date ? Math.floor(date.getTime() / 1000) : -1);
const date = (time) => (time < 0 ? null : new Date(time * 1000));

/**
 * An access token. It is wiped when it is closed. A token that is not closed is wiped when the collector has found it. That
 * may be late, and does not happen when the process ends.
 *
 * A string cannot be wiped: it stays in memory until the collector has freed it and its place is used again. `copyValue`
 * returns bytes that can be wiped.
 */
export class Token {
  #token;
  /** The number of running calls that use the token, and the token that the last of them frees if this is closed. */
  #uses = 0;
  #closed = null;

  constructor(token) {
    this.#token = token;
    forgotten.register(this, token, this);
  }

  /**
   * Makes a token from parts that the program has stored, to refresh or revoke it. Sends nothing. `scheme` is "OAuth" for a token
   * of the Native Flow and "Bearer" for one of the OAuth 2.0 service. `value` or `refreshToken` is needed; both are Secrets, which
   * are wiped on success and failure. `instanceUrl` is a text; without it, the base URL of the client that uses the token is
   * meant. `expiresAt` and `refreshExpiresAt` are Dates.
   */
  static from({ scheme, value, refreshToken, instanceUrl, expiresAt, refreshExpiresAt }) {
    const secrets = takeAll([value, refreshToken]);
    try {
      secrets.push(Secret.from(scheme), Secret.from(instanceUrl ?? ''));
      const [ownValue, ownRefreshToken, ownScheme, ownUrl] = secrets.map((secret) => secret?.memory ?? null);
      const out = [null];
      check(C.nf_token_new(ownScheme, ownValue, ownRefreshToken, ownUrl, seconds(expiresAt), seconds(refreshExpiresAt), out));
      return new Token(out[0]);
    } finally {
      secrets.forEach((secret) => secret?.wipe());
    }
  }

  /** The access token. It is visible ASCII, and empty only if `from` made the token without a value. */
  get value() {
    return C.nf_token_value(this.#open());
  }

  /** Returns a copy of the token in a Buffer. The caller wipes it. */
  copyValue() {
    const copy = Buffer.from(new ArrayBuffer(C.nf_token_copy_value(this.#open(), null, 0)));
    C.nf_token_copy_value(this.#token, copy, copy.length);
    return copy;
  }

  /** The scheme of the Authorization header for this token: "OAuth" for the Native Flow, "Bearer" for the OAuth 2.0 service. */
  get scheme() {
    return C.nf_token_scheme(this.#open());
  }

  /** Scheme and token, the complete value of an Authorization header; empty if the token has no value. */
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
    return date(C.nf_token_expires_at(this.#open()));
  }

  /** When the refresh token expires, a Date; null if the server sent no such time. */
  get refreshExpiresAt() {
    return date(C.nf_token_refresh_expires_at(this.#open()));
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

  /** Wipes and frees the token. A call that uses it continues, and frees it at its end. */
  close() {
    forgotten.unregister(this);
    this.#closed ??= this.#token;
    this.#token = null;
    this.#freeUnused();
  }

  /** Reads the C token. */
  read(use) {
    use(this.#open());
  }

  /** Uses the C token in a call. It is not freed before the promise of `run` is settled. */
  async use(run) {
    const token = this.#open();
    this.#uses++;
    try {
      return await run(token);
    } finally {
      this.#uses--;
      this.#freeUnused();
    }
  }

  #freeUnused() {
    if (this.#uses === 0 && this.#closed !== null) {
      C.nf_token_free(this.#closed);
      this.#closed = null;
    }
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
