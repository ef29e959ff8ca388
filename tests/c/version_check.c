/* A program that checks the version of the library. Compiled with headers of several versions. */
#include <nativeflow.h>
#include <stdio.h>

int main(void)
{
    if (!NF_CHECK_VERSION()) {
        fprintf(stderr, NF_VERSION_MISMATCH "\n", nf_version());
        return 1;
    }
    return 0;
}
