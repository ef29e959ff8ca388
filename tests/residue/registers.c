#include "registers.h"

struct registers registers;

void registers_ready(void)
{
#if defined(__x86_64__) || defined(__i386__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        registers.level = 2;
    else if (__builtin_cpu_supports("avx"))
        registers.level = 1;
#endif
}
