/* The same as tests/c/version_check.c in C++. */
#include <cstdio>
#include <nativeflow.hpp>

int main()
{
    try {
        nativeflow::check_version();
    } catch (const nativeflow::error &mismatch) {
        std::fprintf(stderr, "%s\n", mismatch.what());
        return mismatch.code() == NF_INVALID_ARGUMENT ? 1 : 2;
    }
    return 0;
}
