/*
 * Prints the maximum memory of this process. Reads /proc, because ru_maxrss starts with the memory of the parent before
 * exec.
 */
#ifndef PEAK_MEMORY_H
#define PEAK_MEMORY_H

#include <stdio.h>
#include <string.h>

/* Prints the line "VmHWM: <number> kB" on stderr. */
static void print_peak_memory(void)
{
    char line[256];
    FILE *status = fopen("/proc/self/status", "r");

    if (status == NULL)
        return;
    while (fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            fputs(line, stderr);
    fclose(status);
}

#endif
