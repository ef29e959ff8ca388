/**
 * nativeflow for Node: gets an SAP Concur access token from a user's login and password, and wipes both from memory.
 *
 *     const concur = new Client();
 *     const token = await concur.getToken(key, Secret.from(login), Secret.readLine(0, 512));
 *     use(token.authorization, token.instanceUrl);
 *     token.close();
 *     concur.close();
 *
 * nativeflow.h describes what each function does and how it fails, at the C function of the same name. Calls run on threads
 * of koffi, and the event loop continues. When the process ends, its calls fail with CANCELLED. Exception: calls of a Worker
 * that another thread terminates. The Worker cannot cancel them, so they end at their timeout, and process.exit() waits.
 */
import { C } from './functions.js';
import { Code, NativeflowError, check } from './error.js';
import { Handle, abortable } from './handle.js';
import { clientFrom } from './options.js';
import { Secret, takeAll } from './secret.js';
import { Session } from './session.js';
import { sessionFetch } from './session_fetch.js';
import { Token } from './token.js';

export { Code, NativeflowError, Secret, Session, Token, sessionFetch };

/** The kind of login and secret that a call has: a user's login ID and password, or the UUID of a company and its request token. */
export const CredentialType = Object.freeze({ PASSWORD: 0, AUTHTOKEN: 1 });

/** Log levels. */
export const Level = Object.freeze({ ERROR: 1, WARNING: 2, INFO: 3 });

/** The version of the loaded library, such as "0.1.0"; the version as one number, 0xMMmmpp; the name of a code. */
export const version = C.nf_version;
export const versionNumber = C.nf_version_number;
export const codeName = C.nf_code_name;

/** Gets a token with `run`. Login and secret are zeros when the call starts, on success and failure. */
async function tokenFrom(run, key, login, secret) {
  const taken = takeAll([login, secret]);
  try {
    taken.unshift(Secret.from(key));
    const { error, token } = await run('nf_client_get_token', taken);
    check(error);
    return new Token(token);
  } finally {
    taken.forEach((one) => one?.wipe());
  }
}

/** Gets tokens from one service. */
export class Client {
  #handle;
  #ofSessions;

  /**
   * Creates a client. nativeflow.h describes each option: baseUrl, oauth2 (true), clientSecret (text or a Secret), credentialType
   * (one of CredentialType), allowHost (a text, or an array of texts), userAgent, caFile, caPem, clientCertificate ({ chainFile,
   * keyFile }), proxy (text or a Secret), proxyBypass, environmentProxy (true), timeoutMs, connectTimeoutMs, keepAliveMs,
   * refreshMarginMs, holdBackMs, and log, a function of level and line. Calls do not wait for it: it is called a little later, and
   * not when the process ends.
   *
   * secretCallback(login, lastCode) returns the Secret of a user when a session needs a login, or null if there is none; it may
   * return a promise. `lastCode` is Code.OK, or the code with which the server refused the last secret of this user. If it fails,
   * the call fails with SECRET_NEEDED, and the error's `cause` is the failure. A call for the same user inside
   * it fails with INVALID_ARGUMENT. Its time does not count for timeoutMs.
   */
  constructor({ secretCallback, ...options } = {}) {
    this.#handle = new Handle('client', clientFrom(options));
    this.#ofSessions = { secretCallback: secretCallback ?? undefined, hasClientSecret: 'clientSecret' in options, logins: new Map() };
  }

  /**
   * Gets an access token for a user: returns a promise of a Token, which the caller closes. The call moves both secrets into its
   * own memory: they are zeros when this method returns the promise, and cannot be used again.
   *
   * `secret` may be null for a user without a password. If `signal` aborts, only this call ends, with the signal's reason.
   */
  async getToken(key, login, secret, options) {
    return abortable(options?.signal, (signal) => tokenFrom((name, args) => this.#handle.run(name, args, signal), key, login, secret));
  }

  /**
   * Gets another access token for the refresh token of `token`, which does not change: returns a promise of a new Token. The client
   * must use the service that issued it, with the client secret of the application. Store the refresh token of the new token:
   * only that one may be valid.
   */
  async refreshToken(key, token, options) {
    return abortable(options?.signal, (signal) =>
      token.use((old) => this.#tokenFor('nf_client_refresh_token', key, [old], signal)));
  }

  /**
   * Revokes a token, without closing it. `admin` is null, or in the Native Flow the token of an administrator. The OAuth 2.0
   * service ends all refresh tokens of the token's user for the application.
   */
  async revokeToken(token, admin, options) {
    const revoke = async (args, signal) => check((await this.#handle.run('nf_client_revoke_token', args, signal)).error);
    return abortable(options?.signal, (signal) =>
      token.use((revoked) => (admin ? admin.use((by) => revoke([revoked, by], signal)) : revoke([revoked, null], signal))));
  }

  /** Gets an access token for the application itself, from the OAuth 2.0 service: returns a promise of a Token. */
  async getApplicationToken(clientId, options) {
    return abortable(options?.signal, (signal) => this.#tokenFor('nf_client_get_application_token', clientId, [], signal));
  }

  /** Gets a token without a login. */
  async #tokenFor(name, key, args, signal) {
    const ownKey = Secret.from(key);
    try {
      const { error, token } = await this.#handle.run(name, [ownKey, ...args], signal);
      check(error);
      return new Token(token);
    } finally {
      ownKey.wipe();
    }
  }

  /** Makes one call on a new client with the default options. nf_get_token could not be cancelled when the process ends. */
  static getToken(key, login, secret) {
    const run = async (name, args) => {
      const client = new this();
      try {
        return await client.#handle.run(name, args);
      } finally {
        client.close();
      }
    };
    return tokenFrom(run, key, login, secret);
  }

  /**
   * Makes a session for a user, which keeps a token valid and asks for it once for all calls. Sends nothing. The client may be
   * closed before the session. nativeflow.h describes it, at nf_session_new.
   */
  session(key, login) {
    return new Session(this.#handle.open, key, login, this.#ofSessions);
  }

  /** Lifts the hold of a user: the next call may send the login once. Call it after the reason was found. Sends nothing. */
  clearHold(key, login) {
    const texts = [Secret.from(key), Secret.from(login)];
    try {
      check(C.nf_client_clear_hold(this.#handle.open, ...texts.map((text) => text.memory)));
    } finally {
      texts.forEach((text) => text.wipe());
    }
  }

  /** Cancels every call that runs on this client: it fails with CANCELLED. The client can still be used. */
  cancel() {
    this.#handle.cancel();
  }

  /** Frees the client. Calls that run on it fail with CANCELLED. Tokens and sessions do not change. */
  close() {
    this.#handle.close();
  }

  [Symbol.dispose]() {
    this.close();
  }
}

/** Gets an access token from Concur's production host with the default options. See Client.prototype.getToken. */
export const getToken = (key, login, secret) => Client.getToken(key, login, secret);
