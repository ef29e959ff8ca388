/**
 * The calls that run, and their logs.
 *
 * A worker makes them, not the main thread. koffi brings each line of a log to the event loop of the thread that made the
 * log function, and the call waits for that. At process.exit() and an exception that nobody catches the main thread has no
 * event loop any more, and Node waits for the threads of koffi: it would never end. The worker's loop goes on until the
 * calls have ended, which they do when they are cancelled.
 */
import { Worker } from 'node:worker_threads';
import { ENDING, READY, RUNNING } from './state.js';

const TEN_MS = 10;
const TEN_SECONDS = 10_000;

const state = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
const logAddress = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));

/** By number, what waits for a call; by number too, the functions that take the lines of a log. */
const calls = new Map();
const logs = new Map();
let numbers = 0n;
let worker = null;

function startOnce() {
  if (worker === null) {
    // Without the options of this process: --input-type and the like are not for the file of a worker.
    worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: { state, logAddress }, execArgv: [] });
    worker.on('message', (message) => ('line' in message ? write(message) : answer(message)));
    worker.unref();
  }
  return worker;
}

function write({ user, level, line }) {
  try {
    logs.get(user)?.(level, line);
  } catch {
    // A log does not end a program.
  }
}

function answer({ id, failed, error, token }) {
  const { resolve, reject } = calls.get(id);
  calls.delete(id);
  if (calls.size === 0) {
    worker.unref();
  }
  if (failed === undefined) {
    resolve({ error, token });
  } else {
    reject(new Error(failed));
  }
}

/** Calls nf_client_get_token; a promise of the C objects that it gave. `cancel` ends all calls of the client. */
export function call(client, secrets, cancel) {
  return new Promise((resolve, reject) => {
    const id = ++numbers;
    const texts = secrets.map((secret) => secret?.memory.buffer ?? null); // shared, and not copied
    startOnce().postMessage({ id, client, texts });
    calls.set(id, { resolve, reject, cancel });
    worker.ref();
  });
}

/** Takes a log: its number, and the C function that is to be called with this number as its `user`. */
export function addLog(log) {
  startOnce();
  if (Atomics.wait(state, READY, 0, TEN_SECONDS) === 'timed-out') {
    throw new Error('the worker of the log does not start');
  }
  const user = ++numbers;
  logs.set(user, log);
  return { function: logAddress[0], user };
}

/** To be called when C has freed the client. */
export const dropLog = (user) => logs.delete(user);

process.on('exit', () => {
  Atomics.store(state, ENDING, 1);
  // Again and again: a call may be on its way to C, and nf_client_cancel does not touch calls that begin later.
  for (let running; (running = Atomics.load(state, RUNNING)) > 0; Atomics.wait(state, RUNNING, running, TEN_MS)) {
    calls.forEach(({ cancel }) => cancel());
  }
});
