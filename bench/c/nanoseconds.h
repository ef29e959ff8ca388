/* Shared by the programs that measure durations. */
#ifndef NANOSECONDS_H
#define NANOSECONDS_H

#include <stdint.h>
#include <time.h>

/* Returns the monotonic time in nanoseconds. */
static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

#endif
