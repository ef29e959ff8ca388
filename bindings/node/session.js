import { AsyncLocalStorage } from 'node:async_hooks';
import { Code, NativeflowError, check } from './error.js';
import { C } from './functions.js';
import { Handle, abortable } from './handle.js';
import { Secret, takeAll } from './secret.js';
import { Token } from './token.js';

const unavailable = (cause) => {
  const error = new NativeflowError(Code.SECRET_NEEDED, 'A login is needed, and the secretCallback has failed', 'Wait 30 seconds, then retry. Check the place from which the program reads the secret, such as a vault.');
  return Object.assign(error, { cause, retryAfterMs: 30_000 });
};

/** The users whose secretCallback runs in this flow of control. */
const asking = new AsyncLocalStorage();

/**
 * One user's continuing access: it keeps an access token valid. `Client.prototype.session` makes it. nativeflow.h describes the
 * rules, at nf_session_get_token.
 *
 * secretCallback is not a function of C: C would wait for it on a thread that Node needs to read the secret. Instead, this class
 * calls it when C answers SECRET_NEEDED, and passes the secret to nf_session_log_in.
 */
export class Session {
  #handle;
  #login;
  #secretCallback;
  /** The logins that wait for a secret or run, by user: promises of a failure or null. All sessions of a client share them. */
  #logins;
  #user;
  #hasClientSecret;
  /** Whether the current token can be renewed without a login. */
  #canRefresh = false;

  constructor(client, key, login, { secretCallback, hasClientSecret, logins }) {
    const texts = [];
    try {
      texts.push(Secret.from(key), Secret.from(login));
      const out = [null];
      check(C.nf_session_new(client, texts[0].memory, texts[1].memory, out));
      this.#handle = new Handle('session', out[0]);
    } finally {
      texts.forEach((text) => text.wipe());
    }
    this.#login = login;
    this.#secretCallback = secretCallback;
    this.#hasClientSecret = hasClientSecret;
    this.#logins = logins;
    this.#user = `${key}\n${login}`;
  }

  /**
   * Gets a valid access token: returns a promise of a Token, which the caller closes. The token comes from the session's memory,
   * or from a refresh or a login. If `signal` aborts, only this call ends, with the signal's reason.
   */
  async getToken(options) {
    return abortable(options?.signal, (signal) => this.#valid(signal));
  }

  async #valid(signal) {
    if (this.#isAsking()) {
      throw new NativeflowError(Code.INVALID_ARGUMENT, 'Call from inside the secretCallback for the same user', 'Fix the calling program: the callback must not call the session that it is asked for.');
    }
    let needsLogin = this.#secretCallback !== undefined && !this.#canRefresh && this.status().state === 'due';
    for (;;) {
      const login = this.#logins.get(this.#user);
      if (login !== undefined) {
        const failure = await this.#handle.wait(login, signal);
        if (failure !== null) {
          throw failure;
        }
        needsLogin = false;
      } else if (needsLogin) {
        return this.#logInForAll(signal);
      } else {
        try {
          return await this.#token('nf_session_get_token', [], signal);
        } catch (error) {
          if (error.code !== Code.SECRET_NEEDED || this.#secretCallback === undefined) {
            throw error;
          }
          needsLogin = true;
        }
      }
    }
  }

  #isAsking() {
    return asking.getStore()?.some(({ logins, user }) => logins === this.#logins && user === this.#user) ?? false;
  }

  /** Logs in. The other calls for the same user wait, and share a failure, unless it concerns this call only. */
  #logInForAll(signal) {
    const got = this.#askAndLogIn(signal);
    const isOwn = (failure) => signal?.aborted || [Code.CANCELLED, Code.TIMEOUT].includes(failure.code) || failure instanceof TypeError;
    const ended = got.then(() => null, (failure) => (isOwn(failure) ? null : failure)).finally(() => this.#logins.delete(this.#user));
    this.#logins.set(this.#user, ended);
    return got;
  }

  async #askAndLogIn(signal) {
    const { state, hold } = this.status();
    const outer = asking.getStore() ?? [];
    const ask = async () => this.#secretCallback(this.#login, hold?.code ?? Code.OK);
    const asked = asking.run([...outer, { logins: this.#logins, user: this.#user }], ask);
    let secret;
    try {
      secret = await this.#handle.wait(asked, signal);
    } catch (failure) {
      asked.then((late) => late?.wipe(), () => {});
      if (signal?.aborted || failure.code === Code.CANCELLED) {
        throw failure;
      }
      if (state !== 'due') {
        throw unavailable(failure);
      }
      secret = null;
    }
    // Without a secret, C hands out the old token as long as it is valid.
    return secret === null ? this.#token('nf_session_get_token', [], signal) : this.#logInWith(secret, signal);
  }

  /** Gets a valid access token, and uses `secret` if a login is needed. It is wiped. null: a user without a password. */
  async logIn(secret, options) {
    return abortable(options?.signal, (signal) => this.#logInWith(secret, signal));
  }

  async #logInWith(secret, signal) {
    const taken = takeAll([secret]);
    try {
      return await this.#token('nf_session_log_in', taken, signal);
    } finally {
      taken.forEach((one) => one?.wipe());
    }
  }

  async #token(name, args, signal) {
    const { error, token } = await this.#handle.run(name, args, signal);
    check(error);
    const got = new Token(token);
    this.#canRefresh = this.#hasClientSecret && got.refreshToken !== '';
    return got;
  }

  /** Gives the session a token that the program has stored. It is taken if it is better than the session's own. */
  setToken(token) {
    token.read((stored) => check(C.nf_session_set_token(this.#handle.open, stored)));
  }

  /**
   * Tells the session that the API has answered that the token is not valid any more: with status 401, or with status 403 for a
   * token of the Native Flow. The next call gets a new one. A token that is not the current one changes nothing.
   */
  rejectToken(token) {
    token.read((rejected) => check(C.nf_session_reject_token(this.#handle.open, rejected)));
  }

  /** Lifts the hold of the user, and ends a pause of the session. Call it after the reason was found. Sends nothing. */
  clearHold() {
    check(C.nf_session_clear_hold(this.#handle.open));
  }

  /** Revokes the session's token at the service, and forgets it, also if the call fails. Without a token it does nothing. */
  async logOut(options) {
    return abortable(options?.signal, async (signal) => check((await this.#handle.run('nf_session_log_out', [], signal)).error));
  }

  /** Returns the state of the session, an object without a secret. nativeflow.h describes its keys. */
  status() {
    for (let buffer = Buffer.alloc(512); ; ) {
      const length = [0];
      check(C.nf_session_status(this.#handle.open, buffer, buffer.length, length));
      if (length[0] < buffer.length) {
        return JSON.parse(buffer.toString('utf8', 0, length[0]));
      }
      buffer = Buffer.alloc(2 * length[0]);
    }
  }

  /** Cancels every call that runs on this session: it fails with CANCELLED. The session can still be used. */
  cancel() {
    this.#handle.cancel();
  }

  /** Frees the session, and wipes its token, which is not revoked. Calls that run on it fail with CANCELLED. */
  close() {
    this.#handle.close();
  }

  [Symbol.dispose]() {
    this.close();
  }
}
