// The state that the threads of calls.js and worker.js share: indexes of an Int32Array.

/** The number of calls that have started and not ended. */
export const RUNNING = 0;
/** 1: the process ends, so no call may start. */
export const ENDING = 1;
/** 1: the addresses of the callbacks are set. */
export const READY = 2;

// The addresses of the callbacks: indexes of a BigInt64Array.

/** The address of the nf_log_fn. */
export const LOG = 0;
/** The address of the nf_release_fn. */
export const RELEASE = 1;
