// The worker of calls.js. Calls run on threads of koffi, which wait for this thread when they write to the log.
import { parentPort, workerData } from 'node:worker_threads';
import { C, callback } from './functions.js';
import { ENDING, LOG, READY, RELEASE, RUNNING } from './state.js';

const { state, addresses } = workerData;

// koffi has 256 slots for calls and their callbacks. A callback without a free slot ends the process.
const MAX_RUNNING = 100;
// The number of libuv's threads. Further calls wait here, where they can still be cancelled.
const threads = Math.max(Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '4', 10) || 1, 1);
const maxRunning = Math.min(threads, MAX_RUNNING);

// One function for the logs of all clients. `user` is the number of the log.
addresses[LOG] = callback((user, level, line) => parentPort.postMessage({ user, level, line }), 'nf_log_fn');
addresses[RELEASE] = callback((released) => parentPort.postMessage({ released }), 'nf_release_fn');
Atomics.store(state, READY, 1);
Atomics.notify(state, READY);

/** The calls that wait for a thread, by number, in their order. */
const waiting = new Map();
let begun = 0;

function end(result) {
  Atomics.sub(state, RUNNING, 1);
  Atomics.notify(state, RUNNING);
  parentPort.postMessage(result);
}

function take(call) {
  Atomics.add(state, RUNNING, 1);
  if (Atomics.load(state, ENDING) === 1) {
    end({ id: call.id, failed: 'the process is ending' });
    return;
  }
  waiting.set(call.id, call);
  beginNext();
}

function beginNext() {
  for (const [id, call] of waiting) {
    if (begun === maxRunning) {
      return;
    }
    waiting.delete(id);
    begin(call);
  }
}

const WITHOUT_OUTPUT = ['nf_client_revoke_token', 'nf_session_log_out'];

/** The arguments of a call in C. */
const inC = ({ share, name, args }, out) => {
  const values = args.map((value) => (value instanceof SharedArrayBuffer ? Buffer.from(value) : value));
  return WITHOUT_OUTPUT.includes(name) ? [share, ...values] : [share, ...values, out];
};

function begin(call) {
  const out = [null];
  const ended = (failed, error) => {
    begun--;
    end({ id: call.id, failed: failed?.message, error, token: out[0] });
    beginNext();
  };
  begun++;
  try {
    C[call.name].async(...inC(call, out), ended);
  } catch (failed) {
    ended(failed);
  }
}

/** Ends a cancelled call that waits for a thread. It runs on this thread, because it returns at once. */
function cancel(id) {
  const call = waiting.get(id);
  if (waiting.delete(id)) {
    const out = [null];
    const error = C[call.name](...inC(call, out));
    end({ id, error, token: out[0] });
  }
}

parentPort.on('message', (message) => ('cancelled' in message ? cancel(message.cancelled) : take(message)));
