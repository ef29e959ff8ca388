/**
 * nativeflow for Node: an access token for SAP Concur from a user's login, leaving no trace of the login behind.
 *
 *     const concur = new Client();
 *     const token = await concur.getToken(key, Secret.from(login), Secret.readLine(0, 512));
 *     use(token.authorization, token.instanceUrl);
 *     token.close();
 *     concur.close();
 *
 * What a function does and how it fails stands in nativeflow.h, at the C function of the same name. Calls run aside, on
 * threads of koffi; the event loop goes on meanwhile. When the process ends, so do they, with CANCELLED; but not those of a
 * Worker that is terminated from outside, which is not told of it: they end at their timeout, and process.exit() waits.
 */
import { Call } from './calls.js';
import { C } from './functions.js';
import { Code, NativeflowError, check } from './error.js';
import { clientFrom } from './options.js';
import { Secret, takeAll } from './secret.js';
import { Token } from './token.js';

export { Code, NativeflowError, Secret, Token };

/** Levels of a line of the log. */
export const Level = Object.freeze({ ERROR: 1, WARNING: 2, INFO: 3 });

/** The version of the library that runs, such as "0.1.0"; the same as one number, 0xMMmmpp; the name of a code. */
export const version = C.nf_version;
export const versionNumber = C.nf_version_number;
export const codeName = C.nf_code_name;

/** Calls `run` for a token. Login and secret are zeros as soon as the call has taken them, whatever happens afterwards. */
async function tokenFrom(run, key, login, secret) {
  const taken = takeAll([login, secret]);
  try {
    taken.unshift(Secret.from(key));
    const { error, token } = await run(taken);
    check(error);
    return new Token(token);
  } finally {
    taken.forEach((one) => one?.wipe());
  }
}

/** Gets tokens from one service. */
export class Client {
  /** The first handle of the C client; null: closed. */
  #client;
  #calls = new Set();

  /**
   * Makes a client. Options, each as in nativeflow.h: baseUrl, userAgent, caFile, caPem, clientCertificate ({ chainFile,
   * keyFile }), proxy (text or a Secret), proxyBypass, environmentProxy (true), timeoutMs, connectTimeoutMs, keepAliveMs, and
   * log, a function of level and line. It is called a little later, for no call waits for it; not when the process ends.
   */
  constructor(options = {}) {
    this.#client = clientFrom(options);
  }

  /**
   * Gets an access token for a user: a promise of a Token, which the caller closes. The call takes both secrets at once: they
   * are zeros when this returns the promise, and are not taken a second time.
   *
   * `secret` may be null, for a user without password. When `signal` aborts, this call ends with its reason, and others go on.
   */
  async getToken(key, login, secret, options) {
    const signal = options?.signal;
    try {
      return await tokenFrom((secrets) => this.#run(secrets, signal), key, login, secret);
    } catch (error) {
      throw signal?.aborted && error.code === Code.CANCELLED ? signal.reason : error;
    }
  }

  /** Does it on a client of its own, with the default options: nf_get_token could not be cancelled when the process ends. */
  static getToken(key, login, secret) {
    const run = async (secrets) => {
      const client = new this();
      try {
        return await client.#run(secrets);
      } finally {
        client.close();
      }
    };
    return tokenFrom(run, key, login, secret);
  }

  async #run(secrets, signal) {
    if (this.#client === null) {
      throw new TypeError('the client is closed');
    }
    signal?.throwIfAborted();
    const call = new Call(this.#client, secrets);
    const cancel = () => call.cancel();
    this.#calls.add(call);
    signal?.addEventListener('abort', cancel);
    try {
      return await call.ended;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#calls.delete(call);
    }
  }

  /** Ends every call that is running on this client with CANCELLED. It stays usable. */
  cancel() {
    this.#calls.forEach((call) => call.cancel());
  }

  /** Frees it; the calls that are running on it end with CANCELLED. Tokens that came from it stay as they are. */
  close() {
    this.cancel();
    C.nf_client_free(this.#client);
    this.#client = null;
  }

  [Symbol.dispose]() {
    this.close();
  }
}

/** Gets a token from Concur's production host with the default options, as a client's getToken does. */
export const getToken = (key, login, secret) => Client.getToken(key, login, secret);
