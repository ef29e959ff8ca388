/*
 * The caller's next lazily bound call. It saves the vector registers on the stack while libc's resolver runs: what the
 * library leaves in them reaches the caller's memory that way.
 */
#ifndef LAZY_H
#define LAZY_H

/* Remembers how the call stands before it was ever made. Once, before any other function here. */
void lazy_ready(void);

/* Makes the call a first one again. Whether it is: not so with LD_BIND_NOW. */
int lazy_rearm(void);

/* The call. */
void lazy_call(void);

#endif
