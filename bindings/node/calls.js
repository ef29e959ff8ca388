/**
 * The calls that run, and their logs.
 *
 * A worker makes them, not the main thread. koffi brings each line of a log to the event loop of the thread that made the
 * log function, and the call waits for that. At process.exit() and an exception that nobody catches the main thread has no
 * event loop any more, and Node waits for the threads of koffi: it would never end. The worker's loop goes on until the
 * calls have ended, which they do when they are cancelled.
 */
import { Worker } from 'node:worker_threads';
import { check } from './error.js';
import { C } from './functions.js';
import { ENDING, LOG, READY, RELEASE, RUNNING } from './state.js';

const TEN_SECONDS = 10_000;

const state = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
const addresses = new BigInt64Array(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT));

/** By number, the calls that have not ended; by number too, the functions that take the lines of a log. */
const calls = new Map();
const logs = new Map();
let numbers = 0n;
let worker = null;

function startOnce() {
  if (worker === null) {
    // Without the options of this process: --input-type and the like are not for the file of a worker.
    worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: { state, addresses }, execArgv: [] });
    worker.on('message', hear);
    worker.unref();
  }
  return worker;
}

function hear(message) {
  if ('line' in message) {
    write(message);
  } else if ('released' in message) {
    logs.delete(message.released);
  } else {
    answer(message);
  }
}

function write({ user, level, line }) {
  try {
    logs.get(user)?.(level, line);
  } catch {
    // A log does not end a program.
  }
}

function answer({ id, failed, error, token }) {
  const call = calls.get(id);
  calls.delete(id);
  if (calls.size === 0) {
    worker.unref();
  }
  call.end(failed, { error, token });
}

/** A call of nf_client_get_token on a share of a client: it can be cancelled, and others of the client go on. */
export class Call {
  /** A promise of the C objects that it gave. */
  ended;
  #id = ++numbers;
  #share;
  #resolve;
  #reject;

  constructor(client, secrets) {
    const out = [null];
    check(C.nf_client_share(client, 0, out));
    this.#share = out[0];
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const texts = secrets.map((secret) => secret?.memory.buffer ?? null); // shared, and not copied
    startOnce().postMessage({ id: this.#id, share: this.#share, texts });
    calls.set(this.#id, this);
    worker.ref();
  }

  /** Ends it with CANCELLED, also if it is still on its way to C: a share stays cancelled. */
  cancel() {
    if (calls.has(this.#id)) {
      C.nf_client_cancel(this.#share);
      worker.postMessage({ cancelled: this.#id });
    }
  }

  /** Called once, when it has ended. */
  end(failed, objects) {
    C.nf_client_free(this.#share);
    if (failed === undefined) {
      this.#resolve(objects);
    } else {
      this.#reject(new Error(failed));
    }
  }
}

/**
 * Has C call a log for a client made from these options. It is kept until C releases it: then nothing is left that logs.
 *
 * C does that on the thread that lets go last, which is the main thread: it frees a call's share after the call has ended.
 * koffi calls the release function on the worker, as it does the log function. The main thread waits for that, and the
 * worker never waits for the main thread.
 */
export function setLog(options, log) {
  startOnce();
  if (Atomics.wait(state, READY, 0, TEN_SECONDS) === 'timed-out') {
    throw new Error('the worker of the log does not start');
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
