/* examples-c/log_syslog.c with a syslog that writes to standard error: tests do not write to the machine's syslog. */
#include "../../examples-c/log_syslog.c"
#include <stdarg.h>

void openlog(const char *name, int option, int facility)
{
    (void)option;
    (void)facility;
    fprintf(stderr, "%s\n", name);
}

void syslog(int priority, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fprintf(stderr, "<%d>", priority);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
}
