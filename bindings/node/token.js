import { C } from './functions.js';

/** Wipes and frees a token that the program forgot to close. */
const forgotten = new FinalizationRegistry((token) => C.nf_token_free(token));

/**
 * An access token: wiped when it is closed. One that is never closed is wiped when the collector has found it, which may be
 * late, and not when the process ends.
 *
 * A string that it gave stays until the collector has taken it and its place is used anew; `copyValue` gives bytes that
 * can be wiped.
 */
export class Token {
  #token;

  constructor(token) {
    this.#token = token;
    forgotten.register(this, token, this);
  }

  /** The token itself: visible ASCII. */
  get value() {
    return C.nf_token_value(this.#open());
  }

  /** The token in a Buffer, the caller's to wipe. */
  copyValue() {
    const copy = Buffer.from(new ArrayBuffer(C.nf_token_copy_value(this.#open(), null, 0)));
    C.nf_token_copy_value(this.#token, copy, copy.length);
    return copy;
  }

  /** The word that stands before the token in a request, "OAuth". */
  get scheme() {
    return C.nf_token_scheme(this.#open());
  }

  /** "OAuth" and the token, ready to be the value of an Authorization header. */
  get authorization() {
    return C.nf_token_authorization(this.#open());
  }

  /** The refresh token; empty when the server sent none. */
  get refreshToken() {
    return C.nf_token_refresh_token(this.#open());
  }

  /** The base URL that the token is to be used at; empty when the server named none that it may be sent to. */
  get instanceUrl() {
    return C.nf_token_instance_url(this.#open());
  }

  /** When the token expires, a Date; null when the server's date cannot be read beyond doubt. */
  get expiresAt() {
    const seconds = C.nf_token_expires_at(this.#open());
    return seconds < 0 ? null : new Date(seconds * 1000);
  }

  /** The server's own text of that date, for a person to read. */
  get expirationDate() {
    return C.nf_token_expiration_date(this.#open());
  }

  /** Wipes and frees it. */
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
