/* One program with two static libraries that each contain a Rust runtime. */
#include "check.h"

/* A function of the other library. It allocates, and catches a panic. */
extern int other_library_works(void);

int main(void)
{
    nf_options *options = nf_options_new();

    EXPECT(nf_options_set_timeout_ms(options, 0), NF_INVALID_OPTION);
    CHECK(other_library_works());
    EXPECT(nf_options_set_base_url(options, "https://localhost"), NF_OK);
    nf_options_free(options);
    return finish();
}
