#include <nativeflow.h>
#include <stdio.h>

/* Prints and frees an error. Returns the seconds to wait, or -1. */
long report(nf_error *error)
{
    int64_t wait_ms = nf_error_retry_after_ms(error);

    fprintf(stderr, "%s: %s. %s\n", nf_error_name(error),
            nf_error_message(error), nf_error_remedy(error));
    if (nf_error_correlation_id(error)[0] != '\0')
        fprintf(stderr, "Concur's correlation ID: %s\n",
                nf_error_correlation_id(error));
    nf_error_free(error);
    return wait_ms < 0 ? -1 : (long)(wait_ms / 1000);
}
