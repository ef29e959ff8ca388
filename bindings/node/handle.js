import { Call } from './calls.js';
import { Code, NativeflowError } from './error.js';
import { C } from './functions.js';

const cancelled = () => new NativeflowError(Code.CANCELLED, 'The calling program cancelled the call', 'No action is needed.');

/** A C client or a C session, and the calls that run on it. `kind` is "client" or "session". */
export class Handle {
  #kind;
  /** null: closed. */
  #object;
  #calls = new Set();

  constructor(kind, object) {
    this.#kind = kind;
    this.#object = object;
  }

  /** The C object. */
  get open() {
    if (this.#object === null) {
      throw new TypeError(`the ${this.#kind} is closed`);
    }
    return this.#object;
  }

  /** Makes a call, which `signal` cancels: returns a promise of the C objects that the call returns. */
  async run(name, args, signal) {
    const object = this.open;
    signal?.throwIfAborted();
    const call = new Call(this.#kind, object, name, args);
    return this.#listed(call, call.ended, signal);
  }

  /** Waits for a promise as for a call. */
  async wait(promise, signal) {
    signal?.throwIfAborted();
    const waiting = {};
    const ended = new Promise((resolve, reject) => {
      waiting.cancel = () => reject(cancelled());
      promise.then(resolve, reject);
    });
    return this.#listed(waiting, ended, signal);
  }

  async #listed(call, ended, signal) {
    const cancel = () => call.cancel();
    this.#calls.add(call);
    try {
      signal?.addEventListener('abort', cancel);
      return await ended;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#calls.delete(call);
    }
  }

  cancel() {
    this.#calls.forEach((call) => call.cancel());
  }

  close() {
    this.cancel();
    C[`nf_${this.#kind}_free`](this.#object);
    this.#object = null;
  }
}

/** Runs a call. If `signal` aborts it, the call fails with the signal's reason. */
export async function abortable(signal, run) {
  try {
    return await run(signal);
  } catch (error) {
    throw signal?.aborted && error.code === Code.CANCELLED ? signal.reason : error;
  }
}
