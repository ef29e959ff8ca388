/**
 * The running calls and their logs.
 *
 * A worker makes the calls, not the main thread. koffi sends each log line to the event loop of the thread that created the
 * log function, and the call waits until it is handled. After process.exit() or an uncaught exception, the main thread has no
 * event loop, and Node waits for the threads of koffi: the process would never end. The worker's event loop continues until
 * the calls have ended, and cancelled calls end.
 */
import { Worker } from 'node:worker_threads';
import { check } from './error.js';
import { C } from './functions.js';
import { Secret } from './secret.js';
import { ENDING, LOG, READY, RELEASE, RUNNING } from './state.js';

const TEN_SECONDS = 10_000;

const state = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
const addresses = new BigInt64Array(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT));

/** The calls that have not ended, and the log functions, both by number. */
const calls = new Map();
const logs = new Map();
let numbers = 0n;
let worker = null;

function startOnce() {
  if (worker === null) {
    // Does not pass on the options of this process: some, such as --input-type, are invalid with a worker's file.
    worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: { state, addresses }, execArgv: [] });
    worker.on('message', receive);
    worker.unref();
  }
  return worker;
}

function receive(message) {
  if ('line' in message) {
    write(message);
  } else if ('released' in message) {
    logs.delete(message.released);
  } else {
    endCall(message);
  }
}

function write({ user, level, line }) {
  try {
    logs.get(user)?.(level, line);
  } catch {
    // An exception in a log function does not end the program.
  }
}

function endCall({ id, failed, error, token }) {
  const call = calls.get(id);
  calls.delete(id);
  if (calls.size === 0) {
    worker.unref();
  }
  call.end(failed, { error, token });
}

/** A call of a C function on its own share of a client or a session. Cancelling it does not cancel other calls. */
export class Call {
  /** A promise of the C objects that the call returns. */
  ended;
  #id = ++numbers;
  #kind;
  #share;
  #resolve;
  #reject;

  /**
   * `kind` is "client" or "session", and `object` such a C object. `name` is the C function. Its arguments follow the share, and
   * are secrets, tokens of C and null.
   */
  constructor(kind, object, name, values) {
    const out = [null];
    check(C[`nf_${kind}_share`](object, 0, out));
    this.#kind = kind;
    this.#share = out[0];
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const args = values.map((value) => (value instanceof Secret ? value.memory.buffer : value)); // shared memory, not copied
    startOnce().postMessage({ id: this.#id, share: this.#share, name, args });
    calls.set(this.#id, this);
    worker.ref();
  }

  /** Cancels the call. It works even if the call has not entered C yet, because a share stays cancelled. */
  cancel() {
    if (calls.has(this.#id)) {
      C[`nf_${this.#kind}_cancel`](this.#share);
      worker.postMessage({ cancelled: this.#id });
    }
  }

  /** Settles the promise. Called once, when the call has ended. */
  end(failed, objects) {
    C[`nf_${this.#kind}_free`](this.#share);
    if (failed === undefined) {
      this.#resolve(objects);
    } else {
      this.#reject(new Error(failed));
    }
  }
}

/**
 * Sets the log function of options. It is kept until C releases it, when no callback can run any more.
 *
 * C releases it on the thread that frees the last object. That is the main thread, which frees a call's share after the call
 * has ended. koffi runs the release function on the worker, like the log function. The main thread waits for that, and the
 * worker never waits for the main thread.
 */
export function setLog(options, log) {
  startOnce();
  if (Atomics.wait(state, READY, 0, TEN_SECONDS) === 'timed-out') {
    throw new Error('cannot start the worker of the log');
  }
  const user = ++numbers;
  check(C.nf_options_on_release(options, addresses[RELEASE], user));
  logs.set(user, log);
  check(C.nf_options_set_log(options, addresses[LOG], user));
}

process.on('exit', () => {
  Atomics.store(state, ENDING, 1);
  calls.forEach((call) => call.cancel());
  for (let running; (running = Atomics.load(state, RUNNING)) > 0; ) {
    Atomics.wait(state, RUNNING, running);
  }
});
