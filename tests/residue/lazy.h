/*
 * The caller's next lazily bound call. It saves the vector registers on the stack while libc's resolver runs. So
 * register contents that the library left reach the caller's memory.
 */
#ifndef LAZY_H
#define LAZY_H

/* Stores the unbound state of the call. Call it once, before the other functions here. */
void lazy_ready(void);

/* Resets the call to its unbound state. Returns whether that is possible; with LD_BIND_NOW it is not. */
int lazy_rearm(void);

/* Makes the call. */
void lazy_call(void);

#endif
