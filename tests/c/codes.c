/* Prints the codes whose names the library knows. The test compares them with the header and the committed list. */
#include "check.h"

int main(void)
{
    for (int32_t code = -1; code < 10000; code++)
        if (strcmp(nf_code_name(code), "NF_UNKNOWN") != 0)
            printf("%d=%s\n", (int)code, nf_code_name(code));
    return finish();
}
