/* Compares the version macros with the versions of the library. The test compares the output with Cargo.toml. */
#include "check.h"

int main(void)
{
    char text[64];

    snprintf(text, sizeof text, "%d.%d.%d", NF_VERSION_MAJOR, NF_VERSION_MINOR, NF_VERSION_PATCH);
    CHECK(strcmp(text, nf_version()) == 0);
    CHECK(nf_version_number() == NF_VERSION_NUMBER);
    CHECK(NF_VERSION_NUMBER == (NF_VERSION_MAJOR << 16 | NF_VERSION_MINOR << 8 | NF_VERSION_PATCH));
    printf("version=%s\n", nf_version());
    return finish();
}
