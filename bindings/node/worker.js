// The thread of calls.js. Calls run aside from here, on threads of koffi, which wait for this one when they log.
import { parentPort, workerData } from 'node:worker_threads';
import { C, callback } from './functions.js';
import { ENDING, READY, RUNNING } from './state.js';

const { state, logAddress } = workerData;

// One function for the logs of all clients; `user` says whose log it is.
logAddress[0] = callback((user, level, line) => parentPort.postMessage({ user, level, line }));
Atomics.store(state, READY, 1);
Atomics.notify(state, READY);

function end(answer) {
  Atomics.sub(state, RUNNING, 1);
  Atomics.notify(state, RUNNING);
  parentPort.postMessage(answer);
}

parentPort.on('message', ({ id, client, texts }) => {
  Atomics.add(state, RUNNING, 1);
  if (Atomics.load(state, ENDING) === 1) {
    end({ id, failed: 'the process ends' });
    return;
  }
  const out = [null];
  const memory = texts.map((text) => text && Buffer.from(text));
  try {
    C.nf_client_get_token.async(client, ...memory, out, (failed, error) => end({ id, failed: failed?.message, error, token: out[0] }));
  } catch (failed) {
    end({ id, failed: failed.message }); // koffi takes so many calls at once, and no more
  }
});
