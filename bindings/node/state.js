// What the threads of calls.js and worker.js tell each other: places in an Int32Array.

/** How many calls have begun and not ended. */
export const RUNNING = 0;
/** 1: no call is to begin, for the process ends. */
export const ENDING = 1;
/** 1: the addresses of the C functions are known. */
export const READY = 2;

// And places in a BigInt64Array with these addresses.

/** Of the nf_log_fn. */
export const LOG = 0;
/** Of the nf_release_fn. */
export const RELEASE = 1;
