// The thread of calls.js. Calls run aside from here, on threads of koffi, which wait for this one when they log.
import { parentPort, workerData } from 'node:worker_threads';
import { C, callback } from './functions.js';
import { ENDING, LOG, READY, RELEASE, RUNNING } from './state.js';

const { state, addresses } = workerData;

// Calls and the callbacks in them have 256 places in koffi, and a callback without a place ends the process.
const MOST_AT_ONCE = 100;
// The threads of libuv: calls beyond their number wait here, where they can still be cancelled.
const threads = Math.max(Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '4', 10) || 1, 1);
const atOnce = Math.min(threads, MOST_AT_ONCE);

// One function for the logs of all clients; `user` says whose log it is.
addresses[LOG] = callback((user, level, line) => parentPort.postMessage({ user, level, line }), 'nf_log_fn');
addresses[RELEASE] = callback((released) => parentPort.postMessage({ released }), 'nf_release_fn');
Atomics.store(state, READY, 1);
Atomics.notify(state, READY);

/** By number, the calls that wait for a thread, in their order. */
const waiting = new Map();
let begun = 0;

function end(answer) {
  Atomics.sub(state, RUNNING, 1);
  Atomics.notify(state, RUNNING);
  parentPort.postMessage(answer);
}

function take(call) {
  Atomics.add(state, RUNNING, 1);
  if (Atomics.load(state, ENDING) === 1) {
    end({ id: call.id, failed: 'the process ends' });
    return;
  }
  waiting.set(call.id, call);
  beginNext();
}

function beginNext() {
  for (const [id, call] of waiting) {
    if (begun === atOnce) {
      return;
    }
    waiting.delete(id);
    begin(call);
  }
}

function begin({ id, share, texts }) {
  const out = [null];
  const ended = (failed, error) => {
    begun--;
    end({ id, failed: failed?.message, error, token: out[0] });
    beginNext();
  };
  begun++;
  try {
    C.nf_client_get_token.async(share, ...memoryOf(texts), out, ended);
  } catch (failed) {
    ended(failed);
  }
}

/** Ends a call that has been cancelled and waits for a thread: it needs none, for it returns at once. */
function cancel(id) {
  const call = waiting.get(id);
  if (waiting.delete(id)) {
    const out = [null];
    const error = C.nf_client_get_token(call.share, ...memoryOf(call.texts), out);
    end({ id, error, token: out[0] });
  }
}

const memoryOf = (texts) => texts.map((text) => text && Buffer.from(text));

parentPort.on('message', (message) => ('cancelled' in message ? cancel(message.cancelled) : take(message)));
