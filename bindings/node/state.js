// What the threads of calls.js and worker.js tell each other: places in an Int32Array.

/** How many calls have begun and not ended. */
export const RUNNING = 0;
/** 1: no call is to begin, for the process ends. */
export const ENDING = 1;
/** 1: the address of the log function is known. */
export const READY = 2;
