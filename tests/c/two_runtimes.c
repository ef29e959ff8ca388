/* One program with two static libraries that each hold a Rust runtime. */
#include "check.h"

/* Of the other library: allocates, and catches a panic of its own. */
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
